import SeedMail

/// A finding in sentences that claim no more than the evidence does.
///
/// Whatever a sender or a form may have chosen is quoted, so that it can't pass for ours.
public struct FindingWords: Sendable {
  private let finding: FindingSummary
  private let domain: String
  private let address: String
  private let day: String

  /// Words for a finding; about its first message where the event is that it was found, else about the
  /// last.
  public init(_ finding: FindingSummary) {
    self.finding = finding
    domain = OutsideText.quoted(finding.sender.domain)
    // Shortened by whoever sends it off; here it is made safe to show, with its one @.
    address = finding.address.isEmpty ? "the address" : OutsideText.line(finding.address)
    day =
      (finding.event ?? .found) == .found
      ? finding.firstSeen.dayInWords : finding.lastSeen.dayInWords
  }

  /// Who was given the address.
  var organisation: String { OutsideText.quoted(finding.organisation ?? "nobody") }

  /// Whether the signature shows that the sender itself wrote to the address: judgement grades A and B
  /// alone do.
  var isProved: Bool { finding.sender.status.isAuthenticated && finding.grade >= .b }

  // MARK: - The two sentences

  /// Who has the address now.
  public var whoHasIt: String {
    switch finding.class {
    case .bounce:
      "Somebody used \(address) as the sender of mail of their own: on \(day) a mail system answered mail that this address never sent. Nothing shows who it was."
    case .impersonation:
      "Somebody who poses as \(domain) knows the address: on \(day) a message to \(address) claimed to be from there, and what \(domain) publishes contradicts it."
    case .control: "A control was hit: on \(day), \(arrival)."
    case .withdrawn: "After consent was withdrawn, on \(day), \(arrival)."
    case .related:
      "On \(day), \(arrival). The register has that domain as a successor or an affiliate of \(organisation)."
    case .purpose:
      "On \(day), \(arrival), outside the purpose that the address was given for: a reviewer decided so."
    case .disclosure, .stranger, .expected, .unverified, .pending:
      isProved
        ? "\(domain) has the address: on \(day) it wrote to \(address)."
        : "On \(day), \(arrival)."
    }
  }

  /// That a message came, from whom as far as that is known; the rest of a sentence.
  private var arrival: String {
    switch finding.sender.status {
    case .aligned where isProved, .reported where isProved: "\(domain) wrote to \(address)"
    case .aligned: "a message from \(domain) reached \(address)"
    case .reported:
      "a message reached \(address) that is from \(domain), by the word of the own mail server"
    case .platform:
      "a message that claims to be from \(domain) reached \(address), sent through \(OutsideText.quoted(finding.sender.platform ?? "a bulk-mail platform")); nothing proves that \(domain) had it sent"
    case .claimed:
      "a message that claims to be from \(domain) reached \(address); nothing proves it"
    case .none: "a message that doesn't say who it is from reached \(address)"
    }
  }

  /// Who was given the address, where and when.
  public var whoWasGivenIt: String {
    guard finding.organisation != nil else {
      return
        "No organisation was given this address: it is a control, so whoever wrote to it guessed it, or got it from our own systems."
    }
    let purpose = OutsideText.quoted(finding.purpose ?? "")
    let form = OutsideText.line(finding.form)
    var sentence = "It was given to \(organisation)"
    // When an adopted address was given away, nobody here knows.
    if finding.isAdopted != true { sentence += " on \(finding.mintedAt.dayInWords)" }
    if !form.isEmpty { sentence += ", on the form \(form)" }
    if !purpose.isEmpty { sentence += " (purpose: \(purpose))" }
    return sentence + (finding.isAdopted == true ? ", before it was watched here." : ".")
  }

  // MARK: - How sure

  /// How good the evidence is.
  public var certainty: String {
    switch finding.class {
    case .bounce:
      return
        "Sure is only that mail came back. The system that answered is not to blame, and who misused the address is not known."
    case .impersonation:
      return
        "Sure is that the message is not what it claims to be. Who really sent it is not known; \(domain) did not, as far as can be checked."
    case .control:
      return
        "Whoever wrote, and however well that is proved: nobody was given this address. \(grade)"
    default: break
    }
    switch finding.sender.status {
    case .aligned, .reported: return grade
    case .platform:
      return
        "Not sure who it was: the platform's signature names the platform's customer at best, and From is only a claim. \(grade)"
    case .claimed, .none:
      return "Not sure who it was: anybody can write any name into From. \(grade)"
    }
  }

  private var grade: String {
    switch finding.grade {
    case .a:
      "Grade A, the best: the sender's own signature covers this address among the recipients."
    case .aESP:
      "Grade A-esp: a signature covers this address among the recipients, but it is the mail platform's, and not the sender's own."
    case .b: "Grade B, good: this address stands in what a valid signature covers."
    case .c:
      "Grade C, weak: a signature verifies, but it doesn't show that this message was meant for this address; anybody could have sent it on."
    case .d:
      "Grade D, weak: no signature verifies, so that the message itself proves nothing about who wrote it."
    }
  }

  /// Why it alerts again; `nil` for a first alert.
  var whyAgain: String? {
    switch finding.event {
    case .corroborated?: "Another address, too, has met this sender: the finding is corroborated."
    case .gradeImproved?: "A further message gives better evidence than those before."
    case .escalated?:
      finding.class == .control
        ? "The control was hit again." : "A further message makes it more serious than before."
    default: nil
    }
  }

  /// What the finding doesn't show; `nil` where that was said.
  var caveat: String? {
    switch finding.class {
    case .disclosure, .stranger, .related:
      guard finding.organisation != nil else { return nil }
      return
        "It is not shown how the sender came by the address: \(organisation) may have passed it on, lost it, or had it stolen, and so may whoever works for them."
    default: return nil
    }
  }

  // MARK: - The subject

  /// One line, for a mailbox that is full of others.
  var subject: String {
    let prefix =
      switch finding.event {
      case .corroborated?: "Corroborated: "
      case .gradeImproved?: "Better evidence: "
      case .escalated? where finding.class != .control: "More serious: "
      default: ""
      }
    let given = "the address given to \(organisation)"
    switch finding.class {
    case .bounce: return prefix + "Somebody used \(given) as a sender"
    case .impersonation: return prefix + "Somebody who poses as \(domain) knows \(given)"
    case .control: return "A control was hit: mail to an address that nobody was given"
    case .withdrawn: return prefix + "Mail after consent was withdrawn, to \(given)"
    case .purpose: return prefix + "Mail outside its purpose, to \(given)"
    default: break
    }
    switch finding.sender.status {
    case .aligned where isProved, .reported where isProved:
      return prefix + "\(domain) has \(given)"
    case .aligned, .reported: return prefix + "A message from \(domain) reached \(given)"
    case .platform, .claimed:
      return prefix + "A message that claims to be from \(domain) reached \(given)"
    case .none: return prefix + "A message from nobody in particular reached \(given)"
    }
  }
}
