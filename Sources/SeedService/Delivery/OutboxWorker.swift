import Logging
import SeedCore

/// Delivers what waits in the outbox for one channel.
struct OutboxWorker: Sendable {
  let channel: any AlertChannel
  let rules: DeliveryRules
  let store: any Store
  let clock: @Sendable () -> Timestamp
  let logger: Logger

  init(
    channel: any AlertChannel,
    rules: DeliveryRules = DeliveryRules(),
    store: any Store,
    clock: @escaping @Sendable () -> Timestamp,
    logger: Logger
  ) {
    self.channel = channel
    self.rules = rules
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
      case .deliver(let row): try await deliver(row)
      }
    }
    return nil
  }

  private func deliver(_ row: OutboxRow) async throws {
    let desk = desk
    do {
      try await channel.deliver(row)
    } catch {
      let failure = try await store.write { [now = clock()] store in
        var random = SystemRandomNumberGenerator()
        return try desk.failed(row, error, at: now, using: &random, in: store)
      }
      return report(failure)
    }
    try await store.write { [now = clock()] in try desk.delivered(row, at: now, in: $0) }
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
