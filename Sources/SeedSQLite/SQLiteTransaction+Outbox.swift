import SeedCore

extension SQLiteTransaction {
  private static let selectRows = """
    SELECT id, channel, key, event, payload, queued_at, due_at, attempt_count, state, last_error
      FROM outbox
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

  func nextDue(channel: String) throws -> Timestamp? {
    let due = try first(
      "SELECT min(due_at) FROM outbox WHERE state = ? AND channel = ?",
      .word(OutboxRow.State.waiting),
      .text(channel)
    ) { row in row.optional(0, row.time) }
    return due ?? nil
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

  func enqueue(_ row: OutboxRow) throws {
    try run(
      """
      INSERT INTO outbox (channel, key, event, payload, queued_at, due_at, attempt_count, state,
        last_error) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (channel, key) DO NOTHING
      """,
      .text(row.channel),
      .text(row.key),
      .int(row.event),
      .bytes(row.payload),
      .time(row.queuedAt),
      .time(row.dueAt),
      .int(row.attemptCount),
      .word(row.state),
      .text(row.lastError)
    )
  }

  func save(_ row: OutboxRow) throws {
    try require(
      run(
        "UPDATE outbox SET due_at = ?, attempt_count = ?, state = ?, last_error = ? WHERE id = ?",
        .time(row.dueAt),
        .int(row.attemptCount),
        .word(row.state),
        .text(row.lastError),
        .int(row.id)
      )
    )
  }

  private static func row(_ row: SQLRow) throws -> OutboxRow {
    OutboxRow(
      id: row.int(0),
      channel: try row.text(1),
      key: try row.text(2),
      event: row.optional(3, row.int),
      payload: row.bytes(4),
      queuedAt: row.time(5),
      dueAt: row.time(6),
      attemptCount: row.count(7),
      state: try row.word(8),
      lastError: try row.text(9)
    )
  }
}
