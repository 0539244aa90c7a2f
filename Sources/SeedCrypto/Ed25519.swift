import COpenSSL

/// An Ed25519 public key (RFC 8032).
public struct Ed25519PublicKey: Sendable, Hashable {
  /// The length of a key in bytes.
  public static let byteCount = 32

  /// The key as RFC 8032 §5.1.5 encodes it.
  public let bytes: [UInt8]
  private let handle: KeyHandle

  /// Takes the 32 bytes of a key.
  ///
  /// - Throws: ``CryptoError/malformedKey`` for another length. A point that isn't on the curve is
  ///   found out when it verifies nothing.
  public init(_ bytes: [UInt8]) throws(CryptoError) {
    guard bytes.count == Self.byteCount else { throw .malformedKey }
    self.bytes = bytes
    handle = try unsafe KeyHandle(
      owning: bytes.span.withBytes { pointer, count in
        unsafe EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, pointer, count)
      }
    )
  }

  /// Whether `signature` is this key's over `message`.
  public func isValid(_ signature: [UInt8], for message: Span<UInt8>) -> Bool {
    guard signature.count == Ed25519PrivateKey.signatureByteCount else { return false }
    let context = unsafe EVP_MD_CTX_new()
    defer { unsafe EVP_MD_CTX_free(context) }
    let isValid = signature.span.withBytes { signature, signatureCount in
      message.withBytes { message, messageCount in
        unsafe EVP_DigestVerifyInit(context, nil, nil, nil, handle.pointer) == 1
          && EVP_DigestVerify(context, signature, signatureCount, message, messageCount) == 1
      }
    }
    if !isValid { ERR_clear_error() }
    return isValid
  }

  /// Whether `signature` is this key's over `message`.
  public func isValid(_ signature: [UInt8], for message: [UInt8]) -> Bool {
    isValid(signature, for: message.span)
  }

  public static func == (left: Self, right: Self) -> Bool { left.bytes == right.bytes }
  public func hash(into hasher: inout Hasher) { hasher.combine(bytes) }
}

/// An Ed25519 private key (RFC 8032).
public struct Ed25519PrivateKey: Sendable {
  /// The length of a seed in bytes.
  public static let seedByteCount = 32
  /// The length of a signature in bytes.
  public static let signatureByteCount = 64

  /// The 32 bytes that the key is made from; this is what is kept in a key file.
  public let seed: SecretBytes
  /// Its public half.
  public let publicKey: Ed25519PublicKey
  private let handle: KeyHandle

  /// A new random key.
  public init() throws(CryptoError) {
    try self.init(seed: SecretBytes(randomCount: Self.seedByteCount))
  }

  /// The key of a seed.
  ///
  /// - Throws: ``CryptoError/malformedKey`` for a seed of another length.
  public init(seed: SecretBytes) throws(CryptoError) {
    guard seed.count == Self.seedByteCount else { throw .malformedKey }
    self.seed = seed
    let handle = try unsafe KeyHandle(
      owning: seed.withSpan { seed in
        seed.withBytes { pointer, count in
          unsafe EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, pointer, count)
        }
      }
    )
    self.handle = handle
    publicKey = try Ed25519PublicKey(
      [UInt8](count: Ed25519PublicKey.byteCount) { output in
        var count = Ed25519PublicKey.byteCount
        return unsafe EVP_PKEY_get_raw_public_key(handle.pointer, output, &count) == 1
      }
    )
  }

  /// The signature of `message`, 64 bytes.
  public func signature(for message: Span<UInt8>) -> [UInt8] {
    let context = unsafe EVP_MD_CTX_new()
    defer { unsafe EVP_MD_CTX_free(context) }
    let signature = message.withBytes { message, messageCount in
      [UInt8](count: Self.signatureByteCount) { output in
        var count = Self.signatureByteCount
        return unsafe EVP_DigestSignInit(context, nil, nil, nil, handle.pointer) == 1
          && EVP_DigestSign(context, output, &count, message, messageCount) == 1
      }
    }
    requireLibcrypto(signature.count == Self.signatureByteCount, "Ed25519 signature")
    return signature
  }

  /// The signature of `message`, 64 bytes.
  public func signature(for message: [UInt8]) -> [UInt8] { signature(for: message.span) }
}
