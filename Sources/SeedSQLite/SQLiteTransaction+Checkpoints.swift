import SeedCore

private let checkpointColumns =
  "SELECT size, root_hash, note, signed_at, is_witnessed FROM checkpoint"

extension SQLiteTransaction {
  func checkpoint(size: Int64) throws -> SignedCheckpoint? {
    try first(checkpointColumns + " WHERE size = ?", .int(size), read: checkpoint)
  }

  func newestCheckpoint() throws -> SignedCheckpoint? {
    try first(checkpointColumns + " ORDER BY size DESC LIMIT 1", read: checkpoint)
  }

  func newestWitnessedCheckpoint() throws -> SignedCheckpoint? {
    try first(
      checkpointColumns + " WHERE is_witnessed = 1 ORDER BY size DESC LIMIT 1",
      read: checkpoint
    )
  }

  func checkpoints(from size: Int64, limit: Int) throws -> [SignedCheckpoint] {
    try all(
      checkpointColumns + " WHERE size >= ? ORDER BY size LIMIT ?",
      .int(size),
      limited(limit),
      read: checkpoint
    )
  }

  func insert(_ checkpoint: SignedCheckpoint) throws {
    if let newest = try newestCheckpoint(), newest.head.size >= checkpoint.head.size {
      throw StoreError.exists
    }
    guard checkpoint.head.size <= (try leafCount()) else { throw StoreError.dangling }
    try run(
      "INSERT INTO checkpoint (size, root_hash, note, signed_at, is_witnessed) VALUES (?, ?, ?, ?, ?)",
      .int(checkpoint.head.size),
      .bytes(checkpoint.head.rootHash),
      .bytes(checkpoint.note),
      .time(checkpoint.signedAt),
      .bool(checkpoint.isWitnessed)
    )
  }

  func append(
    _ signatures: [NoteSignature],
    toCheckpoint size: Int64,
    isWitnessed: Bool
  ) throws {
    guard let old = try checkpoint(size: size) else { throw StoreError.dangling }
    let new = try old.adding(signatures, isWitnessed: isWitnessed)
    guard new != old else { return }
    if new.note != old.note, try !timestamps(ofCheckpoint: size).isEmpty { throw StoreError.frozen }
    try run(
      "UPDATE checkpoint SET note = ?, is_witnessed = ? WHERE size = ?",
      .bytes(new.note),
      .bool(new.isWitnessed),
      .int(size)
    )
  }

  func restorations() throws -> [Restoration] {
    try all(
      "SELECT restored_at, leaf_count, settled_at, reason FROM restoration ORDER BY id"
    ) { row in
      Restoration(
        restoredAt: row.time(0),
        leafCount: row.int(1),
        settledAt: row.optional(2, row.time),
        reason: try row.text(3)
      )
    }
  }

  func insert(_ restoration: Restoration) throws {
    try run(
      "INSERT INTO restoration (restored_at, leaf_count, settled_at, reason) VALUES (?, ?, ?, ?)",
      .time(restoration.restoredAt),
      .int(restoration.leafCount),
      .time(restoration.settledAt),
      .text(restoration.reason)
    )
  }

  func settleRestorations(at now: Timestamp, reason: String) throws -> Int {
    try run(
      "UPDATE restoration SET settled_at = ?, reason = ? WHERE settled_at IS NULL",
      .time(now),
      .text(reason)
    )
  }

  private func checkpoint(_ row: SQLRow) throws -> SignedCheckpoint {
    SignedCheckpoint(
      head: TreeHead(size: row.int(0), rootHash: row.bytes(1)),
      note: row.bytes(2),
      signedAt: row.time(3),
      isWitnessed: row.bool(4)
    )
  }
}

private let timestampColumns =
  "SELECT checkpoint, authority, token, chain, generated_at, leaf_index FROM timestamp_token"

extension SQLiteTransaction {
  func timestamps(from size: Int64, limit: Int) throws -> [TimestampToken] {
    try all(
      timestampColumns + " WHERE checkpoint >= ? ORDER BY checkpoint, authority LIMIT ?",
      .int(size),
      limited(limit),
      read: timestamp
    )
  }

  func timestamps(ofCheckpoint size: Int64) throws -> [TimestampToken] {
    try all(
      timestampColumns + " WHERE checkpoint = ? ORDER BY authority",
      .int(size),
      read: timestamp
    )
  }

  func newestTimestamp(by authority: String) throws -> TimestampToken? {
    try first(
      timestampColumns + " WHERE authority = ? ORDER BY checkpoint DESC LIMIT 1",
      .text(authority),
      read: timestamp
    )
  }

  func insert(_ token: TimestampToken) throws {
    try run(
      """
      INSERT INTO timestamp_token (checkpoint, authority, token, chain, generated_at, leaf_index)
        VALUES (?, ?, ?, ?, ?, ?)
      """,
      .int(token.checkpointSize),
      .text(token.authority),
      .bytes(token.token),
      .bytes(token.chain),
      .time(token.generatedAt),
      .int(token.leafIndex)
    )
  }

  private func timestamp(_ row: SQLRow) throws -> TimestampToken {
    TimestampToken(
      checkpointSize: row.int(0),
      authority: try row.text(1),
      token: row.bytes(2),
      chain: row.bytes(3),
      generatedAt: row.time(4),
      leafIndex: row.int(5)
    )
  }
}

private let witnessedColumns =
  "SELECT origin, size, root_hash, note, cosigned_at FROM witnessed_log"

extension SQLiteTransaction {
  func witnessedLog(_ origin: String) throws -> WitnessedLog? {
    try first(witnessedColumns + " WHERE origin = ?", .text(origin), read: witnessedLog)
  }

  func witnessedLogs() throws -> [WitnessedLog] {
    try all(witnessedColumns + " ORDER BY origin", read: witnessedLog)
  }

  func save(_ log: WitnessedLog) throws {
    if let old = try witnessedLog(log.origin), !log.mayFollow(old) { throw StoreError.frozen }
    try run(
      """
      INSERT INTO witnessed_log (origin, size, root_hash, note, cosigned_at) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (origin) DO UPDATE SET size = excluded.size, root_hash = excluded.root_hash,
          note = excluded.note, cosigned_at = excluded.cosigned_at
      """,
      .text(log.origin),
      .int(log.head.size),
      .bytes(log.head.rootHash),
      .bytes(log.note),
      .time(log.cosignedAt)
    )
  }

  private func witnessedLog(_ row: SQLRow) throws -> WitnessedLog {
    WitnessedLog(
      origin: try row.text(0),
      head: TreeHead(size: row.int(1), rootHash: row.bytes(2)),
      note: row.bytes(3),
      cosignedAt: row.time(4)
    )
  }
}
