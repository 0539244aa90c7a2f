public import SeedCrypto
public import SeedMail

/// The secret of one address (`S`): whoever knows it and the record can make the tag again.
public struct AliasSecret: Sendable {
  /// Its length in bytes.
  public static let byteCount = 32

  /// The secret itself.
  public let secret: SecretBytes

  private let mac: MACKey

  /// Takes a secret that was derived or disclosed.
  public init(_ secret: SecretBytes) {
    self.secret = secret
    mac = MACKey(secret)
  }

  /// The blind of the record (`r1`).
  public var recordBlind: SecretBytes { derived("seedmint/v1 blind-record") }
  /// The blind of the address (`r2`).
  public var addressBlind: SecretBytes { derived("seedmint/v1 blind-address") }

  /// The tag of a record with this SHA-256.
  public func tag(_ profile: AddressTag.Profile, recordDigest: [UInt8]) -> AddressTag {
    let message = Array("seedmint/v1 tag\0".utf8) + recordDigest
    let code = derived("seedmint/v1 tag").withSpan { key in
      HMACSHA256.code(for: message.span, key: key)
    }
    return AddressTag(profile, leadingBitsOf: code)
  }

  private func derived(_ label: String) -> SecretBytes {
    HKDF.expand(mac, info: Array(label.utf8), count: Self.byteCount)
  }
}

/// What a mint leaf commits to: a record and an address, each of which can be opened alone.
public struct MintCommitment: Sendable, Hashable {
  /// `hR`, over the record.
  public let recordHash: [UInt8]
  /// `hA`, over the address.
  public let addressHash: [UInt8]

  /// Makes a commitment of its halves.
  public init(recordHash: [UInt8], addressHash: [UInt8]) {
    self.recordHash = recordHash
    self.addressHash = addressHash
  }

  /// `C`, which stands in the leaf.
  public var digest: [UInt8] {
    SHA256.hash(Array("seedmint/v1 commit\0".utf8) + recordHash + addressHash)
  }

  /// `hR` of a record with this SHA-256.
  public static func recordHash(blind: [UInt8], recordDigest: [UInt8]) -> [UInt8] {
    SHA256.hash(Array("seedmint/v1 record\0".utf8) + blind + recordDigest)
  }

  /// `hA` of an address.
  public static func addressHash(blind: [UInt8], address: String) -> [UInt8] {
    SHA256.hash(Array("seedmint/v1 address\0".utf8) + blind + address.utf8)
  }
}

/// The leaf that a mint puts into the ledger: `{"c":…,"n":…,"t":"mint","v":1}`, 97 bytes.
public struct MintLeaf: Sendable, Hashable {
  /// The length of every mint leaf in bytes.
  public static let byteCount = 97
  /// The length of a nonce in bytes.
  public static let nonceByteCount = 16

  /// `C`, 32 bytes.
  public let commitment: [UInt8]
  /// 16 public random bytes, from which the mint key gives the alias secret.
  public let nonce: [UInt8]

  /// Makes a leaf.
  public init(commitment: [UInt8], nonce: [UInt8]) {
    self.commitment = commitment
    self.nonce = nonce
  }

  /// Reads a leaf.
  ///
  /// - Throws: ``GrammarError`` unless it is exactly in the form of a mint leaf.
  public init(parsing bytes: [UInt8]) throws(GrammarError) {
    guard bytes.count == Self.byteCount else { throw GrammarError(.malformedValue, at: 0) }
    let value = try JSONValue(parsing: bytes)
    guard let commitment = value["c"]?.string, let nonce = value["n"]?.string else {
      throw GrammarError(.missingTag, at: 0)
    }
    self.init(
      commitment: try Base64.decode(Array(commitment.utf8).span, alphabet: .url),
      nonce: try Base64.decode(Array(nonce.utf8).span, alphabet: .url)
    )
    guard self.commitment.count == SHA256.byteCount, self.nonce.count == Self.nonceByteCount,
      self.bytes == bytes
    else { throw GrammarError(.malformedValue, at: 0) }
  }

  /// The leaf in RFC 8785 JSON.
  public var bytes: [UInt8] {
    // Written out rather than built: a hundred thousand are made at once.
    let commitment = Base64.encode(commitment, alphabet: .url)
    let nonce = Base64.encode(nonce, alphabet: .url)
    return Array("{\"c\":\"\(commitment)\",\"n\":\"\(nonce)\",\"t\":\"mint\",\"v\":1}".utf8)
  }
}
