import SeedCrypto

/// What is disclosed of one minted address, so that others can check it against its leaf.
public enum MintOpening: Sendable, Hashable {
  /// Everything: `S`, `R` and the address. It also shows that the tag was made for this record.
  case alias(secret: [UInt8], record: [UInt8], address: String)
  /// Organisation and date without the address: `r1`, `R`, `hA`.
  case record(blind: [UInt8], record: [UInt8], addressHash: [UInt8])
  /// The address alone: `r2`, the address, `hR`.
  case address(blind: [UInt8], address: String, recordHash: [UInt8])

  /// What an opening shows.
  public enum Result: Sendable, Hashable {
    /// It opens the leaf; the record is there where it was disclosed.
    case valid(MintRecord?)
    /// The record isn't one of this version in canonical form, or a value has a wrong length.
    case malformed
    /// The leaf commits to something else.
    case commitmentMismatch
    /// The address doesn't carry the tag that the secret gives to this record, or has another domain.
    case tagMismatch
  }

  /// Checks the opening of `leaf`.
  public func result(against leaf: MintLeaf) -> Result {
    switch self {
    case .alias(let secret, let record, let address):
      return result(secret: secret, record: record, address: address, leaf: leaf)
    case .record(let blind, let record, let addressHash):
      guard blind.count == AliasSecret.byteCount, addressHash.count == SHA256.byteCount,
        let parsed = try? MintRecord(parsing: record)
      else { return .malformed }
      let commitment = MintCommitment(
        recordHash: MintCommitment.recordHash(blind: blind, recordDigest: SHA256.hash(record)),
        addressHash: addressHash
      )
      return commitment.digest == leaf.commitment ? .valid(parsed) : .commitmentMismatch
    case .address(let blind, let address, let recordHash):
      guard blind.count == AliasSecret.byteCount, recordHash.count == SHA256.byteCount else {
        return .malformed
      }
      let commitment = MintCommitment(
        recordHash: recordHash,
        addressHash: MintCommitment.addressHash(blind: blind, address: address)
      )
      return commitment.digest == leaf.commitment ? .valid(nil) : .commitmentMismatch
    }
  }

  private func result(
    secret: [UInt8],
    record: [UInt8],
    address: String,
    leaf: MintLeaf
  ) -> Result {
    guard secret.count == AliasSecret.byteCount, let parsed = try? MintRecord(parsing: record)
    else { return .malformed }
    let alias = AliasSecret(SecretBytes(secret))
    let recordDigest = SHA256.hash(record)
    guard alias.commitment(recordDigest: recordDigest, address: address).digest == leaf.commitment
    else { return .commitmentMismatch }
    let tag = alias.tag(parsed.profile, recordDigest: recordDigest)
    guard let head = Self.head(of: address, tag: tag, domain: parsed.domain),
      SeedAddress.isHead(head)
    else { return .tagMismatch }
    return .valid(parsed)
  }

  /// What stands before `tag@domain`; `nil` where the address doesn't end so.
  private static func head(
    of address: String,
    tag: AddressTag,
    domain: String
  ) -> ArraySlice<UInt8>? {
    let bytes = Array(address.utf8)
    let end = tag.bytes + [UInt8(ascii: "@")] + domain.utf8
    return bytes.suffix(end.count).elementsEqual(end) ? bytes.dropLast(end.count) : nil
  }
}

extension AliasSecret {
  /// The commitment to an address and to a record with this SHA-256.
  public func commitment(recordDigest: [UInt8], address: String) -> MintCommitment {
    MintCommitment(
      recordHash: MintCommitment.recordHash(
        blind: recordBlind.disclosed(),
        recordDigest: recordDigest
      ),
      addressHash: MintCommitment.addressHash(blind: addressBlind.disclosed(), address: address)
    )
  }
}
