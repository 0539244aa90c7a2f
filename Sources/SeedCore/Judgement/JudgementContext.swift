public import SeedMail

/// Everything that a rule may look at: a judgement follows from this and from nothing else.
public struct JudgementContext: Sendable {
  /// The seed that was written to.
  public let seed: Seed
  /// The organisation that it was given to; `nil` for a control.
  public let organisation: Organisation?
  /// What the message says, and what authenticates it.
  public let facts: MessageFacts
  /// Who sent it.
  public let sender: Sender
  /// When it arrived.
  public let arrivedAt: Timestamp
  /// Whether an earlier message of the organisation was expected and authenticated.
  public let hasBaseline: Bool
  /// How long after a withdrawal of consent mail may still come.
  public let withdrawalGrace: Duration
  /// Whether a sender may be learned: only from mail as it arrives, and never from a revision.
  public let mayLearn: Bool
  /// Whether missing DNS answers are waited for no longer.
  public let isLastAttempt: Bool

  /// Makes a context.
  public init(
    seed: Seed,
    organisation: Organisation?,
    facts: MessageFacts,
    arrivedAt: Timestamp,
    hasBaseline: Bool,
    withdrawalGrace: Duration = .seconds(28 * 86_400),
    mayLearn: Bool = true,
    isLastAttempt: Bool = false
  ) {
    self.seed = seed
    self.organisation = organisation
    self.facts = facts
    sender = Attribution.sender(of: facts)
    self.arrivedAt = arrivedAt
    self.hasBaseline = hasBaseline
    self.withdrawalGrace = withdrawalGrace
    self.mayLearn = mayLearn
    self.isLastAttempt = isLastAttempt
  }

  /// The register's entry for From's domain at the time of arrival.
  var authorEntry: OrganisationDomain? {
    facts.author.flatMap { organisation?.entry(covering: $0.domain, at: arrivedAt) }
  }

  /// The organisation's name for a sentence.
  var organisationName: String { organisation?.name ?? "nobody (a control)" }

  /// The sentence about who sent the message, and how that is known.
  var senderReason: String {
    switch sender.status {
    case .aligned: "The sender is \(sender.domain): \(alignmentEvidence).\(platformSentence)"
    case .platform:
      "From names \(sender.domain), and only \(sender.platform ?? "another domain") signed the message.\(platformSentence)"
    case .reported:
      "The sender is \(sender.domain), by the word of \(reporter): nothing could be checked here.\(platformSentence)"
    case .claimed:
      isPartlySigned
        ? "From names \(sender.domain), whose signature leaves a part of the body open to anybody (l=), and nothing else authenticates it.\(platformSentence)"
        : "From names \(sender.domain), and nothing authenticates it.\(platformSentence)"
    case .none:
      facts.fromFieldCount > 1 || facts.from.count > 1
        ? "From names more than one sender, so none is taken." : "From names no sender."
    }
  }

  /// The sentence about the platform that the message went through, after a space; empty for none.
  private var platformSentence: String {
    guard let platform = facts.platforms?.first else { return "" }
    let route =
      switch platform.evidence {
      case .signature: "It went through \(platform.name), which signed it (d=\(platform.domain))"
      case .returnPath: "Its return path is one of \(platform.name) (\(platform.domain))"
      case .field: "It has header fields of \(platform.name), which nothing confirms"
      }
    guard let field = platform.customerField, let customer = platform.customer else {
      return " \(route)."
    }
    return " \(route); its \(field) names the platform's customer as \"\(customer)\"."
  }

  private var isPartlySigned: Bool {
    facts.authentication.dkim.contains {
      $0.atArrival == .pass && $0.aligned && $0.leavesBodyUnsigned == true
    }
  }

  private var alignmentEvidence: String {
    if let signature = facts.authentication.dkim.first(where: { $0.authenticatesAuthor }) {
      return "its DKIM signature (d=\(signature.domain), s=\(signature.selector)) verifies"
    }
    return "SPF passes for \(facts.authentication.spf?.domain ?? sender.domain)"
  }

  private var reporter: String {
    facts.authentication.authenticationResults.first(where: \.trusted)?.authserv ?? "the own MTA"
  }
}
