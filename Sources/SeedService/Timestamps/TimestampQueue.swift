public import SeedCore

/// Which checkpoints are to be stamped, and how far that is.
public struct TimestampQueue: Sendable {
  /// For how long a checkpoint is left to the witnesses before it is stamped without them: a token
  /// closes its note.
  static let witnessGrace = Duration.seconds(600)
  private static let rowCountMax = 10_000

  /// How it stands with one authority.
  public struct Status: Sendable, Hashable {
    /// The authority's name.
    public let authority: String
    /// Its token over the greatest checkpoint.
    public let newest: TimestampToken?
    /// How many checkpoints wait for it.
    public let waitingCount: Int
    /// Since when the one that waits longest waits.
    public let waitingSince: Timestamp?
    /// Why the last try failed; empty where none did.
    public let lastError: String
    /// Whether the newest token is older than it should be.
    public let isOverdue: Bool
  }

  private let settings: Configuration.Ledger

  /// A queue for the configured authorities.
  public init(_ settings: Configuration.Ledger) { self.settings = settings }

  /// Queues the newest checkpoint for every authority whose turn it is; returns how many those were.
  @discardableResult
  public func enqueueDue(in store: any Store, at now: Timestamp) async throws -> Int {
    guard !settings.timestamps.isEmpty else { return 0 }
    return try await store.write { store in
      guard let newest = try store.newestCheckpoint() else { return 0 }
      let waiting = try Self.waiting(in: store)
      var count = 0
      for authority in settings.timestamps {
        let due = try dueAt(authority.name, waiting: waiting, in: store)
        guard due.map({ $0 <= now }) ?? true else { continue }
        // With the witnesses' word under it, if that comes soon.
        let mustWait = !settings.witnesses.isEmpty && !newest.isWitnessed
        if mustWait, now.duration(since: due ?? newest.signedAt) < Self.witnessGrace { continue }
        try store.enqueue(
          TimestampOrder(size: newest.head.size, authority: authority.name).row(at: now)
        )
        count += 1
      }
      return count
    }
  }

  /// Queues one checkpoint for every authority that has not stamped it yet, to be tried at once.
  public func enqueue(checkpoint size: Int64, in store: any Store, at now: Timestamp) async throws {
    try await store.write { store in
      let stamped = try store.timestamps(ofCheckpoint: size).map(\.authority)
      for authority in settings.timestamps where !stamped.contains(authority.name) {
        let order = TimestampOrder(size: size, authority: authority.name)
        try store.enqueue(order.row(at: now))
        for (row, waiting) in try Self.waiting(in: store) where waiting == order && row.dueAt > now
        {
          var row = row
          row.dueAt = now
          try store.save(row)
        }
      }
    }
  }

  /// How it stands with each configured authority.
  public func status(in store: any StoreReader, at now: Timestamp) throws -> [Status] {
    let waiting = try Self.waiting(in: store)
    return try settings.timestamps.map { authority in
      let rows = waiting.filter { $0.order.authority == authority.name }.map(\.row)
        .sorted { $0.queuedAt < $1.queuedAt }
      let newest = try store.newestTimestamp(by: authority.name)
      let since = newest?.generatedAt ?? rows.first?.queuedAt
      return Status(
        authority: authority.name,
        newest: newest,
        waitingCount: rows.count,
        waitingSince: rows.first?.queuedAt,
        lastError: rows.last { !$0.lastError.isEmpty }?.lastError ?? "",
        isOverdue: since.map { now.duration(since: $0) > settings.timestampInterval * 2 } ?? false
      )
    }
  }

  /// When an authority is to be asked next; `nil` where it never was.
  private func dueAt(
    _ authority: String,
    waiting: [(row: OutboxRow, order: TimestampOrder)],
    in store: any StoreReader
  ) throws -> Timestamp? {
    let queued = waiting.filter { $0.order.authority == authority }.map(\.row.queuedAt)
    let stamped = try store.newestTimestamp(by: authority)?.generatedAt
    let last = (queued + [stamped].compactMap { $0 }).max()
    return last?.advanced(by: settings.timestampInterval)
  }

  private static func waiting(
    in store: any StoreReader
  ) throws -> [(row: OutboxRow, order: TimestampOrder)] {
    let rows = try store.outbox(
      channel: ReservedChannel.timestamp.name,
      dueAt: Timestamp(milliseconds: .max),
      limit: rowCountMax
    )
    return rows.compactMap { row in TimestampOrder(row).map { (row, $0) } }
  }
}
