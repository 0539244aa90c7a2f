import SeedCore

extension SQLiteTransaction {
  func leafCount() throws -> Int64 {
    if let knownLeafCount { return knownLeafCount }
    let count = try first("SELECT max(idx) FROM leaf") { $0.optional(0, $0.int).map { $0 + 1 } }
    knownLeafCount = (count ?? nil) ?? 0
    return knownLeafCount ?? 0
  }

  func leaves(from index: Int64, limit: Int) throws -> [Leaf] {
    try all(
      "SELECT kind, bytes, subject, opening FROM leaf WHERE idx >= ? ORDER BY idx LIMIT ?",
      .int(index),
      limited(limit)
    ) { row in
      Leaf(
        kind: try row.word(0),
        bytes: row.bytes(1),
        subject: row.optional(2, row.int),
        opening: row.bytes(3)
      )
    }
  }

  func leafIndices(kind: Leaf.Kind, subject: Int64) throws -> [Int64] {
    try all(
      "SELECT idx FROM leaf WHERE subject = ? AND kind = ? ORDER BY idx",
      .int(subject),
      .word(kind)
    ) { $0.int(0) }
  }

  func dayCounts(from day: String) throws -> [DayCounts] {
    try all(
      """
      SELECT day, recipients, known, near, unknown, refused FROM day_count
        WHERE day >= ? ORDER BY day
      """,
      .text(day)
    ) { row in
      var counts = DayCounts(day: try row.text(0))
      counts.recipients = row.count(1)
      counts.known = row.count(2)
      counts.near = row.count(3)
      counts.unknown = row.count(4)
      counts.refused = row.count(5)
      return counts
    }
  }

  func append(_ leaf: Leaf) throws -> Int64 {
    let index = try leafCount()
    try run(
      "INSERT INTO leaf (idx, kind, bytes, subject, opening) VALUES (?, ?, ?, ?, ?)",
      .int(index),
      .word(leaf.kind),
      .bytes(leaf.bytes),
      .int(leaf.subject),
      .bytes(leaf.opening)
    )
    knownLeafCount = index + 1
    return index
  }

  func add(_ counts: DayCounts) throws {
    try run(
      """
      INSERT INTO day_count (day, recipients, known, near, unknown, refused)
        VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (day) DO UPDATE SET recipients = recipients + excluded.recipients,
          known = known + excluded.known, near = near + excluded.near,
          unknown = unknown + excluded.unknown, refused = refused + excluded.refused
      """,
      .text(counts.day),
      .int(counts.recipients),
      .int(counts.known),
      .int(counts.near),
      .int(counts.unknown),
      .int(counts.refused)
    )
  }
}
