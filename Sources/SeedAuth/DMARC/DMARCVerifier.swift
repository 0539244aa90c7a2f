/// Asks what From's domain wants of mail that is not authenticated as its own, and whether this
/// message is (RFC 9989; RFC 7489 in its named mode).
public struct DMARCVerifier: Sendable {
  /// The most questions of one walk up the tree (RFC 9989 §4.10).
  public static let treeWalkCountMax = 8

  private let resolver: any Resolver
  private let mode: DMARCResult.Mode
  private let publicSuffixes: PublicSuffixList

  /// Makes a verifier. The list decides only in the mode of RFC 7489.
  public init(
    resolver: any Resolver,
    mode: DMARCResult.Mode = .rfc9989,
    publicSuffixes: PublicSuffixList = .builtIn
  ) {
    self.resolver = resolver
    self.mode = mode
    self.publicSuffixes = publicSuffixes
  }

  /// The verdict for the one domain in From.
  ///
  /// DKIM counts by its verdicts at arrival: a signature that expired since was good when DMARC was
  /// due. An aligned signature or SPF check that DNS left open leaves DMARC open, too.
  public func verify(
    fromDomain: String,
    dkim: [DKIMResult],
    spf: SPFResult?
  ) async -> DMARCResult {
    guard let domain = publicSuffixes.owner(of: fromDomain).name else {
      return verdict(.none, fromDomain.lowercased(), "From's domain is no host name")
    }
    let discovery: Discovery
    do throws(LookupFailure) {
      discovery = try await discover(domain)
    } catch {
      return verdict(.temperror, domain, "no answer for _dmarc.\(error.name)")
    }
    guard let found = discovery.policyRecord else {
      return verdict(.none, discovery.organizationalDomain, "no DMARC record")
    }
    let record = found.record
    // RFC 9989 §4.10.1: a record with a malformed policy counts as "none" where it asks for
    // reports, and not at all where it doesn't. In RFC 7489 §6.6.3 the same holds for a missing "p".
    let lacksPolicy = record.hasMalformedPolicy || (mode == .rfc7489 && record.policy == nil)
    guard !lacksPolicy || record.hasReportAddress else {
      return verdict(
        .none,
        discovery.organizationalDomain,
        "the DMARC record of \(found.name) has no policy"
      )
    }
    let identifiers =
      dkim.map { Identifier($0.domain, $0.atArrival, record.dkimAlignment, "DKIM") }
      + (spf.map { [Identifier($0.domain, $0.result, record.spfAlignment, "SPF")] } ?? [])
    var isOpen: String?
    for identifier in identifiers
    where identifier.result == .pass || identifier.result == .temperror {
      switch await isAligned(identifier, domain, discovery) {
      case false?: continue
      case true? where identifier.result == .pass:
        return verdict(
          .pass,
          discovery.organizationalDomain,
          "\(identifier.method) of \(identifier.domain) is aligned",
          policy(of: record, at: found.name, for: domain, exists: true, lacksPolicy)
        )
      default: isOpen = identifier.domain
      }
    }
    var exists = true
    if found.name != domain, record.nonexistentPolicy != nil {
      // RFC 9989 §3.2.13: a domain doesn't exist where its name is answered by NXDOMAIN.
      let answer = await resolver.resolve(domain, .a)
      if answer.isTemporaryFailure { isOpen = domain }
      exists = answer.status != .nxdomain
    }
    let policy = policy(of: record, at: found.name, for: domain, exists: exists, lacksPolicy)
    if let isOpen {
      return verdict(
        .temperror,
        discovery.organizationalDomain,
        "no answer about \(isOpen)",
        policy
      )
    }
    return verdict(.fail, discovery.organizationalDomain, "no aligned domain is verified", policy)
  }
}

extension DMARCVerifier {
  private struct Identifier {
    let domain: String, result: AuthenticationResult, alignment: Alignment, method: String

    init(
      _ domain: String,
      _ result: AuthenticationResult,
      _ alignment: Alignment,
      _ method: String
    ) {
      self.domain = domain
      self.result = result
      self.alignment = alignment
      self.method = method
    }
  }

  /// A record, and the domain that published it.
  private struct Published {
    let name: String
    let record: DMARCRecord
  }

  private struct Discovery {
    let organizationalDomain: String
    let policyRecord: Published?
    /// Whether DNS answered all the way up; where it didn't, the organizational domain is not known.
    var isComplete = true
  }

  private struct LookupFailure: Error { let name: String }

  private func verdict(
    _ result: AuthenticationResult,
    _ organizationalDomain: String,
    _ reason: String,
    _ policy: DMARCResult.Policy? = nil
  ) -> DMARCResult {
    DMARCResult(
      result: result,
      organizationalDomain: organizationalDomain,
      policy: policy,
      mode: mode,
      reason: reason
    )
  }

  // RFC 9989 §4.7, "p", "sp", "np" and "t".
  private func policy(
    of record: DMARCRecord,
    at name: String,
    for domain: String,
    exists: Bool,
    _ lacksPolicy: Bool
  ) -> DMARCResult.Policy {
    guard !lacksPolicy else { return .none }
    var policy = record.policy ?? .none
    if name != domain {
      policy = record.subdomainPolicy ?? policy
      if !exists, mode == .rfc9989 { policy = record.nonexistentPolicy ?? policy }
    }
    // A "pct" of 0 was RFC 7489's way to say "t=y"; other values choose among messages by chance,
    // which says nothing about a single one.
    let isLowered = mode == .rfc9989 ? record.isTesting : record.percentage == 0
    guard isLowered else { return policy }
    return policy == .reject ? .quarantine : .none
  }

  /// Whether an identifier is aligned; `nil` where DNS doesn't say.
  private func isAligned(
    _ identifier: Identifier,
    _ domain: String,
    _ discovery: Discovery
  ) async -> Bool? {
    guard let other = publicSuffixes.owner(of: identifier.domain).name else { return false }
    if other == domain { return true }
    guard identifier.alignment == .relaxed else { return false }
    if mode == .rfc7489 { return publicSuffixes.isAligned(other, with: domain) }
    guard discovery.isComplete else { return nil }
    let organizationalDomain = discovery.organizationalDomain
    // An organizational domain lies above its names, so others need no walk.
    guard other == organizationalDomain || other.hasSuffix("." + organizationalDomain) else {
      return false
    }
    do throws(LookupFailure) {
      return Self.organizationalDomain(of: other, try await walk(other)) == organizationalDomain
    } catch {
      return nil
    }
  }

  private func discover(_ domain: String) async throws(LookupFailure) -> Discovery {
    switch mode {
    case .rfc7489:
      let organization = publicSuffixes.organizationalDomain(of: domain) ?? domain
      var found = try await record(at: domain)
      if found == nil, organization != domain { found = try await record(at: organization) }
      return Discovery(organizationalDomain: organization, policyRecord: found)
    case .rfc9989:
      let found: [Published]
      do throws(LookupFailure) {
        found = try await walk(domain)
      } catch {
        // RFC 9989 §4.10.2: a domain with a record is its own organizational domain for what is the
        // same domain, and no walk is needed.
        guard let own = try await record(at: domain) else { throw error }
        return Discovery(organizationalDomain: domain, policyRecord: own, isComplete: false)
      }
      let organization = Self.organizationalDomain(of: domain, found)
      // RFC 9989 §4.10.1: the domain's own record, then the organizational domain's, then that of
      // the public suffix above it, which is the last one where a walk ends.
      let record =
        found.first { $0.name == domain } ?? found.first { $0.name == organization }
        ?? found.last { $0.record.publicSuffixDomain == .yes }
      return Discovery(organizationalDomain: organization, policyRecord: record)
    }
  }

  // RFC 9989 §4.10: the domain itself, then at most its last seven labels, one fewer each time.
  private func walk(_ domain: String) async throws(LookupFailure) -> [Published] {
    var found: [Published] = []
    var name = domain[...]
    for _ in 0..<Self.treeWalkCountMax where !name.isEmpty {
      if let published = try await record(at: String(name)) {
        found.append(published)
        if published.record.publicSuffixDomain != .unknown { break }
      }
      var dots = name.utf8.indices.filter { name.utf8[$0] == UInt8(ascii: ".") }[...]
      dots = dots.suffix(Self.treeWalkCountMax - 1)
      guard let dot = dots.first else { break }
      name = name[name.utf8.index(after: dot)...]
    }
    return found
  }

  // RFC 9989 §4.10.2.
  private static func organizationalDomain(of domain: String, _ found: [Published]) -> String {
    for published in found {
      switch published.record.publicSuffixDomain {
      case .no: return published.name
      case .yes where published.name != domain:
        let depth = published.name.split(separator: ".").count
        return domain.split(separator: ".").suffix(depth + 1).joined(separator: ".")
      default: continue
      }
    }
    return found.last?.name ?? domain
  }

  // RFC 9989 §4.10: what is no DMARC record is passed over, and several cancel each other out.
  private func record(at name: String) async throws(LookupFailure) -> Published? {
    let answer = await resolver.resolve("_dmarc." + name, .txt)
    guard !answer.isTemporaryFailure else { throw LookupFailure(name: name) }
    let records = answer.texts.compactMap { try? DMARCRecord.remembered($0) }
    guard records.count == 1, let record = records.first else { return nil }
    return Published(name: name, record: record)
  }
}
