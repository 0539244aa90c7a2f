import SeedAuth
import SeedMail

/// Puts together what was found of the parts of a bundle.
struct ClaimJudge: Sendable {
  let description: BundleDescription
  /// Whether there is one seed, which then needs no name.
  let isAlone: Bool
  let guesses: GuessCheck
  let messages: [MessageCheck]

  private static let refutations = [
    1:
      "Another opening of the same leaf, or a checkpoint of this ledger that contradicts this one.",
    2: "A count of attempts far above the ledger's, or a control that the same sender wrote to.",
    3: "Evidence that the organisation's DKIM key was in other hands when the message was signed.",
    4: "Evidence that the sender's DKIM key was in other hands when the message was signed.",
    5: "Another message, answer or time that opens the same leaves.",
  ]

  /// Claims 1 to 4 for one seed.
  func claims(of mint: MintCheck) -> [Claim] {
    let part = isAlone ? nil : mint.seed.part
    let address = isAlone ? "the address" : "the address of \(mint.seed.part)"
    let own = messages.filter { $0.entry.seed == mint.seed.part && $0.entry.isOwn }
    let theirs = messages.filter { $0.entry.seed == mint.seed.part && !$0.entry.isOwn }
    return [
      claim(1, part, "\(address) was minted for \(mint.holder)\(mint.dates)", birth(mint)),
      claim(2, part, "\(address) could not be guessed", guess(mint)),
      claim(3, part, "\(holder(mint)) held \(address)", held(mint, own)),
      claim(4, part, "\(sender) used \(address)", used(mint, theirs)),
    ]
  }

  /// Claim 5, for the whole bundle.
  var unalteredClaim: Claim {
    var assessment = Assessment()
    for message in messages { assessment.add(message.integrity) }
    if messages.isEmpty { assessment.limit(to: .notShown, "There is no message in the bundle.") }
    let statement =
      messages.count == 1
      ? "the message was not altered since it arrived"
      : "none of the \(messages.count) messages was altered since it arrived"
    return claim(5, nil, statement, assessment)
  }

  /// Every claim, failed for one reason.
  static func failed(_ description: BundleDescription, _ reason: String) -> [Claim] {
    let statements = [
      "the address was minted for the organisation", "the address could not be guessed",
      "the organisation held the address", "the sender used the address",
      "no message was altered since it arrived",
    ]
    let parts = description.seeds.count == 1 ? [nil] : description.seeds.map { Optional($0.part) }
    var assessment = Assessment()
    assessment.limit(to: .failed, reason)
    let each = parts.flatMap { part in
      (1...4).map {
        assessment.claim($0, part: part, statements[$0 - 1], refutedBy: refutations[$0] ?? "")
      }
    }
    return each + [assessment.claim(5, statements[4], refutedBy: refutations[5] ?? "")]
  }

  private func claim(
    _ number: Int,
    _ part: String?,
    _ statement: String,
    _ assessment: Assessment
  ) -> Claim {
    assessment.claim(
      number,
      part: part,
      statement,
      refutedBy: Self.refutations[number] ?? ""
    )
  }

  /// What the organisation is called: by the record, which was committed to before anybody wrote.
  private func holder(_ mint: MintCheck) -> String {
    mint.record == nil ? description.organisationName ?? "the organisation" : mint.holder
  }

  private var sender: String {
    description.senderDomain.isEmpty ? "the sender" : description.senderDomain
  }

  private func birth(_ mint: MintCheck) -> Assessment {
    var assessment = mint.birth
    guard let record = mint.record else { return assessment }
    let isControl = record.organisationName == MintRecord.controlName
    if isControl != (description.organisationName == nil) {
      assessment.limit(
        to: .failed,
        "claims.json says that it is \(isControl ? "an organisation's" : "a control"), and the record doesn't."
      )
    } else if let name = description.organisationName, name != record.organisationName,
      !description.ownDomains.contains(record.organisationDomain)
    {
      assessment.limit(to: .failed, "claims.json names another organisation than the record.")
    }
    return assessment
  }

  private func guess(_ mint: MintCheck) -> Assessment {
    guard let record = mint.record, mint.isTagShown else {
      var assessment = guesses.assessment
      assessment.limit(
        to: mint.birth.verdict == .failed ? .failed : .notShown,
        mint.seed.isAdopted
          ? "An adopted address has no tag." : "The tag isn't disclosed, or isn't the record's."
      )
      return assessment
    }
    return guesses.assess(bitCount: record.profile.bitCount)
  }

  /// Claim 3: the organisation's own message, grade A.
  private func held(_ mint: MintCheck, _ messages: [MessageCheck]) -> Assessment {
    let domain = mint.record?.organisationDomain ?? ""
    let isControl = mint.record?.organisationName == MintRecord.controlName
    return best(
      messages,
      grades: [.a],
      missing: isControl
        ? "It is a control: nobody was given it."
        : "No authenticated message of the organisation to this address is in the bundle."
    ) { mail in
      var result = Assessment()
      if mail.isOf(domain) { return result }
      guard description.ownDomains.contains(where: { mail.isOf($0) }) else {
        return mail.otherAuthor(than: description.ownDomains + [domain])
      }
      result.limit(
        to: .supported,
        "That \(mail.organizationalDomain) is the organisation's is the exporter's word: the record doesn't name it."
      )
      return result
    }
  }

  /// Claim 4: the sender's message, grade A or B.
  private func used(_ mint: MintCheck, _ messages: [MessageCheck]) -> Assessment {
    guard description.senderKey == description.senderDomain else {
      var assessment = Assessment()
      assessment.limit(
        to: .notShown,
        "The case names no sender: whoever wrote used another's name, or none."
      )
      for message in messages { assessment.add(message.failure) }
      return assessment
    }
    return best(
      messages,
      grades: [.a, .b],
      missing: "No message of the sender to this address is in the bundle."
    ) { mail in
      var result = Assessment()
      if !mail.isOf(description.senderDomain) {
        result.limit(to: .failed, "From names \(mail.organizationalDomain), and not the sender.")
      }
      return result
    }
  }

  /// What the best of some messages shows; what contradicts in any of them counts, too.
  private func best(
    _ messages: [MessageCheck],
    grades: Set<Grade>,
    missing: String,
    identity: (SignedMail) -> Assessment
  ) -> Assessment {
    var best: Assessment?
    var failures = Assessment()
    for message in messages {
      failures.add(message.failure)
      var result = message.reliance
      if let mail = message.mail {
        let who = identity(mail)
        if who.verdict == .failed { failures.add(who) }
        result.add(who)
        result.add(mail.assess(grades, part: message.entry.part))
      } else {
        result.limit(to: .notShown, "\(message.entry.part): the message isn't disclosed.")
      }
      if best.map({ result.verdict < $0.verdict }) ?? true { best = result }
    }
    guard var assessment = best else {
      failures.limit(to: .notShown, missing)
      return failures
    }
    if failures.verdict == .failed { assessment.add(failures) }
    return assessment
  }
}

extension MessageCheck {
  /// What contradicts in it; nothing where nothing does.
  fileprivate var failure: Assessment {
    integrity.verdict == .failed ? integrity : Assessment()
  }
}

extension SignedMail {
  /// Whether the author's organizational domain is that of `other`.
  fileprivate func isOf(_ other: String) -> Bool {
    guard !other.isEmpty, !organizationalDomain.isEmpty, let name = IDNA.toASCII(other) else {
      return false
    }
    return PublicSuffixList.builtIn.organizationalDomain(of: name) ?? name == organizationalDomain
  }

  /// That the message is by another author than it is said to be.
  ///
  /// Where the domains lie in one another, the lists of public suffixes may differ, and nothing is
  /// contradicted.
  fileprivate func otherAuthor(than names: [String]) -> Assessment {
    let isNear = names.contains { name in
      ("." + domain).hasSuffix("." + name) || ("." + name).hasSuffix("." + domain)
    }
    var result = Assessment()
    result.limit(
      to: domain.isEmpty || isNear ? .notShown : .failed,
      "From names \(domain.isEmpty ? "nobody, or several" : domain), and not who is said to have written."
    )
    return result
  }

  /// How well it shows that its author wrote to the seed, where these grades do.
  fileprivate func assess(_ grades: Set<Grade>, part: String) -> Assessment {
    var result = Assessment()
    let sentence = "\(part), of \(domain.isEmpty ? "nobody" : domain), has grade \(grade.rawValue)"
    guard grades.contains(grade) else {
      result.limit(to: .notShown, "\(sentence). " + reasons.joined(separator: " "))
      return result
    }
    result.note("\(sentence). " + reasons.joined(separator: " "))
    if !isValidWhenProved {
      result.limit(to: .supported, "\(part): its signature had expired by the time that is proved.")
    }
    switch source {
    case .known: result.note("\(part): its DKIM key is one that the verifier brought.")
    case .signedZone:
      result.note("\(part): the zone of its DKIM key is signed, and was checked from the root.")
    case .archive:
      result.limit(
        to: .supported,
        "\(part): the zone of its DKIM key is not signed, or its chain isn't here: the key is vouched for by archives only."
      )
    }
    return result
  }
}
