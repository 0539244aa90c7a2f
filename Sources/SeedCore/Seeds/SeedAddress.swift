import SeedAuth
public import SeedMail

/// An address in the one spelling that match tokens are made of.
///
/// The local part is folded to lower case, in ASCII alone; the domain is in lower-case A-labels.
public struct SeedAddress: Sendable, Hashable {
  /// The longest local part that is looked at; RFC 5321 §4.5.3.1.1 allows 64 bytes.
  public static let localPartByteCountMax = 256
  /// The longest stem.
  public static let stemByteCountMax = 16

  /// What stands before the last `@`.
  public let localPart: [UInt8]
  /// What stands after it.
  public let domain: String

  /// The whole address.
  public var bytes: [UInt8] { localPart + [UInt8(ascii: "@")] + domain.utf8 }
  /// The whole address.
  public var text: String { String(decoding: bytes, as: UTF8.self) }

  init(localPart: [UInt8], domain: String) {
    self.localPart = localPart
    self.domain = domain
  }

  /// The address as it is written; `nil` where it can't be one.
  public init?(_ mailbox: Mailbox) {
    guard (1...Self.localPartByteCountMax).contains(mailbox.localPart.utf8.count),
      !mailbox.domain.isEmpty, let domain = IDNA.toASCII(mailbox.domain)
    else { return nil }
    self.init(localPart: mailbox.localPart.utf8.map(Self.lowercased), domain: domain)
  }

  /// The seed addresses that a recipient may be a spelling of: the first that is a seed's is meant.
  ///
  /// As it is written comes first, and for adopted addresses that is all. Where a tag with the right
  /// check symbol ends the local part, the symbols `o`, `i` and `l` in it are read as 0 and 1. So is
  /// what stands before a `+`, but only if it ends in such a tag: `user+x@` was given to somebody
  /// else than `user@` was, and must not be taken for it.
  public static func readings(of mailbox: Mailbox) -> [SeedAddress] {
    guard let literal = SeedAddress(mailbox) else { return [] }
    var readings = [literal]
    var bases = [literal.localPart[...]]
    let plus = UInt8(ascii: "+")
    if let end = literal.localPart.lastIndex(of: plus) { bases.append(literal.localPart[..<end]) }
    if let end = literal.localPart.firstIndex(of: plus) { bases.append(literal.localPart[..<end]) }
    for base in bases {
      for profile in AddressTag.Profile.allCases {
        let head = base.dropLast(profile.symbolCount)
        guard isHead(head), let tag = AddressTag(profile, reading: base.suffix(profile.symbolCount))
        else { continue }
        let reading = SeedAddress(localPart: head + tag.bytes, domain: literal.domain)
        if !readings.contains(reading) { readings.append(reading) }
      }
    }
    return readings
  }

  /// Whether `bytes` can stand before a tag: a stem, or `user+` and a stem.
  static func isHead(_ bytes: ArraySlice<UInt8>) -> Bool {
    let stem = stem(of: bytes)
    // A `+` with nothing before it is no subaddress.
    guard (1...stemByteCountMax).contains(stem.count), stem.startIndex != bytes.startIndex + 1
    else { return false }
    return stem.allSatisfy(\.isLowercaseLetter)
  }

  /// What stands behind the last `+`.
  static func stem(of head: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let start = head.lastIndex(of: UInt8(ascii: "+")).map { $0 + 1 } ?? head.startIndex
    return head[start...]
  }

  private static func lowercased(_ byte: UInt8) -> UInt8 {
    (0x41...0x5a).contains(byte) ? byte | 0x20 : byte
  }
}

extension UInt8 {
  var isLowercaseLetter: Bool { self >= 0x61 && self <= 0x7a }
}
