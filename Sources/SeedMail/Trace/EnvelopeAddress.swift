/// An address as `Return-Path`, `Delivered-To`, `X-Original-To`, `Envelope-To` and the `for` of a
/// `Received` field have it: bare, or in angle brackets.
public enum EnvelopeAddress {
  /// The longest address that is read, in bytes.
  public static let byteCountMax = 2048

  /// The address of a whole field body: `local-part@domain`, as it was written.
  ///
  /// The null address `<>`, a local name without a domain and anything that is no address give
  /// `nil`. Of several, separated by commas, the first is meant.
  public static func read(_ input: Span<UInt8>) -> String? { read(input, 0..<input.count) }

  /// The address that `range` holds.
  static func read(_ input: Span<UInt8>, _ range: Range<Int>) -> String? {
    var start = range.lowerBound
    var end = range.upperBound
    while start < end, input[start].isFoldingWhitespace { start += 1 }
    if start < end, input[start] == UInt8(ascii: "<") { start += 1 }
    start = skipRoute(input, start..<end)
    guard let stop = endOfAddress(input, start..<end) else { return nil }
    end = stop
    guard end - start <= byteCountMax else { return nil }
    return input.text(start..<end)
  }

  /// RFC 5321 §4.1.2: a source route, `@one,@two:`, is accepted and ignored.
  private static func skipRoute(_ input: Span<UInt8>, _ range: Range<Int>) -> Int {
    guard !range.isEmpty, input[range.lowerBound] == UInt8(ascii: "@") else {
      return range.lowerBound
    }
    var offset = range.lowerBound
    while offset < range.upperBound, input[offset] != UInt8(ascii: ":") { offset += 1 }
    return min(offset + 1, range.upperBound)
  }

  /// Where the address ends: at white space, `>`, `,` or `;` outside of quotes; `nil` where it has no
  /// local part or no domain.
  private static func endOfAddress(_ input: Span<UInt8>, _ range: Range<Int>) -> Int? {
    var isQuoted = false
    var at: Int?
    var offset = range.lowerBound
    loop: while offset < range.upperBound {
      switch input[offset] {
      case UInt8(ascii: "\""): isQuoted.toggle()
      case UInt8(ascii: "\\") where isQuoted: offset += 1
      case UInt8(ascii: "@") where !isQuoted: at = offset
      case let byte where !isQuoted && byte.endsAddress: break loop
      case 0...0x1F, 0x7F: return nil
      default: break
      }
      offset += 1
    }
    guard let at, !isQuoted, offset <= range.upperBound, at > range.lowerBound, at + 1 < offset
    else { return nil }
    return offset
  }
}

extension UInt8 {
  fileprivate var endsAddress: Bool {
    isFoldingWhitespace || self == UInt8(ascii: ">") || self == UInt8(ascii: ",")
      || self == UInt8(ascii: ";")
  }
}
