extension Message {
  /// The most message identifiers that are read from one field.
  public static let messageIDCountMax = 10_000

  /// The message identifiers in a field such as Message-ID or References (RFC 5322 §3.6.4), without
  /// angle brackets, comments and white space. Where there are no brackets at all, each word is one.
  public func messageIDs(in field: HeaderField) -> [String] {
    var identifiers: [String] = []
    var words: [String] = []
    var current: [UInt8] = []
    var isBracketed = false
    var depth = 0
    func finish(into list: inout [String]) {
      if !current.isEmpty { list.append(String(decoding: current, as: UTF8.self)) }
      current = []
    }
    for offset in field.body where identifiers.count < Self.messageIDCountMax {
      let byte = bytes[offset]
      switch byte {
      case UInt8(ascii: "("): depth += 1
      case UInt8(ascii: ")") where depth > 0: depth -= 1
      case _ where depth > 0: continue
      case UInt8(ascii: "<"):
        finish(into: &words)
        isBracketed = true
      case UInt8(ascii: ">") where isBracketed:
        finish(into: &identifiers)
        isBracketed = false
      case 0x20, 0x09, 0x0D, 0x0A:
        if !isBracketed, words.count < Self.messageIDCountMax { finish(into: &words) }
      default: current.append(byte)
      }
    }
    finish(into: &words)
    return identifiers.isEmpty ? words : identifiers
  }
}
