/// What is asked of a timestamp authority (RFC 3161 §2.4.1).
public struct RFC3161Query: Sendable, Hashable {
  private static let nonceByteCount = 8

  /// What is to be stamped.
  public let imprint: MessageImprint
  /// What makes the answer one to this very query.
  public let nonce: [UInt8]
  /// Whether the token is to hold the authority's certificates.
  ///
  /// A token that was asked for without them is smaller, and has nothing that strict verifiers refuse
  /// for its order.
  public let wantsCertificates: Bool

  /// A query with a random nonce.
  public init(_ imprint: MessageImprint, wantsCertificates: Bool = false) {
    var nonce = SecureRandom.bytes(Self.nonceByteCount)
    // A positive integer of this very length in DER.
    nonce[0] = nonce[0] & 0x7f | 0x40
    self.imprint = imprint
    self.nonce = nonce
    self.wantsCertificates = wantsCertificates
  }

  /// The query in DER, as it is sent.
  public var bytes: [UInt8] {
    let version = DER.value(0x02, [1])
    let message = DER.sequence(imprint.algorithm.identifier + DER.value(0x04, imprint.digest))
    // DER leaves a default value out, and FALSE is the default.
    let certReq = wantsCertificates ? DER.value(0x01, [0xff]) : []
    return DER.sequence(version + message + DER.value(0x02, nonce) + certReq)
  }
}
