import SeedCore
import SeedSQLite
import SeedTesting
import Synchronization
import Testing

@testable import SeedService

/// A receiver that is up or down as a test says, and remembers what it got.
private final class Receiver: AlertChannel {
  let name = "me"
  private let state = Mutex(
    (
      attempts: [String](), delivered: [OutboxRow](),
      failure: { (_: OutboxRow) -> DeliveryError? in nil }
    )
  )

  var attempts: [String] { state.withLock { $0.attempts } }
  var delivered: [OutboxRow] { state.withLock { $0.delivered } }

  func fail(_ failure: @escaping @Sendable (OutboxRow) -> DeliveryError?) {
    state.withLock { $0.failure = failure }
  }

  func deliver(_ row: OutboxRow) async throws(DeliveryError) {
    let failure = state.withLock { state in
      state.attempts.append(row.key)
      let failure = state.failure(row)
      if failure == nil { state.delivered.append(row) }
      return failure
    }
    if let failure { throw failure }
  }
}

@Suite(.timeLimit(.minutes(2)))
struct OutboxDeskTests {
  private let clock = ManualClock(Sample.start)
  private let receiver = Receiver()
  private let log = LogRecorder()

  /// A store with one finding event, to which rows may refer.
  private func makeStore(_ store: any Store = InMemoryStore()) async throws -> any Store {
    try await store.write { store in
      try store.insert(Sample.organisation())
      _ = try store.append(Leaf(kind: .mint, bytes: [0x7B, 0x7D], subject: 10))
      let seed = Sample.seed()
      try store.insert(seed)
      let key = SenderKey(stored: "party.example")
      let ownCase = Case(
        id: Identifier(rawValue: 1),
        organisation: seed.organisation,
        senderKey: key,
        openedAt: Sample.start
      )
      try store.insert(ownCase)
      try store.save(Self.finding(1, seed, ownCase))
      try store.append(
        FindingEvent(finding: Identifier(rawValue: 1), kind: .found, at: Sample.start, state: .open)
      )
    }
    return store
  }

  private static func finding(_ number: Int64, _ seed: Seed, _ ownCase: Case) -> Finding {
    Finding(
      id: Identifier(rawValue: number),
      caseID: ownCase.id,
      seed: seed.id,
      organisation: seed.organisation,
      senderKey: ownCase.senderKey,
      sender: Sender(domain: "party.example", status: .aligned),
      messageClass: .disclosure,
      grade: .a,
      severity: .high,
      firstSeen: Sample.start,
      lastSeen: Sample.start,
      sightingCount: 1,
      reasons: ["It is so."]
    )
  }

  private func worker(_ store: any Store, _ rules: DeliveryRules = DeliveryRules()) -> OutboxWorker
  {
    OutboxWorker(
      channel: receiver,
      rules: rules,
      store: store,
      clock: clock.now,
      logger: log.logger
    )
  }

  /// Queues an alert about a finding of its own for each number.
  private func queue(
    _ numbers: Range<Int>,
    isUrgent: Bool = false,
    in store: any Store
  ) async throws {
    let now = clock.now()
    try await store.write { store in
      guard let finding = try store.finding(Identifier(rawValue: 1)) else {
        throw StoreError.dangling
      }
      var summary = try FindingSummary(finding, event: .found, in: store)
      for number in numbers {
        summary.finding = Identifier(rawValue: Int64(number + 1000))
        try store.enqueue(
          OutboxRow(
            channel: "me",
            key: "k\(number)",
            event: 1,
            payload: try summary.json(),
            isUrgent: isUrgent,
            queuedAt: now,
            dueAt: now
          )
        )
      }
    }
  }

  /// Lets time pass as the worker asks, until nothing waits or `end`.
  private func run(_ worker: OutboxWorker, until end: Timestamp) async throws {
    while let next = try await worker.deliverDue(), next <= end {
      clock.advance(by: max(.milliseconds(1), next.duration(since: clock.now())))
    }
    if clock.now() < end { clock.advance(by: end.duration(since: clock.now())) }
  }

  private func overflow(_ row: OutboxRow) throws -> AlertOverflow {
    guard case .overflow(let overflow) = try AlertPayload(json: row.payload) else {
      throw StoreError.damaged
    }
    return overflow
  }

  @Test(arguments: [1, 2, 5, 49])
  func `the last push of an hour stands for all that wait`(maxPerHour: Int) async throws {
    let store = try await makeStore()
    try await queue(0..<50, in: store)
    let worker = worker(store, DeliveryRules(maxPerHour: maxPerHour))
    #expect(try await worker.deliverDue() == nil)
    let pushed = receiver.delivered
    #expect(pushed.count == maxPerHour)
    let last = try #require(pushed.last)
    #expect(try overflow(last).findings == 50 - maxPerHour + 1)
    let joined = try await store.read { try $0.outbox(.joined, limit: 99) }
    #expect(joined.allSatisfy { $0.joinedTo == last.id })
    #expect(Set(joined.map(\.key) + pushed.dropLast().map(\.key)).count == 50)

    // The hour's budget is used up, and comes back.
    try await queue(50..<52, in: store)
    clock.advance(by: .seconds(1800))
    #expect(try await worker.deliverDue() == Sample.start.advanced(by: .seconds(3600)))
    #expect(receiver.delivered.count == maxPerHour)
    clock.advance(by: .seconds(1801))
    #expect(try await worker.deliverDue() == nil)
    #expect(receiver.delivered.count == maxPerHour + min(maxPerHour, 2))
  }

  @Test(arguments: [1, 2, 5], [0, 1, 4])
  func `what can't join takes no summary's place`(maxPerHour: Int, before: Int) async throws {
    let store = try await makeStore()
    let worker = worker(store, DeliveryRules(maxPerHour: maxPerHour))
    try await queue(0..<min(before, maxPerHour - 1), in: store)
    _ = try await worker.deliverDue()
    let now = clock.now()
    try await store.write { store in
      for key in ["notice-1", "notice-2"] {
        try store.enqueue(
          OutboxRow(channel: "me", key: key, event: nil, payload: [], queuedAt: now, dueAt: now)
        )
      }
    }
    try await queue(50..<100, in: store)
    _ = try await worker.deliverDue()
    let pushed = receiver.delivered.map(\.key)
    #expect(pushed.count == maxPerHour)
    #expect(pushed.count { $0.hasPrefix("overflow-") } == 1)
    // The notices wait at most for the next hour.
    clock.advance(by: .seconds(7300))
    _ = try await worker.deliverDue()
    clock.advance(by: .seconds(3700))
    _ = try await worker.deliverDue()
    #expect(receiver.delivered.count { $0.key.hasPrefix("notice-") } == 2)
  }

  @Test func `as many as the budget go one by one`() async throws {
    let store = try await makeStore()
    try await queue(0..<5, in: store)
    _ = try await worker(store, DeliveryRules(maxPerHour: 5)).deliverDue()
    #expect(receiver.delivered.map(\.key) == (0..<5).map { "k\($0)" })
  }

  @Test func `a burst of 10,000 makes no more pushes than allowed, and loses none`() async throws {
    let folder = try TemporaryFolder()
    let store = try await makeStore(SQLiteStore.create(at: folder.path("seed.db")))
    let worker = worker(store, DeliveryRules(maxPerHour: 20))
    for batch in 0..<20 {
      try await queue(batch * 500..<(batch + 1) * 500, in: store)
      clock.advance(by: .seconds(3))
      _ = try await worker.deliverDue()
    }
    #expect(receiver.delivered.count == 20)
    try await run(worker, until: Sample.day(2))
    var told = 0
    for row in receiver.delivered {
      told += row.key.hasPrefix("overflow") ? try overflow(row).findings : 1
    }
    #expect(told == 10_000)
    #expect(Set(receiver.delivered.map(\.key)).count == receiver.delivered.count)
    // What is left when the hour is over is told in the next one.
    #expect(receiver.delivered.count <= 40)
    #expect(try await store.read { try $0.outboxCounts() } == (0, 0))
  }

  @Test(arguments: FailingStore.Failure.allCases)
  func `a write that fails while rows are joined loses none`(
    failure: FailingStore.Failure
  ) async throws {
    let inner = try await makeStore()
    let store = FailingStore(inner)
    try await queue(0..<9, in: store)
    store.failNextWrite(failure)
    let worker = worker(store, DeliveryRules(maxPerHour: 1))
    await #expect(throws: StoreError.inputOutput) { try await worker.deliverDue() }
    _ = try await worker.deliverDue()
    #expect(receiver.delivered.count == 1)
    #expect(try overflow(receiver.delivered[0]).findings == 9)
    #expect(try await store.read { try $0.outbox(.joined, limit: 99).count } == 9)
  }

  @Test func `what was pushed and not written down is pushed again under its key`() async throws {
    let store = FailingStore(try await makeStore())
    try await queue(0..<1, in: store)
    store.failNextWrite(.notKept)
    let worker = worker(store)
    await #expect(throws: StoreError.inputOutput) { try await worker.deliverDue() }
    _ = try await worker.deliverDue()
    #expect(receiver.attempts == ["k0", "k0"])
    #expect(try await store.read { try $0.outbox(.delivered, limit: 9).count } == 1)
  }

  @Test func `a receiver that is down is asked ever less often, and gets all when it is back`()
    async throws
  {
    let store = try await makeStore()
    try await queue(0..<100, in: store)
    receiver.fail { _ in .temporary("nobody answers") }
    let worker = worker(store)
    let hour = Duration.seconds(3600)
    try await run(worker, until: Sample.start.advanced(by: hour))
    let first = receiver.attempts.count
    #expect((10...40).contains(first), "\(first)")
    // No row is asked for again and again while others wait.
    #expect(Set(receiver.attempts.prefix(10)).count == 10)
    try await run(worker, until: Sample.start.advanced(by: hour * 2))
    try await run(worker, until: Sample.start.advanced(by: hour * 6))
    #expect((4...6).contains(receiver.attempts.count - first))
    let state = try #require(try await store.read { try $0.channelState("me") })
    #expect(state.failingSince.map { $0.duration(since: Sample.start) < .seconds(5) } == true)
    #expect(state.lastError == "nobody answers")
    #expect(log.lines.contains { $0.contains("it is tried once an hour") })

    receiver.fail { _ in nil }
    try await run(worker, until: Sample.start.advanced(by: hour * 7.5))
    #expect(receiver.delivered.count == 100)
    #expect(Set(receiver.delivered.map(\.key)).count == 100)
    #expect(try await store.read { try $0.channelState("me") } == ChannelState(channel: "me"))
  }

  @Test func `a row that is refused again and again stops no other, and is given up`() async throws
  {
    let store = try await makeStore()
    receiver.fail { $0.key == "k0" ? .temporary("451 not that one") : nil }
    let worker = worker(store)
    for day in 0..<8 {
      try await queue(day * 10..<(day + 1) * 10, in: store)
      try await run(worker, until: Sample.day(day + 1))
      #expect(receiver.delivered.count == (day + 1) * 10 - 1)
    }
    let dead = try await store.read { try $0.outbox(.dead, limit: 9) }
    #expect(dead.map(\.key) == ["k0"])
    #expect(dead.first?.lastError == "given up after 7d: 451 not that one")
    #expect(log.lines.contains { $0.contains("an alert was given up") })

    // When a person lets it be tried again, it has its time again.
    let now = clock.now()
    var again = try #require(dead.first)
    again.state = .waiting
    again.retriedAt = now
    again.dueAt = now
    try await store.write { [again] in try $0.save(again) }
    try await run(worker, until: now.advanced(by: .seconds(3 * 86_400)))
    #expect(try await store.read { try $0.outboxCounts() } == (1, 0))
    receiver.fail { _ in nil }
    try await run(worker, until: now.advanced(by: .seconds(4 * 86_400)))
    #expect(try await store.read { try $0.outboxCounts() } == (0, 0))
  }

  @Test(arguments: [(1, 1), (600, 600), (86_400, 3600)] as [(Int, Int)])
  func `a receiver may ask for a pause, up to an hour`(asked: Int, kept: Int) async throws {
    let store = try await makeStore()
    try await queue(0..<2, in: store)
    receiver.fail { _ in .temporary("429", retryAfter: .seconds(asked)) }
    let worker = worker(store)
    _ = try await worker.deliverDue()
    let next = try #require(try await store.read { try $0.channelState("me")?.nextAttemptAt })
    let wait = next.duration(since: clock.now())
    #expect(wait >= .seconds(kept) && wait <= .seconds(max(kept, 2)))
    #expect(receiver.attempts.count == 1)
  }

  @Test func `in quiet hours only what is urgent is delivered`() async throws {
    let store = try await makeStore()
    var rules = DeliveryRules(maxPerHour: 20)
    rules.quietHours = QuietHours("08:00-10:00")
    // 09:00 in UTC.
    try await queue(0..<3, in: store)
    try await queue(3..<4, isUrgent: true, in: store)
    let worker = worker(store, rules)
    #expect(try await worker.deliverDue() == Sample.start.advanced(by: .seconds(3600)))
    #expect(receiver.delivered.map(\.key) == ["k3"])
    // The clocks of another place show another time.
    rules.zone = LocalZone { _ in 3600 }
    _ = try await self.worker(store, rules).deliverDue()
    #expect(receiver.delivered.map(\.key) == ["k3", "k0", "k1", "k2"])
  }

  @Test func `urgent rows go first`() async throws {
    let store = try await makeStore()
    try await queue(0..<30, in: store)
    try await queue(30..<31, isUrgent: true, in: store)
    _ = try await worker(store, DeliveryRules(maxPerHour: 3)).deliverDue()
    #expect(receiver.delivered.map(\.key).prefix(2) == ["k30", "k0"])
  }

  @Test func `what a person drops meanwhile stays dropped`() async throws {
    let store = try await makeStore()
    try await queue(0..<1, in: store)
    receiver.fail { _ in .temporary("no") }
    let desk = OutboxDesk(channel: "me", rules: DeliveryRules())
    let now = clock.now()
    try await store.write { store in
      guard var row = try store.outboxRow(1) else { throw StoreError.dangling }
      let waiting = row
      row.state = .dropped
      try store.save(row)
      var random = SplitMix64(seed: 1)
      _ = try desk.failed(waiting, .temporary("no"), at: now, using: &random, in: store)
      #expect(try store.outboxRow(1)?.state == .dropped)
    }
  }
}
