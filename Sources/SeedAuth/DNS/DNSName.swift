/// The form of domain names: as text, and on the wire (RFC 1035 §3.1).
public enum DNSName {
  /// The most bytes of one label.
  public static let labelByteCountMax = 63
  /// The most bytes of a whole name as text, without a final dot; 255 on the wire.
  public static let byteCountMax = 253

  /// The name in lower case without a final dot, the root being empty; `nil` where it can't be
  /// asked for.
  ///
  /// Labels may hold any visible ASCII and spaces, since SPF's macros make such names; a backslash
  /// is a byte like others and escapes nothing.
  public static func normalized(_ name: String) -> String? {
    // Most names are in that form, and are given back without new memory.
    if isNormalized(name) { return name }
    var bytes = Array(name.utf8)
    if bytes.last == UInt8(ascii: ".") { bytes.removeLast() }
    guard bytes.count <= byteCountMax else { return nil }
    guard !bytes.isEmpty else { return name == "." ? "" : nil }
    var labelStart = 0
    for index in bytes.indices {
      let byte = bytes[index]
      if byte == UInt8(ascii: ".") {
        guard isLabelLength(index - labelStart) else { return nil }
        labelStart = index + 1
      } else {
        guard (0x20...0x7E).contains(byte) else { return nil }
        if (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) { bytes[index] = byte | 0x20 }
      }
    }
    guard isLabelLength(bytes.count - labelStart) else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func isNormalized(_ name: String) -> Bool {
    guard (1...byteCountMax).contains(name.utf8.count) else { return false }
    var labelByteCount = 0
    for byte in name.utf8 {
      if byte == UInt8(ascii: ".") {
        guard isLabelLength(labelByteCount) else { return false }
        labelByteCount = 0
      } else {
        guard (0x20...0x7E).contains(byte),
          !(UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
        else { return false }
        labelByteCount += 1
      }
    }
    return isLabelLength(labelByteCount)
  }

  /// Whether a host name may hold the byte: lower-case letters, digits, hyphens, underscores, dots.
  static func isHostByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
      true
    default: false
    }
  }

  /// A normalized name in wire format, uncompressed.
  static func wire(_ name: String) -> [UInt8] {
    var wire: [UInt8] = []
    for label in name.utf8.split(separator: UInt8(ascii: ".")) {
      wire.append(UInt8(truncatingIfNeeded: label.count))
      wire.append(contentsOf: label)
    }
    wire.append(0)
    return wire
  }

  /// Reads a name in wire format at `offset`, moves `offset` behind it, and returns it uncompressed;
  /// `nil` where it is malformed.
  ///
  /// Compression pointers must point backwards, each before the last, so the loop ends.
  static func uncompressed(_ bytes: [UInt8], at offset: inout Int) -> [UInt8]? {
    var wire: [UInt8] = []
    var cursor = offset
    var lowest = offset
    var jumped = false
    while cursor < bytes.count, wire.count < wireByteCountMax {
      let length = Int(bytes[cursor])
      switch length {
      case 0:
        if !jumped { offset = cursor + 1 }
        return wire + [0]
      case 1...labelByteCountMax:
        guard cursor + length < bytes.count else { return nil }
        wire.append(contentsOf: bytes[cursor...cursor + length])
        cursor += 1 + length
      case 0xC0...0xFF:
        guard cursor + 1 < bytes.count else { return nil }
        let target = (length & 0x3F) << 8 | Int(bytes[cursor + 1])
        guard target < lowest else { return nil }
        if !jumped { offset = cursor + 2 }
        jumped = true
        lowest = target
        cursor = target
      default: return nil
      }
    }
    return nil
  }

  /// An uncompressed name as text, normalized; `nil` where a label holds a dot or an invisible byte,
  /// which no text of ours can say.
  static func text(_ wire: [UInt8]) -> String? {
    var text: [UInt8] = []
    var index = 0
    while index < wire.count, wire[index] != 0 {
      let end = index + 1 + Int(wire[index])
      guard end <= wire.count else { return nil }
      let label = wire[(index + 1)..<end]
      guard !label.contains(UInt8(ascii: ".")) else { return nil }
      if !text.isEmpty { text.append(UInt8(ascii: ".")) }
      text.append(contentsOf: label)
      index = end
    }
    return text.isEmpty ? "" : normalized(String(decoding: text, as: UTF8.self))
  }

  private static let wireByteCountMax = 255

  private static func isLabelLength(_ count: Int) -> Bool {
    (1...labelByteCountMax).contains(count)
  }
}
