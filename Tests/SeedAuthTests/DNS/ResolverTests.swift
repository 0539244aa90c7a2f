import SeedAuth
import SeedMail
import Synchronization
import Testing

struct ResolverTests {
  /// A time that the test moves.
  private final class Time: Sendable {
    private let value = Mutex(Timestamp(seconds: 1_800_000_000))
    var now: Timestamp { value.withLock { $0 } }
    func advance(by duration: Duration) { value.withLock { $0 = $0.advanced(by: duration) } }
  }

  private static func zone(_ time: Time) throws -> ZoneFile {
    let json = """
      {"a.example": {"TXT": ["one"]}, "down.example": "SERVFAIL",
       "big.example": {"TXT": ["\(String(repeating: "x", count: 60_000))"]}}
      """
    return try ZoneFile(json: Array(json.utf8), now: { time.now })
  }

  @Test(arguments: [
    ("a.example", RecordType.txt, 300),
    ("a.example", .mx, 300),
    ("gone.example", .txt, 300),
    ("down.example", .txt, 5),
  ])
  func `an answer is kept as long as it says`(
    name: String,
    type: RecordType,
    seconds: Int
  ) async throws {
    let time = Time()
    let counter = CountingResolver(try Self.zone(time))
    let cache = CachingResolver(counter, now: { time.now })
    let first = await cache.resolve(name, type)
    time.advance(by: .seconds(seconds - 1))
    #expect(await cache.resolve(name.uppercased() + ".", type) == first)
    #expect(counter.count == 1)
    time.advance(by: .seconds(1))
    #expect(await cache.resolve(name, type).receivedAt == time.now)
    #expect(counter.count == 2)
  }

  @Test func `the cache forgets before it grows too large`() async throws {
    let time = Time()
    var zone = ZoneFile(now: { time.now })
    let text = [UInt8](repeating: 0x78, count: 60_000)
    for index in 0..<300 { try zone.add([text], for: "n\(index).example", .txt) }
    let counter = CountingResolver(zone)
    let cache = CachingResolver(counter, now: { time.now })
    for index in 0..<300 { _ = await cache.resolve("n\(index).example", .txt) }
    _ = await cache.resolve("n299.example", .txt)
    #expect(counter.count == 300)
    _ = await cache.resolve("n0.example", .txt)
    #expect(counter.count == 301)
  }

  /// Answers only when it is told to.
  private actor Gate: Resolver {
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private var isOpen = false
    private(set) var count = 0

    func resolve(_ name: String, _ type: RecordType) async -> DNSAnswer {
      count += 1
      if !isOpen { await withCheckedContinuation { waiting.append($0) } }
      return DNSAnswer(
        name: name,
        type: type,
        status: .nodata,
        receivedAt: Timestamp(seconds: 0),
        source: "gate"
      )
    }

    func open() {
      isOpen = true
      for continuation in waiting { continuation.resume() }
      waiting = []
    }
  }

  @Test func `the same question at the same time is asked once`() async {
    let gate = Gate()
    let cache = CachingResolver(gate, now: { Timestamp(seconds: 0) })
    await withTaskGroup(of: DNSAnswer.self) { group in
      for _ in 0..<50 { group.addTask { await cache.resolve("a.example", .txt) } }
      while await gate.count == 0 { await Task.yield() }
      await gate.open()
      for await answer in group { #expect(answer.status == .nodata) }
    }
    // Those that came after the answer asked again, since it may not be kept at all.
    #expect(await gate.count < 50)
  }

  @Test func `a message sees one answer to each question, and all are recorded`() async throws {
    let time = Time()
    let counter = CountingResolver(try Self.zone(time))
    let recorder = RecordingResolver(counter, now: { time.now })
    let first = await recorder.resolve("a.example", .txt)
    time.advance(by: .seconds(1000))
    #expect(await recorder.resolve("A.EXAMPLE.", .txt) == first)
    _ = await recorder.resolve("down.example", .a)
    #expect(counter.count == 2)
    #expect(recorder.answers.map(\.name) == ["a.example", "down.example"])
  }

  /// A clock that moves two seconds each time it is read.
  private struct LeapingClock: Clock {
    typealias Instant = ContinuousClock.Instant
    let start = ContinuousClock.now
    let reads = ReadCount()
    var now: Instant { start.advanced(by: .seconds(2 * reads.next())) }
    var minimumResolution: Duration { .seconds(1) }
    func sleep(until deadline: Instant, tolerance: Duration?) async throws {}
  }

  private final class ReadCount: Sendable {
    private let count = Mutex(0)
    func next() -> Int {
      count.withLock {
        $0 += 1
        return $0
      }
    }
  }

  @Test func `a message that has waited long enough asks no more`() async throws {
    let time = Time()
    let counter = CountingResolver(try Self.zone(time))
    let recorder = RecordingResolver(
      counter,
      timeLimit: .seconds(5),
      clock: LeapingClock(),
      now: { time.now }
    )
    var statuses: [DNSAnswer.Status] = []
    for index in 0..<5 { statuses.append(await recorder.resolve("n\(index).example", .a).status) }
    #expect(statuses == [.nxdomain, .nxdomain, .nxdomain, .timeout, .timeout])
    #expect(counter.count == 3)
    #expect(recorder.answers.count == 3)
    // What is known is still answered.
    #expect(await recorder.resolve("n0.example", .a).status == .nxdomain)
  }

  @Test func `a message that asks too much is refused further answers`() async throws {
    let time = Time()
    let counter = CountingResolver(try Self.zone(time))
    let recorder = RecordingResolver(counter, now: { time.now })
    for index in 0..<600 { _ = await recorder.resolve("n\(index).example", .a) }
    #expect(counter.count == RecordingResolver.questionCountMax)
    #expect(await recorder.resolve("n.example", .a).source == "limit")
  }
}
