public import SeedCrypto
public import SeedMail

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

/// The deployment's key for match tokens (`K_match`); it never prints its bytes.
public struct MatchKey: Sendable {
  /// The length of a key in bytes.
  public static let byteCount = 32

  /// What this installation's own alerts are recognised by.
  public let alertMark: AlertMark

  private let mac: MACKey

  /// Takes a key of 32 bytes.
  ///
  /// - Throws: ``CryptoError/malformedKey`` for another length.
  public init(_ secret: SecretBytes) throws(CryptoError) {
    guard secret.count == Self.byteCount else { throw .malformedKey }
    mac = MACKey(secret)
    alertMark = AlertMark(matchKey: secret)
  }

  /// The token of an address.
  public func token(for address: SeedAddress) -> MatchToken {
    let words = mac.leadingWords(for: address.bytes.span)
    return MatchToken(high: words.high, low: words.low)
  }

  /// The tokens that a recipient may match: the first that is a seed's is meant.
  public func tokens(for recipient: Mailbox) -> [MatchToken] {
    SeedAddress.readings(of: recipient).map(token)
  }

  /// The tokens of the minted addresses that a recipient is one typing error away from; a seed among
  /// them is a near miss, and never a match.
  public func nearMissTokens(for recipient: Mailbox) -> [MatchToken] {
    SeedAddress.nearMisses(of: recipient).map(token)
  }
}
