/// How alike an authenticated domain and From's must be (RFC 9989 §4.4).
public enum Alignment: String, Sendable, Hashable, Codable {
  /// They have the same organizational domain.
  case relaxed = "r"
  /// They are the same.
  case strict = "s"
}

extension PublicSuffixList {
  /// Whether `domain` is aligned with `fromDomain`, by this list.
  ///
  /// What is no host name is aligned with nothing; a public suffix is only with itself.
  public func isAligned(
    _ domain: String,
    with fromDomain: String,
    _ alignment: Alignment = .relaxed
  ) -> Bool {
    guard let domain = Self.normalized(domain), let fromDomain = Self.normalized(fromDomain) else {
      return false
    }
    if domain == fromDomain { return true }
    guard alignment == .relaxed, let organization = organizationalDomain(of: domain) else {
      return false
    }
    return organization == organizationalDomain(of: fromDomain)
  }
}
