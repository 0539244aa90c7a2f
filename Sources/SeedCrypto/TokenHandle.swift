import COpenSSL

/// A timestamp token in libcrypto's hands, for the length of one call.
enum TokenHandle {
  /// What a token says of itself.
  struct Information {
    let imprint: MessageImprint
    let milliseconds: Int64
    let accuracy: Duration?
    let serial: [UInt8]
    let policy: String
    let nonce: [UInt8]?
  }

  /// The longest policy in dotted form.
  static let policyByteCountMax = 256
  /// The longest serial number; RFC 3161 §2.4.2 promises at most 20 bytes.
  static let serialByteCountMax = 64

  static func info(in bytes: [UInt8]) throws(RFC3161Error) -> Information {
    try unsafe with(bytes) { (token) throws(RFC3161Error) in
      guard let info = unsafe PKCS7_to_TS_TST_INFO(token) else { throw .malformed }
      defer { unsafe TS_TST_INFO_free(info) }
      return try unsafe Information(info)
    }
  }

  static func certificates(in bytes: [UInt8]) -> CertificateBundle {
    do throws(RFC3161Error) {
      return try unsafe with(bytes) { (token) throws(RFC3161Error) in
        unsafe CertificateBundle(copying: seed_token_certificates(token))
      }
    } catch { return .empty }
  }

  static func verify(
    _ bytes: [UInt8],
    trusted: CertificateBundle,
    untrusted: CertificateBundle,
    at milliseconds: Int64
  ) -> Result<RFC3161Token.Verified, RFC3161Token.Refusal> {
    do throws(RFC3161Error) {
      return try unsafe with(bytes) { (token) throws(RFC3161Error) in
        unsafe untrusted.withStack { untrusted in
          unsafe verify(token, untrusted, trusted, time: milliseconds.floored(by: 1000))
        }
      }
    } catch { return .failure(.signature("malformed")) }
  }

  /// Decodes a token that is sound enough for libcrypto's own functions, and lends it.
  @unsafe
  private static func with<Result>(
    _ bytes: [UInt8],
    _ body: (UnsafeMutablePointer<PKCS7>) throws(RFC3161Error) -> Result
  ) throws(RFC3161Error) -> Result {
    defer { ERR_clear_error() }
    let decoded = bytes.span.withBytes { pointer, count in
      var cursor: UnsafePointer<UInt8>? = unsafe pointer
      let token = unsafe d2i_PKCS7(nil, &cursor, count)
      // What stands behind the token is no part of what its hash is taken over by others.
      return unsafe (token, cursor == pointer + count)
    }
    guard let token = unsafe decoded.0 else { throw .malformed }
    defer { unsafe PKCS7_free(token) }
    guard unsafe decoded.1, unsafe seed_token_is_sound(token) == 1 else { throw .malformed }
    return try unsafe body(token)
  }

  /// RFC 3161 §2.3: the signer's certificate must be for timestamps and nothing else, which
  /// libcrypto's purpose asks for.
  @unsafe
  private static func verify(
    _ token: UnsafeMutablePointer<PKCS7>,
    _ untrusted: OpaquePointer?,
    _ trusted: CertificateBundle,
    time: Int64
  ) -> Result<RFC3161Token.Verified, RFC3161Token.Refusal> {
    let store = unsafe X509_STORE_new()
    unsafe trusted.withStack { trusted in
      unsafe CertificateBundle.forEach(in: trusted) { certificate in
        // The store counts its own reference.
        _ = unsafe X509_STORE_add_cert(store, certificate)
      }
    }
    unsafe X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store), time_t(time))
    let context = unsafe TS_VERIFY_CTX_new()
    defer { unsafe TS_VERIFY_CTX_free(context) }
    // The context owns both from here on, and frees the stack with its certificates.
    unsafe TS_VERIFY_CTX_set_store(context, store)
    unsafe TS_VERIFY_CTX_set_certs(context, X509_chain_up_ref(untrusted))
    unsafe TS_VERIFY_CTX_set_flags(
      context,
      Int32(TS_VFY_SIGNATURE | TS_VFY_VERSION | TS_VFY_SIGNER)
    )
    ERR_clear_error()
    guard unsafe TS_RESP_verify_token(context, token) == 1 else { return .failure(refusal()) }
    guard let chain = unsafe chain(of: token, untrusted, store) else {
      return .failure(.certificate("its chain can't be built again"))
    }
    return .success(chain)
  }

  /// The certificates that a token, found good, rests on.
  @unsafe
  private static func chain(
    of token: UnsafeMutablePointer<PKCS7>,
    _ untrusted: OpaquePointer?,
    _ store: OpaquePointer?
  ) -> RFC3161Token.Verified? {
    // libcrypto looks for the chain among the token's certificates as well.
    let all = unsafe X509_chain_up_ref(untrusted)
    unsafe CertificateBundle.forEach(in: seed_token_certificates(token)) { certificate in
      guard unsafe X509_up_ref(certificate) == 1 else { return }
      if unsafe seed_certificates_push(all, certificate) == 0 { unsafe X509_free(certificate) }
    }
    defer { unsafe seed_certificates_free(all) }
    let signers = unsafe PKCS7_get0_signers(token, all, 0)
    defer { unsafe seed_certificates_free_stack(signers) }
    let context = unsafe X509_STORE_CTX_new()
    defer { unsafe X509_STORE_CTX_free(context) }
    guard unsafe seed_certificates_count(signers) == 1,
      unsafe X509_STORE_CTX_init(context, store, seed_certificates_at(signers, 0), all) == 1,
      unsafe X509_STORE_CTX_set_purpose(context, X509_PURPOSE_TIMESTAMP_SIGN) == 1,
      unsafe X509_verify_cert(context) == 1
    else { return nil }
    let chain = unsafe X509_STORE_CTX_get0_chain(context)
    var ends: [Int64] = []
    unsafe CertificateBundle.forEach(in: chain) { certificate in
      if let seconds = unsafe seconds(of: X509_get0_notAfter(certificate)) { ends.append(seconds) }
    }
    guard let first = ends.min() else { return nil }
    return .init(chain: unsafe CertificateBundle(copying: chain), expiresAt: first * 1000)
  }

  /// Why the last call failed.
  private static func refusal() -> RFC3161Token.Refusal {
    var reason = "it can't be checked"
    var isFirst = true
    while true {
      var data: UnsafePointer<CChar>?
      var flags: Int32 = 0
      let code = unsafe ERR_get_error_all(nil, nil, nil, &data, &flags)
      guard code != 0 else { return .signature(reason) }
      // The texts are libcrypto's, and live until its next error.
      let words = unsafe data.map { unsafe String(cString: $0) } ?? ""
      switch (ERR_GET_LIB(code), ERR_GET_REASON(code)) {
      case (ERR_LIB_TS, TS_R_CERTIFICATE_VERIFY_ERROR):
        let prefix = "Verify error:"
        return .certificate(words.hasPrefix(prefix) ? String(words.dropFirst(prefix.count)) : words)
      case (ERR_LIB_PKCS7, PKCS7_R_SIGNER_CERTIFICATE_NOT_FOUND): return .unknownSigner
      default: break
      }
      if isFirst, let text = unsafe ERR_reason_error_string(code) {
        reason = unsafe String(cString: text)
      }
      isFirst = false
    }
  }

  /// A time in whole seconds since 1970.
  @unsafe
  static func seconds(of time: UnsafePointer<ASN1_TIME>?) -> Int64? {
    let epoch = unsafe ASN1_TIME_set(nil, 0)
    defer { unsafe ASN1_STRING_free(epoch) }
    var days: Int32 = 0
    var seconds: Int32 = 0
    guard unsafe ASN1_TIME_diff(&days, &seconds, epoch, time) == 1 else { return nil }
    return Int64(days) * 86_400 + Int64(seconds)
  }
}

extension TokenHandle.Information {
  /// Reads a TSTInfo (RFC 3161 §2.4.2).
  @unsafe
  fileprivate init(_ info: OpaquePointer) throws(RFC3161Error) {
    guard unsafe TS_TST_INFO_get_version(info) == 1 else { throw .malformed }
    imprint = try unsafe Self.imprint(TS_TST_INFO_get_msg_imprint(info))
    guard let time = unsafe Self.milliseconds(TS_TST_INFO_get_time(info)),
      let serial = unsafe Self.bytes(TS_TST_INFO_get_serial(info)),
      serial.count <= TokenHandle.serialByteCountMax,
      let policy = unsafe Self.text(TS_TST_INFO_get_policy_id(info))
    else { throw .malformed }
    milliseconds = time
    self.serial = serial
    self.policy = policy
    nonce = unsafe Self.bytes(TS_TST_INFO_get_nonce(info))
    accuracy = try unsafe Self.accuracy(TS_TST_INFO_get_accuracy(info))
  }

  @unsafe
  private static func imprint(_ imprint: OpaquePointer?) throws(RFC3161Error) -> MessageImprint {
    var object: OpaquePointer?
    guard let algorithm = unsafe TS_MSG_IMPRINT_get_algo(imprint),
      let digest = unsafe bytes(TS_MSG_IMPRINT_get_msg(imprint))
    else { throw .malformed }
    unsafe X509_ALGOR_get0(&object, nil, nil, algorithm)
    let kind: MessageImprint.Algorithm
    switch unsafe OBJ_obj2nid(object) {
    case NID_sha256: kind = .sha256
    case NID_sha384: kind = .sha384
    case NID_sha512: kind = .sha512
    default: throw .unsupportedDigest
    }
    guard digest.count == kind.byteCount else { throw .malformed }
    return MessageImprint(kind, digest: digest)
  }

  /// RFC 3161 §2.4.2: `YYYYMMDDhhmmss[.s...]Z`, in UTC, with a fraction where there is one.
  @unsafe
  private static func milliseconds(_ time: UnsafePointer<ASN1_GENERALIZEDTIME>?) -> Int64? {
    guard let text = unsafe bytes(time), text.last == UInt8(ascii: "Z"), text.count >= 15,
      text.count <= 32, text[..<14].allSatisfy(isDigit),
      let seconds = unsafe TokenHandle.seconds(of: time)
    else { return nil }
    let rest = text[14..<text.count - 1]
    guard
      rest.isEmpty
        || rest.count > 1 && rest.first == UInt8(ascii: ".") && rest.dropFirst().allSatisfy(isDigit)
    else { return nil }
    let digits = Array(rest.dropFirst().prefix(3)) + [0x30, 0x30, 0x30]
    return seconds * 1000 + digits[..<3].reduce(0) { $0 * 10 + Int64($1 - 0x30) }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  /// RFC 3161 §2.4.2: seconds, milliseconds and microseconds, each optional.
  @unsafe
  private static func accuracy(_ accuracy: OpaquePointer?) throws(RFC3161Error) -> Duration? {
    guard let accuracy = unsafe accuracy else { return nil }
    let seconds = try unsafe number(TS_ACCURACY_get_seconds(accuracy), atMost: 1 << 40)
    let milliseconds = try unsafe number(TS_ACCURACY_get_millis(accuracy), atMost: 999)
    let microseconds = try unsafe number(TS_ACCURACY_get_micros(accuracy), atMost: 999)
    return .seconds(seconds) + .milliseconds(milliseconds) + .microseconds(microseconds)
  }

  @unsafe
  private static func number(
    _ integer: UnsafePointer<ASN1_INTEGER>?,
    atMost limit: Int64
  ) throws(RFC3161Error) -> Int64 {
    guard let integer = unsafe integer else { return 0 }
    var value: Int64 = 0
    guard unsafe ASN1_INTEGER_get_int64(&value, integer) == 1, (0...limit).contains(value) else {
      throw .malformed
    }
    return value
  }

  /// The contents of a string, or the digits of a number; a negative number is none.
  @unsafe
  private static func bytes(_ string: UnsafePointer<ASN1_STRING>?) -> [UInt8]? {
    guard let string = unsafe string, unsafe ASN1_STRING_type(string) & V_ASN1_NEG == 0 else {
      return nil
    }
    return unsafe Array(
      UnsafeBufferPointer(
        start: ASN1_STRING_get0_data(string),
        count: Int(ASN1_STRING_length(string))
      )
    )
  }

  @unsafe
  private static func text(_ object: OpaquePointer?) -> String? {
    var text = [CChar](repeating: 0, count: TokenHandle.policyByteCountMax)
    let count = unsafe OBJ_obj2txt(&text, Int32(text.count), object, 1)
    guard count > 0, count < text.count else { return nil }
    return String(decoding: text.prefix(Int(count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

extension Int64 {
  /// Divides and rounds towards the past.
  fileprivate func floored(by divisor: Int64) -> Int64 {
    self / divisor - (self % divisor < 0 ? 1 : 0)
  }
}
