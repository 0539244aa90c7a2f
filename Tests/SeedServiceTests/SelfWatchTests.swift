import SeedCore
import SeedTesting
import Synchronization
import Testing

@testable import SeedService

/// A channel that keeps what it is told.
private final class KeepingChannel: AlertChannel {
  let name: String
  private let rows = Mutex<[OutboxRow]>([])

  init(_ name: String) { self.name = name }

  var keys: [String] { rows.withLock { $0.map(\.key) } }
  func deliver(_ row: OutboxRow) async throws(DeliveryError) { rows.withLock { $0.append(row) } }
}

@Suite(.timeLimit(.minutes(1)))
struct SelfWatchTests {
  /// What the senses show.
  private final class World: Sendable {
    struct State {
      var now = Sample.start
      var steady = Duration.zero
      var freeBytes: Int64 = 1 << 40
      var quarantine: [String] = []
      var obstacles = MaildirIntake.Obstacles()
    }
    let state = Mutex(State())

    func change(_ body: @Sendable (inout State) -> Void) { state.withLock { body(&$0) } }
    func pass(_ duration: Duration) {
      state.withLock {
        $0.now = $0.now.advanced(by: duration)
        $0.steady += duration
      }
    }
    var senses: SelfWatch.Senses {
      SelfWatch.Senses(
        clock: { self.state.withLock { $0.now } },
        steadyClock: { self.state.withLock { $0.steady } },
        freeBytes: { _ in self.state.withLock { $0.freeBytes } },
        quarantine: { self.state.withLock { $0.quarantine } },
        obstacles: { self.state.withLock { $0.obstacles } }
      )
    }
  }

  private let world = World()
  private let store = InMemoryStore()
  private let arrivals = ArrivalLog()
  private let channels = [KeepingChannel("log"), KeepingChannel("me")]

  private func watch(_ text: String = "", store: (any Store)? = nil) throws -> SelfWatch {
    let base = "[mail]\ndomain = \"seeds.example\"\nmaildirs = [\"/m\"]\n"
    return SelfWatch(
      configuration: try Configuration.parse(base + text).configuration,
      homePath: "/home",
      store: store ?? self.store,
      channels: channels,
      arrivals: arrivals,
      senses: world.senses,
      logger: LogRecorder().logger
    )
  }

  /// The notices that are queued for a channel, oldest first.
  private func notices(_ channel: String = "me") async throws -> [AlertNotice] {
    try await store.read { store in
      try store.outbox(.waiting, limit: 99).reversed().filter { $0.channel == channel }.map { row in
        guard case .notice(let notice) = try AlertPayload(json: row.payload) else {
          throw StoreError.damaged
        }
        return notice
      }
    }
  }

  @Test func `nothing is said while nothing is wrong`() async throws {
    let watch = try watch()
    for _ in 0..<5 {
      #expect(try await !watch.round())
      world.pass(.seconds(60))
    }
    #expect(try await notices().isEmpty)
  }

  @Test func `a disk that fills is told of once a day`() async throws {
    let watch = try watch()
    world.change { $0.freeBytes = 100 << 20 }
    #expect(try await watch.round())
    world.pass(.seconds(60))
    #expect(try await !watch.round())
    world.change { $0.freeBytes = 1 << 20 }
    #expect(try await watch.round())
    #expect(Set(try await notices().map(\.severity)) == [.high, .critical])
    let count = try await notices().count
    world.pass(.seconds(86_400))
    _ = try await watch.round()
    #expect(try await notices().count > count)
  }

  @Test func `a disk that takes nothing more is told of all the same, once`() async throws {
    struct FullStore: Store {
      let inner: InMemoryStore
      func read<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreReader) throws -> Result
      ) async throws -> Result { try await inner.read(body) }
      func write<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreWriter) throws -> Result
      ) async throws -> Result { throw StoreError.full }
    }
    world.change { $0.freeBytes = 0 }
    let watch = try watch(store: FullStore(inner: store))
    for _ in 0..<2 { await #expect(throws: StoreError.full) { try await watch.round() } }
    let told = channels[1].keys
    #expect(!told.isEmpty && told.allSatisfy { $0.hasPrefix("disk-full-") })
    #expect(Set(told).count == told.count)
  }

  @Test(arguments: [(600, true), (-600, true), (200, false), (-200, false)])
  func `a clock that jumps is told of`(seconds: Int, isTold: Bool) async throws {
    let watch = try watch()
    _ = try await watch.round()
    world.pass(.seconds(60))
    world.change { $0.now = $0.now.advanced(by: .seconds(seconds)) }
    #expect(try await watch.round() == isTold)
    #expect(try await notices().map(\.topic) == (isTold ? [.clock] : []))
  }

  @Test func `a clock that is behind where it was in an earlier life is told of`() async throws {
    _ = try await watch().round()
    world.change { $0.now = $0.now.advanced(by: .seconds(-7200)) }
    #expect(try await watch().round())
  }

  @Test func `a machine that slept has a clock that didn't jump`() async throws {
    let watch = try watch()
    _ = try await watch.round()
    world.pass(.seconds(86_400))
    #expect(try await !watch.round())
  }

  @Test func `a maildir is missed when it is silent for longer than its habit`() async throws {
    let watch = try watch()
    // A message every twelve hours.
    for _ in 0..<12 {
      world.pass(.seconds(43_200))
      arrivals.note("/m", at: world.senses.clock())
      arrivals.note("/elsewhere", at: world.senses.clock())
      _ = try await watch.round()
    }
    world.pass(.seconds(86_300))
    #expect(try await !watch.round())
    world.pass(.seconds(200))
    #expect(try await watch.round())
    world.pass(.seconds(86_400))
    #expect(try await !watch.round(), "once for each silence")
    #expect(try await notices().map(\.topic) == [.silence])
    // What was once a silence of two days is the habit from then on.
    arrivals.note("/m", at: world.senses.clock())
    _ = try await watch.round()
    world.pass(.seconds(3 * 86_400))
    #expect(try await !watch.round())
  }

  @Test func `a maildir without a habit is not missed`() async throws {
    let watch = try watch()
    arrivals.note("/m", at: world.senses.clock())
    _ = try await watch.round()
    world.pass(.seconds(30 * 86_400))
    #expect(try await !watch.round())
  }

  @Test func `quarantined messages are told of when there are more`() async throws {
    let watch = try watch()
    world.change { $0.quarantine = ["a"] }
    #expect(try await watch.round())
    world.pass(.seconds(2 * 86_400))
    #expect(try await !watch.round())
    world.change { $0.quarantine = ["b", "a"] }
    #expect(try await watch.round())
    #expect(try await notices().last?.title == "2 messages were set aside")
  }

  @Test func `mail that can't be read for longer than a moment is told of, once a day`()
    async throws
  {
    let watch = try watch()
    world.change { $0.obstacles.folders = ["/m/new"] }
    #expect(try await !watch.round())
    world.change { $0.obstacles.messageCount = 2 }
    #expect(try await watch.round())
    #expect(try await notices().last?.details.first == "/m/new can't be looked into.")
    #expect(try await !watch.round())
    world.pass(.seconds(86_400))
    #expect(try await watch.round())
    #expect(
      try await notices().last?.details.contains("Messages that can't be read or taken in: 2.")
        == true
    )
    world.change { $0.obstacles = MaildirIntake.Obstacles() }
    world.pass(.seconds(86_400))
    #expect(try await !watch.round())
    world.change { $0.obstacles.messageCount = 1 }
    #expect(try await !watch.round())
    #expect(try await watch.round())
  }

  @Test func `a channel that fails for long is told of through the others`() async throws {
    let watch = try watch()
    try await store.write {
      try $0.save(ChannelState(channel: "me", failingSince: Sample.start, lastError: "no route"))
      try $0.save(ChannelState(channel: "gone", failingSince: Sample.start))
    }
    #expect(try await !watch.round())
    world.pass(.seconds(3600))
    #expect(try await watch.round())
    #expect(try await notices("log").first?.details.first?.contains("no route") == true)
    #expect(try await notices("me").isEmpty)
  }

  @Test func `checkpoints that nobody cosigns or stamps are told of`() async throws {
    let watch = try watch(
      """
      [[ledger.witness]]
      name = "w"
      url = "https://w.example"
      key = "\(try ConfigurationTests.vkey("w", .cosignature))"
      [[ledger.timestamp]]
      name = "tsa"
      url = "https://tsa.example"
      ca_file = "tsa.pem"
      """
    )
    #expect(try await !watch.round())
    try await store.write { store in
      _ = try store.append(Leaf(kind: .mint, bytes: [1], subject: 1))
      try store.insert(
        SignedCheckpoint(
          head: TreeHead(size: 1, rootHash: [UInt8](repeating: 1, count: 32)),
          note: [1],
          signedAt: Sample.start
        )
      )
    }
    world.pass(.seconds(86_000))
    #expect(try await !watch.round())
    world.pass(.seconds(1000))
    #expect(try await watch.round())
    #expect(try await notices().map(\.topic) == [.witness])
    world.pass(.seconds(86_400))
    #expect(try await watch.round())
    #expect(try await Set(notices().map(\.topic)) == [.witness, .timestamp])
  }

  @Test func `all is said to be well on Mondays, where that is wished`() async throws {
    // 1 March 2026 is a Sunday.
    let quiet = try watch()
    _ = try await quiet.round()
    let watch = try watch("[alerts]\nall_is_well = true\n")
    #expect(try await !watch.round())
    world.pass(.seconds(86_400))
    #expect(try await watch.round())
    world.pass(.seconds(86_400))
    #expect(try await !watch.round())
    world.pass(.seconds(6 * 86_400))
    #expect(try await watch.round())
    #expect(try await notices().map(\.topic) == [.well, .well])
    #expect(try await notices().first?.title == "All is well: 0 seeds, 0 messages, none yet")
  }
}
