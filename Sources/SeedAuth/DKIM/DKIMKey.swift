import SeedCrypto
import SeedMail

/// What a key record says (RFC 6376 §3.6.1).
struct DKIMKey: Sendable, Hashable {
  /// The most bits of an RSA modulus; a longer key is refused.
  static let bitCountMax = RSAPublicKey.bitCountRange.upperBound

  /// The key itself (`k=` and `p=`).
  enum PublicKey: Sendable, Hashable {
    case rsa(RSAPublicKey)
    case ed25519(Ed25519PublicKey)
    /// An RSA key that is so short that anybody can forge its signatures: it is not computed with.
    case tooShort(bitCount: Int)
    /// RFC 6376 §3.6.1: an empty p=.
    case revoked
  }

  let publicKey: PublicKey
  /// The hashes that may be used (`h=`); `nil` for all.
  let hashes: [String]?
  /// Whether the key is for mail (`s=`).
  let isForMail: Bool
  /// `t=y`: the domain is only testing.
  let isTesting: Bool
  /// `t=s`: `i=` may not name a subdomain.
  let requiresSameDomain: Bool
  /// SHA-256 of the key as published, decoded from base64; empty where it was revoked.
  let digest: [UInt8]

  /// The size of the key in bits; 0 where it was revoked.
  var bitCount: Int {
    switch publicKey {
    case .rsa(let key): key.bitCount
    case .ed25519: Ed25519PublicKey.byteCount * 8
    case .tooShort(let bitCount): bitCount
    case .revoked: 0
    }
  }

  /// Whether signatures are computed with it.
  var isComputedWith: Bool {
    switch publicKey {
    case .rsa, .ed25519: true
    case .tooShort, .revoked: false
    }
  }

  /// Reads a TXT record, its strings joined.
  init(parsing record: [UInt8]) throws(SignatureFault) {
    let list: TagList
    do throws(GrammarError) { list = try TagList(parsing: record.span) } catch {
      throw .permanent("malformed key record: \(error.reason.rawValue) at byte \(error.offset)")
    }
    func value(_ name: String) -> ArraySlice<UInt8>? {
      list.tag(name, in: record.span).map { record[$0.value] }
    }
    func words(_ name: String) -> [String]? {
      value(name)?.split(separator: UInt8(ascii: ":")).map {
        String(decoding: $0.trimmingFoldingWhitespace, as: UTF8.self).lowercased()
      }
    }
    // RFC 6376 §3.6.1: v= is DKIM1, and the first tag where it stands.
    if let version = value("v"),
      !version.elementsEqual("DKIM1".utf8) || list.tags.first?.value != version.indices
    {
      throw .permanent("key record of another version")
    }
    guard let published = value("p") else { throw .permanent("key record without p=") }
    guard let bytes = try? Base64.decode(Array(published).span, form: .folded) else {
      throw .permanent("key is no base64")
    }
    publicKey = try Self.publicKey(words("k")?.first ?? "rsa", bytes)
    digest = bytes.isEmpty ? [] : SHA256.hash(bytes)
    hashes = words("h")
    isForMail = words("s").map { $0.contains("*") || $0.contains("email") } ?? true
    let flags = words("t") ?? []
    isTesting = flags.contains("y")
    requiresSameDomain = flags.contains("s")
  }

  private static let memory = RecordMemory<DKIMKey>()

  /// The key that `record` holds, read once.
  static func remembered(_ record: [UInt8]) throws(SignatureFault) -> DKIMKey {
    try memory.value(of: record) { record throws(SignatureFault) in try DKIMKey(parsing: record) }
  }

  /// Refuses a signature that the key may not be used for.
  func check(_ signature: DKIMSignature) throws(SignatureFault) {
    try check(signature.algorithm)
    guard !requiresSameDomain || signature.identityDomain == signature.domain else {
      throw .permanent("key does not allow a subdomain in i=")
    }
  }

  /// Refuses an algorithm that the key may not be used for.
  func check(_ algorithm: DKIMSignature.Algorithm) throws(SignatureFault) {
    switch (publicKey, algorithm) {
    case (.revoked, _): throw .keyRevoked
    case (.ed25519, .ed25519SHA256), (.rsa, .rsaSHA1), (.rsa, .rsaSHA256), (.tooShort, .rsaSHA1),
      (.tooShort, .rsaSHA256):
      break
    default: throw .permanent("key of another type than a=")
    }
    if let hashes, !hashes.contains(algorithm == .rsaSHA1 ? "sha1" : "sha256") {
      throw .permanent("key does not allow the hash")
    }
    guard isForMail else { throw .permanent("key is not for mail") }
  }

  /// Whether `signature` is the key's over what has the SHA-256 digest `digest`.
  func isValid(_ signature: [UInt8], digest: [UInt8]) -> Bool {
    switch publicKey {
    case .rsa(let key): key.verifyPKCS1v15(signature: signature, sha256Digest: digest)
    // RFC 8463 §3: Ed25519 signs the digest.
    case .ed25519(let key): key.isValid(signature, for: digest)
    case .tooShort, .revoked: false
    }
  }

  private static func publicKey(
    _ type: String,
    _ bytes: [UInt8]
  ) throws(SignatureFault) -> PublicKey {
    guard type == "rsa" || type == "ed25519" else { throw .permanent("key of an unknown type") }
    guard !bytes.isEmpty else { return .revoked }
    do throws(CryptoError) {
      // RFC 8463 §4: the 32 bytes alone.
      if type == "ed25519" { return .ed25519(try Ed25519PublicKey(bytes)) }
      // RFC 6376 §3.6.1 asks for RSAPublicKey and shows SubjectPublicKeyInfo: both are in use.
      return .rsa(try RSAPublicKey(parsing: bytes))
    } catch .unsupportedKeySize(let bitCount) {
      guard bitCount < RSAPublicKey.bitCountRange.lowerBound else {
        throw .permanent("key of more than \(bitCountMax) bits")
      }
      return .tooShort(bitCount: bitCount)
    } catch { throw .permanent("malformed key") }
  }
}
