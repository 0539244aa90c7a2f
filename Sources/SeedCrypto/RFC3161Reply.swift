/// What an authority answered (RFC 3161 §2.4.2, TimeStampResp).
public enum RFC3161Reply: Sendable, Hashable {
  /// A token, which is still to be verified.
  case granted(RFC3161Token)
  /// No token, and the authority's reason; its text is from outside.
  case refused(status: Int, text: String)

  /// The most bytes an answer may have.
  public static let byteCountMax = RFC3161Token.byteCountMax + (1 << 12)
  private static let textByteCountMax = 256

  /// Reads the answer to a query.
  ///
  /// - Throws: ``RFC3161Error``.
  public init(parsing bytes: [UInt8], to query: RFC3161Query) throws(RFC3161Error) {
    self = try Self.parse(bytes)
    guard case .granted(let token) = self else { return }
    // RFC 3161 §2.4.2: a nonce that was sent has to come back.
    guard token.nonce == query.nonce, token.imprint == query.imprint else { throw .otherQuery }
  }

  /// Reads an answer to whatever query, as a `.tsr` file holds it.
  ///
  /// - Throws: ``RFC3161Error``.
  public init(parsing bytes: [UInt8]) throws(RFC3161Error) { self = try Self.parse(bytes) }

  private static func parse(_ bytes: [UInt8]) throws(RFC3161Error) -> RFC3161Reply {
    guard bytes.count <= byteCountMax else { throw .tooLong }
    let status: Int, text: String, token: [UInt8]
    do throws(CryptoError) {
      var input = DERReader(bytes)
      var reply = try input.enter(.sequence)
      guard input.isAtEnd else { throw .malformedKey }
      var information = try reply.enter(.sequence)
      let number = try information.read(.integer)
      guard number.count == 1, let first = number.first else { throw .malformedKey }
      status = Int(first)
      text = try Self.text(&information)
      token = Array(reply.rest)
    } catch { throw .malformed }
    // RFC 3161 §2.4.2: granted, or granted with modifications; with any other there is no token.
    guard status <= 1 else { return .refused(status: status, text: text) }
    return .granted(try RFC3161Token(parsing: token))
  }

  /// RFC 3161 §2.4.2: `statusString PKIFreeText OPTIONAL`, texts in UTF-8.
  private static func text(_ information: inout DERReader) throws(CryptoError) -> String {
    guard information.isNext(.sequence) else { return "" }
    var texts = try information.enter(.sequence)
    var text: [UInt8] = []
    while !texts.isAtEnd, text.count < textByteCountMax {
      text += (text.isEmpty ? [] : [0x20]) + (try texts.read(.utf8String))
    }
    return String(decoding: text.prefix(textByteCountMax), as: UTF8.self)
  }
}
