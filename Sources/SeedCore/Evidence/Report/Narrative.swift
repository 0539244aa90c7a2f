import SeedMail

/// What was found in a case, in words that claim no more than what is recorded.
///
/// The domain that an impersonator abuses is never named as the sender.
struct Narrative {
  /// The longest name that is written out.
  static let nameCharacterCountMax = 120

  let dossier: Dossier
  /// The finding that speaks for the case.
  let finding: Finding?

  init(_ dossier: Dossier) {
    self.dossier = dossier
    finding = dossier.strongest
  }

  var messageClass: MessageClass { finding?.messageClass ?? .stranger }
  /// The grade of the best message.
  var grade: Grade { best?.judgement.grade ?? finding?.grade ?? .d }
  /// Whether the evidence supports "this sender wrote to the seed".
  var isStrong: Bool { best.map(isStrong) ?? false }

  /// How many of the addresses the sender is shown to have written to.
  private var strongSeedCount: Int {
    Set(dossier.messages.filter(isStrong).map(\.sighting.seed)).count
  }

  /// The message that shows most.
  private var best: Dossier.Message? {
    dossier.messages.max {
      (isStrong($0) ? 1 : 0, $0.judgement.grade) < (isStrong($1) ? 1 : 0, $1.judgement.grade)
    }
  }

  /// Whether a message supports "this sender wrote to the seed": by grade A, or by B under the author's
  /// own signature. A platform's signature speaks for the platform.
  func isStrong(_ message: Dossier.Message) -> Bool {
    guard senderDomain != nil else { return false }
    switch message.judgement.grade {
    case .a: return true
    case .b:
      return message.sighting.facts.authentication.dkim.contains {
        $0.isIntact && $0.aligned && $0.coversEveryFrom
      }
    case .aESP, .c, .d: return false
    }
  }

  /// The organisation's name; for controls `nil`.
  var organisation: String? {
    dossier.organisation.map {
      PlainText.line($0.name, characterCountMax: Self.nameCharacterCountMax)
    }
  }

  /// The sender's domain where it can be named as the sender.
  var senderDomain: String? {
    guard let finding, !finding.sender.domain.isEmpty, messageClass != .bounce,
      messageClass != .impersonation
    else { return nil }
    return PlainText.domain(finding.sender.domain)
  }

  /// Who wrote, for the middle of a sentence.
  var sender: String {
    if let senderDomain { return senderDomain }
    switch messageClass {
    case .bounce: return "mail systems that returned mail"
    case .impersonation:
      let domain = finding.map { PlainText.domain($0.sender.domain) } ?? "another domain"
      return "somebody unknown who wrote in the name of \(domain)"
    default: return "a sender who cannot be named"
    }
  }

  /// Whether the sender is the organisation itself, or writes for it.
  var isOrganisationItself: Bool {
    guard let finding, messageClass != .impersonation, messageClass != .bounce,
      let entry = dossier.organisation?
        .entry(covering: finding.sender.domain, at: finding.firstSeen)
    else { return false }
    return entry.role.isExpected
  }

  /// What a report on the case is called.
  var title: String {
    let addresses =
      dossier.seeds.count == 1 ? "an e-mail address that was" : "e-mail addresses that were"
    guard organisation != nil else { return "Who wrote to \(addresses) given to nobody" }
    let isAdopted = dossier.seeds.contains { $0.seed.scheme == .adopted }
    return "Who wrote to \(addresses) \(isAdopted ? "set aside" : "made") for one organisation"
  }

  /// `An e-mail address`, or `Three e-mail addresses`.
  var addresses: String {
    let words = ["No", "An", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine"]
    let count = dossier.seeds.count
    let number = words.indices.contains(count) ? words[count] : LargeNumber.grouped(count)
    return "\(number) e-mail address\(count == 1 ? "" : "es")"
  }

  /// What one message of the case is, in a few words: who wrote is said only where it is shown.
  func words(for message: Dossier.Message) -> String {
    let grade = "(grade \(message.judgement.grade.rawValue))"
    guard senderDomain != nil else { return "mail arrives from \(sender) \(grade)" }
    return isStrong(message)
      ? "\(sender) writes \(grade)" : "mail arrives that names \(sender) \(grade)"
  }

  private var was: String { dossier.seeds.count == 1 ? "was" : "were" }
  private var reached: String { dossier.seeds.count == 1 ? "it" : "that address" }

  /// What the addresses were made for: `made for Example Petitions alone`.
  private var made: String {
    guard let organisation else {
      return "made as a control, and never given to any organisation,"
    }
    let isAdopted = dossier.seeds.contains { $0.seed.scheme == .adopted }
    return isAdopted ? "set aside for \(organisation) alone" : "made for \(organisation) alone"
  }

  /// What was found, and how well it is shown: two sentences.
  var summary: [String] { [what, howWell] }

  private var what: String {
    let organisation = organisation ?? "nobody"
    switch messageClass {
    case .bounce:
      return
        "\(addresses) \(made) received returned mail that its owner never sent: somebody used the address as a false sender."
    case .impersonation:
      return
        "\(addresses) \(made) received mail from \(sender)."
    case .control:
      return
        "\(addresses) \(made) \(isStrong ? "\(was) written to by \(sender)" : "received mail that names \(sender) as its author"): the leak may be the operator's own."
    case .withdrawn where isOrganisationItself:
      return
        "\(organisation) wrote to \(addresses.lowercasedFirst) \(made) after its owner had withdrawn consent."
    case .withdrawn:
      return
        "\(addresses) \(made) received mail from \(sender) after its owner had withdrawn consent."
    case .purpose:
      return
        "\(organisation) wrote to \(addresses.lowercasedFirst) \(made), for a purpose other than the one it was given for."
    case .related:
      return
        "\(addresses) \(made) received mail from \(sender), which is recorded as a group company or successor of \(organisation)."
    case .disclosure, .stranger, .expected, .unverified, .pending:
      let stranger = "\(sender) is not \(organisation) and is not recorded as writing for it"
      guard isStrong else {
        return "\(addresses) \(made) received mail that names \(sender) as its author; \(stranger)."
      }
      guard strongSeedCount < dossier.seeds.count else {
        return
          "\(addresses) \(made) \(was) written to by \(sender), which is not \(organisation) and is not recorded as writing for it."
      }
      return
        "\(addresses) \(made) received mail that names \(sender) as its author, and for \(strongSeedCount) of them it is shown that \(sender) wrote; \(stranger)."
    }
  }

  private var howWell: String {
    guard senderDomain != nil else {
      return messageClass == .bounce
        ? "Who did that is not known, and no domain is accused; what is shown is that somebody knows the address."
        : "Who sent it is not known, and no domain is accused; what is shown is that somebody knows the address who does not pass the checks of the organisation's own mail."
    }
    let unknownRoute =
      isOrganisationItself ? "" : "; how the address came to \(sender) is not known"
    switch grade {
    case .a:
      return
        "The best message carries a valid signature of \(sender) that covers the address, so the holder of that key wrote to \(reached)\(unknownRoute)."
    case .aESP:
      return
        "The best message carries a mailing platform's valid signature that covers the address, so that platform sent it there for a customer who writes in the name of \(sender)\(unknownRoute)."
    case .b:
      return
        "The best message carries a valid signature \(isStrong ? "of \(sender) " : "")over text that contains the address, so the signer knew the address\(unknownRoute)."
    case .c:
      return
        "The message is signed, but the signature does not cover the address: anybody who had the message could have sent it on, so it is not shown that \(sender) wrote to \(reached)."
    case .d:
      let word =
        switch finding?.sender.status {
        case .aligned:
          "it came from a server that \(sender) names as its own, by the word of the receiving mail server alone"
        case .reported: "it was authenticated, by the word of the receiving mail server alone"
        default: "that somebody knows the address is all that is shown"
        }
      return "No signature proves to others that \(sender) sent it; \(word)."
    }
  }
}

extension Narrative {
  /// What a grade says of a message, as a heading.
  static func heading(_ grade: Grade) -> String {
    switch grade {
    case .a: "Grade A: signed by the sender, and the signature covers the address"
    case .aESP: "Grade A-esp: signed by a mailing platform, and the signature covers the address"
    case .b: "Grade B: signed, and the address stands in the signed text"
    case .c: "Grade C: signed, but the signature does not cover the address"
    case .d: "Grade D: no signature that holds"
    }
  }

  /// What a grade says of a message, in sentences.
  static func explanation(_ grade: Grade) -> String {
    switch grade {
    case .a:
      "A signature is a seal that only the holder of a secret key can make. This one belongs to the sender's domain, and the address that the message went to is part of what was sealed."
    case .aESP:
      "The seal belongs to a company that sends mail for others, not to the named sender. The address is part of what was sealed. That the customer is the named sender rests on that company's checks."
    case .b:
      "The seal covers text in which the address stands, such as a link to unsubscribe. So the signer knew the address when it wrote."
    case .c:
      "The seal shows who wrote the message, but not to whom. Anybody who has a copy could have sent it on to this address."
    case .d:
      "Nothing in the message that was sealed can be checked. Who sent it rests on what mail servers noted, or on the message's own word."
    }
  }

  /// What a class says of a message.
  static func meaning(_ messageClass: MessageClass) -> String {
    switch messageClass {
    case .bounce: "returned mail, or an automatic answer, to something never sent from here"
    case .withdrawn: "mail after consent was withdrawn"
    case .control: "mail to a control, which was given to nobody"
    case .expected: "the organisation's own mail"
    case .impersonation: "mail that pretends to be the organisation's"
    case .unverified: "mail that says it is the organisation's; nothing confirms or contradicts it"
    case .related: "mail from a group company or a successor of the organisation"
    case .disclosure: "mail from somebody else, who is authenticated"
    case .stranger: "mail that names somebody else, who is not authenticated"
    case .purpose: "the organisation's own mail, outside the purpose that was agreed"
    case .pending: "not settled yet: name servers did not answer"
    }
  }

  /// What signed a message, in sentences.
  static func signatures(_ facts: MessageFacts) -> [String] {
    let sentences = facts.authentication.dkim.map { signature in
      let domain = PlainText.domain(signature.domain)
      let key = signature.keyBits > 0 ? ", \(signature.algorithm), \(signature.keyBits) bits" : ""
      let selector = PlainText.line(signature.selector, characterCountMax: 63)
      let whose = signature.aligned ? "the author's own domain" : "another domain than the author's"
      switch signature.atArrival {
      case .pass:
        return
          "Signature (DKIM) of \(domain), key “\(selector)”\(key): valid; \(whose)."
      case .temperror:
        return "Signature (DKIM) of \(domain), key “\(selector)”: its key could not be fetched."
      default:
        return
          "Signature (DKIM) of \(domain), key “\(selector)”: does not hold (\(signature.atArrival.rawValue))."
      }
    }
    return sentences.isEmpty ? ["No signature (DKIM)."] : sentences
  }

  /// What else was checked, in sentences.
  static func otherChecks(_ facts: MessageFacts) -> [String] {
    let report = facts.authentication
    var sentences: [String] = []
    if let spf = report.spf {
      let domain = PlainText.domain(spf.domain)
      sentences.append(
        spf.result == .pass
          ? "The server that handed it over is one that \(domain) names as its own (SPF: pass)."
          : "Whether \(domain) names the server that handed it over as its own (SPF): \(spf.result.rawValue)."
      )
    }
    if let dmarc = report.dmarc {
      sentences.append(
        dmarc.policy.map { policy in
          "By the rules that the author's domain publishes (DMARC, “\(policy.rawValue)”): \(dmarc.result.rawValue)."
        } ?? "The author's domain publishes no rules for mail in its name (DMARC)."
      )
    }
    for field in report.authenticationResults where field.trusted {
      let results = field.results.map { "\($0.method)=\($0.result)" }.joined(separator: ", ")
      sentences.append(
        "The receiving mail server \(PlainText.domain(field.authserv)) noted: \(PlainText.line(results, characterCountMax: 200))."
      )
    }
    return sentences
  }
}

extension String {
  fileprivate var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}
