public import SeedCore
public import SeedCrypto

/// The mint key of one epoch (`MK_e`), from which the secrets of its addresses come.
public struct MintKey: Sendable {
  /// The length of a key in bytes.
  public static let byteCount = 32

  /// Which key of the chain it is, from 0.
  public let epoch: Int64
  /// The key itself.
  public let secret: SecretBytes

  /// Takes a key of 32 bytes.
  ///
  /// - Throws: ``CryptoError/malformedKey`` for another length.
  public init(epoch: Int64, secret: SecretBytes) throws(CryptoError) {
    guard secret.count == Self.byteCount else { throw .malformedKey }
    self.init(epoch, secret)
  }

  private init(_ epoch: Int64, _ secret: SecretBytes) {
    self.epoch = epoch
    self.secret = secret
  }

  /// A new random key that starts a chain.
  public static func first() -> MintKey { MintKey(0, SecretBytes(randomCount: byteCount)) }

  /// The key of the next epoch, from which this one can't be found.
  public func next() -> MintKey {
    MintKey(
      epoch + 1,
      HKDF.expand(secret, info: "seedmint/v1 ratchet", count: Self.byteCount)
    )
  }

  /// The secret of the address whose leaf has this nonce (`S`).
  public func aliasSecret(nonce: [UInt8]) -> AliasSecret {
    AliasSecret(
      HKDF.derive(
        inputKey: secret,
        salt: nonce,
        info: "seedmint/v1 alias",
        count: AliasSecret.byteCount
      )
    )
  }

  /// Makes an address; the same arguments always give the same one.
  ///
  /// - Throws: ``VaultError`` when the parts make no address.
  public func mint(
    _ request: MintRequest,
    stem: String,
    nonce: [UInt8]
  ) throws(VaultError) -> MintedAddress {
    let recordBytes = request.record.canonicalBytes
    let recordDigest = SHA256.hash(recordBytes)
    let alias = aliasSecret(nonce: nonce)
    let tag = alias.tag(request.record.profile, recordDigest: recordDigest)
    let address = try request.address(stem: stem, tag: tag)
    let commitment = alias.commitment(recordDigest: recordDigest, address: address)
    return MintedAddress(
      seed: request.seed,
      epoch: epoch,
      address: address,
      stem: stem,
      tag: tag,
      secret: alias,
      record: recordBytes,
      leaf: MintLeaf(commitment: commitment.digest, nonce: nonce)
    )
  }
}
