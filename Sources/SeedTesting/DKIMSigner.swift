public import SeedCrypto
public import SeedMail

/// Signs messages with DKIM, for tests.
public struct DKIMSigner: Sendable {
  /// What it signs with.
  public enum Key: Sendable {
    case rsa(RSAPrivateKey)
    case ed25519(Ed25519PrivateKey)
  }

  /// `d=` and `s=`.
  public var domain: String, selector: String
  /// What it signs with.
  public var key: Key
  /// `c=`.
  public var headerCanonicalization = Canonicalization.relaxed
  public var bodyCanonicalization = Canonicalization.relaxed
  /// `h=`.
  public var signedFields = ["from", "to", "subject", "date", "message-id"]
  /// `l=`.
  public var bodyLengthLimit: Int?
  /// More tags, each with its semicolon: `t=1; x=2;`.
  public var extraTags = ""

  /// Makes a signer.
  public init(domain: String, selector: String = "sel", key: Key) {
    self.domain = domain
    self.selector = selector
    self.key = key
  }

  /// The text of the key record.
  public var keyRecord: String {
    switch key {
    case .rsa(let key): "v=DKIM1; k=rsa; p=" + Base64.encode(key.publicKey.subjectPublicKeyInfo)
    case .ed25519(let key): "v=DKIM1; k=ed25519; p=" + Base64.encode(key.publicKey.bytes)
    }
  }

  /// The name of the key record.
  public var keyName: String { "\(selector)._domainkey.\(domain)" }

  /// The message with a DKIM-Signature field on top; line ends stay as they are.
  public func sign(_ message: [UInt8]) throws -> [UInt8] {
    let algorithm =
      switch key {
      case .rsa: "rsa-sha256"
      case .ed25519: "ed25519-sha256"
      }
    let limit = bodyLengthLimit.map { " l=\($0);" } ?? ""
    let head =
      "DKIM-Signature: v=1; a=\(algorithm); d=\(domain); s=\(selector);\r\n"
      + " c=\(headerCanonicalization.rawValue)/\(bodyCanonicalization.rawValue);\(limit)\(extraTags)\r\n"
      + " h=\(signedFields.joined(separator: ":"));\r\n"
      + " bh=\(Base64.encode(bodyHash(of: message)));\r\n b="
    return Array(head.utf8) + Array(Base64.encode(try signature(of: message, head)).utf8)
      + [13, 10] + message
  }

  private func bodyHash(of message: [UInt8]) -> [UInt8] {
    var body = CanonicalBody(bodyCanonicalization, of: Message(parsing: message).body)
    var hashed: [UInt8] = []
    var piece: [UInt8] = []
    repeat {
      body.next(of: message, into: &piece)
      hashed += piece
    } while !piece.isEmpty
    return SHA256.hash(Array(hashed.prefix(bodyLengthLimit ?? .max)))
  }

  private func signature(of message: [UInt8], _ head: String) throws -> [UInt8] {
    let unsigned = Message(parsing: Array(head.utf8) + [13, 10] + message)
    var input: [UInt8] = []
    for index in unsigned.fieldIndices(signedBy: signedFields, excluding: 0) + [0] {
      headerCanonicalization.append(unsigned.fields[index], of: unsigned.bytes, to: &input)
    }
    let digest = SHA256.hash(Array(input.dropLast(2)))
    return switch key {
    case .rsa(let key): try key.signPKCS1v15(sha256Digest: digest)
    case .ed25519(let key): key.signature(for: digest)
    }
  }
}
