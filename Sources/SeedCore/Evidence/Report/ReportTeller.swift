import SeedCrypto
import SeedMail

extension Report {
  /// The longest subject and the longest reason that are shown.
  static let textCharacterCountMax = 200
  /// Up to so many addresses each have their own steps in the timeline; of more, the first and last.
  static let timelineAddressCountMax = 4
}

/// Puts the parts of a report into words.
struct ReportTeller {
  let dossier: Dossier
  let edition: BundleEdition
  let narrative: Narrative

  init(dossier: Dossier, edition: BundleEdition) {
    self.dossier = dossier
    self.edition = edition
    narrative = Narrative(dossier)
  }

  func date(_ time: Timestamp) -> ReportDate {
    ReportDate(time: time, isMonth: edition == .public)
  }

  /// A record's identifier, which tells when it was made: the public edition has none.
  func identifier<Entity>(_ id: Identifier<Entity>) -> String? {
    edition == .public ? nil : id.description
  }

  /// A seed's number, as the report counts them.
  func number(of seed: Identifier<Seed>) -> Int {
    (dossier.seeds.firstIndex { $0.seed.id == seed } ?? 0) + 1
  }

  func text(_ text: String) -> String {
    PlainText.line(text, characterCountMax: Report.textCharacterCountMax)
  }

  // MARK: - Who is who

  var organisation: Report.Party? {
    guard let organisation = dossier.organisation, let name = narrative.organisation else {
      return nil
    }
    let count = dossier.organisationSeedCount
    return Report.Party(
      name: name,
      description: [
        "The organisation that the address was given to, as the form named it.",
        count == 1
          ? "One address in all was made for it here."
          : "\(count) addresses in all were made for it here; \(dossier.seeds.count) of them received mail from this sender.",
      ],
      domains: organisation.domains.map(domain)
    )
  }

  private func domain(_ entry: OrganisationDomain) -> Report.Domain {
    var validity: [String] = []
    if let from = entry.validFrom { validity.append("from \(date(from).day)") }
    if let until = entry.validUntil { validity.append("until \(date(until).day)") }
    if let revoked = entry.revokedAt { validity.append("taken back on \(date(revoked).day)") }
    if entry.origin == .learned, !entry.isApproved {
      validity.append("learned from its first mail, and not yet looked at by a person")
    }
    let role =
      switch entry.role {
      case .own: "the organisation itself"
      case .processor: "a company that writes on its behalf"
      case .joint: "a joint controller"
      case .successor: "who took the organisation over"
      case .affiliate: "another company of its group"
      }
    return Report.Domain(
      domain: PlainText.domain(entry.domain),
      role: role,
      validity: validity.isEmpty ? "at all times" : validity.joined(separator: ", "),
      reason: text(entry.reason)
    )
  }

  var sender: Report.Party {
    var sentences: [String] = []
    if narrative.senderDomain != nil, let finding = narrative.finding {
      let known =
        switch finding.sender.status {
        case .aligned:
          "The Internet domain from which the mail was sent, as its signature or its server shows."
        case .platform:
          "The Internet domain that the mail names as its author; a mailing platform signed it."
        case .reported:
          "The Internet domain that the mail names as its author; the receiving mail server noted that it was authenticated."
        case .claimed:
          "The Internet domain that the mail names as its author; nothing confirms that."
        case .none: "The mail names no author."
        }
      sentences.append(known)
      if let platform = finding.sender.platform {
        sentences.append("It was sent through the platform \(PlainText.domain(platform)).")
      }
      if !narrative.isOrganisationItself {
        sentences.append("No address here was made for it, as far as this case goes.")
      }
    } else {
      sentences.append("Who that is could not be found out. No domain is accused.")
    }
    return Report.Party(name: narrative.sender, description: sentences, domains: [])
  }

  // MARK: - Addresses and messages

  var addresses: [Report.Address] {
    BundleWriter.seedParts(of: dossier).enumerated().map { index, element in
      let (part, entry) = element
      let seed = entry.seed
      let address = dossier.address(of: seed.id)
      let isShown = edition != .public
      let scheme =
        switch seed.scheme {
        case .p80: "minted, with 80 bits that cannot be guessed"
        case .p60: "minted, with 60 bits that cannot be guessed"
        case .adopted: "adopted: it existed before, and carries nothing that cannot be guessed"
        }
      let consent =
        switch seed.optIn {
        case .yes: "agreed to mail"
        case .no: "did not agree to mail"
        case .notAsked: "was not asked"
        case nil: String?.none
        }
      return Report.Address(
        number: index + 1,
        address: isShown && !address.isEmpty ? text(address) : nil,
        seed: identifier(seed.id),
        part: part,
        scheme: scheme,
        made: date(seed.mintedAt),
        form: isShown && !seed.form.isEmpty ? text(seed.form) : nil,
        purpose: edition == .regulator && !seed.purpose.isEmpty ? text(seed.purpose) : nil,
        consent: consent,
        participant: edition == .regulator ? seed.participant.map(text) : nil,
        withdrawn: seed.withdrawnAt.map(date),
        hasNotice: entry.notice != nil,
        messageCount: count(of: seed.id),
        ownMessageCount: entry.baselineCount,
        otherSenderCount: entry.otherSenderCount
      )
    }
  }

  /// How many messages of the sender reached a seed.
  private func count(of seed: Identifier<Seed>) -> Int {
    dossier.findings.first { $0.finding.seed == seed }?.finding.sightingCount ?? 0
  }

  /// The messages in words; `parts` names the folder of each in the bundle.
  func letters(
    _ messages: [Dossier.Message],
    _ parts: [Identifier<Sighting>: String]
  ) -> [Report.Letter] {
    messages.enumerated().map { index, message in
      let facts = message.sighting.facts
      let author = facts.from.first.map { author in
        [author.displayName.map { "\($0) " } ?? "", "<\(author.address)>"].joined()
      }
      let isShown = edition != .public
      return Report.Letter(
        number: index + 1,
        address: number(of: message.sighting.seed),
        arrived: date(message.sighting.arrivedAt),
        part: parts[message.sighting.id],
        from: isShown ? text(author ?? "(no author)") : nil,
        subject: isShown ? text(facts.subject) : nil,
        grade: message.judgement.grade.rawValue,
        gradeWords: Narrative.heading(message.judgement.grade),
        gradeExplanation: Narrative.explanation(message.judgement.grade),
        class: Narrative.meaning(message.judgement.verdict.messageClass),
        signatures: Narrative.signatures(facts),
        otherChecks: Narrative.otherChecks(facts),
        // They name days and customers.
        reasons: isShown ? message.judgement.verdict.reasons.map(text) : [],
        judgementCount: message.judgements.count,
        digest: isShown ? message.sighting.messageDigest.hexadecimal : nil
      )
    }
  }

  // MARK: - What happened

  var route: Route {
    let first = dossier.messages.first.map { date($0.sighting.arrivedAt).day } ?? ""
    let grade = narrative.grade.rawValue
    let mail =
      narrative.isStrong
      ? "wrote to it on \(first), grade \(grade)"
      : "mail came on \(first), grade \(grade): who sent it there is not proved"
    guard let organisation = narrative.organisation else {
      return .nobody(sender: narrative.sender, mail: mail, isMailProved: narrative.isStrong)
    }
    let isAdopted = dossier.seeds.contains { $0.seed.scheme == .adopted }
    let made = dossier.seeds.first.map { date($0.seed.mintedAt).day } ?? ""
    let gift =
      "\(isAdopted ? "set aside" : "made") for it on \(made); given to nobody else, by the owner's word"
    if narrative.isOrganisationItself {
      return .own(organisation: organisation, gift: gift, mail: mail)
    }
    return .passedOn(
      organisation: organisation,
      gift: gift,
      sender: narrative.sender,
      mail: mail,
      isMailProved: narrative.isStrong
    )
  }

  var timeline: [Report.Event] {
    let seeds = dossier.seeds
    var events: [Report.Event] = []
    func add(_ kind: Report.Event.Kind, _ time: Timestamp, _ text: String) {
      events.append(Report.Event(kind: kind, at: date(time), text: text))
    }
    let purpose = narrative.organisation.map { "for \($0)" } ?? "as a control"
    let shown =
      seeds.count <= Report.timelineAddressCountMax
      ? seeds.map { ($0, "Address \(number(of: $0.seed.id))") }
      : [(seeds[0], "The first address"), (seeds[seeds.count - 1], "The last address")]
    for (entry, name) in shown {
      let word = entry.seed.scheme == .adopted ? "set aside" : "made"
      add(.made, entry.seed.mintedAt, "\(name): \(word) \(purpose)")
      if let own = entry.baseline.min(by: { $0.sighting.arrivedAt < $1.sighting.arrivedAt }),
        let organisation = narrative.organisation
      {
        add(
          .own,
          own.sighting.arrivedAt,
          "\(name): \(organisation) itself writes (grade \(own.judgement.grade.rawValue))"
        )
      }
      if let withdrawn = entry.seed.withdrawnAt {
        add(.consent, withdrawn, "\(name): its owner withdraws consent")
      }
      let messages = dossier.messages(to: entry.seed.id)
      if let first = messages.first {
        add(.found, first.sighting.arrivedAt, "\(name): \(narrative.words(for: first))")
      }
      if let last = messages.last, messages.count > 1 {
        add(
          .found,
          last.sighting.arrivedAt,
          "\(name): the last of \(messages.count) such messages (grade \(last.judgement.grade.rawValue))"
        )
      }
    }
    if let mint = seeds.compactMap(\.mint?.index).max(),
      let token = dossier.timestamps.first(where: { $0.checkpointSize > mint })
    {
      add(
        .proof,
        token.generatedAt,
        "A time-stamping authority (\(text(token.authority))) confirms that the record of the address exists"
      )
    }
    for event in dossier.findings.flatMap(\.events) where event.kind == .stateChanged {
      add(.proof, event.at, "A person sets the finding to “\(event.state.rawValue)”")
    }
    // Sorting is stable here: what happens at one time stays in the order of its telling.
    return events.enumerated().sorted {
      ($0.element.at.time, $0.offset) < ($1.element.at.time, $1.offset)
    }
    .map(\.element)
  }
}

extension Report.Statement {
  /// A claim as it is told.
  static func telling(_ claim: Claim) -> Report.Statement {
    Report.Statement(
      number: claim.number,
      part: claim.part.map { PlainText.line($0) },
      verdict: claim.verdict.rawValue,
      statement: PlainText.line(claim.statement),
      reasons: claim.reasons.map { PlainText.line($0) },
      refutedBy: PlainText.line(claim.refutedBy)
    )
  }
}
