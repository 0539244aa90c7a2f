import Logging
import SeedCore

/// Delivers what waits in the outbox for one channel.
struct OutboxWorker: Sendable {
  /// How many rows are read at once.
  static let pageCount = 100
  /// The longest error that is kept, in bytes.
  static let errorByteCountMax = 500

  let channel: any AlertChannel
  let store: any Store
  let clock: @Sendable () -> Timestamp
  let logger: Logger

  /// Delivers every row that is due, oldest first; returns when the next one is.
  ///
  /// A row that was delivered is delivered again if this process ends before that is written down.
  /// - Parameter isStopping: Is asked before each row.
  /// - Throws: When the store doesn't work.
  func deliverDue(isStopping: () -> Bool = { false }) async throws -> Timestamp? {
    while !isStopping() {
      let name = channel.name
      guard let next = try await store.read({ try $0.nextDue(channel: name) }) else { return nil }
      let now = clock()
      // No row is put off for this long, so the clock was wrong when it was, and is right again.
      let isFromTheFuture = next.duration(since: now) > Backoff.delayMax * 2
      guard next <= now || isFromTheFuture else { return next }
      let limit = isFromTheFuture ? next : now
      let rows = try await store.read {
        try $0.outbox(channel: name, dueAt: limit, limit: Self.pageCount)
      }
      guard !rows.isEmpty else { return next }
      for row in rows where !isStopping() { try await deliver(row) }
    }
    return nil
  }

  private func deliver(_ row: OutboxRow) async throws {
    var row = row
    row.attemptCount += 1
    do {
      try await channel.deliver(row)
      row.state = .delivered
      row.lastError = ""
    } catch {
      let isPermanent: Bool
      switch error {
      case .temporary(let reason):
        isPermanent = false
        row.lastError = String(reason.prefix(Self.errorByteCountMax))
        var random = SystemRandomNumberGenerator()
        let delay = Backoff.delay(after: row.attemptCount, using: &random)
        row.dueAt = clock().advanced(by: delay)
      case .permanent(let reason):
        isPermanent = true
        row.lastError = String(reason.prefix(Self.errorByteCountMax))
        row.state = .dead
      }
      logger.warning(
        "an alert was not delivered",
        metadata: [
          "channel": "\(channel.name)", "outbox.row": "\(row.id)",
          "attempt.count": "\(row.attemptCount)", "error": "\(row.lastError)",
          "isPermanent": "\(isPermanent)",
        ]
      )
    }
    let outcome = row
    try await store.write { try $0.save(outcome) }
  }
}
