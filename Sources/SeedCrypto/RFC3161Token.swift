/// Why bytes are no timestamp token that is taken here.
public enum RFC3161Error: Error, Hashable, Sendable {
  /// More than ``RFC3161Token/byteCountMax`` bytes.
  case tooLong
  /// It isn't the structure that RFC 3161 asks for.
  case malformed
  /// It is over a digest that isn't one of ``MessageImprint/Algorithm``.
  case unsupportedDigest
  /// It answers another query: the nonce or the imprint differ.
  case otherQuery
}

/// An authority's word that a message existed at a time (RFC 3161 §2.4.2, TimeStampToken).
///
/// What it says is to be believed only after ``verdict(on:trusting:chain:at:)``.
public struct RFC3161Token: Sendable, Hashable {
  /// The most bytes a token may have; without certificates it has under a kilobyte.
  public static let byteCountMax = 1 << 16

  /// The token in DER, as it came.
  public let bytes: [UInt8]
  /// What it is over.
  public let imprint: MessageImprint
  /// When it was made, as the authority says, in milliseconds since 1970.
  public let milliseconds: Int64
  /// How far the time may be off, where the authority says so.
  public let accuracy: Duration?
  /// The authority's number for it: a big-endian number.
  public let serial: [UInt8]
  /// The rules that it was made by: an object identifier in dotted form.
  public let policy: String
  /// The nonce of the query; `nil` where there was none.
  public let nonce: [UInt8]?

  /// Reads a token in DER.
  ///
  /// - Throws: ``RFC3161Error``.
  public init(parsing bytes: [UInt8]) throws(RFC3161Error) {
    guard bytes.count <= Self.byteCountMax else { throw .tooLong }
    let info = try TokenHandle.info(in: bytes)
    self.bytes = bytes
    imprint = info.imprint
    milliseconds = info.milliseconds
    accuracy = info.accuracy
    serial = info.serial
    policy = info.policy
    nonce = info.nonce
  }

  /// The certificates inside the token; none where it was asked for without.
  public var certificates: CertificateBundle { TokenHandle.certificates(in: bytes) }

  /// The token as an authority's answer (TimeStampResp), which is what a `.tsr` file holds
  /// (RFC 3161 §3.2).
  public var reply: [UInt8] {
    // PKIStatusInfo: granted.
    let contents = [0x30, 0x03, 0x02, 0x01, 0x00] + bytes
    let count = contents.count
    return [0x30, 0x83] + [16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) } + contents
  }
}

extension RFC3161Token {
  /// A token that was found good.
  public struct Verified: Sendable, Hashable {
    /// The certificates that it rests on: the authority's own first, the trusted one last.
    public let chain: CertificateBundle
    /// When the first of these certificates ends, in milliseconds since 1970; after that, the token
    /// stands as long as it is known to have been there before.
    public let expiresAt: Int64
  }

  /// Why a token isn't good.
  public enum Refusal: Error, Sendable, Hashable, CustomStringConvertible {
    /// It is over another message.
    case otherMessage
    /// The certificate that it names as its signer's is not among those at hand.
    case unknownSigner
    /// The signer's certificate doesn't hold at that time, leads to no trusted one, or isn't for
    /// timestamps.
    case certificate(String)
    /// The signature doesn't hold, or isn't made as RFC 3161 asks.
    case signature(String)

    /// What is wrong.
    public var description: String {
      switch self {
      case .otherMessage: "it is over another message"
      case .unknownSigner: "the certificate of its signer is not at hand"
      case .certificate(let reason): "its signer's certificate: \(reason)"
      case .signature(let reason): "its signature: \(reason)"
      }
    }
  }

  /// Whether a trusted authority stamped `message`.
  ///
  /// - Parameters:
  ///   - trusted: The authorities' certificates; self-signed ones are believed, others lead to them.
  ///   - chain: Certificates that came with the token, believed only where they lead to a trusted one.
  ///   - time: When the certificates must hold, in milliseconds since 1970; `nil`: when the token was
  ///     made. A certificate that has ended since is no reason to doubt what was signed before.
  public func verdict(
    on message: [UInt8],
    trusting trusted: CertificateBundle,
    chain: CertificateBundle = .empty,
    at time: Int64? = nil
  ) -> Result<Verified, Refusal> {
    guard MessageImprint(of: message, imprint.algorithm) == imprint else {
      return .failure(.otherMessage)
    }
    return TokenHandle.verify(
      bytes,
      trusted: trusted,
      // Those that aren't self-signed are of use on the way, too.
      untrusted: chain.union(trusted),
      at: time ?? milliseconds
    )
  }
}
