import SeedMail

extension AlertMessage {
  /// One event of a finding.
  init(_ finding: FindingSummary, site: String?) {
    let words = FindingWords(finding)
    var certainty: [Block] = [.paragraph(words.certainty)]
    if finding.corroborated {
      certainty.append(
        .paragraph("Another address of the same organisation has met the same sender.")
      )
    }
    certainty.append(.list(finding.reasons.map(OutsideText.quoted)))
    if let caveat = words.caveat { certainty.append(.paragraph(caveat)) }
    self.init(
      severity: finding.severity,
      subject: words.subject,
      lead: [words.whyAgain, words.whoHasIt, words.whoWasGivenIt].compactMap(\.self),
      sections: [
        Section(heading: "How sure this is", blocks: certainty),
        Section(heading: "What to do next", blocks: Self.nextSteps(finding, words)),
      ],
      link: Self.link(site, finding.finding),
      reference: "\(finding.finding), \(finding.case), severity \(finding.severity.rawValue)"
    )
  }

  private static func link(_ site: String?, _ finding: Identifier<Finding>) -> String? {
    site.map { ($0.hasSuffix("/") ? $0 : $0 + "/") + "findings/\(finding)" }
  }

  private static func nextSteps(_ finding: FindingSummary, _ words: FindingWords) -> [Block] {
    var blocks: [Block] = [
      .paragraph("Look closer, at the messages and at what was decided:"),
      .command("seedctl finding show \(finding.finding)"),
    ]
    if let organisation = finding.organisation, mayBeAuthorised(finding) {
      let (name, domain) = (
        OutsideText.shellWord(organisation), OutsideText.shellWord(finding.sender.domain)
      )
      blocks += [
        .paragraph(
          "If the sender may write for \(words.organisation), say so; past mail is judged again:"
        ),
        .command("seedctl org authorise \(name) \(domain) --role processor --reason 'why'"),
      ]
    }
    blocks += [
      .paragraph("Write a report on the case:"), .command("seedctl report \(finding.case)"),
    ]
    if mayBeAsked(finding, words) {
      blocks += [
        .paragraph("Ask \(words.organisation) what they hold, and whom they gave it to:"),
        .command("seedctl letter \(finding.case) --kind access-organisation"),
      ]
    }
    blocks += [
      .paragraph("When nothing more is to be done:"),
      .command("seedctl finding close \(finding.finding) --reason 'why'"),
    ]
    return blocks
  }

  /// Whether an entry in the register could explain the finding.
  private static func mayBeAuthorised(_ finding: FindingSummary) -> Bool {
    switch finding.class {
    case .disclosure, .stranger: !finding.sender.domain.isEmpty
    default: false
    }
  }

  /// Whether the evidence carries a letter to the organisation.
  private static func mayBeAsked(_ finding: FindingSummary, _ words: FindingWords) -> Bool {
    switch finding.class {
    case .disclosure, .related, .withdrawn, .purpose:
      words.isProved && finding.organisation != nil
    default: false
    }
  }

  /// What joined known findings.
  init(_ digest: AlertDigest, site: String?) {
    let messages = counted(digest.newSightings, "message")
    let findings = counted(digest.findings, "finding")
    let left = digest.findings - digest.entries.count
    var list: [Block] = [
      .list(
        digest.entries.map { entry in
          "\(counted(entry.newSightings, "message")) more to \(Self.line(entry.finding)), the last on \(entry.finding.lastSeen.dayInWords)"
        }
      )
    ]
    if left > 0 { list.append(.paragraph("And \(counted(left, "finding")) more.")) }
    list += [.paragraph("All that need a look:"), .command("seedctl alerts")]
    self.init(
      severity: .low,
      subject: "\(messages) more for \(findings) that you know of",
      lead: [
        "Since \(digest.from.dayInWords), \(messages) joined \(findings) that you were told of. Nothing new was found in them."
      ],
      sections: [Section(heading: "The findings", blocks: list)],
      link: site,
      reference: "digest until \(digest.until.rfc3339)"
    )
  }

  /// What a channel had no room for.
  init(_ overflow: AlertOverflow, site: String?) {
    let alerts = counted(overflow.alerts, "more alert")
    let classes = overflow.classes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      .map { "\(counted($0.value, $0.key, $0.key))" }.joined(separator: ", ")
    var list: [Block] = [.list(overflow.examples.map(Self.line))]
    let left = overflow.findings - overflow.examples.count
    if left > 0 { list.append(.paragraph("And \(counted(left, "finding")) more.")) }
    list += [.paragraph("All that need a look:"), .command("seedctl alerts")]
    self.init(
      severity: overflow.severity,
      subject: "\(alerts), in one message since there are so many",
      lead: [
        "\(alerts) of \(counted(overflow.findings, "finding")) came at once, more than max_per_hour lets through one by one: \(classes).",
        "They are all recorded. This message stands for them, and they are not sent again.",
      ],
      sections: [Section(heading: "The gravest of them", blocks: list)],
      link: site,
      reference: "alerts from \(overflow.from.rfc3339) to \(overflow.until.rfc3339)"
    )
  }

  /// Something about this installation.
  init(_ notice: AlertNotice) {
    self.init(
      severity: notice.severity,
      subject: OutsideText.line(notice.title),
      lead: notice.details.map(OutsideText.line),
      sections: notice.commands.isEmpty
        ? []
        : [
          Section(
            heading: "What to do next",
            blocks: notice.commands.map { .command(OutsideText.line($0)) }
          )
        ],
      reference: "notice, \(notice.topic.rawValue), at \(notice.at.rfc3339)"
    )
  }

  /// A finding in a list.
  private static func line(_ finding: FindingSummary) -> String {
    let given = OutsideText.quoted(finding.organisation ?? "nobody (a control)")
    let sender =
      finding.sender.domain.isEmpty ? "nobody named" : OutsideText.quoted(finding.sender.domain)
    return
      "\(finding.finding): \(finding.class.rawValue), \(finding.sender.status.rawValue) sender \(sender), address given to \(given)"
  }
}
