/// The name of a file in a maildir, as bytes: it may hold anything but `/` and NUL.
public struct MaildirName: Sendable, Hashable {
  /// The bytes as the file system has them.
  public let bytes: [UInt8]

  /// Takes a name.
  public init(bytes: [UInt8]) { self.bytes = bytes }

  /// Whether a maildir reader takes such a file for a message.
  public var isMessage: Bool { !bytes.isEmpty && bytes[0] != UInt8(ascii: ".") }

  /// The base name: what stands before `:2,`, the same wherever the message is moved.
  ///
  /// Bytes that are not text, control characters and `%` are written as `%XX`, so that two names
  /// that differ stay different, and every one is a single line.
  public var baseName: String { Self.escaped(bytes[..<infoStart]) }

  /// The seconds since 1970 at which it was delivered, as the name says it; `nil` where it doesn't.
  public var deliverySeconds: Int64? {
    let digits = bytes.prefix { (0x30...0x39).contains($0) }
    // From 1973 to 5138; other numbers are no time.
    guard (9...11).contains(digits.count), digits.first != UInt8(ascii: "0"),
      digits.count == bytes.count || bytes[digits.count] == UInt8(ascii: ".")
    else { return nil }
    return digits.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
  }

  /// The name that it has in `cur` once it is seen: the same flags, and `S` among them, in order.
  public var seen: MaildirName {
    var flags = Array(bytes[min(infoStart + Self.infoMark.count, bytes.count)...])
    if !flags.contains(UInt8(ascii: "S")) {
      flags.append(UInt8(ascii: "S"))
      flags.sort()
    }
    return MaildirName(bytes: bytes[..<infoStart] + Self.infoMark + flags)
  }

  private static let infoMark = Array(":2,".utf8)

  private var infoStart: Int {
    guard bytes.count >= 3 else { return bytes.count }
    for start in 0...(bytes.count - 3) where bytes[start..<start + 3].elementsEqual(Self.infoMark) {
      return start
    }
    return bytes.count
  }

  private static func escaped(_ bytes: ArraySlice<UInt8>) -> String {
    let isPlain = bytes.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "%") }
    if isPlain { return String(decoding: bytes, as: UTF8.self) }
    let isText = String(validating: bytes, as: UTF8.self) != nil
    var text: [UInt8] = []
    for byte in bytes {
      if byte < 0x20 || byte == 0x7F || byte == UInt8(ascii: "%") || (byte >= 0x80 && !isText) {
        text += [UInt8(ascii: "%")] + [byte >> 4, byte & 15].map { hexDigits[Int($0)] }
      } else {
        text.append(byte)
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  private static let hexDigits = Array("0123456789ABCDEF".utf8)
}
