import COpenSSL

/// Owns a key of libcrypto.
///
/// Sound to share: a key isn't changed after it was made, and libcrypto counts its users and fills
/// its caches under locks of its own.
@safe
final class KeyHandle: @unchecked Sendable {
  let pointer: OpaquePointer

  /// Takes over `pointer`; fails, and leaves libcrypto's error queue empty, where there is none.
  @unsafe
  init(owning pointer: OpaquePointer?) throws(CryptoError) {
    guard let pointer = unsafe pointer else {
      // The queue is the thread's, and other users of libcrypto would take the error for theirs.
      ERR_clear_error()
      throw .malformedKey
    }
    unsafe self.pointer = unsafe pointer
  }

  deinit { unsafe EVP_PKEY_free(pointer) }
}
