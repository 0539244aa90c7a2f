import SeedCrypto

/// A key that signs a zone: what a DNSKEY record says (RFC 4034 §2).
struct ZoneKey {
  let algorithm: UInt8
  let tag: UInt16
  private let data: [UInt8]
  private let key: Key?

  private enum Key {
    case rsa(RSAPublicKey)
    case ecdsa(ECDSAPublicKey)
    case ed25519(Ed25519PublicKey)
  }

  /// The algorithms that are verified: RSA/SHA-256, ECDSA with P-256 and P-384, Ed25519.
  static let algorithms: Set<UInt8> = [8, 13, 14, 15]

  /// Reads a record's data; `nil` for what signs no zone, or was revoked (RFC 5011 §2.1).
  init?(_ data: [UInt8]) {
    guard data.count > 4, data[0] & 1 == 1, data[1] & 0x80 == 0, data[2] == 3 else { return nil }
    self.data = data
    algorithm = data[3]
    tag = Self.tag(data)
    key = Self.key(data[3], Array(data[4...]))
  }

  /// Whether `signature` is this key's over `bytes`.
  func isValid(_ signature: [UInt8], for bytes: [UInt8]) -> Bool {
    switch key {
    case .rsa(let key)?:
      key.verifyPKCS1v15(signature: signature, sha256Digest: SHA256.hash(bytes))
    case .ecdsa(let key)?: key.isValid(signature, for: bytes)
    case .ed25519(let key)?: key.isValid(signature, for: bytes)
    case nil: false
    }
  }

  /// RFC 4034 §5.1.4: whether a DS record's data is this key's, of the zone `owner`.
  func isMeant(by delegation: [UInt8], owner: [UInt8]) -> Bool {
    guard delegation.count > 4,
      UInt16(delegation[0]) << 8 | UInt16(delegation[1]) == tag, delegation[2] == algorithm
    else { return false }
    switch delegation[3] {
    case 2: return SHA256.hash(owner + data).elementsEqual(delegation[4...])
    case 4: return SHA384.hash(owner + data).elementsEqual(delegation[4...])
    // RFC 8624 §3.3: SHA-1 is no longer believed.
    default: return false
    }
  }

  // RFC 4034 appendix B.
  static func tag(_ data: [UInt8]) -> UInt16 {
    var sum: UInt32 = 0
    for (index, byte) in data.enumerated() {
      sum &+= index & 1 == 0 ? UInt32(byte) << 8 : UInt32(byte)
    }
    return UInt16(truncatingIfNeeded: sum &+ sum >> 16)
  }

  private static func key(_ algorithm: UInt8, _ bytes: [UInt8]) -> Key? {
    switch algorithm {
    case 8: return rsa(bytes).map(Key.rsa)
    case 13: return (try? ECDSAPublicKey(.p256, point: bytes)).map(Key.ecdsa)
    case 14: return (try? ECDSAPublicKey(.p384, point: bytes)).map(Key.ecdsa)
    case 15: return (try? Ed25519PublicKey(bytes)).map(Key.ed25519)
    default: return nil
    }
  }

  // RFC 3110 §2: the exponent's length in one byte, or in three where the first is 0.
  private static func rsa(_ bytes: [UInt8]) -> RSAPublicKey? {
    guard bytes.count > 3 else { return nil }
    let isLong = bytes[0] == 0
    let length = isLong ? Int(bytes[1]) << 8 | Int(bytes[2]) : Int(bytes[0])
    let start = isLong ? 3 : 1
    guard length > 0, start + length < bytes.count else { return nil }
    return try? RSAPublicKey(
      modulus: Array(bytes[(start + length)...]),
      exponent: Array(bytes[start..<start + length])
    )
  }
}
