public import SeedAuth
public import SeedCrypto

/// The keys that a verifier brings: what rests on them needs nobody's word in the bundle.
public struct BundleTrust: Sendable {
  /// Whose checkpoints are believed; `nil` for those that the bundle names.
  public var policy: TlogPolicy?
  /// The timestamp authorities that are believed; empty for those that the bundle names.
  public var authorities: CertificateBundle
  /// DKIM keys that are known from elsewhere, as answers to questions for TXT records.
  public var keys: [DNSAnswer]
  /// The keys of the DNS's root that are believed: IANA's.
  var anchors = RootAnchor.iana

  /// Brings keys; without any, everything rests on the bundle's own.
  public init(
    policy: TlogPolicy? = nil,
    authorities: CertificateBundle = .empty,
    keys: [DNSAnswer] = []
  ) {
    self.policy = policy
    self.authorities = authorities
    self.keys = keys
  }

  /// Whether nothing was brought.
  var isEmpty: Bool { policy == nil && authorities == .empty && keys.isEmpty }
}
