import COpenSSL

/// An ECDSA public key on one of NIST's curves, as DNSSEC uses them (RFC 6605).
public struct ECDSAPublicKey: Sendable {
  /// A curve, with the hash that goes with it.
  public enum Curve: Sendable, Hashable {
    /// P-256 with SHA-256.
    case p256
    /// P-384 with SHA-384.
    case p384

    /// The bytes of one coordinate; a key has two, and so has a signature.
    public var byteCount: Int { self == .p256 ? 32 : 48 }

    // RFC 5480 §2: what a SubjectPublicKeyInfo has in front of the coordinates.
    fileprivate var prefix: [UInt8] {
      switch self {
      case .p256:
        [
          0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06,
          0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
        ]
      case .p384:
        [
          0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06,
          0x05, 0x2b, 0x81, 0x04, 0x00, 0x22, 0x03, 0x62, 0x00, 0x04,
        ]
      }
    }
  }

  private let curve: Curve
  private let handle: KeyHandle

  /// Takes the two coordinates of a point, big-endian, one behind the other.
  ///
  /// - Throws: ``CryptoError/malformedKey`` where that is no point of the curve.
  public init(_ curve: Curve, point: [UInt8]) throws(CryptoError) {
    guard point.count == 2 * curve.byteCount else { throw .malformedKey }
    self.curve = curve
    let der = curve.prefix + point
    handle = try unsafe KeyHandle(
      owning: der.span.withBytes { pointer, count in
        var cursor: UnsafePointer<UInt8>? = unsafe pointer
        return unsafe d2i_PUBKEY(nil, &cursor, count)
      }
    )
  }

  /// Whether `signature`, two numbers one behind the other, is this key's over `message`.
  public func isValid(_ signature: [UInt8], for message: [UInt8]) -> Bool {
    guard signature.count == 2 * curve.byteCount else { return false }
    let der = Self.der(signature.prefix(curve.byteCount), signature.suffix(curve.byteCount))
    let context = unsafe EVP_MD_CTX_new()
    defer { unsafe EVP_MD_CTX_free(context) }
    let hash = unsafe curve == .p256 ? EVP_sha256() : EVP_sha384()
    let isValid = der.span.withBytes { signature, signatureCount in
      message.span.withBytes { message, messageCount in
        unsafe EVP_DigestVerifyInit(context, nil, hash, nil, handle.pointer) == 1
          && EVP_DigestVerify(context, signature, signatureCount, message, messageCount) == 1
      }
    }
    if !isValid { ERR_clear_error() }
    return isValid
  }

  // RFC 3279 §2.2.3: a sequence of two integers. Both are under 128 bytes long.
  private static func der(_ r: ArraySlice<UInt8>, _ s: ArraySlice<UInt8>) -> [UInt8] {
    let numbers = [r, s].flatMap { number -> [UInt8] in
      var bytes = Array(number.drop { $0 == 0 })
      if bytes.first.map({ $0 >= 0x80 }) ?? true { bytes.insert(0, at: 0) }
      return [0x02, UInt8(truncatingIfNeeded: bytes.count)] + bytes
    }
    return [0x30, UInt8(truncatingIfNeeded: numbers.count)] + numbers
  }
}
