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
  /// A row that was delivered is delivered again if this process ends before that is written down, or
  /// if the store can't write it.
  /// - Parameters:
  ///   - oneFirst: Whether the first row goes alone: where the store didn't work before, no more than
  ///     that comes twice.
  ///   - isStopping: Is asked before each batch.
  /// - Throws: When the store doesn't work.
  func deliverDue(
    oneFirst: Bool = false,
    isStopping: () -> Bool = { false }
  ) async throws -> Timestamp? {
    let desk = desk
    var isAlone = oneFirst
    while !isStopping() {
      let now = clock()
      // In one reading, since each is handed to another thread.
      let (step, rows) = try await store.read { [self, isAlone] store in
        let step = try desk.next(at: now, in: store)
        guard case .deliver(let row) = step else { return (step, [OutboxRow]()) }
        return (step, isAlone ? [row] : try batch(from: row, at: now, in: store))
      }
      switch step {
      case .wait(let next): return next
      case .join(let rows): try await store.write { try desk.join(rows, at: now, in: $0) }
      case .deliver: try await deliver(rows)
      }
      isAlone = false
    }
    return nil
  }

  /// The rows that are delivered next, where `row` is the first of them.
  private func batch(
    from row: OutboxRow,
    at now: Timestamp,
    in store: any StoreReader
  ) throws -> [OutboxRow] {
    guard batchCountMax > 1, rules.maxPerHour == nil, rules.quietHours == nil else { return [row] }
    let rows = try store.waiting(
      WaitingRows(channel: channel.name, dueAt: now),
      limit: batchCountMax
    )
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
