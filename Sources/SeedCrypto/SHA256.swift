import COpenSSL

/// SHA-256 (FIPS 180-4): of bytes at hand, or of a stream in steps.
///
/// An instance is used again after ``finalize()``, without new memory.
@safe
public struct SHA256: ~Copyable {
  /// The length of a digest in bytes.
  public static let byteCount = 32

  // Fetched once: looking the algorithm up costs more than hashing a short input.
  // Sound: a fetched method is immutable, counted atomically, and lives as long as the process.
  nonisolated(unsafe) private static let method: OpaquePointer? =
    unsafe EVP_MD_fetch(nil, "SHA2-256", nil)

  // Owned by this value alone, and freed with it.
  private let context: OpaquePointer?

  /// Starts with no bytes.
  public init() {
    unsafe context = EVP_MD_CTX_new()
    restart()
  }

  deinit { unsafe EVP_MD_CTX_free(context) }

  /// The digest of `bytes`.
  public static func hash(_ bytes: Span<UInt8>) -> [UInt8] {
    bytes.withBytes { pointer, count in
      let digest = [UInt8](count: byteCount) { output in
        unsafe EVP_Digest(pointer, count, output, nil, method, nil) == 1
      }
      requireLibcrypto(digest.count == byteCount, "SHA-256")
      return digest
    }
  }

  /// The digest of `bytes`.
  public static func hash(_ bytes: [UInt8]) -> [UInt8] { hash(bytes.span) }

  /// Adds `bytes` to what is hashed.
  public mutating func update(_ bytes: Span<UInt8>) {
    let isSuccess = bytes.withBytes { pointer, count in
      unsafe EVP_DigestUpdate(context, pointer, count) == 1
    }
    requireLibcrypto(isSuccess, "SHA-256 update")
  }

  /// Another instance that has seen the same bytes: for the digest of a part of what is hashed.
  public func copy() -> SHA256 {
    let copy = SHA256()
    requireLibcrypto(unsafe EVP_MD_CTX_copy_ex(copy.context, context) == 1, "SHA-256 copy")
    return copy
  }

  /// The digest of all bytes since the start; then starts again with none.
  public mutating func finalize() -> [UInt8] {
    let digest = [UInt8](count: Self.byteCount) { output in
      unsafe EVP_DigestFinal_ex(context, output, nil) == 1
    }
    requireLibcrypto(digest.count == Self.byteCount, "SHA-256 final")
    restart()
    return digest
  }

  private func restart() {
    requireLibcrypto(unsafe EVP_DigestInit_ex2(context, Self.method, nil) == 1, "SHA-256 init")
  }
}
