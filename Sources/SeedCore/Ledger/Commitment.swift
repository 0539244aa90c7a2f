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
    return leaf(
      .rcpt,
      receiptLine(digests: digests, salts: salts),
      subject: subject,
      opening: .object([
        .init("meta", meta), .init("salt_dns", .string(Base64.encode(salts[2]))),
        .init("salt_meta", .string(Base64.encode(salts[1]))),
        .init("salt_raw", .string(Base64.encode(salts[0]))),
      ])
    )
  }

  /// The line of a receipt's leaf: over the message, what is known of its arrival, and the DNS answers.
  static func receiptLine(digests: [[UInt8]], salts: [[UInt8]]) -> [UInt8] {
    var input = Array("seedrcpt/v1\0".utf8)
    for (salt, digest) in zip(salts, digests) { input += SHA256.hash(salt + digest) }
    return line(.rcpt, commitment: SHA256.hash(input))
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
      saltedLine(kind, label: label, salt: salt, content: content),
      subject: subject,
      opening: .object([.init("salt", .string(Base64.encode(salt)))])
    )
  }

  /// A leaf for a timestamp token over a checkpoint: its SHA-256, without a salt, since whoever asks
  /// the authority may know it.
  public static func token(_ token: [UInt8], checkpointSize: Int64) -> Leaf {
    let digest = Base64.encode(SHA256.hash(token), alphabet: .url)
    return Leaf(
      kind: .tsr,
      bytes: CanonicalJSON.bytes(of: ["h": .string(digest), "t": "tsr", "v": 1]),
      subject: checkpointSize
    )
  }

  /// Whether a `dns` leaf, which has its opening with it, commits to these answers.
  static func dns(_ leaf: Leaf, opensTo archive: [UInt8]) -> Bool {
    salted(leaf, .dns, label: "seeddns/v1", opensTo: archive)
  }

  /// Whether a `judge` leaf, which has its opening with it, commits to this judgement.
  static func judgement(_ leaf: Leaf, opensTo judgement: Judgement) -> Bool {
    let content = CanonicalJSON.bytes(of: judgement.json)
    return salted(leaf, .judge, label: "seedjudge/v1", opensTo: content)
  }

  /// Whether an `rcpt` leaf, which has its opening with it, commits to this arrival.
  static func receipt(
    _ leaf: Leaf,
    opensTo messageDigest: [UInt8],
    meta: JSONValue,
    dnsArchive: [UInt8]
  ) -> Bool {
    let meta = CanonicalJSON.bytes(of: meta)
    guard let opening = try? JSONValue(parsing: leaf.opening),
      opening["meta"].map(CanonicalJSON.bytes) == meta
    else { return false }
    let salts = ["salt_raw", "salt_meta", "salt_dns"].compactMap { salt($0, in: opening) }
    let digests = [messageDigest, SHA256.hash(meta), SHA256.hash(dnsArchive)]
    return salts.count == digests.count
      && leaf.bytes == receiptLine(digests: digests, salts: salts)
  }

  private static func salted(
    _ leaf: Leaf,
    _ kind: Leaf.Kind,
    label: String,
    opensTo content: [UInt8]
  ) -> Bool {
    guard let opening = try? JSONValue(parsing: leaf.opening), let salt = salt("salt", in: opening)
    else { return false }
    return leaf.bytes == saltedLine(kind, label: label, salt: salt, content: content)
  }

  private static func salt(_ name: String, in opening: JSONValue) -> [UInt8]? {
    opening[name]?.string.flatMap { try? Base64.decode(Array($0.utf8).span) }
  }

  /// The line of a leaf for DNS answers, a judgement or a plan.
  static func saltedLine(
    _ kind: Leaf.Kind,
    label: String,
    salt: [UInt8],
    content: [UInt8]
  ) -> [UInt8] {
    let input = Array(label.utf8) + [0] + salt + SHA256.hash(content)
    return line(kind, commitment: SHA256.hash(input))
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
    _ line: [UInt8],
    subject: Int64,
    opening: JSONValue
  ) -> Leaf {
    Leaf(
      kind: kind,
      bytes: line,
      subject: subject,
      opening: CanonicalJSON.bytes(of: opening)
    )
  }
}
