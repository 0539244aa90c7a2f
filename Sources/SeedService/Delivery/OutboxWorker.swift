import Logging
import SeedCore

/// Delivers what waits in the outbox for one channel.
struct OutboxWorker: Sendable {
  let channel: any AlertChannel
  let rules: DeliveryRules
  /// How many rows are written down as delivered in one transaction, and so may come twice when the
  /// process is killed. More than one is for a receiver that takes each in no time, and without rules
  /// of its own.
  let batchCountMax: Int
  let store: any Store
  let clock: @Sendable () -> Timestamp
  let logger: Logger

  init(
    channel: any AlertChannel,
    rules: DeliveryRules = DeliveryRules(),
    batchCountMax: Int = 1,
    store: any Store,
    clock: @escaping @Sendable () -> Timestamp,
    logger: Logger
  ) {
    self.channel = channel
    self.rules = rules
    self.batchCountMax = batchCountMax
    self.store = store
    self.clock = clock
    self.logger = logger
  }

  private var desk: OutboxDesk { OutboxDesk(channel: channel.name, rules: rules) }

  /// Delivers every row that is due; returns when the next one is.
  ///
  /// A row that was delivered is delivered again if this process ends before that is written down.
  /// - Parameter isStopping: Is asked before each row.
  /// - Throws: When the store doesn't work.
  func deliverDue(isStopping: () -> Bool = { false }) async throws -> Timestamp? {
    let desk = desk
    while !isStopping() {
      let now = clock()
      switch try await store.read({ try desk.next(at: now, in: $0) }) {
      case .wait(let next): return next
      case .join(let rows): try await store.write { try desk.join(rows, at: now, in: $0) }
      case .deliver(let row): try await deliver(batch(from: row, at: now))
      }
    }
    return nil
  }

  /// The rows that are delivered next, where `row` is the first of them.
  private func batch(from row: OutboxRow, at now: Timestamp) async throws -> [OutboxRow] {
    guard batchCountMax > 1, rules.maxPerHour == nil, rules.quietHours == nil else { return [row] }
    let (wanted, limit) = (WaitingRows(channel: channel.name, dueAt: now), batchCountMax)
    let rows = try await store.read { try $0.waiting(wanted, limit: limit) }
    return rows.first?.id == row.id ? rows : [row]
  }

  private func deliver(_ rows: [OutboxRow]) async throws {
    let desk = desk
    var delivered: [OutboxRow] = []
    var failed: (row: OutboxRow, error: DeliveryError)?
    for row in rows {
      do throws(DeliveryError) {
        try await channel.deliver(row)
        delivered.append(row)
      } catch {
        failed = (row, error)
        break
      }
    }
    if !delivered.isEmpty {
      try await store.write { [now = clock(), delivered] store in
        for row in delivered { try desk.delivered(row, at: now, in: store) }
      }
    }
    guard let failed else { return }
    let failure = try await store.write { [now = clock()] store in
      var random = SystemRandomNumberGenerator()
      return try desk.failed(failed.row, failed.error, at: now, using: &random, in: store)
    }
    report(failure)
  }

  private func report(_ failure: OutboxDesk.Failure) {
    let row = failure.row
    let since = failure.state?.failingSince
    let isLong =
      since.map { clock().duration(since: $0) >= OutboxDesk.longFailure } ?? false
    logger.log(
      level: row.state == .dead ? .error : .warning,
      row.state == .dead
        ? "an alert was given up; see `seedctl alert list --state dead`"
        : isLong
          ? "a channel has failed for over an hour; it is tried once an hour"
          : "an alert was not delivered",
      metadata: [
        "channel": "\(channel.name)", "outbox.row": "\(row.id)",
        "attempt.count": "\(row.attemptCount)", "error": "\(row.lastError)",
        "failing.since": "\(since?.rfc3339 ?? "")",
      ]
    )
  }
}
