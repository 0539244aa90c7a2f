import Foundation
import Logging
import SeedCore
import Synchronization

@testable import SeedService

/// Takes mail in by writing down that it came, and fails as it is told.
final class RecordingTaker: ArrivalTaker {
  let store = InMemoryStore()
  private let state = Mutex(State())

  private struct State {
    var batches: [[String]] = []
    var failure: (@Sendable ([String]) -> (any Error)?)?
  }

  /// The base names of each batch that was taken in.
  var batches: [[String]] { state.withLock { $0.batches } }

  /// Asks `failure` before each batch.
  func fail(_ failure: (@Sendable ([String]) -> (any Error)?)?) {
    state.withLock { $0.failure = failure }
  }

  func take(_ arrivals: [Arrival]) async throws -> IntakeReport {
    let names = arrivals.map(\.baseName)
    if let error = state.withLock({ $0.failure?(names) }) { throw error }
    let report = try await store.write { store in
      var report = IntakeReport()
      for arrival in arrivals {
        report.read += 1
        let digest = Array(String(decoding: arrival.bytes, as: UTF8.self).utf8)
        let isNew = try store.insert(
          Delivery(
            messageDigest: digest,
            baseName: arrival.baseName,
            file: arrival.file,
            takenAt: arrival.deliveredAt
          )
        )
        if !isNew { report.duplicates += 1 }
      }
      return report
    }
    state.withLock { $0.batches.append(names) }
    return report
  }

  func judgePending() async throws -> PendingOutcome { PendingOutcome() }
  func checkKeys() async throws -> Int { 0 }
  func closeDays() async throws {}
}

/// A log that is looked at afterwards.
final class LogRecorder: Sendable {
  private let text = Mutex("")
  let settings = LogLineHandler.Settings()

  var lines: [String] {
    text.withLock { $0.split(separator: "\n").map(String.init) }
  }

  var logger: Logger {
    Logger(label: "test") { _ in
      LogLineHandler(settings: self.settings, clock: { Timestamp(seconds: 0) }) { line in
        self.text.withLock { $0 += String(decoding: line, as: UTF8.self) }
      }
    }
  }
}

/// Counts from 1.
final class Counter: Sendable {
  private let count = Mutex(0)

  func next() -> Int {
    count.withLock {
      $0 += 1
      return $0
    }
  }
}

/// A clock that is moved by hand.
final class ManualClock: Sendable {
  private let time: Mutex<Timestamp>

  init(_ start: Timestamp) { time = Mutex(start) }

  @Sendable func now() -> Timestamp { time.withLock { $0 } }
  func advance(by duration: Duration) { time.withLock { $0 = $0.advanced(by: duration) } }
}

extension MaildirIntake {
  init(
    _ maildirs: [String],
    _ taker: RecordingTaker,
    spool: Spool? = nil,
    quarantine: Quarantine? = nil,
    afterIngest: Configuration.Mail.AfterIngest = .keep,
    messageByteCountMax: Int = MaildirScanner.messageByteCountMax,
    listingCountMax: Int = MaildirScanner.listingCountMax,
    batchTime: Duration? = nil,
    logger: Logger = LogRecorder().logger
  ) {
    self.init(
      scanner: MaildirScanner(
        maildirs: maildirs,
        listingCountMax: listingCountMax,
        messageByteCountMax: messageByteCountMax
      ),
      store: taker.store,
      taker: taker,
      spool: spool,
      quarantine: quarantine,
      afterIngest: afterIngest,
      batchTime: batchTime,
      logger: logger,
      clock: WallClock.now
    )
  }

  /// Looks, and takes in all there is.
  func drain() async throws -> IntakeReport {
    try await recover()
    await scan(all: true)
    var report = IntakeReport()
    while let part = try await step() { report += part }
    return report
  }
}
