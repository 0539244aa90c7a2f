/// What the receiving side knows of an address: HMAC-SHA256 under the match key, cut to 16 bytes.
public struct MatchToken: Sendable, Hashable {
  /// The token's sixteen bytes.
  public let high: UInt64, low: UInt64

  /// A token as it was stored.
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }
}
