import SeedCore

extension SQLiteTransaction {
  private static let selectFindings = """
    SELECT id, case_id, seed, organisation, sender_key, sender_domain, sender_status,
      sender_platform, class, grade, severity, state, first_seen, last_seen, sighting_count,
      is_corroborated, reasons FROM finding
    """
  private static let selectCases = """
    SELECT id, organisation, sender_key, opened_at FROM sender_case
    """

  func finding(_ id: Identifier<Finding>) throws -> Finding? {
    try first(Self.selectFindings + " WHERE id = ?", .id(id), read: Self.finding)
  }

  func finding(of seed: Identifier<Seed>, from sender: SenderKey) throws -> Finding? {
    try first(
      Self.selectFindings + " WHERE seed = ? AND sender_key = ?",
      .id(seed),
      .text(sender.description),
      read: Self.finding
    )
  }

  func findings(_ query: FindingQuery) throws -> [Finding] {
    // The words are our own, so that they may stand in the text.
    let states = Finding.State.allCases.filter(query.states.contains).map { "'\($0.rawValue)'" }
    if let caseID = query.caseID {
      return try all(
        Self.selectFindings + " WHERE case_id = ? AND state IN (\(states.joined(separator: ", ")))"
          + " ORDER BY id DESC LIMIT ?",
        .id(caseID),
        limited(query.limit),
        read: Self.finding
      )
    }
    // Each state comes in its order out of the index, and SQLite merges them: with IN it would sort
    // every finding of these states.
    let parts =
      states.count == Finding.State.allCases.count
      ? [Self.selectFindings] : states.map { Self.selectFindings + " WHERE state = \($0)" }
    guard !parts.isEmpty else { return [] }
    return try all(
      parts.joined(separator: " UNION ALL ") + " ORDER BY id DESC LIMIT ?",
      limited(query.limit),
      read: Self.finding
    )
  }

  func findingCounts() throws -> [Finding.State: Int] {
    let counts = try all("SELECT state, count(*) FROM finding GROUP BY state") { row in
      (try row.word(0) as Finding.State, row.count(1))
    }
    return Dictionary(uniqueKeysWithValues: counts)
  }

  func liveFindingCount(of id: Identifier<Case>, limit: Int) throws -> Int {
    try first(
      """
      SELECT count(*) FROM
        (SELECT 1 FROM finding WHERE case_id = ? AND sighting_count > 0 LIMIT ?)
      """,
      .id(id),
      limited(limit)
    ) { $0.count(0) } ?? 0
  }

  func events(
    after sequence: Int64,
    of finding: Identifier<Finding>?,
    limit: Int
  ) throws -> [FindingEvent] {
    let select = "SELECT sequence, finding, kind, at, state, reason, is_silenced FROM finding_event"
    if let finding {
      return try all(
        select + " WHERE finding = ? AND sequence > ? ORDER BY sequence LIMIT ?",
        .id(finding),
        .int(sequence),
        limited(limit),
        read: Self.event
      )
    }
    return try all(
      select + " WHERE sequence > ? ORDER BY sequence LIMIT ?",
      .int(sequence),
      limited(limit),
      read: Self.event
    )
  }

  func lastEventSequence() throws -> Int64 {
    try first("SELECT max(sequence) FROM finding_event") { $0.int(0) } ?? 0
  }

  func `case`(_ id: Identifier<Case>) throws -> Case? {
    try first(Self.selectCases + " WHERE id = ?", .id(id), read: Self.case)
  }

  func `case`(of organisation: Identifier<Organisation>?, from sender: SenderKey) throws -> Case? {
    try first(
      Self.selectCases + " WHERE sender_key = ? AND coalesce(organisation, -1) = ?",
      .text(sender.description),
      .int(organisation?.rawValue ?? -1),
      read: Self.case
    )
  }

  func cases(limit: Int) throws -> [Case] {
    try all(Self.selectCases + " ORDER BY id DESC LIMIT ?", limited(limit), read: Self.case)
  }

  func silences(at now: Timestamp) throws -> [Silence] {
    try all(
      """
      SELECT id, sender_key, organisation, reason, starts_at, ends_at FROM silence
        WHERE starts_at <= ?1 AND ?1 < ends_at ORDER BY id
      """,
      .time(now)
    ) { row in
      Silence(
        id: row.id(0),
        senderKey: try row.optional(1, row.text).map(SenderKey.init(stored:)),
        organisation: row.optional(2, row.id),
        reason: try row.text(3),
        from: row.time(4),
        until: row.time(5)
      )
    }
  }

  private static func finding(_ row: SQLRow) throws -> Finding {
    Finding(
      id: row.id(0),
      caseID: row.id(1),
      seed: row.id(2),
      organisation: row.optional(3, row.id),
      senderKey: SenderKey(stored: try row.text(4)),
      sender: try sender(row, from: 5),
      messageClass: try row.word(8),
      grade: try row.word(9),
      severity: try row.word(10),
      state: try row.word(11),
      firstSeen: row.time(12),
      lastSeen: row.time(13),
      sightingCount: row.count(14),
      isCorroborated: row.bool(15),
      reasons: try JSONText.texts(row.bytes(16))
    )
  }

  private static func event(_ row: SQLRow) throws -> FindingEvent {
    FindingEvent(
      sequence: row.int(0),
      finding: row.id(1),
      kind: try row.word(2),
      at: row.time(3),
      state: try row.word(4),
      reason: try row.text(5),
      isSilenced: row.bool(6)
    )
  }

  private static func `case`(_ row: SQLRow) throws -> Case {
    Case(
      id: row.id(0),
      organisation: row.optional(1, row.id),
      senderKey: SenderKey(stored: try row.text(2)),
      openedAt: row.time(3)
    )
  }
}

extension SQLiteTransaction {
  func insert(_ newCase: Case) throws {
    try run(
      "INSERT INTO sender_case (id, organisation, sender_key, opened_at) VALUES (?, ?, ?, ?)",
      .id(newCase.id),
      .id(newCase.organisation),
      .text(newCase.senderKey.description),
      .time(newCase.openedAt)
    )
  }

  func save(_ finding: Finding) throws {
    try run(
      """
      INSERT INTO finding (id, case_id, seed, organisation, sender_key, sender_domain,
        sender_status, sender_platform, class, grade, severity, state, first_seen, last_seen,
        sighting_count, is_corroborated, reasons)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET case_id = excluded.case_id, seed = excluded.seed,
          organisation = excluded.organisation, sender_key = excluded.sender_key,
          sender_domain = excluded.sender_domain, sender_status = excluded.sender_status,
          sender_platform = excluded.sender_platform, class = excluded.class,
          grade = excluded.grade, severity = excluded.severity, state = excluded.state,
          first_seen = excluded.first_seen, last_seen = excluded.last_seen,
          sighting_count = excluded.sighting_count,
          is_corroborated = excluded.is_corroborated, reasons = excluded.reasons
      """,
      .id(finding.id),
      .id(finding.caseID),
      .id(finding.seed),
      .id(finding.organisation),
      .text(finding.senderKey.description),
      .text(finding.sender.domain),
      .word(finding.sender.status),
      .text(finding.sender.platform),
      .word(finding.messageClass),
      .word(finding.grade),
      .word(finding.severity),
      .word(finding.state),
      .time(finding.firstSeen),
      .time(finding.lastSeen),
      .int(finding.sightingCount),
      .bool(finding.isCorroborated),
      .json(JSONWriter.bytes(of: finding.reasons))
    )
  }

  func append(_ event: FindingEvent) throws -> Int64 {
    try run(
      """
      INSERT INTO finding_event (finding, kind, at, state, reason, is_silenced)
        VALUES (?, ?, ?, ?, ?, ?)
      """,
      .id(event.finding),
      .word(event.kind),
      .time(event.at),
      .word(event.state),
      .text(event.reason),
      .bool(event.isSilenced)
    )
    return lastRowNumber
  }

  func insert(_ silence: Silence) throws {
    try run(
      """
      INSERT INTO silence (id, sender_key, organisation, reason, starts_at, ends_at)
        VALUES (?, ?, ?, ?, ?, ?)
      """,
      .id(silence.id),
      .text(silence.senderKey?.description),
      .id(silence.organisation),
      .text(silence.reason),
      .time(silence.from),
      .time(silence.until)
    )
  }
}
