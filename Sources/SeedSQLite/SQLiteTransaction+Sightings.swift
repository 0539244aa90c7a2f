import SeedCore

extension SQLiteTransaction {
  private static let selectJudged = """
    SELECT s.id, s.seed, s.recipient, s.recipient_source, d.message_digest, d.base_name,
      s.arrived_at, s.recorded_at, f.facts, j.id, j.made_at, j.cause, j.sender_domain,
      j.sender_status, j.sender_platform, j.grade, j.class, j.reasons
      FROM current_sighting c
        JOIN sighting s ON s.id = c.sighting
        JOIN delivery d ON d.id = s.delivery
        JOIN sighting_facts f ON f.sequence = c.facts
        JOIN judgement j ON j.sequence = c.judgement
    """

  func knownFiles(among files: [FileIdentity]) throws -> Set<FileIdentity> {
    var known: Set<FileIdentity> = []
    known.reserveCapacity(files.count)
    for file in files {
      let isKnown = try first(
        """
        SELECT 1 FROM known_file
          WHERE base_name = ? AND inode = ? AND byte_count = ? AND modified_at = ?
        """,
        .text(file.baseName),
        .int(Int64(bitPattern: file.inode)),
        .int(file.byteCount),
        .int(file.modifiedAt)
      ) { _ in true }
      if isKnown == true { known.insert(file) }
    }
    return known
  }

  func isTaken(messageDigest: [UInt8], baseName: String) throws -> Bool {
    try deliveryNumber(messageDigest, baseName) != nil
  }

  func sighting(_ id: Identifier<Sighting>) throws -> JudgedSighting? {
    try first(Self.selectJudged + " WHERE c.sighting = ?", .id(id), read: Self.judged)
  }

  func sightings(
    of seed: Identifier<Seed>,
    after id: Identifier<Sighting>?,
    limit: Int
  ) throws -> [JudgedSighting] {
    try all(
      Self.selectJudged + " WHERE c.seed = ? AND c.sighting > ? ORDER BY c.sighting LIMIT ?",
      .id(seed),
      following(id),
      limited(limit),
      read: Self.judged
    )
  }

  func sightings(
    of seed: Identifier<Seed>,
    from sender: SenderKey,
    after id: Identifier<Sighting>?,
    limit: Int
  ) throws -> [JudgedSighting] {
    try all(
      Self.selectJudged
        + " WHERE c.seed = ? AND c.sender_key = ? AND c.sighting > ? ORDER BY c.sighting LIMIT ?",
      .id(seed),
      .text(sender.description),
      following(id),
      limited(limit),
      read: Self.judged
    )
  }

  func pendingSightings(after id: Identifier<Sighting>?, limit: Int) throws -> [JudgedSighting] {
    try all(
      Self.selectJudged + " WHERE c.is_pending = 1 AND c.sighting > ? ORDER BY c.sighting LIMIT ?",
      following(id),
      limited(limit),
      read: Self.judged
    )
  }

  func firstRecipient(of seed: Identifier<Seed>) throws -> String? {
    try first(
      """
      SELECT s.recipient FROM current_sighting c JOIN sighting s ON s.id = c.sighting
        WHERE c.seed = ? AND c.judgement IS NOT NULL ORDER BY c.sighting LIMIT 1
      """,
      .id(seed)
    ) { try $0.text(0) }
  }

  func pendingSightingCount() throws -> Int {
    try first("SELECT count(*) FROM current_sighting WHERE is_pending = 1") { $0.count(0) } ?? 0
  }

  func baseline(of seed: Identifier<Seed>) throws -> Identifier<Sighting>? {
    try first(
      """
      SELECT sighting FROM current_sighting WHERE seed = ? AND baseline_at IS NOT NULL
        ORDER BY baseline_at, sighting LIMIT 1
      """,
      .id(seed)
    ) { $0.id(0) }
  }

  func judgements(of id: Identifier<Sighting>) throws -> [Judgement] {
    try all(
      """
      SELECT id, made_at, cause, sender_domain, sender_status, sender_platform, grade, class,
        reasons FROM judgement WHERE sighting = ? ORDER BY sequence
      """,
      .id(id)
    ) { try Self.judgement(of: id, $0, from: 0) }
  }

  func judgement(_ id: Identifier<Judgement>) throws -> Judgement? {
    try first(
      """
      SELECT sighting, id, made_at, cause, sender_domain, sender_status, sender_platform, grade,
        class, reasons FROM judgement WHERE id = ?
      """,
      .id(id)
    ) { try Self.judgement(of: $0.id(0), $0, from: 1) }
  }

  func message(_ digest: [UInt8]) throws -> [UInt8]? {
    try first(
      "SELECT byte_count, frame FROM message WHERE digest = ?",
      .bytes(digest),
      read: unpacked
    )
  }

  func dnsArchive(of id: Identifier<Sighting>) throws -> [UInt8]? {
    try first(
      """
      SELECT f.dns_archive FROM current_sighting c JOIN sighting_facts f ON f.sequence = c.facts
        WHERE c.sighting = ?
      """,
      .id(id)
    ) { $0.bytes(0) }
  }

  func looks(of id: Identifier<Sighting>) throws -> [SightingLook] {
    try all(
      """
      SELECT recorded_at, facts, dns_archive FROM sighting_facts WHERE sighting = ?
        ORDER BY sequence
      """,
      .id(id)
    ) { row in
      SightingLook(
        at: row.time(0),
        facts: try JSONText.decode(MessageFacts.self, row.bytes(1)),
        dnsArchive: row.bytes(2)
      )
    }
  }

  func sightingSummary() throws -> (count: Int, newest: Timestamp?) {
    let count = try first("SELECT count(*) FROM sighting") { $0.count(0) }
    let newest = try first("SELECT max(arrived_at) FROM sighting") { row in
      row.optional(0, row.time)
    }
    return (count ?? 0, newest ?? nil)
  }

  private static func judged(_ row: SQLRow) throws -> JudgedSighting {
    let sighting = Sighting(
      id: row.id(0),
      seed: row.id(1),
      recipient: try row.text(2),
      recipientSource: try row.word(3),
      messageDigest: row.bytes(4),
      baseName: try row.text(5),
      arrivedAt: row.time(6),
      recordedAt: row.time(7),
      facts: try JSONText.decode(MessageFacts.self, row.bytes(8))
    )
    return JudgedSighting(
      sighting: sighting,
      judgement: try judgement(of: sighting.id, row, from: 9)
    )
  }

  private static func judgement(
    of sighting: Identifier<Sighting>,
    _ row: SQLRow,
    from column: Int32
  ) throws -> Judgement {
    Judgement(
      id: row.id(column),
      sighting: sighting,
      madeAt: row.time(column + 1),
      cause: try row.word(column + 2),
      sender: try sender(row, from: column + 3),
      grade: try row.word(column + 6),
      verdict: Verdict(
        try row.word(column + 7),
        reasons: try JSONText.texts(row.bytes(column + 8))
      )
    )
  }

  /// A sender in three columns.
  static func sender(_ row: SQLRow, from column: Int32) throws -> Sender {
    Sender(
      domain: try row.text(column),
      status: try row.word(column + 1),
      platform: try row.optional(column + 2, row.text)
    )
  }

  private func deliveryNumber(_ messageDigest: [UInt8], _ baseName: String) throws -> Int64? {
    if let known = newest.delivery, known.digest == messageDigest, known.baseName == baseName {
      return known.number
    }
    return try first(
      "SELECT id FROM delivery WHERE base_name = ? AND message_digest = ?",
      .text(baseName),
      .bytes(messageDigest)
    ) { $0.int(0) }
  }
}

extension SQLiteTransaction {
  func insert(_ delivery: Delivery) throws -> Bool {
    if let file = delivery.file {
      try run(
        """
        INSERT INTO known_file (base_name, inode, byte_count, modified_at) VALUES (?, ?, ?, ?)
          ON CONFLICT DO NOTHING
        """,
        .text(file.baseName),
        .int(Int64(bitPattern: file.inode)),
        .int(file.byteCount),
        .int(file.modifiedAt)
      )
    }
    let count = try run(
      """
      INSERT INTO delivery (base_name, message_digest, taken_at) VALUES (?, ?, ?)
        ON CONFLICT DO NOTHING
      """,
      .text(delivery.baseName),
      .bytes(delivery.messageDigest),
      .time(delivery.takenAt)
    )
    if count == 1 {
      newest.delivery = (delivery.messageDigest, delivery.baseName, lastRowNumber)
    }
    return count == 1
  }

  func insertMessage(_ message: PackedBytes, digest: [UInt8]) throws {
    let count = try run(
      """
      INSERT INTO message (digest, byte_count, frame) VALUES (?, ?, ?)
        ON CONFLICT (digest) DO NOTHING
      """,
      .bytes(digest),
      .int(message.byteCount),
      .bytes(message.frame)
    )
    if count == 1 { newest.message = (digest, lastRowNumber) }
  }

  func insert(_ sighting: Sighting, dnsArchive: [UInt8]) throws {
    guard let delivery = try deliveryNumber(sighting.messageDigest, sighting.baseName),
      let message = try messageNumber(sighting.messageDigest)
    else { throw StoreError.dangling }
    try run(
      """
      INSERT INTO sighting (id, seed, delivery, message, recipient, recipient_source, arrived_at,
        recorded_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      """,
      .id(sighting.id),
      .id(sighting.seed),
      .int(delivery),
      .int(message),
      .text(sighting.recipient),
      .word(sighting.recipientSource),
      .time(sighting.arrivedAt),
      .time(sighting.recordedAt)
    )
    let facts = try insertFacts(sighting.facts, dnsArchive, sighting.id, sighting.recordedAt)
    unjudged[sighting.id] = UnjudgedSighting(
      seed: sighting.seed,
      facts: facts,
      arrivedAt: sighting.arrivedAt
    )
  }

  func append(
    _ facts: MessageFacts,
    dnsArchive: [UInt8],
    to id: Identifier<Sighting>,
    at now: Timestamp
  ) throws {
    let number = try insertFacts(facts, dnsArchive, id, now)
    guard unjudged[id] == nil else {
      unjudged[id]?.facts = number
      return
    }
    try run("UPDATE current_sighting SET facts = ? WHERE sighting = ?", .int(number), .id(id))
  }

  func append(_ judgement: Judgement) throws {
    try run(
      """
      INSERT INTO judgement (id, sighting, made_at, cause, sender_domain, sender_status,
        sender_platform, grade, class, reasons) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      .id(judgement.id),
      .id(judgement.sighting),
      .time(judgement.madeAt),
      .word(judgement.cause),
      .text(judgement.sender.domain),
      .word(judgement.sender.status),
      .text(judgement.sender.platform),
      .word(judgement.grade),
      .word(judgement.verdict.messageClass),
      .json(JSONWriter.bytes(of: judgement.verdict.reasons))
    )
    let number = lastRowNumber
    if let sighting = unjudged[judgement.sighting] {
      try insertCurrent(judgement.sighting, sighting, judgement, number)
      unjudged[judgement.sighting] = nil
      return
    }
    try run(
      """
      UPDATE current_sighting SET judgement = ?, sender_key = ?, is_pending = ?, baseline_at =
        iif(?, (SELECT arrived_at FROM sighting WHERE id = current_sighting.sighting), NULL)
        WHERE sighting = ?
      """,
      .int(number),
      .text(judgement.findingKey?.description),
      .bool(judgement.verdict.messageClass == .pending),
      .bool(judgement.mayBeBaseline),
      .id(judgement.sighting)
    )
  }

  /// Adds the derived row of sightings that nobody judged in the transaction that recorded them.
  func insertUnjudged() throws {
    for (id, sighting) in unjudged { try insertCurrent(id, sighting, nil, nil) }
    unjudged = [:]
  }

  /// Adds the derived row of a sighting that has none.
  private func insertCurrent(
    _ id: Identifier<Sighting>,
    _ sighting: UnjudgedSighting,
    _ judgement: Judgement?,
    _ number: Int64?
  ) throws {
    try run(
      """
      INSERT INTO current_sighting (sighting, seed, facts, judgement, sender_key, is_pending,
        baseline_at) VALUES (?, ?, ?, ?, ?, ?, ?)
      """,
      .id(id),
      .id(sighting.seed),
      .int(sighting.facts),
      .int(number),
      .text(judgement?.findingKey?.description),
      .bool(judgement?.verdict.messageClass == .pending),
      .time(judgement?.mayBeBaseline == true ? sighting.arrivedAt : nil)
    )
  }

  private func insertFacts(
    _ facts: MessageFacts,
    _ dnsArchive: [UInt8],
    _ sighting: Identifier<Sighting>,
    _ now: Timestamp
  ) throws -> Int64 {
    try run(
      """
      INSERT INTO sighting_facts (sighting, recorded_at, facts, dns_archive) VALUES (?, ?, ?, ?)
      """,
      .id(sighting),
      .time(now),
      .json(facts.json),
      .bytes(dnsArchive)
    )
    return lastRowNumber
  }

  private func messageNumber(_ digest: [UInt8]) throws -> Int64? {
    if let known = newest.message, known.digest == digest { return known.number }
    return try first("SELECT id FROM message WHERE digest = ?", .bytes(digest)) { $0.int(0) }
  }
}
