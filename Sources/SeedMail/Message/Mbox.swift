/// Where the messages of a mailbox file in the mbox format lie (RFC 4155 and the mboxrd dialect).
///
/// A message begins with a line `From address date`, at the start of the file or after an empty line,
/// and ends before the empty line that stands before the next. A line is taken for one only where
/// it ends as `asctime` does, in a time of day and a year, so that a sentence in a message that
/// begins with "From " does not cut it in two.
public struct Mbox: Sendable {
  /// Each message without its From line and the empty line that ends it.
  public let messages: [Range<Int>]

  /// Finds the messages of `input`; the cost is linear in its size. What stands before the first
  /// From line is no message.
  public init(splitting input: Span<UInt8>) {
    var messages: [Range<Int>] = []
    var start: Int?
    var offset = 0
    var isAfterEmptyLine = true
    var emptyLineStart = 0
    while offset < input.count {
      let lineEnd = input.firstIndex(of: 0x0A, in: offset..<input.count)
      let next = min(lineEnd + 1, input.count)
      let contentEnd = lineEnd > offset && input[lineEnd - 1] == 0x0D ? lineEnd - 1 : lineEnd
      if isAfterEmptyLine, Self.isFromLine(input, offset..<contentEnd) {
        if let start { messages.append(start..<max(start, emptyLineStart)) }
        start = next
        isAfterEmptyLine = false
      } else {
        isAfterEmptyLine = contentEnd == offset
      }
      if isAfterEmptyLine { emptyLineStart = offset } else { emptyLineStart = next }
      offset = next
    }
    if let start { messages.append(start..<max(start, emptyLineStart)) }
    self.messages = messages
  }

  /// A message as it was before it was put into the file: the mboxrd dialect writes `>` before each
  /// line that is `From ` after any number of `>`, and this takes one away.
  ///
  /// The older dialect quotes only `From ` itself, and a line that was `>From ` all along loses a
  /// byte here; the two can't be told apart.
  public static func unquoted(_ input: Span<UInt8>, _ range: Range<Int>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(range.count)
    var offset = range.lowerBound
    var copied = offset
    while offset < range.upperBound {
      var quoteEnd = offset
      input.skip(while: { $0 == UInt8(ascii: ">") }, at: &quoteEnd, before: range.upperBound)
      if quoteEnd > offset, input.hasPrefix("From ", at: quoteEnd, before: range.upperBound) {
        result += input.bytes(in: copied..<offset)
        copied = offset + 1
      }
      offset = min(
        input.firstIndex(of: 0x0A, in: quoteEnd..<range.upperBound) + 1,
        range.upperBound
      )
    }
    result += input.bytes(in: copied..<range.upperBound)
    return result
  }

  /// `From `, then a time of day and, in what follows it, a year of four digits.
  private static func isFromLine(_ input: Span<UInt8>, _ line: Range<Int>) -> Bool {
    guard input.hasPrefix("From ", at: line.lowerBound, before: line.upperBound) else {
      return false
    }
    var offset = line.lowerBound + 5
    var digitCount = 0
    var hasTime = false
    while offset < line.upperBound {
      let byte = input[offset]
      offset += 1
      if byte.isDigit {
        digitCount += 1
      } else {
        if hasTime, digitCount == 4, byte.isBlank { return true }
        let isTime =
          byte == UInt8(ascii: ":") && (1...2).contains(digitCount) && offset + 1 < line.upperBound
          && input[offset].isDigit && input[offset + 1].isDigit
        hasTime = hasTime || isTime
        digitCount = 0
      }
    }
    return hasTime && digitCount == 4
  }
}
