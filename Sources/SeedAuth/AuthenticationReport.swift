public import SeedMail

/// A result word of RFC 8601 §2.7.
public enum AuthenticationResult: String, Sendable, Hashable, Codable, CaseIterable {
  case none, pass, fail, policy, neutral, softfail, temperror, permerror
}

/// What authenticates one message, in the words of RFC 8601.
///
/// It holds what a judgement needs and nothing that must be looked up again, so that it can be kept
/// with a sighting and judged again years later.
public struct AuthenticationReport: Sendable, Hashable, Codable {
  /// One entry for each DKIM signature, from top to bottom.
  public var dkim: [DKIMResult]
  /// SPF for the host that handed the message to the own MTA; `nil` where that host is unknown.
  public var spf: SPFResult?
  /// DMARC for the domain of From; `nil` where From names no single domain.
  public var dmarc: DMARCResult?
  /// The ARC chain; `nil` where there is none.
  public var arc: ARCResult?
  /// The `Authentication-Results` fields, from top to bottom, with whether each is to be believed.
  public var authenticationResults: [ReportedAuthentication]

  /// Makes a report; an empty one says that nothing was looked at.
  public init(
    dkim: [DKIMResult] = [],
    spf: SPFResult? = nil,
    dmarc: DMARCResult? = nil,
    arc: ARCResult? = nil,
    authenticationResults: [ReportedAuthentication] = []
  ) {
    self.dkim = dkim
    self.spf = spf
    self.dmarc = dmarc
    self.arc = arc
    self.authenticationResults = authenticationResults
  }

  /// Whether a verdict is missing because DNS failed, so that it is worth asking again.
  public var isPending: Bool {
    dkim.contains { $0.result == .temperror } || spf?.result == .temperror
      || dmarc?.result == .temperror
  }
}

/// The verdict on one DKIM signature (RFC 6376).
public struct DKIMResult: Sendable, Hashable, Codable {
  /// The signing domain (`d=`), in lower case, as A-labels.
  public var domain: String
  /// The selector (`s=`).
  public var selector: String
  /// The algorithm (`a=`), such as `rsa-sha256`.
  public var algorithm: String
  /// The size of the key in bits; 0 where no key was found.
  public var keyBits: Int
  /// The verdict for now.
  public var result: AuthenticationResult
  /// The verdict for the time at which the message arrived: an expired `x=` counts from then on.
  public var atArrival: AuthenticationResult
  /// Why, in a few plain words.
  public var reason: String
  /// Whether `domain` and From's domain have the same organizational domain.
  public var aligned: Bool
  /// The names in `h=`, in lower case, in order.
  public var signedFields: [String]
  /// `l=`, in bytes of the canonicalized body; `nil` where the whole body is signed.
  public var bodyLengthLimit: Int?
  /// Whether the key record says `t=y`: its owner is only testing.
  public var isTesting: Bool
  /// `t=` and `x=`.
  public var signedAt: Timestamp?, expiresAt: Timestamp?
  /// How the body was canonicalized; `nil` where the signature can't be read.
  public var bodyCanonicalization: Canonicalization?
  /// Whether the body hash matched, where it was computed: a signature can fail by the body alone.
  public var bodyHashMatches: Bool?
  /// Whether the signature over the header matched, where there was a key to verify it with.
  public var headerSignatureMatches: Bool?
  /// Whether bytes of the body lie past `l=`, which anybody may have put there; `nil` in verdicts from
  /// before that was looked at.
  public var leavesBodyUnsigned: Bool?
  /// Whether every From field is signed: one that is not may have been put above by anybody.
  public var coversEveryFrom: Bool
  /// Whether `x=` had passed when the message arrived.
  public var hadExpired: Bool
  /// Whether the key was absent or revoked when it was looked up.
  public var isKeyWithdrawn: Bool
  /// SHA-256 of the public key as published; empty where no key was found.
  public var keyDigest: [UInt8]

  /// Makes a verdict.
  public init(
    domain: String,
    selector: String = "",
    algorithm: String = "",
    keyBits: Int = 0,
    result: AuthenticationResult,
    atArrival: AuthenticationResult,
    reason: String = "",
    aligned: Bool = false,
    signedFields: [String] = [],
    bodyLengthLimit: Int? = nil,
    isTesting: Bool = false,
    signedAt: Timestamp? = nil,
    expiresAt: Timestamp? = nil,
    bodyCanonicalization: Canonicalization? = nil,
    bodyHashMatches: Bool? = nil,
    headerSignatureMatches: Bool? = nil,
    leavesBodyUnsigned: Bool? = nil,
    coversEveryFrom: Bool = false,
    hadExpired: Bool = false,
    isKeyWithdrawn: Bool = false,
    keyDigest: [UInt8] = []
  ) {
    self.domain = domain
    self.selector = selector
    self.algorithm = algorithm
    self.keyBits = keyBits
    self.result = result
    self.atArrival = atArrival
    self.reason = reason
    self.aligned = aligned
    self.signedFields = signedFields
    self.bodyLengthLimit = bodyLengthLimit
    self.isTesting = isTesting
    self.signedAt = signedAt
    self.expiresAt = expiresAt
    self.bodyCanonicalization = bodyCanonicalization
    self.bodyHashMatches = bodyHashMatches
    self.headerSignatureMatches = headerSignatureMatches
    self.leavesBodyUnsigned = leavesBodyUnsigned
    self.coversEveryFrom = coversEveryFrom
    self.hadExpired = hadExpired
    self.isKeyWithdrawn = isKeyWithdrawn
    self.keyDigest = keyDigest
  }
}

extension DKIMResult {
  /// Whether nothing that the signature covers was changed, whatever the verdict says of its key, its
  /// age and what it leaves unsigned.
  public var isIntact: Bool { bodyHashMatches == true && headerSignatureMatches == true }
}

/// The verdict of SPF (RFC 7208).
public struct SPFResult: Sendable, Hashable, Codable {
  /// Which identity was checked.
  public enum Scope: String, Sendable, Hashable, Codable { case mailFrom = "mfrom", helo }
  /// The verdict.
  public var result: AuthenticationResult
  /// The domain that was checked.
  public var domain: String
  /// Which identity it came from.
  public var scope: Scope
  /// The `exp=` text of a `fail`, or why there is an error; empty where there is none.
  public var explanation: String
  /// Whether `domain` and From's domain have the same organizational domain.
  public var aligned: Bool

  /// Makes a verdict.
  public init(
    result: AuthenticationResult,
    domain: String,
    scope: Scope,
    explanation: String = "",
    aligned: Bool = false
  ) {
    self.result = result
    self.domain = domain
    self.scope = scope
    self.explanation = explanation
    self.aligned = aligned
  }
}

/// The verdict of DMARC (RFC 9989, or RFC 7489 in its named mode).
public struct DMARCResult: Sendable, Hashable, Codable {
  /// How the organizational domain is found.
  public enum Mode: String, Sendable, Hashable, Codable, CaseIterable { case rfc9989, rfc7489 }
  /// What the domain's owner asks receivers to do with mail that fails.
  public enum Policy: String, Sendable, Hashable, Codable { case none, quarantine, reject }
  /// The verdict.
  public var result: AuthenticationResult
  /// From's organizational domain.
  public var organizationalDomain: String
  /// The policy that applies; `nil` where no record was found.
  public var policy: Policy?
  /// How the organizational domain was found.
  public var mode: Mode
  /// Why, in a few plain words.
  public var reason: String

  /// Makes a verdict.
  public init(
    result: AuthenticationResult,
    organizationalDomain: String,
    policy: Policy?,
    mode: Mode,
    reason: String = ""
  ) {
    self.result = result
    self.organizationalDomain = organizationalDomain
    self.policy = policy
    self.mode = mode
    self.reason = reason
  }
}

/// The verdict on a chain of ARC sets (RFC 8617).
public struct ARCResult: Sendable, Hashable, Codable {
  /// The chain's validation status: `pass`, `fail` or `none`; `temperror` where DNS failed.
  public var result: AuthenticationResult
  /// The sealers' domains, from the first instance to the last.
  public var sealers: [String]
  /// Why, in a few plain words.
  public var reason: String
  /// Whether the chain passes and the operator trusts every sealer.
  public var isTrusted: Bool

  /// Makes a verdict.
  public init(
    result: AuthenticationResult,
    sealers: [String],
    reason: String = "",
    isTrusted: Bool = false
  ) {
    self.result = result
    self.sealers = sealers
    self.reason = reason
    self.isTrusted = isTrusted
  }
}

/// One `Authentication-Results` field (RFC 8601), and whether it may be believed.
public struct ReportedAuthentication: Sendable, Hashable, Codable {
  /// One statement of the field, such as `dkim=pass header.d=example.org`.
  public struct Statement: Sendable, Hashable, Codable {
    /// The method, in lower case: `dkim`, `spf`, `dmarc`, `arc`, `auth`, `iprev`.
    public var method: String
    /// The result word, in lower case, as it was written.
    public var result: String
    /// `ptype.property` and value, in order: `header.d` and `example.org`.
    public var properties: [Property]
    /// The `reason=` text; empty where there is none.
    public var reason: String

    /// Makes a statement.
    public init(method: String, result: String, properties: [Property], reason: String = "") {
      self.method = method
      self.result = result
      self.properties = properties
      self.reason = reason
    }
  }

  /// A property of a statement.
  public struct Property: Sendable, Hashable, Codable {
    /// `ptype.property`, in lower case: `smtp.mailfrom`.
    public var name: String
    /// Its value, unquoted.
    public var value: String

    /// Makes a property.
    public init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  /// The authserv-id that wrote the field, in lower case.
  public var authserv: String
  /// Whether that id is trusted, and the field stands where only the own MTA can have put it.
  public var trusted: Bool
  /// What it states.
  public var results: [Statement]

  /// Makes the contents of a field.
  public init(authserv: String, trusted: Bool, results: [Statement]) {
    self.authserv = authserv
    self.trusted = trusted
    self.results = results
  }
}
