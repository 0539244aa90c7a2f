import COpenSSL

/// Random bytes that nobody can foretell.
public enum SecureRandom {
  /// `count` bytes from libcrypto's generator; stops the process rather than give weak ones.
  public static func bytes(_ count: Int) -> [UInt8] {
    precondition(count >= 0)
    let bytes = [UInt8](count: count) { unsafe RAND_bytes($0, Int32(count)) == 1 }
    requireLibcrypto(bytes.count == count, "random bytes")
    return bytes
  }
}

/// Whether two byte strings are equal, in a time that tells only whether their lengths are.
public func constantTimeEqual(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
  guard left.count == right.count else { return false }
  return left.withBytes { leftPointer, count in
    right.withBytes { rightPointer, _ in
      unsafe CRYPTO_memcmp(leftPointer, rightPointer, count) == 0
    }
  }
}

/// Whether two byte strings are equal, in a time that tells only whether their lengths are.
public func constantTimeEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
  constantTimeEqual(left.span, right.span)
}
