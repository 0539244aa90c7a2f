public import SeedCore
import SeedCrypto
import SeedMail

/// What one address is to be minted for.
public struct MintRequest: Sendable, Hashable {
  /// RFC 5321 §4.5.3.1.1: the longest local part, in bytes.
  public static let localPartByteCountMax = 64

  /// The seed that will have the address.
  public let seed: Identifier<Seed>
  /// For whom, for what and when.
  public let record: MintRecord
  /// What the address begins with; `nil` for a given name by chance.
  public let stem: String?
  /// Whose subaddress it is (`user+…@provider`); `nil` in a catch-all domain.
  public let user: String?

  /// Makes a request.
  public init(
    seed: Identifier<Seed>,
    record: MintRecord,
    stem: String? = nil,
    user: String? = nil
  ) {
    self.seed = seed
    self.record = record
    self.stem = stem
    self.user = user
  }

  /// The address of a stem and a tag.
  func address(stem: String, tag: AddressTag) throws(VaultError) -> String {
    guard (1...SeedAddress.stemByteCountMax).contains(stem.utf8.count),
      stem.utf8.allSatisfy({ (0x61...0x7a).contains($0) })
    else { throw .malformedStem }
    if let user, user.isEmpty || !user.utf8.allSatisfy(Self.isUserByte) { throw .malformedUser }
    let localPart = (user.map { $0 + "+" } ?? "") + stem + tag.text
    guard localPart.utf8.count <= Self.localPartByteCountMax else { throw .malformedUser }
    let address = localPart + "@" + record.domain
    // What is minted has to be what the receiving side reads.
    let mailbox = Mailbox(displayName: nil, localPart: localPart, domain: record.domain)
    guard SeedAddress(mailbox)?.text == address else { throw .malformedDomain }
    return address
  }

  /// What passes every form and mail server unchanged.
  private static func isUserByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x61...0x7a, UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"): true
    default: false
    }
  }
}

/// A minted address with what opens its commitment.
public struct MintedAddress: Sendable {
  /// The seed that has it.
  public let seed: Identifier<Seed>
  /// The epoch of the mint key that its secret came from.
  public let epoch: Int64
  /// The address.
  public let address: String
  /// What it begins with, behind the user's name in a subaddress.
  public let stem: String
  /// What makes it unguessable.
  public let tag: AddressTag
  /// Its secret (`S`).
  public let secret: AliasSecret
  /// The mint record in canonical JSON (`R`).
  public let record: [UInt8]
  /// What goes into the ledger.
  public let leaf: MintLeaf

  /// Discloses everything about this address, and nothing about another.
  public var aliasOpening: MintOpening {
    .alias(secret: secret.secret.disclosed(), record: record, address: address)
  }

  /// Discloses the organisation and the date without the address.
  public var recordOpening: MintOpening {
    .record(
      blind: secret.recordBlind.disclosed(),
      record: record,
      addressHash: commitment.addressHash
    )
  }

  /// Discloses the address without the organisation.
  public var addressOpening: MintOpening {
    .address(
      blind: secret.addressBlind.disclosed(),
      address: address,
      recordHash: commitment.recordHash
    )
  }

  private var commitment: MintCommitment {
    secret.commitment(recordDigest: SHA256.hash(record), address: address)
  }
}
