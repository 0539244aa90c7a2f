import SeedAuth
import SeedCore
import SeedCrypto
import SeedMail
import SeedTesting

extension FuzzEntry {
  private static let hosts = OwnHosts(names: ["mx.seeds.example"])

  private static let words = [
    "Delivered-To: anna@seeds.example\r\n", "Return-Path: <", "From: ", "To: ", "DKIM-Signature: ",
    "Authentication-Results: mx.seeds.example; dkim=pass header.d=", "ARC-Seal: i=1; ", "\r\n\r\n",
    "Received: from a by mx.seeds.example; ", "Feedback-ID: ", "List-Unsubscribe: <", "v=spf1 +all",
  ]

  /// A message that was signed, as the own server delivers it; the first line answers each question
  /// for TXT records.
  private static func delivered() throws -> [[UInt8]] {
    let head = """
      Return-Path: <bounces@party.example>\r
      Delivered-To: anna@seeds.example\r
      Received: from m.party.example (m.party.example [192.0.2.9])\r
      \tby mx.seeds.example (Postfix) with ESMTPS id 4XyZ1\r
      \tfor <anna@seeds.example>; 1 Mar 2026 09:00:00 +0000\r
      Authentication-Results: mx.seeds.example; spf=pass smtp.mailfrom=bounces@party.example\r

      """
    var seeds = try signedMail().map { bytes -> [UInt8] in
      let line = Array(bytes.prefix { $0 != 10 }) + [10]
      return line + Array(head.utf8) + bytes.dropFirst(line.count)
    }
    seeds.append(
      Array(("v=spf1 +all\n" + head + "From: a@b.example\r\n\r\nhttp://c.example/").utf8)
    )
    return seeds
  }

  /// The whole work on one message: who it is for, who sent it, and what it says.
  static let examine = FuzzEntry("examine", words: words, seeds: { try delivered() }) { bytes in
    let record = Array(bytes.prefix { $0 != 10 })
    let examiner = Examiner(
      ownHosts: hosts,
      authservs: hosts,
      publicSuffixes: .builtIn,
      resolver: SameAnswer([record])
    )
    let content = Array(bytes.dropFirst(record.count + 1))
    let reading = examiner.read(content, deliveredAt: SameAnswer.now)
    try require(reading.recipients.count <= Recipients.countMax, "recipients are few")
    let facts = await examiner.examine(reading, at: SameAnswer.now).facts
    try require(
      facts.authentication.dkim.count <= DKIMVerifier.reportedCountMax,
      "verdicts are few"
    )
  }

  /// The main path, from the bytes to the record, and the report on what was found.
  static let intake = FuzzEntry("intake", words: words, seeds: { try delivered() }) { bytes in
    let record = Array(bytes.prefix { $0 != 10 })
    let key = try MatchKey(SecretBytes([UInt8](repeating: 7, count: MatchKey.byteCount)))
    let mailbox = Mailbox(displayName: nil, localPart: "anna", domain: "seeds.example")
    let store = InMemoryStore()
    let organisation = Sample.organisation()
    let seed = Seed(
      id: Identifier(rawValue: 10),
      token: key.tokens(for: mailbox)[0],
      organisation: organisation.id,
      scheme: .adopted,
      mintedAt: Sample.start
    )
    try await store.write { store in
      try store.insert(organisation)
      try store.insert(seed)
    }
    let intake = Intake(
      store: store,
      matchKey: key,
      settings: IntakeSettings(domain: "seeds.example", ownHosts: hosts, authservs: hosts),
      resolver: SameAnswer([record]),
      publicSuffixes: .builtIn,
      identifiers: IdentifierSource(),
      clock: { SameAnswer.now }
    )
    let content = Array(bytes.dropFirst(record.count + 1))
    let arrival = Arrival(
      bytes: content,
      baseName: "1.mx",
      file: nil,
      deliveredAt: Sample.start
    )
    let report = try await intake.take([arrival])
    try require(report.read == 1 && report.quarantined == 0, "a message is taken in")
    try require(report.matched == report.recorded, "a message reaches the seed once")
    let again = try await intake.take([arrival])
    try require(again.duplicates == 1 && again.recorded == 0, "a message is taken in once")
  }

  /// Reports and letters about a sender's words, in every template.
  static let report = FuzzEntry(
    "report",
    words: ["{{", "}}", "{{{", "{{#", "<script>", "&", "\u{202e}", "\"", "=?"],
    seeds: [
      "An appeal", "{{7*7}} <b>&amp;\"'", "\u{202e}x\u{301}\u{301}\u{301}\u{301}",
      "\r\nBcc: x@y.example",
    ]
  ) { bytes in
    let text = String(decoding: bytes.prefix(600), as: UTF8.self)
    let story = try CaseStory()
    let organisation = try await story.add("Org \(text)", writingFrom: "petitions.example")
    let seed = try await story.mint(for: organisation, participant: "Ann \(text)")
    var letter = CaseStory.Letter(from: "party.example")
    letter.subject = CaseStory.encodedWords(text)
    letter.name = CaseStory.encodedWords(text)
    letter.body = text
    let delivered = try await story.deliver(letter, to: seed)
    guard delivered.findings > 0 else { return }
    let dossier = try await story.dossier(of: organisation, from: "party.example")
    for edition in [BundleEdition.regulator, .public] {
      let page = try Report(dossier, claims: [], edition: edition).html()
      let hasScript = Array(page.utf8).contains(Array("<script".utf8))
      try require(!hasScript, "nothing of a sender runs")
    }
    for kind in LetterKind.allCases { _ = try? Letter(kind, about: dossier) }
  }
}
