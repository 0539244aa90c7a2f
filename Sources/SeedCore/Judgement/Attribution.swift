import SeedAuth

/// Who sent a message (`docs/flow.md`): the first of aligned, platform, reported, claimed.
public enum Attribution {
  /// The sender that the facts show.
  public static func sender(of facts: MessageFacts) -> Sender {
    guard let author = facts.author else { return Sender(domain: "", status: .none) }
    let domain =
      author.organizationalDomain.isEmpty ? author.domain : author.organizationalDomain
    let report = facts.authentication
    let platform = facts.otherVerifiedDomains.first
    if report.dkim.contains(where: \.authenticatesAuthor)
      || report.spf.map({ $0.result == .pass && $0.aligned }) == true
    {
      return Sender(domain: domain, status: .aligned, platform: platform)
    }
    if let platform { return Sender(domain: domain, status: .platform, platform: platform) }
    if isReported(author, in: report) { return Sender(domain: domain, status: .reported) }
    return Sender(domain: domain, status: .claimed)
  }

  /// Whether a trusted field says that DKIM, SPF or DMARC passed for From's organizational domain.
  private static func isReported(
    _ author: MessageFacts.Author,
    in report: AuthenticationReport
  ) -> Bool {
    report.authenticationResults.contains { field in
      field.trusted
        && field.results.contains { statement in
          guard statement.result == "pass" else { return false }
          let names: Set<String> =
            switch statement.method {
            case "dkim": ["header.d"]
            case "spf": ["smtp.mailfrom", "smtp.mfrom"]
            case "dmarc": ["header.from"]
            default: []
            }
          return statement.properties.contains { property in
            guard names.contains(property.name) else { return false }
            let domain = property.value.split(separator: "@").last.map { $0.lowercased() } ?? ""
            return author.sharesOrganization(with: domain)
          }
        }
    }
  }
}

extension MessageFacts.Author {
  /// Whether `other` is the organizational domain of From or lies below it.
  func sharesOrganization(with other: String) -> Bool {
    let own = organizationalDomain.isEmpty ? domain : organizationalDomain
    return !own.isEmpty && (other == own || other.hasSuffix("." + own))
  }
}

extension DKIMResult {
  /// Whether the signature verified when the message arrived, for From's organizational domain, and
  /// covers all that a reader may be shown: every From field, and the whole body.
  ///
  /// What lies past `l=` may be anybody's: a message that was signed with `l=0` could be filled with
  /// what its sender never wrote.
  var authenticatesAuthor: Bool {
    atArrival == .pass && aligned && coversEveryFrom && leavesBodyUnsigned != true
  }
}
