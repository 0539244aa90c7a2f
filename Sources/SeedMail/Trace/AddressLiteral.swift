/// Internet addresses as trace fields write them (RFC 5321 §4.1.3), and in the looser forms met.
enum AddressLiteral {
  /// The address that all of `range` spells, without `IPv6:`, a zone (`%eth0`) or a port after an
  /// IPv4 address; `nil` where it is none.
  static func read(_ input: Span<UInt8>, _ range: Range<Int>) -> String? {
    var start = range.lowerBound
    if range.count > 5, input.hasPrefixIgnoringCase("ipv6:", at: start, before: range.upperBound) {
      start += 5
    }
    guard range.upperBound - start <= textByteCountMax else { return nil }
    var end = start
    while end < range.upperBound, input[end] != UInt8(ascii: "%") { end += 1 }
    if isIPv6(input, start..<end) {
      return input.text(start..<end)
    }
    guard end == range.upperBound else { return nil }
    var host = start
    while host < end, input[host] != UInt8(ascii: ":") { host += 1 }
    guard (host + 1..<max(end, host + 1)).allSatisfy({ input[$0].isDigit }),
      isIPv4(input, start..<host)
    else { return nil }
    return input.text(start..<host)
  }

  private static let textByteCountMax = 64

  /// Four numbers up to 255 without leading zeros, with dots between them.
  private static func isIPv4(_ input: Span<UInt8>, _ range: Range<Int>) -> Bool {
    var numbers = 0
    var offset = range.lowerBound
    while true {
      let start = offset
      var value = 0
      while offset < range.upperBound, offset - start < 3, input[offset].isDigit {
        value = value * 10 + Int(input[offset] - 0x30)
        offset += 1
      }
      guard offset > start, value <= 255, offset - start == 1 || input[start] != 0x30 else {
        return false
      }
      numbers += 1
      if offset == range.upperBound { return numbers == 4 }
      guard numbers < 4, input[offset] == UInt8(ascii: ".") else { return false }
      offset += 1
    }
  }

  /// RFC 4291 §2.2: eight groups of up to four digits, `::` for one run of zeros, and an IPv4 address
  /// in place of the last two groups.
  private static func isIPv6(_ input: Span<UInt8>, _ range: Range<Int>) -> Bool {
    var groups = 0
    var isShortened = false
    var offset = range.lowerBound
    if range.count >= 2, input[offset] == 0x3A {
      guard input[offset + 1] == 0x3A else { return false }
      isShortened = true
      offset += 2
    }
    while offset < range.upperBound {
      if groups <= 6, isIPv4(input, offset..<range.upperBound) {
        groups += 2
        break
      }
      let start = offset
      while offset < range.upperBound, input[offset].hexValue != nil { offset += 1 }
      guard (1...4).contains(offset - start) else { return false }
      groups += 1
      guard groups <= 8 else { return false }
      if offset == range.upperBound { break }
      guard input[offset] == 0x3A, offset + 1 < range.upperBound else { return false }
      offset += 1
      if input[offset] == 0x3A {
        guard !isShortened else { return false }
        isShortened = true
        offset += 1
      }
    }
    return isShortened ? groups < 8 : groups == 8
  }
}

extension Span<UInt8> {
  /// Whether `text`, which is in lower case, stands at `start` in any case, wholly before `end`.
  func hasPrefixIgnoringCase(_ text: String, at start: Int, before end: Int) -> Bool {
    guard start >= 0, end <= count, end - start >= text.utf8.count else { return false }
    var offset = start
    for byte in text.utf8 {
      guard self[offset].lowercased == byte else { return false }
      offset += 1
    }
    return true
  }

  /// Whether `range` spells `text`, which is in lower case, in any case.
  func equalsIgnoringCase(_ text: String, _ range: Range<Int>) -> Bool {
    range.count == text.utf8.count
      && hasPrefixIgnoringCase(text, at: range.lowerBound, before: range.upperBound)
  }
}
