import COpenSSL

/// X.509 certificates (RFC 5280) in an order, as a PEM file holds them.
///
/// That they are here says nothing of whether they are to be trusted.
public struct CertificateBundle: Sendable, Hashable {
  /// The most bytes a PEM file may have.
  public static let byteCountMax = 2 << 20
  /// The most certificates that are read.
  public static let countMax = 1024

  /// Each certificate in DER.
  public let certificates: [[UInt8]]

  /// A bundle without certificates.
  public static let empty = CertificateBundle([])

  init(_ certificates: [[UInt8]]) { self.certificates = certificates }

  /// Reads a PEM file; what is no certificate in it is passed over.
  ///
  /// - Throws: ``CryptoError/malformedCertificate`` where there is none, where one can't be read, and
  ///   over the limits.
  public init(pem: [UInt8]) throws(CryptoError) {
    guard pem.count <= Self.byteCountMax else { throw .malformedCertificate }
    let certificates: [[UInt8]]? = pem.span.withBytes { pointer, count in
      let input = unsafe BIO_new_mem_buf(pointer, Int32(count))
      defer { unsafe BIO_free(input) }
      var found: [[UInt8]] = []
      // A passphrase is never asked for: it would be on the terminal.
      while let certificate = unsafe PEM_read_bio_X509(input, nil, { _, _, _, _ in -1 }, nil) {
        defer { unsafe X509_free(certificate) }
        guard found.count < Self.countMax, let der = unsafe Self.encode(certificate) else {
          return nil
        }
        found.append(der)
      }
      // The one error that means the end.
      let isAtEnd = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE
      ERR_clear_error()
      return isAtEnd ? found : nil
    }
    guard let certificates, !certificates.isEmpty else { throw .malformedCertificate }
    self.certificates = certificates
  }

  /// The certificates as a PEM file.
  public var pem: [UInt8] {
    var text: [UInt8] = []
    unsafe withStack { stack in
      let output = unsafe BIO_new(BIO_s_mem())
      defer { unsafe BIO_free(output) }
      unsafe Self.forEach(in: stack) { certificate in
        requireLibcrypto(unsafe PEM_write_bio_X509(output, certificate) == 1, "PEM")
      }
      let count = unsafe BIO_ctrl_pending(output)
      text = [UInt8](count: count) { buffer in
        unsafe BIO_read(output, buffer, Int32(count)) == Int32(count)
      }
    }
    return text
  }

  /// The certificates of both, each once.
  public func union(_ other: CertificateBundle) -> CertificateBundle {
    var seen = Set(certificates)
    return CertificateBundle(certificates + other.certificates.filter { seen.insert($0).inserted })
  }

  /// Lends the certificates as libcrypto takes them; those that it can't read are left out.
  @unsafe
  func withStack<Result>(_ body: (OpaquePointer?) -> Result) -> Result {
    let stack = unsafe seed_certificates_new()
    defer { unsafe seed_certificates_free(stack) }
    for certificate in certificates {
      guard let certificate = unsafe Self.decode(certificate) else { continue }
      if unsafe seed_certificates_push(stack, certificate) == 0 { unsafe X509_free(certificate) }
    }
    return unsafe body(stack)
  }

  /// Copies the certificates of a stack.
  @unsafe
  init(copying stack: OpaquePointer?) {
    var certificates: [[UInt8]] = []
    unsafe Self.forEach(in: stack) { certificate in
      if let der = unsafe Self.encode(certificate) { certificates.append(der) }
    }
    self.init(certificates)
  }

  /// Lends each certificate of a stack; `nil` is an empty one.
  @unsafe
  static func forEach(in stack: OpaquePointer?, _ body: (OpaquePointer?) -> Void) {
    let count = unsafe seed_certificates_count(stack)
    for index in 0..<max(0, count) { unsafe body(seed_certificates_at(stack, index)) }
  }

  private static func decode(_ der: [UInt8]) -> OpaquePointer? {
    let certificate = der.span.withBytes { pointer, count in
      var cursor: UnsafePointer<UInt8>? = unsafe pointer
      return unsafe d2i_X509(nil, &cursor, count)
    }
    if unsafe certificate == nil { ERR_clear_error() }
    return unsafe certificate
  }

  private static func encode(_ certificate: OpaquePointer?) -> [UInt8]? {
    let count = unsafe i2d_X509(certificate, nil)
    guard count > 0 else { return nil }
    return [UInt8](count: Int(count)) { output in
      var cursor: UnsafeMutablePointer<UInt8>? = unsafe output
      return unsafe i2d_X509(certificate, &cursor) == count
    }
  }
}
