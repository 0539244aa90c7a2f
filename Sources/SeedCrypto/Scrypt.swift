import COpenSSL

/// scrypt (RFC 7914): a slow hash for passwords.
public enum Scrypt {
  /// The most memory that one computation may take.
  public static let memoryByteCountMax = 256 << 20

  /// `count` bytes from a password.
  ///
  /// Takes about `128 * cost * blockSize` bytes of memory, and blocks for as long as that asks for.
  ///
  /// - Throws: ``CryptoError/invalidParameters``.
  public static func derive(
    password: SecretBytes,
    salt: [UInt8],
    cost: UInt64 = 1 << 15,
    blockSize: UInt64 = 8,
    parallelism: UInt64 = 1,
    count: Int = 32
  ) throws(CryptoError) -> [UInt8] {
    let output = password.withSpan { password in
      password.withBytes { password, passwordCount in
        salt.span.withBytes { salt, saltCount in
          [UInt8](count: count) { output in
            // Sound: a C `char` and a byte have the same size and alignment.
            unsafe password.withMemoryRebound(to: CChar.self, capacity: passwordCount) {
              unsafe EVP_PBE_scrypt(
                $0,
                passwordCount,
                salt,
                saltCount,
                cost,
                blockSize,
                parallelism,
                UInt64(memoryByteCountMax),
                output,
                count
              ) == 1
            }
          }
        }
      }
    }
    guard output.count == count else {
      ERR_clear_error()
      throw .invalidParameters
    }
    return output
  }
}
