/// Finds whether an address stands in bytes, as it is or in one of its usual encodings.
///
/// Those are percent-encoding (RFC 3986 §2.1), twice over too, as links within links have it; HTML's
/// numeric character references; and base64, where the address may stand anywhere in what was
/// encoded. Case doesn't matter but in base64. The cost is linear in the bytes.
public struct AddressSearch: Sendable {
  /// The longest address; a longer one is never found. RFC 5321 §4.5.3.1 allows 254 bytes.
  public static let addressByteCountMax = 320
  /// The fewest characters of base64 that are searched for: fewer could stand there by chance.
  static let base64CountMin = 12

  private let address: [UInt8]
  /// Where its last `@` stands.
  private let at: Int
  private let encoded: [Pattern]

  /// Prepares the search for `address`, which has to have a local part and a domain.
  public init?(_ address: String) {
    let bytes = address.utf8.map(\.lowercased)
    guard bytes.count <= Self.addressByteCountMax,
      let at = bytes.lastIndex(of: UInt8(ascii: "@"))
    else { return nil }
    self.address = bytes
    self.at = at
    encoded = Self.encodedForms(bytes).map(Pattern.init)
  }

  /// Whether the address stands in `range` of `bytes`.
  public func isFound(in bytes: [UInt8], _ range: Range<Int>) -> Bool {
    let range = range.clamped(to: 0..<bytes.count)
    if isWhole(in: bytes.span, range) { return true }
    if encoded.contains(where: { $0.isFound(in: bytes.span, range) }) { return true }
    guard let once = Self.decoded(bytes.span, range) else { return false }
    if isWhole(in: once.span, 0..<once.count) { return true }
    guard let twice = Self.decoded(once.span, 0..<once.count) else { return false }
    return isWhole(in: twice.span, 0..<twice.count)
  }

  /// Whether the address stands there, and not as the part of a longer one.
  private func isWhole(in input: Span<UInt8>, _ range: Range<Int>) -> Bool {
    var offset = range.lowerBound
    while offset < range.upperBound {
      offset = input.firstIndex(of: UInt8(ascii: "@"), in: offset..<range.upperBound)
      let start = offset - at
      let end = start + address.count
      offset += 1
      guard start >= range.lowerBound, end <= range.upperBound, matches(input, at: start) else {
        continue
      }
      let isStart = start == range.lowerBound || !input[start - 1].isInLocalPart
      let isEnd =
        end == range.upperBound || !input[end].isInDomain
        || (input[end] == UInt8(ascii: ".")
          && (end + 1 == range.upperBound || !input[end + 1].isInDomain))
      if isStart && isEnd { return true }
    }
    return false
  }

  private func matches(_ input: Span<UInt8>, at start: Int) -> Bool {
    for index in address.indices where input[start + index].lowercased != address[index] {
      return false
    }
    return true
  }

  /// What of the address's base64 is the same wherever it begins in what was encoded: that of whole
  /// groups, for each of the three places in a group, in each alphabet.
  private static func encodedForms(_ bytes: [UInt8]) -> [[UInt8]] {
    var forms: [[UInt8]] = []
    for skipped in 0..<3 {
      let whole = bytes.dropFirst(skipped)
      let count = whole.count / 3 * 3
      for alphabet in [Base64.Alphabet.standard, .url] {
        let form = Array(Base64.encode(Array(whole.prefix(count)), alphabet: alphabet).utf8)
        if form.count >= base64CountMin, !forms.contains(form) { forms.append(form) }
      }
    }
    return forms
  }

  /// The bytes with escapes decoded; `nil` where there are none.
  private static func decoded(_ input: Span<UInt8>, _ range: Range<Int>) -> [UInt8]? {
    var output: [UInt8] = []
    var offset = range.lowerBound
    // What stands before is in the output, or stands before every escape.
    var copied = range.lowerBound
    while offset < range.upperBound {
      let (percent, ampersand) = (UInt8(ascii: "%"), UInt8(ascii: "&"))
      offset = input.firstIndex(
        of: percent,
        ampersand,
        percent,
        ampersand,
        in: offset..<range.upperBound
      )
      guard offset < range.upperBound else { break }
      guard let (byte, count) = escape(input, at: offset, before: range.upperBound) else {
        offset += 1
        continue
      }
      if copied == range.lowerBound { output.reserveCapacity(range.count) }
      output.append(input, copied..<offset)
      output.append(byte)
      offset += count
      copied = offset
    }
    guard copied > range.lowerBound else { return nil }
    output.append(input, copied..<range.upperBound)
    return output
  }

  /// The byte that an escape at `offset` stands for, and its length: `%40`, `&#64;` or `&#x40;`.
  private static func escape(
    _ input: Span<UInt8>,
    at offset: Int,
    before end: Int
  ) -> (byte: UInt8, count: Int)? {
    if input[offset] == UInt8(ascii: "%") {
      guard offset + 2 < end, let high = input[offset + 1].hexValue,
        let low = input[offset + 2].hexValue
      else { return nil }
      return (high << 4 | low, 3)
    }
    guard input[offset] == UInt8(ascii: "&"), offset + 1 < end,
      input[offset + 1] == UInt8(ascii: "#")
    else { return nil }
    let isHex = offset + 2 < end && input[offset + 2].lowercased == UInt8(ascii: "x")
    var index = offset + (isHex ? 3 : 2)
    var value = 0
    let start = index
    // Six digits hold any byte, with zeros before it.
    while index < end, index < start + 6, let digit = input[index].hexValue, isHex || digit < 10 {
      value = value * (isHex ? 16 : 10) + Int(digit)
      index += 1
    }
    guard index > start, index < end, input[index] == UInt8(ascii: ";"),
      let byte = UInt8(exactly: value)
    else { return nil }
    return (byte, index + 1 - offset)
  }
}

/// A string that is searched for in linear time (Knuth, Morris and Pratt).
private struct Pattern: Sendable {
  private let bytes: [UInt8]
  /// For each count of matched bytes, how many of them are matched too by what comes before.
  private let fallbacks: [Int]

  /// `bytes` are two at least.
  init(_ bytes: [UInt8]) {
    var fallbacks = [0, 0]
    var matched = 0
    for index in bytes.indices.dropFirst() {
      while matched > 0, bytes[index] != bytes[matched] { matched = fallbacks[matched] }
      if bytes[index] == bytes[matched] { matched += 1 }
      fallbacks.append(matched)
    }
    self.bytes = bytes
    self.fallbacks = fallbacks
  }

  func isFound(in input: Span<UInt8>, _ range: Range<Int>) -> Bool {
    var matched = 0
    var offset = range.lowerBound
    while offset < range.upperBound {
      if matched == 0 {
        let second = bytes[1]
        offset = input.firstIndex(
          of: bytes[0],
          before: (second, second),
          in: offset..<range.upperBound
        )
        guard offset < range.upperBound else { return false }
      }
      let byte = input[offset]
      while matched > 0, byte != bytes[matched] { matched = fallbacks[matched] }
      if byte == bytes[matched] { matched += 1 }
      if matched == bytes.count { return true }
      offset += 1
    }
    return false
  }
}

extension UInt8 {
  /// Whether a byte before the address would make it the end of a longer one.
  fileprivate var isInLocalPart: Bool {
    isASCIILetter || isDigit || self == UInt8(ascii: ".") || self == UInt8(ascii: "_")
      || self == UInt8(ascii: "-") || self == UInt8(ascii: "+")
  }

  /// Whether a byte after the address would make its domain a longer one.
  fileprivate var isInDomain: Bool {
    isASCIILetter || isDigit || self == UInt8(ascii: ".") || self == UInt8(ascii: "-")
  }
}
