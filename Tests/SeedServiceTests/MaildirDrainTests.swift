import Foundation
import SeedCore
import SeedTesting
import Synchronization
import Testing

@testable import SeedService

@Suite(.timeLimit(.minutes(1)))
struct MaildirDrainTests {
  @Test func `a backlog is taken in once, also where the listing was cut meanwhile`() async throws {
    let folder = try TemporaryFolder()
    let maildir = try TestMaildir(folder.path("m"))
    for number in 1000..<1600 { try maildir.deliver("170000\(number).x", "\(number)") }
    let taker = RecordingTaker()
    let intake = MaildirIntake([maildir.path], taker, listingCountMax: 550)
    await intake.scan(all: true)
    let shown = Mutex(0)
    let report = try await intake.drain { part in shown.withLock { $0 += part.read } }
    #expect(report.read == 600)
    #expect(report.duplicates == 0)
    #expect(shown.withLock { $0 } == 600)
    #expect(taker.batches.joined().elementsEqual((1000..<1600).map { "170000\($0).x" }))
    #expect(try await intake.drain { _ in }.read == 0)
  }

  @Test func `a batch is worked out while the one before is recorded`() async throws {
    let folder = try TemporaryFolder()
    let maildir = try TestMaildir(folder.path("m"))
    for number in 1000..<2100 { try maildir.deliver("170000\(number).x", "\(number)") }
    let taker = PatientTaker()
    let intake = MaildirIntake(
      scanner: MaildirScanner(maildirs: [maildir.path]),
      store: InMemoryStore(),
      taker: taker,
      logger: LogRecorder().logger,
      clock: WallClock.now
    )
    await intake.scan(all: true)
    #expect(try await intake.drain { _ in }.read == 1100)
    #expect(taker.recorded == [512, 512, 76])
  }

  @Test func `a batch that is refused is taken apart, and a dead disk ends the work`() async throws
  {
    let folder = try TemporaryFolder()
    let maildir = try TestMaildir(folder.path("m"))
    for number in 1000..<1005 { try maildir.deliver("170000\(number).x", "\(number)") }
    let taker = RecordingTaker()
    let intake = MaildirIntake([maildir.path], taker)
    await intake.scan(all: true)
    taker.fail { $0.contains("1700001002.x") ? StoreError.exists : nil }
    #expect(try await intake.drain { _ in }.read == 4)
    #expect(Set(taker.batches.joined()).count == 4)
    taker.fail { _ in StoreError.inputOutput }
    await intake.scan(all: true)
    await #expect(throws: StoreError.inputOutput) { try await intake.drain { _ in } }
    taker.fail(nil)
    #expect(try await MaildirIntake([maildir.path], taker).drain().read == 1)
  }
}

/// Records a batch only when the next one is worked out, where there is a next one.
private final class PatientTaker: ArrivalTaker {
  private struct State {
    var examined = 0
    var recorded: [Int] = []
  }

  private static let batchCount = 3
  private let state = Mutex(State())

  var recorded: [Int] { state.withLock { $0.recorded } }

  func examine(_ arrivals: [Arrival]) async throws -> Int {
    state.withLock { $0.examined += 1 }
    return arrivals.count
  }

  func record(_ count: Int) async throws -> IntakeReport {
    let wanted = min(recorded.count + 2, Self.batchCount)
    while state.withLock({ $0.examined }) < wanted { await Task.yield() }
    state.withLock { $0.recorded.append(count) }
    var report = IntakeReport()
    report.read = count
    return report
  }

  func take(_ arrivals: [Arrival]) async throws -> IntakeReport {
    try await record(examine(arrivals))
  }

  func judgePending() async throws -> PendingOutcome { PendingOutcome() }
  func checkKeys() async throws -> Int { 0 }
  func closeDays() async throws {}
}
