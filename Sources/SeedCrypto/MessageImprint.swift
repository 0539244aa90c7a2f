import COpenSSL

/// What a timestamp is taken over: a digest of the message.
public struct MessageImprint: Sendable, Hashable {
  /// The digests that are taken.
  public enum Algorithm: String, Sendable, Hashable, CaseIterable {
    case sha256, sha384, sha512

    /// The length of a digest in bytes.
    public var byteCount: Int {
      switch self {
      case .sha256: 32
      case .sha384: 48
      case .sha512: 64
      }
    }

    /// RFC 5754 §2: an AlgorithmIdentifier in DER, with NULL as its parameters, as most tools write it.
    var identifier: [UInt8] {
      let last: UInt8 =
        switch self {
        case .sha256: 1
        case .sha384: 2
        case .sha512: 3
        }
      let object: [UInt8] = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, last]
      return DER.sequence(DER.value(0x06, object) + DER.value(0x05, []))
    }
  }

  /// Which digest it is.
  public let algorithm: Algorithm
  /// The digest.
  public let digest: [UInt8]

  init(_ algorithm: Algorithm, digest: [UInt8]) {
    self.algorithm = algorithm
    self.digest = digest
  }

  /// The imprint of a message.
  public init(of message: [UInt8], _ algorithm: Algorithm = .sha256) {
    self.algorithm = algorithm
    digest = message.span.withBytes { pointer, count in
      [UInt8](count: algorithm.byteCount) { output in
        let method =
          switch algorithm {
          case .sha256: unsafe EVP_sha256()
          case .sha384: unsafe EVP_sha384()
          case .sha512: unsafe EVP_sha512()
          }
        return unsafe EVP_Digest(pointer, count, output, nil, method, nil) == 1
      }
    }
    requireLibcrypto(digest.count == algorithm.byteCount, "message imprint")
  }
}

/// Writes short values of ASN.1 DER (X.690).
enum DER {
  static func sequence(_ contents: [UInt8]) -> [UInt8] { value(0x30, contents) }

  /// A value of less than 128 bytes, whose length is one byte.
  static func value(_ tag: UInt8, _ contents: [UInt8]) -> [UInt8] {
    precondition(contents.count < 0x80)
    return [tag, UInt8(contents.count)] + contents
  }
}
