public import SeedMail

/// What of a message a DKIM signature covers.
public struct SignedContent: Sendable, Hashable {
  /// The fields that it signs, as indices of the message's fields: of each name in `h=`, as many as
  /// the name occurs, from the bottom up.
  public let fieldIndices: [Int]
  /// The signed part of the body, as it stands in the message.
  public let body: Range<Int>

  /// What the signature with that verdict covers of `message`; it doesn't matter whether it verifies.
  ///
  /// Where there is an `l=`, the body is read up to it.
  public init(of message: Message, by result: DKIMResult) {
    fieldIndices = message.fieldIndices(signedBy: result.signedFields)
    guard let limit = result.bodyLengthLimit else {
      body = message.body
      return
    }
    var canonical = CanonicalBody(result.bodyCanonicalization ?? .simple, of: message.body)
    var piece: [UInt8] = []
    var count = 0
    while count < limit {
      canonical.next(of: message.bytes, into: &piece, limit: limit - count)
      if piece.isEmpty { break }
      count += piece.count
    }
    body = message.body.lowerBound..<canonical.position
  }
}
