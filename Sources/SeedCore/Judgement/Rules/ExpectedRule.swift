import SeedAuth
import SeedMail

/// The organisation itself, or somebody who writes for it, authenticated.
enum ExpectedRule {
  static func apply(_ context: JudgementContext) -> Verdict? {
    guard let organisation = context.organisation else { return nil }
    if let entry = context.authorEntry, entry.role.isExpected {
      if context.sender.status.isAuthenticated {
        return expected(
          context,
          "\(entry.domain) is entered as \(entry.role.words) of \(organisation.name)."
        )
      }
      if let signer = signingProcessor(of: organisation, context) {
        return expected(context, "From names \(entry.domain), and \(signer) signed the message.")
      }
      return nil
    }
    return learned(context, organisation)
  }

  /// A processor that verifiably sent the message, for a sentence; `nil` where none did.
  ///
  /// The register names it by the domain that signed or one above it, or, where it is a platform that
  /// signs with several domains, by any of them.
  private static func signingProcessor(
    of organisation: Organisation,
    _ context: JudgementContext
  ) -> String? {
    guard context.sender.status == .platform else { return nil }
    let processor = context.facts.verifiedSigners.lazy
      .compactMap { organisation.entry(covering: $0, at: context.arrivedAt) }
      .first { $0.role == .processor }
    if let processor {
      return "\(processor.domain), entered as a processor of \(organisation.name),"
    }
    for platform in context.facts.platforms ?? [] where platform.evidence == .signature {
      let entry = organisation.domains.first {
        $0.role == .processor && $0.isValid(at: context.arrivedAt)
          && platform.domains.contains($0.domain)
      }
      if let entry {
        return
          "\(platform.name), whose \(entry.domain) is entered as a processor of \(organisation.name),"
      }
    }
    return nil
  }

  private static func learned(
    _ context: JudgementContext,
    _ organisation: Organisation
  ) -> Verdict? {
    guard context.wouldLearn else { return nil }
    return Verdict(
      .expected,
      reasons: [
        context.senderReason,
        "It is the first authenticated sender inside the seed's learning window, so \(context.sender.domain) was learned as a domain of \(organisation.name); approve or revoke it.",
      ]
    )
  }

  private static func expected(_ context: JudgementContext, _ why: String) -> Verdict {
    var reasons = [context.senderReason, why]
    if !context.hasBaseline {
      reasons.append(
        "It is the first such message: it shows that the organisation held the address."
      )
    }
    if let imprint = context.facts.imprints.first {
      reasons.append(
        "Proposed for review as outside the purpose: the body carries a digital imprint (\"\(imprint)\")."
      )
    }
    return Verdict(.expected, reasons: reasons)
  }
}

extension MessageFacts {
  /// The domains for which a signature verified that isn't From's: their organizational domains, and
  /// the domains themselves, since a platform's customer may have one below the platform's.
  fileprivate var verifiedSigners: [String] {
    otherVerifiedDomains
      + authentication.dkim.filter { $0.atArrival == .pass && !$0.aligned }.map(\.domain)
  }
}

extension JudgementContext {
  /// Whether the sender would be learned as the organisation's own: the seed has a learning window
  /// that is open, nobody authenticated has been taken for the organisation yet, and no entry of the
  /// register speaks of the sender.
  var wouldLearn: Bool {
    guard mayLearn, let learnUntil = seed.learnUntil, arrivedAt <= learnUntil, !hasBaseline,
      sender.status.isAuthenticated, authorEntry == nil, let organisation
    else { return false }
    return !organisation.domains.contains { $0.domain == sender.domain && $0.revokedAt != nil }
  }
}

extension OrganisationDomain.Role {
  /// The role for a sentence.
  var words: String {
    switch self {
    case .own: "a domain"
    case .processor: "a processor"
    case .joint: "a joint controller"
    case .successor: "a successor"
    case .affiliate: "an affiliate"
    }
  }
}
