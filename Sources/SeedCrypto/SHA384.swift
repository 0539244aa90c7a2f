import COpenSSL

/// SHA-384 (FIPS 180-4).
public enum SHA384 {
  /// The length of a digest in bytes.
  public static let byteCount = 48

  /// The digest of `bytes`.
  public static func hash(_ bytes: [UInt8]) -> [UInt8] {
    bytes.span.withBytes { pointer, count in
      let digest = [UInt8](count: byteCount) { output in
        unsafe EVP_Digest(pointer, count, output, nil, EVP_sha384(), nil) == 1
      }
      requireLibcrypto(digest.count == byteCount, "SHA-384")
      return digest
    }
  }
}
