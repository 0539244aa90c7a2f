import SeedAuth
import SeedCore
import SeedCrypto
import SeedMail
import SeedTesting
import Synchronization
import Testing

struct KeyCheckerTests {
  /// A resolver whose zone changes, and that counts the questions for keys.
  private final class ChangingZone: Resolver {
    private let state: Mutex<(zone: ZoneFile, count: Int)>

    init(_ zone: ZoneFile) { state = Mutex((zone, 0)) }

    var questionCount: Int { state.withLock { $0.count } }
    func change(to zone: ZoneFile) { state.withLock { $0.zone = zone } }

    func resolve(_ name: String, _ type: RecordType) async -> DNSAnswer {
      let zone = state.withLock { state in
        if name.contains("._domainkey.") { state.count += 1 }
        return state.zone
      }
      return await zone.resolve(name, type)
    }
  }

  /// A store with one seed, a sender that signs, and a DNS that is changed by hand.
  private struct Desk {
    static let address = "anna1zm729rq5m84gevep@seeds.example"

    let memory = InMemoryStore()
    let store: FailingStore
    let zone: ChangingZone
    let signer: DKIMSigner
    let matchKey: MatchKey

    init() async throws {
      store = FailingStore(memory)
      signer = DKIMSigner(domain: "party.example", key: .ed25519(try Ed25519PrivateKey()))
      matchKey = try MatchKey(SecretBytes([UInt8](repeating: 7, count: MatchKey.byteCount)))
      zone = ChangingZone(ZoneFile(now: { Sample.start }))
      let mailbox = try #require(Mailbox(argumentOf: Self.address))
      let token = matchKey.tokens(for: mailbox)[0]
      try await memory.write { store in
        try store.insert(Sample.organisation())
        try store.insert(
          Seed(
            id: Identifier(rawValue: 100),
            token: token,
            organisation: Identifier(rawValue: 1),
            scheme: .p80,
            mintedAt: Sample.start
          )
        )
      }
      try publish(signer.keyRecord)
    }

    /// Lets DNS have this record under the key's name; `nil` for none.
    func publish(_ record: String?) throws {
      var zone = ZoneFile(now: { Sample.start })
      if let record { try zone.add(text: record, for: signer.keyName) }
      self.zone.change(to: zone)
    }

    func fail(_ status: DNSAnswer.Status) throws {
      var zone = ZoneFile(now: { Sample.start })
      try zone.add(signer.keyName, failure: status)
      self.zone.change(to: zone)
    }
  }

  private static func intake(_ desk: Desk, at now: Timestamp) -> Intake {
    Intake(
      store: desk.store,
      matchKey: desk.matchKey,
      settings: IntakeSettings(
        domain: "seeds.example",
        ownHosts: OwnHosts(names: []),
        authservs: OwnHosts(names: [])
      ),
      resolver: desk.zone,
      publicSuffixes: .builtIn,
      identifiers: IdentifierSource(),
      clock: { now }
    )
  }

  private static func take(
    _ name: String,
    _ desk: Desk,
    at now: Timestamp = Sample.start
  ) async throws {
    let text = """
      From: News <news@party.example>\r
      To: \(Desk.address)\r
      Subject: \(name)\r
      \r
      Hello.\r

      """
    let report = try await intake(desk, at: now).take([
      Arrival(
        bytes: try desk.signer.sign(Array(text.utf8)),
        baseName: name,
        file: nil,
        deliveredAt: now
      )
    ])
    #expect(report.recorded == 1)
  }

  private static func checks(_ desk: Desk) async throws -> [KeyCheck] {
    let name = desk.signer.keyName
    return try await desk.memory.read { try $0.keyChecks(of: name, limit: 99) }
  }

  private static func rows(_ desk: Desk) async throws -> [OutboxRow] {
    try await desk.memory.read {
      try $0.outbox(channel: ReservedChannel.dkimKey.name, dueAt: Sample.day(999), limit: 99)
    }
  }

  private static func sighting(_ desk: Desk) async throws -> JudgedSighting {
    try #require(
      try await desk.memory.read {
        try $0.sightings(of: Identifier(rawValue: 100), after: nil, limit: 1).first
      }
    )
  }

  @Test func `a key is asked for after 1, 7, 30 and 90 days, once a day`() async throws {
    let desk = try await Desk()
    // It is 09:00 on 1 March.
    try await Self.take("1", desk)
    try await Self.take("2", desk, at: Sample.start.advanced(by: .seconds(3600)))
    let days = ["2026-03-03", "2026-03-09", "2026-04-01", "2026-05-31"]
    #expect(try await Self.rows(desk).map(\.key) == days.map { "\(desk.signer.keyName)/\($0)" })
    #expect(try await desk.memory.read { try $0.outboxCounts() } == (0, 0))
    let asked = desk.zone.questionCount
    for (day, count) in [
      (1, 0), (2, 1), (2, 1), (7, 1), (8, 2), (9, 2), (31, 3), (91, 4), (400, 4),
    ] {
      _ = try await Self.intake(desk, at: Sample.day(day)).checkKeys()
      #expect(try await Self.checks(desk).count == count)
      #expect(desk.zone.questionCount == asked + count)
    }
    #expect(try await Self.rows(desk).isEmpty)
    let signature = try #require(
      try await Self.sighting(desk).sighting.facts.authentication.dkim.first
    )
    let check = try #require(try await Self.checks(desk).first)
    #expect(check.found == .keys([signature.keyDigest]))
    #expect(check.askedAt == Sample.day(2))
    // Each has its answers, and a leaf that commits to them.
    try await desk.memory.read { store throws in
      let archive = try #require(try store.keyCheckArchive(check.id))
      #expect(String(decoding: archive, as: UTF8.self).contains(#""type":"TXT""#))
      #expect(try store.leafIndices(kind: .dns, subject: check.id.rawValue).count == 1)
      var audit = LeafAudit()
      for (index, leaf) in try store.leaves(from: 0, limit: 99).enumerated() {
        #expect(try audit.problem(with: leaf, at: Int64(index), in: store) == nil)
      }
      #expect(try audit.missing(in: store).isEmpty)
    }
  }

  @Test func `after a long stop, what was missed is asked for once each`() async throws {
    let desk = try await Desk()
    try await Self.take("1", desk)
    #expect(try await Self.intake(desk, at: Sample.day(365)).checkKeys() == 4)
    #expect(try await Self.intake(desk, at: Sample.day(365)).checkKeys() == 0)
  }

  @Test(arguments: [
    (String?.none, KeyHistory.Withdrawal.absent), ("v=DKIM1; k=ed25519; p=", .revoked),
    ("no key", .absent), ("another", .replaced),
  ])
  func `a withdrawal is recorded and shown, and takes nothing back`(
    record: String?,
    withdrawal: KeyHistory.Withdrawal
  ) async throws {
    let desk = try await Desk()
    try await Self.take("1", desk)
    let before = try await Self.sighting(desk)
    _ = try await Self.intake(desk, at: Sample.day(2)).checkKeys()
    let other = DKIMSigner(domain: "party.example", key: .ed25519(try Ed25519PrivateKey()))
    try desk.publish(record == "another" ? other.keyRecord : record)
    for day in [9, 31] { _ = try await Self.intake(desk, at: Sample.day(day)).checkKeys() }

    #expect(try await Self.sighting(desk) == before)
    #expect(before.judgement.grade == .a)
    let history = try #require(
      try await desk.memory.read { try KeyHistory.all(of: [before], in: $0).first }
    )
    #expect(history.withdrawal == withdrawal)
    #expect(history.lastSeen == Sample.day(2) && history.withdrawnBy == Sample.day(9))
    #expect(history.lastAsked == Sample.day(31))
    #expect(history.sentence?.contains("2026-03-10T09:00:00Z") == true)

    // It comes back.
    try desk.publish(desk.signer.keyRecord)
    _ = try await Self.intake(desk, at: Sample.day(91)).checkKeys()
    let again = try await desk.memory.read { try KeyHistory.all(of: [before], in: $0) }
    #expect(again.map(\.withdrawal) == [nil] && again.map(\.sentence) == [nil])
    #expect(try await Self.checks(desk).count == 4)
  }

  @Test(arguments: [DNSAnswer.Status.servfail, .timeout])
  func `a failure of DNS is no withdrawal, and is tried again`(
    status: DNSAnswer.Status
  )
    async throws
  {
    let desk = try await Desk()
    try await Self.take("1", desk)
    try desk.fail(status)
    #expect(try await Self.intake(desk, at: Sample.day(2)).checkKeys() == 0)
    #expect(try await Self.checks(desk).isEmpty)
    let first = try #require(try await Self.rows(desk).first { $0.attemptCount == 1 })
    #expect(first.dueAt > Sample.day(2) && first.dueAt < Sample.day(3))
    #expect(!first.lastError.isEmpty)
    try desk.publish(desk.signer.keyRecord)
    #expect(try await Self.intake(desk, at: first.dueAt).checkKeys() == 1)
    #expect(try await Self.checks(desk).map(\.askedAt) == [first.dueAt])
  }

  @Test func `when DNS fails for days, that is what is recorded`() async throws {
    let desk = try await Desk()
    try await Self.take("1", desk)
    let sighting = try await Self.sighting(desk)
    try desk.fail(.servfail)
    var now = Sample.day(2)
    while try await Self.checks(desk).isEmpty {
      _ = try await Self.intake(desk, at: now).checkKeys()
      now = now.advanced(by: .seconds(900))
      try #require(now < Sample.day(6))
    }
    #expect(now > Sample.day(4))
    #expect(try await Self.checks(desk).map(\.found) == [.unanswered])
    let histories = try await desk.memory.read { try KeyHistory.all(of: [sighting], in: $0) }
    #expect(histories.map(\.withdrawal) == [nil])
    #expect(histories.map(\.lastAsked) == [Sample.start])
  }

  @Test(arguments: FailingStore.Failure.allCases)
  func `a write that fails, kept or not, leaves one check`(
    failure: FailingStore.Failure
  )
    async throws
  {
    let desk = try await Desk()
    try await Self.take("1", desk)
    desk.store.failNextWrite(failure)
    await #expect(throws: StoreError.inputOutput) {
      try await Self.intake(desk, at: Sample.day(2)).checkKeys()
    }
    #expect(try await Self.checks(desk).count == (failure == .kept ? 1 : 0))
    _ = try await Self.intake(desk, at: Sample.day(2)).checkKeys()
    #expect(try await Self.checks(desk).count == 1)
  }

  @Test func `only keys that verify a recorded message are asked for`() async throws {
    let desk = try await Desk()
    try desk.publish(nil)
    try await Self.take("1", desk)
    #expect(try await Self.rows(desk).isEmpty)
  }
}
