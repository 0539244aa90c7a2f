/// Why input doesn't fit a grammar, and where.
///
/// It never quotes the input: errors reach logs, and mail doesn't.
public struct GrammarError: Error, Hashable, Sendable {
  /// What was wrong.
  public enum Reason: String, Sendable, Hashable {
    case unexpectedByte, unexpectedEnd, tooLong, tooMany, tooDeep
    case duplicateTag, malformedTagName, missingEqualsSign, missingTag, malformedValue
    case malformedAddress, malformedDate, malformedDomain, malformedEncoding
  }

  /// What was wrong.
  public let reason: Reason
  /// The offset in bytes from the start of the input.
  public let offset: Int

  /// Makes an error for the byte at `offset`.
  public init(_ reason: Reason, at offset: Int) {
    self.reason = reason
    self.offset = offset
  }
}
