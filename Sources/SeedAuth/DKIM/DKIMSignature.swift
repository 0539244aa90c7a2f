public import SeedMail

/// What a DKIM-Signature field says (RFC 6376 §3.5), or an ARC-Message-Signature (RFC 8617 §4.1.2).
public struct DKIMSignature: Sendable, Hashable {
  /// The most names in `h=`; a signature with more is refused.
  public static let signedFieldCountMax = 256

  /// How it is signed (`a=`).
  public enum Algorithm: String, Sendable, Hashable {
    case rsaSHA1 = "rsa-sha1"
    case rsaSHA256 = "rsa-sha256"
    case ed25519SHA256 = "ed25519-sha256"
  }

  /// Which field it stands in.
  enum Kind { case dkim, arc }

  /// `a=`.
  public let algorithm: Algorithm
  /// `d=` and `s=`, in lower-case A-labels.
  public let domain: String, selector: String
  /// The domain of `i=`, in lower-case A-labels; `d=` where there is none.
  public let identityDomain: String
  /// `c=`.
  public let headerCanonicalization: Canonicalization, bodyCanonicalization: Canonicalization
  /// `b=` and `bh=`.
  public let signature: [UInt8], bodyHash: [UInt8]
  /// `h=`, in lower case, in order.
  public let signedFields: [String]
  /// `l=`, in bytes of the canonicalized body; `nil` where the whole body is signed.
  public let bodyLengthLimit: Int?
  /// `t=` and `x=`.
  public let signedAt: Timestamp?, expiresAt: Timestamp?
  /// Where the value of `b=` lies in the message, with the white space around it.
  let signatureRange: Range<Int>

  init(_ tags: SignatureTags, _ kind: Kind) throws(SignatureFault) {
    // RFC 6376 §3.5: v= is required, and is 1. RFC 8617 §4.1.2: ARC has none.
    if kind == .dkim, try tags.word("v") != "1" { throw .syntax("v= is not 1") }
    domain = try tags.domain("d", labelCountMin: 2)
    selector = try tags.domain("s", labelCountMin: 1)
    algorithm = try Self.algorithm(tags)
    (headerCanonicalization, bodyCanonicalization) = try Self.canonicalizations(tags, kind)
    signature = try tags.base64("b")
    signatureRange = tags.paddedRange("b") ?? 0..<0
    bodyHash = try tags.base64("bh")
    guard bodyHash.count == (algorithm == .rsaSHA1 ? 20 : 32) else {
      throw .syntax("bh= has the wrong length")
    }
    signedFields = try Self.signedFields(tags, kind)
    identityDomain = kind == .dkim ? try Self.identityDomain(tags, of: domain) : domain
    bodyLengthLimit = try tags.number("l").map { Int(clamping: $0) }
    // RFC 6376 §3.5: query methods that are not known are ignored.
    if let methods = try tags.words("q"), !methods.contains("dns/txt") {
      throw .syntax("q= names no known method")
    }
    let signed = try tags.number("t")
    let expires = try tags.number("x")
    // RFC 6376 §3.5: the value of x= is greater than that of t=.
    if let signed, let expires, expires <= signed { throw .syntax("x= is not after t=") }
    signedAt = signed.map(Timestamp.init(seconds:))
    expiresAt = expires.map(Timestamp.init(seconds:))
  }

  /// Where the public key is published (RFC 6376 §3.6.2.1).
  public var keyName: String { "\(selector)._domainkey.\(domain)" }

  /// `a=`, of this or any signature.
  static func algorithm(_ tags: SignatureTags) throws(SignatureFault) -> Algorithm {
    guard let word = try tags.word("a") else { throw .syntax("a= is missing") }
    guard let algorithm = Algorithm(rawValue: word) else {
      throw .syntax("a= is an unknown algorithm")
    }
    return algorithm
  }
}

extension DKIMSignature {
  /// RFC 6376 §3.5: both are simple by default, and the body's where only the header's is named.
  ///
  /// Deviates from RFC 8617 §4.1.2: without `c=` both are relaxed, as other ARC software has it.
  private static func canonicalizations(
    _ tags: SignatureTags,
    _ kind: Kind
  ) throws(SignatureFault) -> (Canonicalization, Canonicalization) {
    guard let word = try tags.word("c") else {
      return kind == .dkim ? (.simple, .simple) : (.relaxed, .relaxed)
    }
    let words = word.split(separator: "/", omittingEmptySubsequences: false)
    var found: [Canonicalization] = []
    for word in words {
      guard let canonicalization = Canonicalization(rawValue: String(word)), found.count < 2 else {
        throw .syntax("c= is an unknown canonicalization")
      }
      found.append(canonicalization)
    }
    return (found.first ?? .simple, found.count == 2 ? found[1] : .simple)
  }

  private static func signedFields(
    _ tags: SignatureTags,
    _ kind: Kind
  ) throws(SignatureFault) -> [String] {
    guard let names = try tags.words("h") else { throw .syntax("h= is missing") }
    guard names.count <= signedFieldCountMax else { throw .syntax("h= has too many names") }
    switch kind {
    // RFC 6376 §5.4: the From field is always signed.
    case .dkim where !names.contains("from"): throw .permanent("h= leaves From unsigned")
    // RFC 8617 §4.1.2: seals are never signed by this field.
    case .arc where names.contains("arc-seal"): throw .syntax("h= names a seal")
    default: return names
    }
  }

  /// RFC 6376 §3.5: the domain of i= is that of d= or lies below it.
  private static func identityDomain(
    _ tags: SignatureTags,
    of domain: String
  ) throws(SignatureFault) -> String {
    guard let value = tags.value("i") else { return domain }
    guard let decoded = decodedQuotedPrintable(value),
      let at = decoded.lastIndex(of: UInt8(ascii: "@")),
      let identity = SignatureTags.domain(decoded[(at + 1)...])
    else { throw .syntax("i= is no identity") }
    guard identity == domain || identity.hasSuffix("." + domain) else {
      throw .permanent("i= is not within d=")
    }
    return identity
  }

  /// RFC 6376 §2.11: `=` and two digits stand for a byte, and white space for nothing.
  private static func decodedQuotedPrintable(_ value: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    var output: [UInt8] = []
    var rest = value
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "=") {
        guard let high = rest.popFirst()?.hexValue, let low = rest.popFirst()?.hexValue else {
          return nil
        }
        output.append(high << 4 | low)
      } else if byte > 0x20 {
        output.append(byte)
      }
    }
    return output[...]
  }
}

extension UInt8 {
  fileprivate var hexValue: UInt8? {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
    case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
    case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}
