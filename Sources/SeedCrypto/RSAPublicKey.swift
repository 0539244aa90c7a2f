import COpenSSL

/// An RSA public key.
public struct RSAPublicKey: Sendable, Hashable {
  /// The sizes of a modulus that are taken; RFC 8301 §3.2 asks more of a key that is to be trusted.
  public static let bitCountRange = 512...16_384
  /// The longest exponent; a longer one makes verifying slow, and no tool makes them.
  public static let exponentBitCountMax = 64

  /// The modulus and the exponent, big-endian, without zeros in front.
  public let modulus: [UInt8], exponent: [UInt8]
  private let handle: KeyHandle

  /// The size of the modulus in bits.
  public var bitCount: Int { Self.bitCount(modulus) }

  /// Makes a key of its numbers, big-endian.
  ///
  /// - Throws: ``CryptoError`` for numbers that make no key, or that are out of the limits above.
  public init(modulus: [UInt8], exponent: [UInt8]) throws(CryptoError) {
    let modulus = Array(modulus.drop { $0 == 0 })
    let exponent = Array(exponent.drop { $0 == 0 })
    let bitCount = Self.bitCount(modulus)
    guard Self.bitCountRange.contains(bitCount) else {
      throw .unsupportedKeySize(bits: bitCount)
    }
    guard Self.bitCount(exponent) <= Self.exponentBitCountMax else { throw .unsupportedExponent }
    // RFC 8017 §3.1: the exponent is odd and at least 3; a product of odd primes is odd.
    guard exponent != [1], let last = exponent.last, last & 1 == 1,
      modulus[modulus.count - 1] & 1 == 1
    else { throw .malformedKey }
    self.modulus = modulus
    self.exponent = exponent
    handle = try Self.makeHandle(modulus: modulus, exponent: exponent)
  }

  /// Reads a key in DER: a SubjectPublicKeyInfo (RFC 5280 §4.1) or a bare RSAPublicKey
  /// (RFC 8017 §A.1.1).
  ///
  /// - Throws: ``CryptoError``.
  public init(parsing der: [UInt8]) throws(CryptoError) {
    var input = DERReader(der)
    var key = try input.enter(.sequence)
    if key.isNext(.sequence) {
      var algorithm = try key.enter(.sequence)
      guard try algorithm.read(.objectIdentifier).elementsEqual(Self.objectIdentifier) else {
        throw .unsupportedAlgorithm
      }
      var bits = try key.enterBitString()
      key = try bits.enter(.sequence)
    }
    try self.init(modulus: try key.readPositiveInteger(), exponent: try key.readPositiveInteger())
  }

  /// The key as a SubjectPublicKeyInfo in DER, as DKIM publishes it.
  public var subjectPublicKeyInfo: [UInt8] {
    let count = unsafe i2d_PUBKEY(handle.pointer, nil)
    requireLibcrypto(count > 0, "public key encoding")
    return [UInt8](count: Int(count)) { output in
      var cursor: UnsafeMutablePointer<UInt8>? = unsafe output
      return unsafe i2d_PUBKEY(handle.pointer, &cursor) == count
    }
  }

  /// RFC 8017 §8.2.2: whether `signature` is this key's over a message with the SHA-256 digest
  /// `sha256Digest`, in RSASSA-PKCS1-v1_5.
  public func verifyPKCS1v15(signature: [UInt8], sha256Digest: [UInt8]) -> Bool {
    guard sha256Digest.count == SHA256.byteCount, signature.count == modulus.count else {
      return false
    }
    let context = unsafe EVP_PKEY_CTX_new(handle.pointer, nil)
    defer { unsafe EVP_PKEY_CTX_free(context) }
    let isValid = signature.span.withBytes { signature, signatureCount in
      sha256Digest.span.withBytes { digest, digestCount in
        unsafe EVP_PKEY_verify_init(context) == 1
          && EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1
          && EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()) == 1
          && EVP_PKEY_verify(context, signature, signatureCount, digest, digestCount) == 1
      }
    }
    if !isValid { ERR_clear_error() }
    return isValid
  }

  public static func == (left: Self, right: Self) -> Bool {
    left.modulus == right.modulus && left.exponent == right.exponent
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(modulus)
    hasher.combine(exponent)
  }
}

extension RSAPublicKey {
  /// RFC 8017 §A.1: `rsaEncryption`, 1.2.840.113549.1.1.1.
  private static let objectIdentifier: [UInt8] = [
    0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01,
  ]

  private static func bitCount(_ number: [UInt8]) -> Int {
    guard let first = number.first else { return 0 }
    return number.count * 8 - first.leadingZeroBitCount
  }

  // Ten times faster than to have libcrypto decode the key.
  private static func makeHandle(
    modulus: [UInt8],
    exponent: [UInt8]
  ) throws(CryptoError) -> KeyHandle {
    // A number is a parameter in the machine's byte order.
    var modulus = Array(modulus.reversed())
    var exponent = Array(exponent.reversed())
    var key: OpaquePointer?
    let context = unsafe EVP_PKEY_CTX_new_from_name(nil, "RSA", nil)
    defer { unsafe EVP_PKEY_CTX_free(context) }
    // Sound: the parameters are read during the call, while both arrays live.
    let isMade = unsafe modulus.withUnsafeMutableBufferPointer { modulus in
      unsafe exponent.withUnsafeMutableBufferPointer { exponent in
        var parameters = unsafe [
          seed_rsa_modulus(modulus.baseAddress, modulus.count),
          seed_rsa_exponent(exponent.baseAddress, exponent.count),
          OSSL_PARAM_construct_end(),
        ]
        let selection = Int32(SEED_EVP_PKEY_PUBLIC_KEY)
        return unsafe EVP_PKEY_fromdata_init(context) == 1
          && EVP_PKEY_fromdata(context, &key, selection, &parameters) == 1
      }
    }
    return try unsafe KeyHandle(owning: isMade ? key : nil)
  }
}
