import COpenSSL

/// The digests that manifests of files are written with.
///
/// For what this project makes itself there is ``SHA256``; MD5 and SHA-1 show a damaged file, and
/// nothing against somebody who means to deceive.
public enum DigestAlgorithm: String, Sendable, Hashable, CaseIterable {
  case md5, sha1, sha224, sha256, sha384, sha512

  /// The digest of `bytes`; `nil` where this libcrypto is set up without the algorithm.
  public func hash(_ bytes: [UInt8]) -> [UInt8]? {
    bytes.span.withBytes { pointer, count in
      let method = unsafe EVP_MD_fetch(nil, rawValue, nil)
      defer { unsafe EVP_MD_free(method) }
      guard unsafe method != nil else { return nil }
      let size = Int(unsafe EVP_MD_get_size(method))
      let digest = [UInt8](count: size) { output in
        unsafe EVP_Digest(pointer, count, output, nil, method, nil) == 1
      }
      return digest.isEmpty ? nil : digest
    }
  }
}
