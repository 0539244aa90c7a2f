import SeedCore

extension SQLiteTransaction {
  private static let selectSeeds = """
    SELECT id, token, organisation, scheme, control, form, purpose, opt_in, notice_digest,
      participant, minted_at, learn_until, leaf_index, retired_at, withdrawn_at FROM seed
    """

  func seed(_ id: Identifier<Seed>) throws -> Seed? {
    if let known = knownSeeds[id] { return known }
    let seed = try first(Self.selectSeeds + " WHERE id = ?", .id(id), read: Self.seed)
    if knownSeeds.count >= Self.knownCountMax { knownSeeds = [:] }
    knownSeeds[id] = seed
    return seed
  }

  func seeds(matching tokens: [MatchToken]) throws -> [MatchToken: Seed] {
    var found: [MatchToken: Seed] = [:]
    for token in tokens where found[token] == nil {
      found[token] = try first(
        Self.selectSeeds + " WHERE token = ?",
        .bytes(Self.bytes(of: token)),
        read: Self.seed
      )
    }
    return found
  }

  func seeds(
    after id: Identifier<Seed>?,
    limit: Int,
    organisation: Identifier<Organisation>?
  ) throws -> [Seed] {
    if let organisation {
      return try all(
        Self.selectSeeds + " WHERE organisation = ? AND id > ? ORDER BY id LIMIT ?",
        .id(organisation),
        following(id),
        limited(limit),
        read: Self.seed
      )
    }
    return try all(
      Self.selectSeeds + " WHERE id > ? ORDER BY id LIMIT ?",
      following(id),
      limited(limit),
      read: Self.seed
    )
  }

  func seeds(beginning part: IdentifierText.Part, limit: Int) throws -> [Seed] {
    if part.symbolCount == IdentifierText.symbolCount {
      let seed = try seed(Identifier(rawValue: part.value))
      return Array((seed.map { [$0] } ?? []).prefix(max(0, limit)))
    }
    return try all(
      Self.selectSeeds + " WHERE id & ? = ? ORDER BY id LIMIT ?",
      .int(part.mask),
      .int(part.value),
      limited(limit),
      read: Self.seed
    )
  }

  func seedCounts() throws -> (all: Int, controls: Int) {
    let all = try first("SELECT count(*) FROM seed") { $0.count(0) }
    let controls = try first("SELECT count(*) FROM seed WHERE control IS NOT NULL") { $0.count(0) }
    return (all ?? 0, controls ?? 0)
  }

  func controls() throws -> [Seed] {
    try all(
      Self.selectSeeds + " WHERE control IS NOT NULL ORDER BY id",
      read: Self.seed
    )
  }

  func notice(_ digest: [UInt8]) throws -> [UInt8]? {
    try first(
      "SELECT byte_count, frame FROM notice WHERE digest = ?",
      .bytes(digest),
      read: unpacked
    )
  }

  func insert(_ seed: Seed) throws {
    try run(
      """
      INSERT INTO seed (id, token, organisation, scheme, control, form, purpose, opt_in,
        notice_digest, participant, minted_at, learn_until, leaf_index, retired_at, withdrawn_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      .id(seed.id),
      .bytes(Self.bytes(of: seed.token)),
      .id(seed.organisation),
      .word(seed.scheme),
      .word(seed.control),
      .text(seed.form),
      .text(seed.purpose),
      .word(seed.optIn),
      .bytes(seed.noticeDigest),
      .text(seed.participant),
      .time(seed.mintedAt),
      .time(seed.learnUntil),
      .int(seed.leafIndex),
      .time(seed.retiredAt),
      .time(seed.withdrawnAt)
    )
  }

  func setRetired(_ id: Identifier<Seed>, at time: Timestamp?) throws {
    knownSeeds[id] = nil
    try require(run("UPDATE seed SET retired_at = ? WHERE id = ?", .time(time), .id(id)))
  }

  func setWithdrawn(_ id: Identifier<Seed>, at time: Timestamp?) throws {
    knownSeeds[id] = nil
    try require(run("UPDATE seed SET withdrawn_at = ? WHERE id = ?", .time(time), .id(id)))
  }

  func insertNotice(_ bytes: [UInt8], digest: [UInt8]) throws {
    let notice = try packed(bytes)
    try run(
      "INSERT INTO notice (digest, byte_count, frame) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
      .bytes(digest),
      .int(notice.byteCount),
      .bytes(notice.frame)
    )
  }

  private static func seed(_ row: SQLRow) throws -> Seed {
    Seed(
      id: row.id(0),
      token: try token(row.bytes(1)),
      organisation: row.optional(2, row.id),
      scheme: try row.word(3),
      control: try row.optional(4, row.word),
      form: try row.text(5),
      purpose: try row.text(6),
      optIn: try row.optional(7, row.word),
      noticeDigest: row.optional(8, row.bytes),
      participant: try row.optional(9, row.text),
      mintedAt: row.time(10),
      learnUntil: row.optional(11, row.time),
      leafIndex: row.optional(12, row.int),
      retiredAt: row.optional(13, row.time),
      withdrawnAt: row.optional(14, row.time)
    )
  }

  private static func bytes(of token: MatchToken) -> [UInt8] {
    [token.high, token.low].flatMap { half in
      (0..<8).map { UInt8(truncatingIfNeeded: half >> (56 - 8 * $0)) }
    }
  }

  private static func token(_ bytes: [UInt8]) throws -> MatchToken {
    guard bytes.count == 16 else { throw StoreError.damaged }
    let halves = [bytes[..<8], bytes[8...]].map { $0.reduce(0) { $0 << 8 | UInt64($1) } }
    return MatchToken(high: halves[0], low: halves[1])
  }
}
