import COpenSSL

/// An RSA private key, to sign with in tests and tools; the project itself signs with Ed25519.
public struct RSAPrivateKey: Sendable {
  /// Its public half.
  public let publicKey: RSAPublicKey
  private let handle: KeyHandle

  /// A new random key; takes a tenth of a second at 2048 bits, and long at 4096.
  ///
  /// - Throws: ``CryptoError/unsupportedKeySize(bits:)``.
  public init(bitCount: Int = 2048) throws(CryptoError) {
    guard RSAPublicKey.bitCountRange.contains(bitCount) else {
      throw .unsupportedKeySize(bits: bitCount)
    }
    let context = unsafe EVP_PKEY_CTX_new_from_name(nil, "RSA", nil)
    defer { unsafe EVP_PKEY_CTX_free(context) }
    var key: OpaquePointer?
    let isMade =
      unsafe EVP_PKEY_keygen_init(context) == 1
      && EVP_PKEY_CTX_set_rsa_keygen_bits(context, Int32(bitCount)) == 1
      && EVP_PKEY_generate(context, &key) == 1
    try self.init(handle: unsafe KeyHandle(owning: isMade ? key : nil))
  }

  /// Reads a key in DER: PKCS #8 (RFC 5958) or PKCS #1 (RFC 8017 §A.1.2).
  ///
  /// - Throws: ``CryptoError``.
  public init(parsing der: SecretBytes) throws(CryptoError) {
    let handle = try unsafe KeyHandle(
      owning: der.withSpan { der in
        der.withBytes { pointer, count in
          var cursor: UnsafePointer<UInt8>? = unsafe pointer
          return unsafe d2i_AutoPrivateKey(nil, &cursor, count)
        }
      }
    )
    guard unsafe EVP_PKEY_get_base_id(handle.pointer) == EVP_PKEY_RSA else {
      throw .unsupportedAlgorithm
    }
    try self.init(handle: handle)
  }

  private init(handle: KeyHandle) throws(CryptoError) {
    self.handle = handle
    let count = unsafe i2d_PublicKey(handle.pointer, nil)
    let der = [UInt8](count: Int(max(count, 0))) { output in
      var cursor: UnsafeMutablePointer<UInt8>? = unsafe output
      return unsafe i2d_PublicKey(handle.pointer, &cursor) == count
    }
    publicKey = try RSAPublicKey(parsing: der)
  }

  /// RFC 8017 §8.2.1: the RSASSA-PKCS1-v1_5 signature of a message with the SHA-256 digest
  /// `sha256Digest`.
  ///
  /// - Throws: ``CryptoError/invalidParameters`` when the digest isn't 32 bytes long.
  public func signPKCS1v15(sha256Digest: [UInt8]) throws(CryptoError) -> [UInt8] {
    let context = unsafe EVP_PKEY_CTX_new(handle.pointer, nil)
    defer { unsafe EVP_PKEY_CTX_free(context) }
    let byteCount = publicKey.modulus.count
    let signature = sha256Digest.span.withBytes { digest, digestCount in
      [UInt8](count: byteCount) { output in
        var count = byteCount
        return unsafe EVP_PKEY_sign_init(context) == 1
          && EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1
          && EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()) == 1
          && EVP_PKEY_sign(context, output, &count, digest, digestCount) == 1
          && count == byteCount
      }
    }
    guard signature.count == byteCount else {
      ERR_clear_error()
      throw .invalidParameters
    }
    return signature
  }
}
