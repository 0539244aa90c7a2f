import SeedTesting
import Testing

@testable import SeedCore

struct LocalTimeTests {
  private static func time(_ text: String) -> Timestamp {
    Timestamp(rfc3339: text) ?? Timestamp(seconds: 0)
  }

  /// The clocks of London in 2026: an hour ahead from 29 March to 25 October, 01:00 UTC.
  static let london = LocalZone { now in
    (time("2026-03-29T01:00:00Z")..<time("2026-10-25T01:00:00Z")).contains(now) ? 3600 : 0
  }

  @Test(arguments: [
    ("00:00", 0), ("07:30", 450), ("23:59", 1439), ("24:00", nil), ("7:30", nil), ("07:60", nil),
    ("0730", nil), ("", nil), ("07:3x", nil), ("-1:00", nil), ("07:300", nil),
  ])
  func `a time of day is read`(text: String, minute: Int?) {
    #expect(TimeOfDay(text)?.minute == minute)
    if minute != nil { #expect(TimeOfDay(text)?.description == text) }
  }

  @Test(arguments: ["22:00", "22:00-", "22:00-22:00", "22:00-7:00", "22-07", "22:00-07:00-08:00"])
  func `what are no quiet hours is refused`(text: String) {
    #expect(QuietHours(text) == nil)
  }

  @Test(arguments: [
    ("08:00", "2026-01-10T07:00:00Z", "2026-01-10T08:00:00Z"),
    ("08:00", "2026-01-10T08:00:00Z", "2026-01-11T08:00:00Z"),
    ("08:00", "2026-07-10T06:59:59Z", "2026-07-10T07:00:00Z"),
    // The day on which the clocks are put forward has 23 hours, and no 01:30.
    ("08:00", "2026-03-28T08:00:00Z", "2026-03-29T07:00:00Z"),
    ("01:30", "2026-03-28T12:00:00Z", "2026-03-29T01:30:00Z"),
    ("01:30", "2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z"),
    // The day on which they are put back has 25, and 01:30 twice: the first one counts.
    ("08:00", "2026-10-24T07:00:00Z", "2026-10-25T08:00:00Z"),
    ("01:30", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z"),
    ("01:30", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"),
  ])
  func `a time of day comes once a day`(clock: String, now: String, next: String) throws {
    let time = try #require(TimeOfDay(clock))
    #expect(Self.london.next(time, after: Self.time(now)) == Self.time(next))
  }

  @Test(arguments: [
    ("2026-11-22T09:00:00Z", "2026-11-23T08:00:00Z"),
    ("2026-11-23T08:00:00Z", "2026-11-30T08:00:00Z"),
    ("2026-11-24T00:00:00Z", "2026-11-30T08:00:00Z"),
    ("1969-12-30T00:00:00Z", "1970-01-05T08:00:00Z"),
  ])
  func `a week's time comes on Monday`(now: String, next: String) throws {
    let time = try #require(TimeOfDay("08:00"))
    #expect(LocalZone.utc.next(time, after: Self.time(now), onMondays: true) == Self.time(next))
  }

  @Test(arguments: 0..<64 as Range<UInt64>)
  func `the next time is ahead, at most 25 hours, and shows on the clock`(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let start = Self.time("2026-01-01T00:00:00Z")
    let now = start.advanced(by: .seconds(Int.random(in: 0..<365 * 86_400, using: &random)))
    let minute = Int.random(in: 0..<1440, using: &random)
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let time = try #require(TimeOfDay("\(two(minute / 60)):\(two(minute % 60))"))
    let next = Self.london.next(time, after: now)
    let wait = next.duration(since: now)
    #expect(wait > .zero && wait <= .seconds(25 * 3600))
    let isSkipped = next.day == "2026-03-29" && time.minute / 60 == 1
    #expect(Self.london.minuteOfDay(at: next) == time.minute || isSkipped)
  }

  @Test(arguments: [
    ("22:00-07:00", "2026-01-10T21:59:59Z", nil),
    ("22:00-07:00", "2026-01-10T22:00:00Z", "2026-01-11T07:00:00Z"),
    ("22:00-07:00", "2026-01-11T06:59:59Z", "2026-01-11T07:00:00Z"),
    ("22:00-07:00", "2026-01-11T07:00:00Z", nil),
    ("12:00-13:00", "2026-01-11T12:30:00Z", "2026-01-11T13:00:00Z"),
    ("12:00-13:00", "2026-07-11T12:30:00Z", nil),
    ("12:00-13:00", "2026-07-11T11:30:00Z", "2026-07-11T12:00:00Z"),
    ("22:00-07:00", "2026-03-28T23:00:00Z", "2026-03-29T06:00:00Z"),
  ])
  func `quiet hours end`(hours: String, now: String, end: String?) throws {
    let quiet = try #require(QuietHours(hours))
    #expect(quiet.description == hours)
    #expect(quiet.end(at: Self.time(now), in: Self.london) == end.map(Self.time))
  }
}

struct DigestMakerTests {
  private let store = InMemoryStore()

  private func maker(_ frequency: DigestMaker.Frequency = .daily) throws -> DigestMaker {
    DigestMaker(
      channels: ["log", "me"],
      frequency: frequency,
      at: try #require(TimeOfDay("08:00")),
      in: .utc
    )
  }

  private static func finding(_ number: Int64, state: Finding.State = .open) -> Finding {
    Finding(
      id: Identifier(rawValue: number),
      caseID: Identifier(rawValue: number),
      seed: Identifier(rawValue: 10),
      organisation: Identifier(rawValue: 1),
      senderKey: SenderKey(stored: "party\(number).example"),
      sender: Sender(domain: "party\(number).example", status: .aligned),
      messageClass: .disclosure,
      grade: .a,
      severity: .high,
      state: state,
      firstSeen: Sample.start,
      lastSeen: Sample.start,
      sightingCount: 3,
      reasons: []
    )
  }

  private func prepare(states: [Finding.State] = [.open, .open]) async throws {
    try await store.write { store in
      try store.insert(Sample.organisation())
      _ = try store.append(Leaf(kind: .mint, bytes: [], subject: 10))
      try store.insert(Sample.seed())
      for (index, state) in states.enumerated() {
        let finding = Self.finding(Int64(index + 1), state: state)
        try store.insert(
          Case(
            id: finding.caseID,
            organisation: finding.organisation,
            senderKey: finding.senderKey,
            openedAt: Sample.start
          )
        )
        try store.save(finding)
      }
    }
  }

  private func see(_ finding: Int64, _ kind: FindingEvent.Kind = .seenAgain) async throws {
    _ = try await store.write {
      try $0.append(
        FindingEvent(
          finding: Identifier(rawValue: finding),
          kind: kind,
          at: Sample.start,
          state: .open
        )
      )
    }
  }

  private func make(_ maker: DigestMaker, at now: Timestamp) async throws -> Bool {
    try await store.write { try maker.makeDue(at: now, in: $0) }
  }

  private func digests() async throws -> [AlertDigest] {
    try await store.read { store in
      try store.outbox(.waiting, limit: 99).reversed().filter { $0.channel == "me" }.map { row in
        guard case .digest(let digest) = try AlertPayload(json: row.payload) else {
          throw StoreError.damaged
        }
        return digest
      }
    }
  }

  @Test func `each message is in one digest, and nothing new sends none`() async throws {
    try await prepare()
    let maker = try maker()
    // 09:00: what was never told of waits for the next morning.
    for _ in 0..<2 { try await see(1) }
    try await see(2)
    try await see(2, .found)
    #expect(try await !make(maker, at: Sample.start))
    #expect(try await !make(maker, at: Sample.start.advanced(by: .seconds(22 * 3600))))
    #expect(try await make(maker, at: Sample.start.advanced(by: .seconds(23 * 3600))))
    #expect(try await !make(maker, at: Sample.start.advanced(by: .seconds(24 * 3600))))
    #expect(try await !make(maker, at: Sample.day(2)))
    try await see(2)
    #expect(try await make(maker, at: Sample.day(3)))
    let digests = try await digests()
    #expect(digests.map(\.newSightings) == [3, 1])
    #expect(digests[0].entries.map(\.newSightings) == [2, 1])
    #expect(digests[0].from == Sample.start && digests[1].until == Sample.day(3))
    let message = AlertMessage(.digest(digests[0]))
    #expect(message.subject == "3 messages more for 2 findings that you know of")
  }

  @Test func `what is silenced, explained or closed is left out`() async throws {
    try await prepare(states: [.open, .explained, .closed, .confirmed])
    let maker = try maker()
    _ = try await make(maker, at: Sample.start)
    for number in 1...4 as ClosedRange<Int64> { try await see(number) }
    try await store.write {
      try $0.insert(
        Silence(
          id: Identifier(rawValue: 1),
          senderKey: SenderKey(stored: "party1.example"),
          organisation: nil,
          reason: "known",
          from: Sample.start,
          until: Sample.day(9)
        )
      )
    }
    #expect(try await make(maker, at: Sample.day(1)))
    #expect(try await digests().first?.entries.map(\.finding.sender.domain) == ["party4.example"])
  }

  @Test func `a weekly digest comes on Monday, and none where it is off`() async throws {
    try await prepare()
    // 1 March 2026 is a Sunday.
    let weekly = try maker(.weekly)
    try await see(1)
    #expect(try await !make(weekly, at: Sample.start))
    #expect(try await make(weekly, at: Sample.day(1)))
    try await see(1)
    #expect(try await !make(weekly, at: Sample.day(6)))
    #expect(try await !make(try maker(.off), at: Sample.day(30)))
    #expect(try await make(weekly, at: Sample.day(8)))
  }

  @Test func `a clock that was far ahead doesn't silence the digest`() async throws {
    try await prepare()
    let maker = try maker()
    _ = try await make(maker, at: Sample.day(400))
    try await see(1)
    #expect(try await make(maker, at: Sample.start))
  }
}
