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
  ///   - meta: What is known of the arrival, in canonical JSON.
  ///   - dnsArchive: The archived DNS answers.
  public static func receipt(
    messageDigest: [UInt8],
    meta: [UInt8],
    dnsArchive: [UInt8],
    subject: Int64
  ) -> Leaf {
    let random = SecureRandom.bytes(3 * saltByteCount)
    let salts = (0..<3).map { Array(random[$0 * saltByteCount..<($0 + 1) * saltByteCount]) }
    let digests = [messageDigest, SHA256.hash(meta), SHA256.hash(dnsArchive)]
    var opening = JSONWriter()
    opening.object { opening in
      opening.name("meta")
      opening.written(meta)
      opening.member("salt_dns", base64: salts[2])
      opening.member("salt_meta", base64: salts[1])
      opening.member("salt_raw", base64: salts[0])
    }
    return Leaf(
      kind: .rcpt,
      bytes: receiptLine(digests: digests, salts: salts),
      subject: subject,
      opening: opening.bytes
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
    var opening = JSONWriter()
    opening.object { $0.member("salt", base64: salt) }
    return Leaf(
      kind: kind,
      bytes: saltedLine(kind, label: label, salt: salt, content: content),
      subject: subject,
      opening: opening.bytes
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
    salted(leaf, .judge, label: "seedjudge/v1", opensTo: judgement.canonicalJSON)
  }

  /// Whether an `rcpt` leaf, which has its opening with it, commits to this arrival.
  static func receipt(
    _ leaf: Leaf,
    opensTo messageDigest: [UInt8],
    meta: [UInt8],
    dnsArchive: [UInt8]
  ) -> Bool {
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
    var writer = JSONWriter()
    // RFC 8785 §3.2.3: the names are sorted.
    writer.object { writer in
      writer.member("c", base64: commitment, alphabet: .url)
      writer.member("t", kind)
      writer.member("v", 1)
    }
    return writer.bytes
  }
}
