import SeedCore
import SeedCrypto
import SeedTesting
import Testing

struct IntakeTests {
  /// A store with one organisation and seeds whose addresses are known, and a clock.
  struct Desk {
    let store = InMemoryStore()
    let identifiers = IdentifierSource()
    let matchKey: MatchKey
    let intake: Intake

    static let addresses = [
      "anna1zm729rq5m84gevep@seeds.example", "ben7k2m9q4x0w3z8h5tr@seeds.example",
    ]

    init(seeds: [Seed]? = nil, channels: [String] = []) async throws {
      matchKey = try MatchKey(SecretBytes([UInt8](repeating: 7, count: MatchKey.byteCount)))
      intake = Intake(
        store: store,
        matchKey: matchKey,
        settings: IntakeSettings(
          domain: "seeds.example",
          ownHosts: OwnHosts(names: ["mx.seeds.example"]),
          authservs: OwnHosts(names: ["mx.seeds.example"]),
          channels: channels
        ),
        resolver: ZoneFile(now: { Sample.start }),
        publicSuffixes: .builtIn,
        identifiers: identifiers,
        clock: { Sample.day(40) }
      )
      let key = matchKey
      try await store.write { store in
        try store.insert(Sample.organisation())
        for (number, address) in Self.addresses.enumerated() {
          let mailbox = try #require(Mailbox(argumentOf: address))
          try store.insert(
            Seed(
              id: Identifier(rawValue: Int64(100 + number)),
              token: key.tokens(for: mailbox)[0],
              organisation: Identifier(rawValue: 1),
              scheme: .p80,
              form: "https://petitions.example/p/1",
              mintedAt: Sample.start
            )
          )
        }
      }
    }

    func take(
      from: String,
      to: [String],
      name: String,
      extra: String = ""
    ) async throws -> IntakeReport {
      let text = """
        From: News <news@\(from)>
        To: \(to.joined(separator: ", "))
        Subject: An appeal
        \(extra)
        Hello.

        """
      return try await intake.take([
        Arrival(
          bytes: Array(text.utf8),
          baseName: name,
          file: nil,
          deliveredAt: Sample.day(40)
        )
      ])
    }

    func findings() async throws -> [Finding] {
      try await store.read { try $0.findings(FindingQuery()) }
    }
  }

  @Test func `a stranger's message is a finding, with its reasons and a leaf for each step`()
    async throws
  {
    let desk = try await Desk(channels: ["log"])
    let report = try await desk.take(from: "party.example", to: [Desk.addresses[0]], name: "1")
    #expect(report.recorded == 1 && report.findings == 1 && report.matched == 1)
    let finding = try #require(try await desk.findings().first)
    #expect(finding.messageClass == .stranger)
    #expect(finding.sender == Sender(domain: "party.example", status: .claimed))
    let leaves = try await desk.store.read { try $0.leaves(from: 0, limit: 10) }
    #expect(leaves.map(\.kind) == [.rcpt, .dns, .judge])
    let due = try await desk.store.read {
      try $0.outbox(channel: "log", dueAt: Sample.day(41), limit: 10)
    }
    #expect(due.count == 1)
    #expect(!String(decoding: due[0].payload, as: UTF8.self).contains(Desk.addresses[0]))
  }

  @Test func `the organisation's own message is no finding`() async throws {
    let desk = try await Desk()
    let report = try await desk.take(from: "petitions.example", to: [Desk.addresses[0]], name: "1")
    #expect(report.recorded == 1 && report.findings == 0)
    #expect(try await desk.findings().isEmpty)
  }

  @Test func `a message is taken in once, however often it is found`() async throws {
    let desk = try await Desk()
    _ = try await desk.take(from: "party.example", to: [Desk.addresses[0]], name: "1")
    let again = try await desk.take(from: "party.example", to: [Desk.addresses[0]], name: "1")
    #expect(again.duplicates == 1 && again.recorded == 0)
    let copy = try await desk.take(from: "party.example", to: [Desk.addresses[0]], name: "2")
    #expect(copy.recorded == 1)
    #expect(try await desk.findings().map(\.sightingCount) == [2])
  }

  @Test func `one message to two seeds is two sightings, and corroborates itself for nobody else`()
    async throws
  {
    let desk = try await Desk()
    let report = try await desk.take(from: "party.example", to: Desk.addresses, name: "1")
    #expect(report.recorded == 2 && report.matched == 1)
    #expect(try await desk.findings().count == 2)
  }

  @Test func `a second seed corroborates the first one's finding`() async throws {
    let desk = try await Desk(channels: ["log"])
    _ = try await desk.take(from: "party.example", to: [Desk.addresses[0]], name: "1")
    _ = try await desk.take(from: "party.example", to: [Desk.addresses[1]], name: "2")
    let findings = try await desk.findings()
    #expect(findings.count == 2)
    let all = findings.allSatisfy(\.isCorroborated)
    #expect(all)
    let kinds = try await desk.store.read { try $0.events(after: 0, of: nil, limit: 10) }.map(
      \.kind
    )
    #expect(kinds == [.found, .found, .corroborated])
  }

  @Test func `typing errors and guesses are counted, and not kept`() async throws {
    let desk = try await Desk()
    let typo = Desk.addresses[0].replacing("84ge", with: "84he")
    let report = try await desk.take(
      from: "party.example",
      to: [typo, "guess@seeds.example", "else@other.example"],
      name: "1"
    )
    #expect(report.nearMisses == 1 && report.unknown == 1 && report.recorded == 0)
    let days = try await desk.store.read { try $0.dayCounts(from: "") }
    #expect(days.map(\.recipients) == [2] && days.map(\.near) == [1] && days.map(\.unknown) == [1])
  }

  @Test func `authorising a sender judges its mail again, and revoking it once more`()
    async throws
  {
    let desk = try await Desk()
    let extra = "Authentication-Results: mx.seeds.example; dkim=pass header.d=mailer.example"
    let received =
      "Received: from a.mailer.example ([192.0.2.1]) by mx.seeds.example; Sun, 10 Apr 2026 09:00:00 +0000"
    let text = """
      \(extra)
      \(received)
      From: <news@mailer.example>
      To: \(Desk.addresses[0])

      Hello.
      """
    _ = try await desk.intake.take([
      Arrival(bytes: Array(text.utf8), baseName: "1", file: nil, deliveredAt: Sample.day(40))
    ])
    #expect(try await desk.findings().map(\.messageClass) == [.disclosure])
    let recorder = JudgementRecorder(
      withdrawalGrace: .seconds(0),
      channels: [],
      identifiers: desk.identifiers
    )
    let organisation = Sample.organisation().id
    let changed = try await desk.store.write { store in
      try store.add(Sample.own("mailer.example", role: .processor), to: organisation)
      return try recorder.judgeAgain(organisation: organisation, at: Sample.day(41), in: store)
    }
    #expect(changed == 1)
    let explained = try #require(try await desk.findings().first)
    #expect(explained.state == .explained && explained.sightingCount == 0)
    _ = try await desk.store.write { store in
      try store.revoke("mailer.example", of: organisation, at: Sample.day(42))
      return try recorder.judgeAgain(organisation: organisation, at: Sample.day(42), in: store)
    }
    let found = try #require(try await desk.findings().first)
    #expect(found.state == .open && found.sightingCount == 1)
    let sighting = try #require(
      try await desk.store.read {
        try $0.sightings(of: Identifier(rawValue: 100), after: nil, limit: 1).first
      }
    )
    let judgements = try await desk.store.read { try $0.judgements(of: sighting.sighting.id) }
    #expect(judgements.map(\.verdict.messageClass) == [.disclosure, .expected, .disclosure])
  }

  @Test func `what no longer corroborates is taken back`() async throws {
    let desk = try await Desk()
    _ = try await desk.take(from: "party.example", to: [Desk.addresses[0]], name: "1")
    _ = try await desk.take(from: "party.example", to: [Desk.addresses[1]], name: "2")
    let recorder = JudgementRecorder(
      withdrawalGrace: .seconds(0),
      channels: [],
      identifiers: desk.identifiers
    )
    try await desk.store.write { store in
      let entry = try store.sightings(of: Identifier(rawValue: 101), after: nil, limit: 1)[0]
      _ = try recorder.review(
        entry,
        as: .expected,
        reason: "known",
        at: Sample.day(41),
        in: store
      )
    }
    let states = try await desk.findings().map { "\($0.sightingCount) \($0.isCorroborated)" }
    #expect(states.sorted() == ["0 false", "1 false"])
  }

  @Test func `a silence keeps an alert back, and never that of a control`() async throws {
    let desk = try await Desk(channels: ["log"])
    try await desk.store.write { store in
      try store.insert(
        Silence(
          id: Identifier(rawValue: 1),
          senderKey: SenderKey(stored: "party.example"),
          organisation: nil,
          reason: "known",
          from: Sample.start,
          until: Sample.day(100)
        )
      )
    }
    _ = try await desk.take(from: "party.example", to: [Desk.addresses[0]], name: "1")
    let events = try await desk.store.read { try $0.events(after: 0, of: nil, limit: 10) }
    #expect(events.map(\.isSilenced) == [true])
    #expect(try await desk.store.read { try $0.outboxCounts().waiting } == 0)
  }

  @Test func `a day that has ended gets its leaf, once`() async throws {
    let desk = try await Desk()
    try await desk.store.write { store in
      var counts = DayCounts(day: "2026-03-02")
      counts.recipients = 5
      counts.unknown = 5
      try store.add(counts)
    }
    try await desk.intake.closeDays()
    try await desk.intake.closeDays()
    let leaves = try await desk.store.read { try $0.leaves(from: 0, limit: 10) }
    #expect(
      leaves.map { String(decoding: $0.bytes, as: UTF8.self) } == [
        #"{"day":"2026-03-02","known":0,"near":0,"rcpt":5,"refused":0,"t":"stat","unknown":5,"v":1}"#
      ]
    )
  }
}

extension Mailbox {
  /// An address that a test knows to be one.
  init?(argumentOf text: String) {
    let parts = text.split(separator: "@")
    guard parts.count == 2 else { return nil }
    self.init(displayName: nil, localPart: String(parts[0]), domain: String(parts[1]))
  }
}
