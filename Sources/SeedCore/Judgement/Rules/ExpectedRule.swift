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
      if let processor = processor(of: organisation, context) {
        return expected(
          context,
          "From names \(entry.domain), and \(processor.domain), entered as a processor of \(organisation.name), signed the message."
        )
      }
      return nil
    }
    return learned(context, organisation)
  }

  /// A platform that verifiably sent the message, and that the register names as a processor.
  private static func processor(
    of organisation: Organisation,
    _ context: JudgementContext
  ) -> OrganisationDomain? {
    guard context.sender.status == .platform else { return nil }
    return context.facts.otherVerifiedDomains.lazy
      .compactMap { organisation.entry(covering: $0, at: context.arrivedAt) }
      .first { $0.role == .processor }
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

extension JudgementContext {
  /// Whether the sender would be learned as the organisation's own: the seed has a learning window
  /// that is open, nobody authenticated has been taken for the organisation yet, and no entry of the
  /// register speaks of the sender.
  var wouldLearn: Bool {
    guard let learnUntil = seed.learnUntil, arrivedAt <= learnUntil, !hasBaseline,
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
