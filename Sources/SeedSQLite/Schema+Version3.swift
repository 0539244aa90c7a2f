extension Schema {
  /// How alerts are delivered, and what the service remembers between two runs.
  static let tables3 = """
    ALTER TABLE outbox ADD COLUMN is_urgent INTEGER NOT NULL DEFAULT 0 CHECK (is_urgent IN (0, 1));
    ALTER TABLE outbox ADD COLUMN delivered_at INTEGER;
    ALTER TABLE outbox ADD COLUMN retried_at INTEGER;
    ALTER TABLE outbox ADD COLUMN joined_to INTEGER REFERENCES outbox;
    UPDATE outbox SET is_urgent = 1
      WHERE instr(CAST(payload AS TEXT), '"severity":"critical"') > 0;
    CREATE INDEX outbox_waiting ON outbox (channel, is_urgent, due_at) WHERE state = 'waiting';
    CREATE INDEX outbox_delivered ON outbox (channel, delivered_at)
      WHERE delivered_at IS NOT NULL;
    CREATE INDEX outbox_joined ON outbox (joined_to) WHERE joined_to IS NOT NULL;

    CREATE TABLE channel_state (
      channel TEXT PRIMARY KEY,
      failing_since INTEGER,
      failure_count INTEGER NOT NULL,
      last_error TEXT NOT NULL,
      next_attempt_at INTEGER
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE memo (
      name TEXT PRIMARY KEY,
      text TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    """
}
