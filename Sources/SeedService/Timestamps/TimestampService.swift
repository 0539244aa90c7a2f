public import Logging
public import SeedCore
import ServiceLifecycle

/// Has the ledger's checkpoints stamped, day by day.
///
/// It has waits of its own, and not those of alerts: no order is ever given up, and an authority that
/// is down holds no other up.
public struct Timestamper: Sendable {
  private static let pageCount = 1000
  private static let errorLengthMax = 500

  private let queue: TimestampQueue
  private let channel: TimestampChannel
  private let store: any Store
  private let clock: @Sendable () -> Timestamp
  private let logger: Logger

  /// A timestamper for an open home.
  public init(
    home: Home,
    configuration: Configuration,
    store: any Store,
    clock: @escaping @Sendable () -> Timestamp = WallClock.now,
    logger: Logger
  ) {
    queue = TimestampQueue(configuration.ledger)
    channel = TimestampChannel(
      home: home,
      authorities: configuration.ledger.timestamps,
      store: store,
      http: HTTPClient(),
      clock: clock
    )
    self.store = store
    self.clock = clock
    self.logger = logger
  }

  /// Queues what is due, and asks for what waits and is due; returns when the next one is.
  @discardableResult
  public func round(isStopping: () -> Bool = { false }) async throws -> Timestamp? {
    try await queue.enqueueDue(in: store, at: clock())
    return try await deliverDue(isStopping: isStopping)
  }

  /// Asks every authority to stamp one checkpoint, now. What fails waits, and is tried again by seedd.
  public func stamp(checkpoint size: Int64) async throws {
    try await queue.enqueue(checkpoint: size, in: store, at: clock())
    try await deliverDue()
  }

  /// Tries each row that is due once; returns when the next one is.
  @discardableResult
  private func deliverDue(isStopping: () -> Bool = { false }) async throws -> Timestamp? {
    let name = ReservedChannel.timestamp.name
    let now = clock()
    let rows = try await store.read { store in
      // No row is put off for this long, so the clock was wrong when it was, and is right again.
      let next = try store.nextDue(channel: name) ?? now
      let isFromTheFuture = next.duration(since: now) > Backoff.delayMax * 2
      return try store.outbox(
        channel: name,
        dueAt: isFromTheFuture ? next : now,
        limit: Self.pageCount
      )
    }
    for row in rows where !isStopping() { try await deliver(row) }
    return try await store.read { try $0.nextDue(channel: name) }
  }

  private func deliver(_ row: OutboxRow) async throws {
    var row = row
    row.attemptCount += 1
    do {
      try await channel.deliver(row)
      row.state = .delivered
      row.deliveredAt = clock()
      row.lastError = ""
    } catch {
      switch error {
      case .temporary(let reason, let retryAfter):
        row.lastError = String(reason.prefix(Self.errorLengthMax))
        var random = SystemRandomNumberGenerator()
        let delay = Backoff.delay(after: row.attemptCount, using: &random)
        let wished = min(max(retryAfter ?? .zero, .zero), Backoff.delayMax)
        row.dueAt = clock().advanced(by: max(delay, wished))
      case .permanent(let reason):
        row.lastError = String(reason.prefix(Self.errorLengthMax))
        row.state = .dead
      }
      logger.warning(
        "a checkpoint could not be stamped",
        metadata: [
          "order": "\(row.key)", "attempt.count": "\(row.attemptCount)",
          "error": "\(row.lastError)", "isTriedAgain": "\(row.state == .waiting)",
        ]
      )
    }
    let outcome = row
    try await store.write { try $0.save(outcome) }
  }
}

/// Runs a ``Timestamper`` for as long as the daemon runs.
struct TimestampService: Service {
  /// How often it is looked whether a stamp is due.
  static let waitMax = Duration.seconds(60)

  let timestamper: Timestamper
  let clock: @Sendable () -> Timestamp
  let logger: Logger

  func run() async throws {
    try? await cancelWhenGracefulShutdown {
      var failureCount = 0
      while true {
        var wait = Self.waitMax
        do {
          if let next = try await timestamper.round(isStopping: { Task.isShuttingDownGracefully }) {
            wait = min(wait, max(.zero, next.duration(since: clock())))
          }
          failureCount = 0
        } catch {
          failureCount += 1
          if failureCount == 1, !Task.isCancelled {
            logger.error(
              "checkpoints can't be stamped now; they wait in the store",
              metadata: ["error": "\(FailureText.of(error))"]
            )
          }
        }
        try await Task.sleep(for: wait)
      }
    }
  }
}
