import Foundation
import SeedCore
import SeedTesting
import Synchronization
import Testing

@testable import SeedService

/// A channel that fails as it is told.
private final class TestChannel: AlertChannel {
  let name = "test"
  private let state = Mutex<(failures: [DeliveryError], delivered: [String])>(([], []))

  init(failing failures: [DeliveryError] = []) { state.withLock { $0.failures = failures } }

  var delivered: [String] { state.withLock { $0.delivered } }

  func deliver(_ row: OutboxRow) async throws(DeliveryError) {
    let failure = state.withLock { state -> DeliveryError? in
      if !state.failures.isEmpty { return state.failures.removeFirst() }
      state.delivered.append(row.key)
      return nil
    }
    if let failure { throw failure }
  }
}

private func row(
  _ key: String,
  channel: String = "test",
  dueAt: Timestamp = Sample.start
) -> OutboxRow {
  OutboxRow(
    channel: channel,
    key: key,
    event: nil,
    payload: Array(#"{"finding":"fnd_1"}"#.utf8),
    queuedAt: dueAt,
    dueAt: dueAt
  )
}

@Suite(.timeLimit(.minutes(1)))
struct OutboxWorkerTests {
  private let store = FailingStore(InMemoryStore())
  private let clock = ManualClock(Sample.start)
  private let log = LogRecorder()

  private func worker(_ channel: TestChannel, batchCountMax: Int = 1) -> OutboxWorker {
    OutboxWorker(
      channel: channel,
      batchCountMax: batchCountMax,
      store: store,
      clock: clock.now,
      logger: log.logger
    )
  }

  private func queue(_ rows: OutboxRow...) async throws {
    try await store.write { store in for row in rows { try store.enqueue(row) } }
  }

  @Test func `rows that are written down together are each delivered once, up to one that fails`()
    async throws
  {
    let channel = TestChannel()
    for number in 1...7 { try await queue(row("\(number)")) }
    #expect(try await worker(channel, batchCountMax: 3).deliverDue() == nil)
    #expect(channel.delivered == (1...7).map { "\($0)" })
    #expect(try await store.read { try $0.outbox(.delivered, limit: 9).count } == 7)

    let failing = TestChannel(failing: [.permanent("no")])
    for number in 8...10 { try await queue(row("\(number)")) }
    #expect(try await worker(failing, batchCountMax: 3).deliverDue() == nil)
    #expect(failing.delivered == ["9", "10"])
    #expect(try await store.read { try $0.outbox(.dead, limit: 9).map(\.key) } == ["8"])
    #expect(try await store.read { try $0.outbox(.waiting, limit: 9) } == [])
  }

  @Test func `where the store didn't work, one row goes first`() async throws {
    let channel = TestChannel()
    for number in 1...5 { try await queue(row("\(number)")) }
    let worker = worker(channel, batchCountMax: 3)
    store.failNextWrite(.notKept)
    await #expect(throws: StoreError.inputOutput) { try await worker.deliverDue() }
    store.failNextWrite(.notKept)
    await #expect(throws: StoreError.inputOutput) { try await worker.deliverDue(oneFirst: true) }
    #expect(channel.delivered == ["1", "2", "3", "1"])
    #expect(try await worker.deliverDue(oneFirst: true) == nil)
    #expect(channel.delivered.dropFirst(4) == ["1", "2", "3", "4", "5"])
  }

  @Test func `what is due is delivered once, and other channels' rows are let alone`() async throws
  {
    let channel = TestChannel()
    try await queue(row("a"), row("b"), row("c", channel: "other"))
    #expect(try await worker(channel).deliverDue() == nil)
    #expect(try await worker(channel).deliverDue() == nil)
    #expect(channel.delivered == ["a", "b"])
    #expect(try await store.read { try $0.outboxCounts().waiting } == 1)
  }

  @Test func `a failure is put off, longer each time, and stops no other row`() async throws {
    let channel = TestChannel(failing: [.temporary("no"), .temporary("no")])
    try await queue(row("a"))
    let worker = worker(channel)
    let first = try #require(try await worker.deliverDue()).duration(since: clock.now())
    #expect((.milliseconds(500)...(.seconds(1))).contains(first))
    try await queue(row("b"))
    clock.advance(by: .milliseconds(100))
    _ = try await worker.deliverDue()
    #expect(log.lines.count == 1, "the channel waits, too")
    clock.advance(by: .seconds(2))
    _ = try await worker.deliverDue()
    clock.advance(by: .seconds(10))
    #expect(try await worker.deliverDue() == nil)
    #expect(Set(channel.delivered) == ["a", "b"])
    #expect(log.lines.count { $0.contains("an alert was not delivered") } == 2)
  }

  @Test func `a permanent failure is kept where it is seen`() async throws {
    let channel = TestChannel(failing: [.permanent("never")])
    try await queue(row("a"), row("b"))
    #expect(try await worker(channel).deliverDue() == nil)
    #expect(channel.delivered == ["b"])
    let dead = try await store.read { try $0.outbox(.dead, limit: 10) }
    #expect(dead.map(\.key) == ["a"])
    #expect(dead.map(\.lastError) == ["never"])
  }

  @Test func `a row from a wrong future is delivered now`() async throws {
    let channel = TestChannel()
    try await queue(row("a", dueAt: Sample.day(400)), row("b"))
    #expect(try await worker(channel).deliverDue() == nil)
    #expect(Set(channel.delivered) == ["a", "b"])
    try await queue(row("c", dueAt: Sample.start.advanced(by: .seconds(1800))))
    #expect(try await worker(channel).deliverDue() == Sample.start.advanced(by: .seconds(1800)))
    #expect(channel.delivered.count == 2)
  }

  @Test func `the back-off doubles up to its limit`() {
    var random = SplitMix64(seed: 1)
    for count in 1...40 {
      let delay = Backoff.delay(after: count, using: &random)
      let full = min(Duration.seconds(1) * (1 << min(count - 1, 30)), Backoff.delayMax)
      #expect(delay <= full && delay >= full * 0.5)
    }
  }

  @Test func `the log line names the finding, and no address`() async throws {
    let payload = #"""
      {"address":"secret@seeds.example","case":"case_200000000000","class":"disclosure",\#
      "corroborated":false,"event":"found","finding":"fnd_300000000000",\#
      "firstSeen":"2026-11-22T10:00:00Z","form":"","grade":"A","lastSeen":"2026-11-22T10:00:00Z",\#
      "mintedAt":"2026-03-01T09:00:00Z","organisation":"Example\nPetitions",\#
      "reasons":["secret@seeds.example"],"seed":"seed_a00000000000",\#
      "sender":{"domain":"party.example","platform":null,"status":"aligned"},\#
      "severity":"high","sightings":1,"state":"open"}
      """#
    var row = row("a")
    row = OutboxRow(
      channel: "log",
      key: "a",
      event: nil,
      payload: Array(payload.utf8),
      queuedAt: row.queuedAt,
      dueAt: row.dueAt
    )
    try await LogChannel(logger: log.logger).deliver(row)
    #expect(
      log.lines == [
        "1970-01-01T00:00:00Z notice a finding class=disclosure event=found finding=fnd_300000000000 "
          + #"organisation="Example\nPetitions" sender.domain=party.example severity=high"#
      ]
    )
  }
}

@Suite(.timeLimit(.minutes(1)))
struct CommandChannelTests {
  private func channel(
    _ command: String,
    in folder: borrowing TemporaryFolder,
    timeout: Duration = .seconds(30)
  ) -> CommandChannel {
    CommandChannel(command: command, timeout: timeout, folder: folder.path(""))
  }

  @Test func `the command reads the finding, and gets nothing else`() async throws {
    let folder = try TemporaryFolder()
    let output = folder.path("out")
    try await channel("cat > '\(output)'; echo $# >> '\(output)'", in: folder).deliver(row("a"))
    #expect(try String(contentsOfFile: output, encoding: .utf8) == "{\"finding\":\"fnd_1\"}\n0\n")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("")) == ["out"])
  }

  @Test(arguments: [
    ("exit 3", "the command exited with 3"), ("kill -9 $$", "signal 9 ended the command"),
    ("/nonexistent/command", "the command exited with 127"),
  ])
  func `a command that fails is tried again`(command: String, reason: String) async throws {
    let folder = try TemporaryFolder()
    let channel = channel(command, in: folder)
    await #expect(throws: DeliveryError.temporary(reason)) { try await channel.deliver(row("a")) }
  }

  @Test func `a command that doesn't read a large finding holds nobody up`() async throws {
    let folder = try TemporaryFolder()
    let large = OutboxRow(
      channel: "command",
      key: "a",
      event: nil,
      payload: [UInt8](repeating: 0x78, count: 1 << 20),
      queuedAt: Sample.start,
      dueAt: Sample.start
    )
    try await channel("exit 0", in: folder).deliver(large)
    let output = folder.path("out")
    try await channel("wc -c > '\(output)'", in: folder).deliver(large)
    #expect(try String(contentsOfFile: output, encoding: .utf8) == "1048577\n")
  }

  @Test func `a command that hangs is ended with all that it started`() async throws {
    let folder = try TemporaryFolder()
    let pids = folder.path("pids")
    let command = "sleep 600 & echo $! > '\(pids)'; echo $$ >> '\(pids)'; wait"
    let hanging = channel(command, in: folder, timeout: .milliseconds(300))
    await #expect(throws: DeliveryError.temporary("the command took longer than 300ms")) {
      try await hanging.deliver(row("a"))
    }
    let numbers = try String(contentsOfFile: pids, encoding: .utf8).split(separator: "\n")
    let shell = try #require(numbers.last.flatMap { pid_t($0) })
    #expect(kill(shell, 0) == -1)
  }

  @Test func `what this process has open, the command has not`() async throws {
    let folder = try TemporaryFolder()
    let output = folder.path("out")
    let leaked = dup(STDERR_FILENO)
    defer { close(leaked) }
    try await channel("ls /proc/$$/fd > '\(output)'", in: folder).deliver(row("a"))
    let numbers = try String(contentsOfFile: output, encoding: .utf8).split(separator: "\n")
    #expect(!numbers.contains(Substring(String(leaked))))
  }
}
