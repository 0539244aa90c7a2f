import SeedCrypto

/// The salted commitments of `rcpt`, `dns` and `judge` leaves (`docs/formats/leaves-v1.md`).
///
/// The salts stop an organisation from recognising its own mail in a published log.
public enum Commitment {
  /// The bytes of a salt.
  public static let saltByteCount = 32

  /// A leaf for a message that reached a seed.
  ///
  /// - Parameters:
  ///   - messageDigest: SHA-256 of the message's bytes.
  ///   - meta: What is known of the arrival.
  ///   - dnsArchive: The archived DNS answers.
  public static func receipt(
    messageDigest: [UInt8],
    meta: JSONValue,
    dnsArchive: [UInt8],
    subject: Int64
  ) -> Leaf {
    let salts = (0..<3).map { _ in SecureRandom.bytes(saltByteCount) }
    let digests = [
      messageDigest, SHA256.hash(CanonicalJSON.bytes(of: meta)), SHA256.hash(dnsArchive),
    ]
    var input = Array("seedrcpt/v1\0".utf8)
    for (salt, digest) in zip(salts, digests) { input += SHA256.hash(salt + digest) }
    return leaf(
      .rcpt,
      commitment: SHA256.hash(input),
      subject: subject,
      opening: .object([
        .init("meta", meta), .init("salt_dns", .string(Base64.encode(salts[2]))),
        .init("salt_meta", .string(Base64.encode(salts[1]))),
        .init("salt_raw", .string(Base64.encode(salts[0]))),
      ])
    )
  }

  /// A leaf for DNS answers, a judgement or a plan: `SHA-256(label \0 ‖ salt ‖ SHA-256(content))`.
  public static func salted(
    _ kind: Leaf.Kind,
    label: String,
    content: [UInt8],
    subject: Int64
  ) -> Leaf {
    let salt = SecureRandom.bytes(saltByteCount)
    let commitment = SHA256.hash(Array(label.utf8) + [0] + salt + SHA256.hash(content))
    return leaf(
      kind,
      commitment: commitment,
      subject: subject,
      opening: .object([.init("salt", .string(Base64.encode(salt)))])
    )
  }

  private static func leaf(
    _ kind: Leaf.Kind,
    commitment: [UInt8],
    subject: Int64,
    opening: JSONValue
  ) -> Leaf {
    let value: JSONValue = .object([
      .init("c", .string(Base64.encode(commitment, alphabet: .url))),
      .init("t", .string(kind.rawValue)),
      .init("v", .integer(1)),
    ])
    return Leaf(
      kind: kind,
      bytes: CanonicalJSON.bytes(of: value),
      subject: subject,
      opening: CanonicalJSON.bytes(of: opening)
    )
  }
}
