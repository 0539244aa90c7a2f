/// What is told of a case to somebody who knows nothing of e-mail.
///
/// It says no more than its dossier holds and its claims find. All text from outside in it has passed
/// through ``PlainText``; markup is escaped by the templates.
public struct Report: Sendable, Encodable {
  /// The version of the JSON form (`docs/formats/report-v1.md`).
  let version = 1
  /// What it is called.
  let title: String
  /// The case, and what its bundle is called; no case in the public edition.
  @ExplicitNull var `case`: String?
  let bundle: String
  /// For whom it is written.
  let edition: String
  /// How things stood when.
  let asOf: ReportDate
  /// What was found, in sentences.
  let summary: [String]
  /// The class and the best grade.
  let `class`: String, grade: String
  /// The organisation that the addresses were made for; `nil` for controls.
  @ExplicitNull var organisation: Party?
  /// Who wrote.
  let sender: Party
  /// The addresses that were written to.
  let addresses: [Address]
  /// How many addresses were made for the organisation in all.
  let organisationAddressCount: Int
  /// The sender's messages.
  let messages: [Letter]
  /// How many more there are.
  let omittedMessageCount: Int
  /// The organisation's own messages.
  let ownMessages: [Letter]
  /// What happened, oldest first.
  let timeline: [Event]
  /// How the address came to the sender, as far as that is known.
  let route: Route
  /// What is claimed, as the verifier of the bundle finds it.
  let claims: [Statement]
  /// How likely a guess is.
  let guessing: Guessing
  /// What controls show.
  let controls: Controls
  /// What was not proved.
  let caveats: [Caveat]

  /// Tells a case.
  ///
  /// - Parameters:
  ///   - claims: What the verifier finds of the bundle that is made of the same dossier.
  ///   - edition: For whom, and so what is left out.
  public init(_ dossier: Dossier, claims: [Claim], edition: BundleEdition = .regulator) {
    let teller = ReportTeller(dossier: dossier, edition: edition)
    let narrative = teller.narrative
    title = narrative.title
    `case` = teller.identifier(dossier.case.id)
    bundle = BundleWriter.name(of: dossier, edition)
    self.edition = edition.rawValue
    asOf = teller.date(dossier.asOf)
    summary = narrative.summary
    self.class = narrative.messageClass.rawValue
    grade = narrative.grade.rawValue
    organisation = teller.organisation
    sender = teller.sender
    addresses = teller.addresses
    organisationAddressCount = dossier.organisationSeedCount
    let parts = Dictionary(
      uniqueKeysWithValues: BundleWriter.messageParts(of: dossier).map {
        ($0.message.sighting.id, $0.part)
      }
    )
    messages = teller.letters(dossier.messages, parts)
    omittedMessageCount = dossier.omittedMessageCount
    ownMessages = teller.letters(dossier.seeds.flatMap(\.baseline), parts)
    timeline = teller.timeline
    route = teller.route
    self.claims = claims.map(Statement.telling)
    guessing = .telling(dossier)
    controls = .telling(dossier.statistics, asOf: dossier.asOf)
    let isAdopted = dossier.seeds.contains { $0.seed.scheme == .adopted }
    caveats = Caveat.always + [isAdopted ? .adopted : .tagLength]
  }
}

extension Report {
  /// An organisation or a sender.
  struct Party: Sendable, Encodable {
    /// Its name, or what is said in place of one.
    let name: String
    /// Who it is, in sentences.
    let description: [String]
    /// The domains that are recorded for it.
    let domains: [Domain]
  }

  /// A domain in the register.
  struct Domain: Sendable, Encodable {
    let domain: String
    let role: String
    /// From and until when, in words.
    let validity: String
    let reason: String
  }

  /// An address that was written to.
  struct Address: Sendable, Encodable {
    /// Counted from 1.
    let number: Int
    /// The address; `nil` where it isn't shown.
    @ExplicitNull var address: String?
    /// Its identifier, and its folder in the bundle.
    @ExplicitNull var seed: String?
    let part: String
    /// How it was made.
    let scheme: String
    let made: ReportDate
    @ExplicitNull var form: String?
    @ExplicitNull var purpose: String?
    /// How consent to mail was answered, in words.
    @ExplicitNull var consent: String?
    @ExplicitNull var participant: String?
    @ExplicitNull var withdrawn: ReportDate?
    /// Whether the privacy notice was kept.
    let hasNotice: Bool
    /// How many messages of the sender reached it, and how many authenticated ones of the organisation.
    let messageCount: Int, ownMessageCount: Int
    /// How many other senders there are that nobody expects.
    let otherSenderCount: Int
  }

  /// A message.
  struct Letter: Sendable, Encodable {
    /// Counted from 1.
    let number: Int
    /// The number of the address that it reached.
    let address: Int
    let arrived: ReportDate
    /// Its folder in the bundle; `nil` where it isn't there.
    @ExplicitNull var part: String?
    /// The author and the subject, as the message says; `nil` where messages aren't shown.
    @ExplicitNull var from: String?
    @ExplicitNull var subject: String?
    let grade: String
    /// What the grade means, as a heading and an explanation.
    let gradeWords: String, gradeExplanation: String
    let `class`: String
    /// What signed it, and what else was checked, in sentences.
    let signatures: [String], otherChecks: [String]
    /// Why it is judged so.
    let reasons: [String]
    /// How often it was judged.
    let judgementCount: Int
    /// SHA-256 of its bytes, in hexadecimal digits.
    @ExplicitNull var digest: String?
  }

  /// Something that happened.
  struct Event: Sendable, Encodable {
    /// What it is about.
    enum Kind: String, Sendable, Encodable { case made, proof, own, consent, found }

    let kind: Kind
    let at: ReportDate
    let text: String
  }

  /// A claim.
  struct Statement: Sendable, Encodable {
    let number: Int
    @ExplicitNull var part: String?
    let verdict: String
    let statement: String
    let reasons: [String]
    let refutedBy: String
  }

  /// How likely it is that somebody guessed an address.
  struct Guessing: Sendable, Encodable {
    /// How many addresses there were to hit (`N`), and how often the domain was written to (`G`).
    let addressCount: Int, attemptCount: Int
    /// How many bits can't be guessed; `nil` where an address was not minted.
    @ExplicitNull var bitCount: Int?
    /// The bound `N·G/2^bits`; `nil` without bits.
    @ExplicitNull var probability: Double?
    let words: [String]
  }

  /// What controls show.
  struct Controls: Sendable, Encodable {
    let count: Int, hitCount: Int
    /// How long they have been watched in all, in days.
    let days: Int
    let words: [String]
  }

  /// Something that was not proved.
  struct Caveat: Sendable, Encodable {
    let title: String
    let text: String
  }
}
