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
    return leaf(
      kind,
      commitment: commitment(label, salt: salt, content: content),
      subject: subject,
      opening: .object([.init("salt", .string(Base64.encode(salt)))])
    )
  }

  /// Whether a `dns` leaf, which has its opening with it, commits to these answers.
  static func dns(_ leaf: Leaf, opensTo archive: [UInt8]) -> Bool {
    guard let opening = try? JSONValue(parsing: leaf.opening),
      let salt = opening["salt"]?.string.flatMap({ try? Base64.decode(Array($0.utf8).span) })
    else { return false }
    let digest = commitment("seeddns/v1", salt: salt, content: archive)
    return leaf.bytes == line(.dns, commitment: digest)
  }

  private static func commitment(_ label: String, salt: [UInt8], content: [UInt8]) -> [UInt8] {
    SHA256.hash(Array(label.utf8) + [0] + salt + SHA256.hash(content))
  }

  private static func line(_ kind: Leaf.Kind, commitment: [UInt8]) -> [UInt8] {
    CanonicalJSON.bytes(
      of: .object([
        .init("c", .string(Base64.encode(commitment, alphabet: .url))),
        .init("t", .string(kind.rawValue)),
        .init("v", .integer(1)),
      ])
    )
  }

  private static func leaf(
    _ kind: Leaf.Kind,
    commitment: [UInt8],
    subject: Int64,
    opening: JSONValue
  ) -> Leaf {
    Leaf(
      kind: kind,
      bytes: line(kind, commitment: commitment),
      subject: subject,
      opening: CanonicalJSON.bytes(of: opening)
    )
  }
}
