import SeedCore

extension SQLiteTransaction {
  private static let selectRows = """
    SELECT id, channel, key, event, payload, is_urgent, queued_at, due_at, attempt_count, state,
      last_error, delivered_at, retried_at, joined_to FROM outbox
    """

  // The names are words of our own, so that no text of others comes into the statement.
  private static let isAlert =
    "channel NOT IN ("
    + ReservedChannel.allCases.map { "'\($0.name)'" }.joined(separator: ", ") + ")"

  func outbox(channel: String, dueAt now: Timestamp, limit: Int) throws -> [OutboxRow] {
    try all(
      Self.selectRows
        + " WHERE state = ? AND channel = ? AND due_at <= ? ORDER BY due_at, id LIMIT ?",
      .word(OutboxRow.State.waiting),
      .text(channel),
      .time(now),
      limited(limit),
      read: Self.row
    )
  }

  func waiting(_ rows: WaitingRows, limit: Int) throws -> [OutboxRow] {
    let join =
      switch rows.mayJoin {
      case nil: ""
      case true?: " AND event IS NOT NULL AND attempt_count = 0"
      case false?: " AND (event IS NULL OR attempt_count > 0)"
      }
    // One after the other, so that each has its order from the index.
    var found: [OutboxRow] = []
    for isUrgent in rows.isUrgentOnly ? [true] : [true, false] where found.count < limit {
      found += try all(
        Self.selectRows + " WHERE state = 'waiting' AND channel = ? AND is_urgent = ?"
          + " AND due_at <= ?\(join) ORDER BY due_at, id LIMIT ?",
        .text(rows.channel),
        .bool(isUrgent),
        .time(rows.dueAt),
        limited(limit - found.count),
        read: Self.row
      )
    }
    return found
  }

  func nextDue(channel: String) throws -> Timestamp? {
    try time(
      "SELECT min(due_at) FROM outbox WHERE state = 'waiting' AND channel = ?",
      .text(channel)
    )
  }

  func nextUrgentDue(channel: String) throws -> Timestamp? {
    try time(
      "SELECT min(due_at) FROM outbox WHERE state = 'waiting' AND channel = ? AND is_urgent = 1",
      .text(channel)
    )
  }

  private func time(_ sql: String, _ value: SQLValue) throws -> Timestamp? {
    let time = try first(sql, value) { row in row.optional(0, row.time) }
    return time ?? nil
  }

  func outboxRow(_ id: Int64) throws -> OutboxRow? {
    try first(Self.selectRows + " WHERE id = ?", .int(id), read: Self.row)
  }

  func outbox(_ state: OutboxRow.State, limit: Int) throws -> [OutboxRow] {
    try all(
      Self.selectRows + " WHERE state = ? AND \(Self.isAlert) ORDER BY id DESC LIMIT ?",
      .word(state),
      limited(limit),
      read: Self.row
    )
  }

  func outboxCounts() throws -> (waiting: Int, dead: Int) {
    let counts = try [OutboxRow.State.waiting, .dead].map { state in
      try first(
        "SELECT count(*) FROM outbox WHERE state = ? AND \(Self.isAlert)",
        .word(state)
      ) { $0.count(0) } ?? 0
    }
    return (counts[0], counts[1])
  }

  func deliveries(
    channel: String,
    after start: Timestamp,
    upTo end: Timestamp
  ) throws -> (count: Int, first: Timestamp?) {
    let found = try first(
      """
      SELECT count(*), min(delivered_at) FROM outbox
        WHERE channel = ? AND delivered_at > ? AND delivered_at <= ?
      """,
      .text(channel),
      .time(start),
      .time(end)
    ) { row in (row.count(0), row.optional(1, row.time)) }
    return found ?? (0, nil)
  }

  private static let selectStates = """
    SELECT channel, failing_since, failure_count, last_error, next_attempt_at FROM channel_state
    """

  func channelState(_ channel: String) throws -> ChannelState? {
    try first(Self.selectStates + " WHERE channel = ?", .text(channel), read: Self.channelState)
  }

  func channelStates() throws -> [ChannelState] {
    try all(Self.selectStates + " ORDER BY channel", read: Self.channelState)
  }

  func memo(_ name: String) throws -> String? {
    try first("SELECT text FROM memo WHERE name = ?", .text(name)) { try $0.text(0) }
  }

  func enqueue(_ row: OutboxRow) throws -> Int64? {
    let count = try run(
      """
      INSERT INTO outbox (channel, key, event, payload, is_urgent, queued_at, due_at,
        attempt_count, state, last_error, delivered_at, retried_at, joined_to)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (channel, key) DO NOTHING
      """,
      .text(row.channel),
      .text(row.key),
      .int(row.event),
      .bytes(row.payload),
      .bool(row.isUrgent),
      .time(row.queuedAt),
      .time(row.dueAt),
      .int(row.attemptCount),
      .word(row.state),
      .text(row.lastError),
      .time(row.deliveredAt),
      .time(row.retriedAt),
      .int(row.joinedTo)
    )
    return count > 0 ? lastRowNumber : nil
  }

  func save(_ row: OutboxRow) throws {
    try require(
      run(
        """
        UPDATE outbox SET due_at = ?, attempt_count = ?, state = ?, last_error = ?,
          delivered_at = ?, retried_at = ?, joined_to = ? WHERE id = ?
        """,
        .time(row.dueAt),
        .int(row.attemptCount),
        .word(row.state),
        .text(row.lastError),
        .time(row.deliveredAt),
        .time(row.retriedAt),
        .int(row.joinedTo),
        .int(row.id)
      )
    )
  }

  func hasten(channel: String, at now: Timestamp) throws {
    try run(
      "UPDATE outbox SET due_at = ?1 WHERE state = 'waiting' AND channel = ?2 AND due_at > ?1",
      .time(now),
      .text(channel)
    )
  }

  func save(_ state: ChannelState) throws {
    try run(
      """
      INSERT INTO channel_state (channel, failing_since, failure_count, last_error, next_attempt_at)
        VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (channel) DO UPDATE SET failing_since = excluded.failing_since,
          failure_count = excluded.failure_count, last_error = excluded.last_error,
          next_attempt_at = excluded.next_attempt_at
      """,
      .text(state.channel),
      .time(state.failingSince),
      .int(state.failureCount),
      .text(state.lastError),
      .time(state.nextAttemptAt)
    )
  }

  func setMemo(_ name: String, _ text: String) throws {
    try run(
      "INSERT INTO memo (name, text) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET text = excluded.text",
      .text(name),
      .text(text)
    )
  }

  private static func row(_ row: SQLRow) throws -> OutboxRow {
    OutboxRow(
      id: row.int(0),
      channel: try row.text(1),
      key: try row.text(2),
      event: row.optional(3, row.int),
      payload: row.bytes(4),
      isUrgent: row.bool(5),
      queuedAt: row.time(6),
      dueAt: row.time(7),
      attemptCount: row.count(8),
      state: try row.word(9),
      lastError: try row.text(10),
      deliveredAt: row.optional(11, row.time),
      retriedAt: row.optional(12, row.time),
      joinedTo: row.optional(13, row.int)
    )
  }

  private static func channelState(_ row: SQLRow) throws -> ChannelState {
    ChannelState(
      channel: try row.text(0),
      failingSince: row.optional(1, row.time),
      failureCount: row.count(2),
      lastError: try row.text(3),
      nextAttemptAt: row.optional(4, row.time)
    )
  }
}
