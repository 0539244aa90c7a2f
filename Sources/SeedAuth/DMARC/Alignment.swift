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
    let owner = owner(of: domain)
    let fromOwner = self.owner(of: fromDomain)
    guard let name = owner.name, let fromName = fromOwner.name else { return false }
    if name == fromName { return true }
    guard alignment == .relaxed, let organization = owner.organization else { return false }
    return organization == fromOwner.organization
  }
}
