/// Why a key or a certificate can't be used. It never quotes either.
public enum CryptoError: Error, Hashable, Sendable {
  /// The bytes are no key of the kind that was asked for.
  case malformedKey
  /// The key is of another algorithm.
  case unsupportedAlgorithm
  /// An RSA modulus outside of ``RSAPublicKey/bitCountRange``.
  case unsupportedKeySize(bits: Int)
  /// An RSA exponent over ``RSAPublicKey/exponentBitCountMax`` bits.
  case unsupportedExponent
  /// No X.509 certificate, none at all, or more than are read.
  case malformedCertificate
  /// Parameters of a computation that libcrypto refuses, such as a cost over the memory limit.
  case invalidParameters
}

/// Stops when libcrypto can't do what needs no input to be right.
///
/// These calls fail only without memory or in a broken installation; going on would mean evidence
/// with wrong hashes.
func requireLibcrypto(_ isSuccess: Bool, _ what: StaticString) {
  precondition(isSuccess, "libcrypto failed: \(what)")
}

extension Span where Element == UInt8 {
  /// Lends the bytes to C; unlike the standard library's, the pointer is never `nil`.
  @safe
  func withBytes<Result, Failure: Error>(
    _ body: (UnsafePointer<UInt8>, Int) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    var placeholder: UInt8 = 0
    // Sound: libcrypto reads `count` bytes during the call only, and none where `count` is 0.
    return try unsafe withUnsafeBufferPointer { (buffer) throws(Failure) -> Result in
      guard let base = buffer.baseAddress else {
        return try unsafe withUnsafePointer(to: &placeholder) { (pointer) throws(Failure) in
          try unsafe body(pointer, 0)
        }
      }
      return try unsafe body(base, buffer.count)
    }
  }
}

extension Array where Element == UInt8 {
  /// Makes `count` bytes that `fill` writes all of.
  @safe
  init(count: Int, filledBy fill: (UnsafeMutablePointer<UInt8>) -> Bool) {
    // Sound: `fill` is handed room for `count` bytes, and the array counts them only if it succeeds.
    unsafe self.init(unsafeUninitializedCapacity: Swift.max(count, 1)) { buffer, initialized in
      guard let base = buffer.baseAddress, unsafe fill(base) else { return }
      initialized = count
    }
  }
}
