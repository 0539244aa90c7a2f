/// HKDF with SHA-256 (RFC 5869).
public enum HKDF {
  /// The most bytes that one expansion can give.
  public static let outputByteCountMax = 255 * HMACSHA256.byteCount

  /// RFC 5869 §2.2: the pseudorandom key of the input keying material.
  public static func extract(inputKey: Span<UInt8>, salt: Span<UInt8>) -> SecretBytes {
    // An empty salt equals one of 32 zeros: HMAC pads its key with zeros.
    SecretBytes(HMACSHA256.code(for: inputKey, key: salt))
  }

  /// RFC 5869 §2.3: `count` bytes of output keying material.
  ///
  /// `count` must not be over ``outputByteCountMax``.
  public static func expand(_ key: SecretBytes, info: String, count: Int) -> SecretBytes {
    expand(key, info: Array(info.utf8), count: count)
  }

  /// RFC 5869 §2.3: `count` bytes of output keying material.
  ///
  /// `count` must not be over ``outputByteCountMax``.
  public static func expand(_ key: SecretBytes, info: [UInt8], count: Int) -> SecretBytes {
    expand(MACKey(key), info: info, count: count)
  }

  /// RFC 5869 §2.3, with a key that is prepared once for several outputs.
  ///
  /// `count` must not be over ``outputByteCountMax``.
  public static func expand(_ mac: MACKey, info: [UInt8], count: Int) -> SecretBytes {
    precondition((0...outputByteCountMax).contains(count))
    var output: [UInt8] = []
    var block: [UInt8] = []
    var counter: UInt8 = 0
    while output.count < count {
      counter += 1
      block = mac.code(for: (block + info + [counter]).span)
      output += block
    }
    return SecretBytes(Array(output.prefix(count)))
  }

  /// Extracts and expands.
  public static func derive(
    inputKey: SecretBytes,
    salt: [UInt8],
    info: String,
    count: Int
  ) -> SecretBytes {
    expand(inputKey.withSpan { extract(inputKey: $0, salt: salt.span) }, info: info, count: count)
  }
}
