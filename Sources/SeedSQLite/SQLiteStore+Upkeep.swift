import GRDB
import SeedCore

extension SQLiteStore {
  /// Writes the state of this moment into a new file, for its owner alone. Writers go on meanwhile.
  ///
  /// - Throws: ``StoreError/exists`` where there is a file of that name.
  public func backup(to path: String) async throws {
    try await StoreError.translating {
      try await database.unsafeRead { db in
        try StoreFile.make(path) { try Self.copy(db, to: $0) }
      }
    }
  }

  /// Makes a store out of a backup, after looking whether the backup is whole.
  ///
  /// - Throws: ``StoreError/missing`` or ``StoreError/damaged`` for the backup,
  ///   ``StoreError/exists`` where there is something at the store's place.
  public static func restore(from backup: String, to path: String) async throws {
    try StoreFile.checkAbsence(path)
    try StoreFile.checkFile(backup)
    try PageCheck.install()
    try await StoreError.translating {
      var configuration = configuration(busyTimeout: .seconds(10))
      configuration.readonly = true
      let source = try DatabaseQueue(path: backup, configuration: configuration)
      try await source.writeWithoutTransaction { db in
        guard try problems(db).isEmpty else { throw StoreError.damaged }
        try StoreFile.make(path) { try Self.copy(db, to: $0) }
      }
    }
  }

  /// Writes a compact copy into a file that is empty, with checksums for its pages.
  private static func copy(_ db: Database, to path: String) throws {
    try PageCheck.reserve(db)
    try db.execute(sql: "VACUUM INTO ?", arguments: [path])
    try PageCheck.seal(path)
  }

  /// Looks whether every page has its checksum; returns after a pause for each MiB, so that others
  /// have the disk meanwhile. A store that an earlier version made has none, and passes.
  ///
  /// - Throws: ``StoreError/damagedPage(_:)``.
  public func checkPages() async throws {
    // What lies in the log alone isn't looked at.
    checkpointer?.begin()
    var next: Int64 = 1
    while next > 0 {
      let start = next
      let (fault, following) = try await StoreError.translating {
        try await database.unsafeRead { db in
          var next = start
          return (PageCheck.fault(in: db, from: &next), next)
        }
      }
      if let fault { throw StoreError.damagedPage(fault) }
      next = following
      try await Task.sleep(for: .milliseconds(5))
    }
  }

  /// Looks for damage, and for what contradicts itself; returns a line for each problem.
  ///
  /// It reads the whole file.
  public func checkIntegrity() async throws -> [String] {
    try await StoreError.translating { try await database.read(Self.problems) }
  }

  /// A number that changes when another process has committed something, read in microseconds.
  ///
  /// Only numbers of the same object can be compared.
  public func dataVersion() async throws -> Int64 {
    try await StoreError.translating {
      try await database.writeWithoutTransaction { db in
        try Int64.fetchOne(db, sql: "PRAGMA data_version") ?? 0
      }
    }
  }

  private static func problems(_ db: Database) throws -> [String] {
    if let page = try PageCheck.fault(in: db) { return ["page \(page) is not as it was written"] }
    let damage = try String.fetchAll(db, sql: "PRAGMA integrity_check").filter { $0 != "ok" }
    // What is damaged can't be asked for more.
    guard damage.isEmpty else { return damage }
    let dangling = try Row.fetchAll(
      db,
      sql: "SELECT \"table\", count(*) FROM pragma_foreign_key_check GROUP BY 1"
    ).map { "\($0[0] as String): \($0[1] as Int64) rows refer to rows that are not there" }
    let version = try Int64.fetchOne(db, sql: "PRAGMA user_version") ?? 0
    return try dangling
      + (contradictions + (version > 1 ? contradictions2 : [])).compactMap { question, problem in
        let count = try Int64.fetchOne(db, sql: question) ?? 0
        return count == 0 ? nil : "\(problem): \(count)"
      }
  }

  /// Questions whose answer is 0 in a sound store, and what it means where it isn't.
  private static let contradictions = [
    ("SELECT coalesce(max(idx) + 1, 0) - count(*) FROM leaf", "leaves are missing"),
    (
      """
      SELECT count(*) FROM sighting s LEFT JOIN current_sighting c ON c.sighting = s.id
        WHERE c.seed IS NOT s.seed
          OR c.facts IS NOT (SELECT max(sequence) FROM sighting_facts WHERE sighting = s.id)
          OR c.judgement IS NOT (SELECT max(sequence) FROM judgement WHERE sighting = s.id)
      """,
      "sightings don't show their newest judgement"
    ),
    (
      """
      SELECT count(*) FROM sighting s JOIN delivery d ON d.id = s.delivery
        JOIN message m ON m.id = s.message WHERE d.message_digest <> m.digest
      """,
      "sightings name another message than their delivery"
    ),
  ]
  private static let contradictions2 = [
    (
      "SELECT count(*) FROM checkpoint WHERE size > (SELECT coalesce(max(idx) + 1, 0) FROM leaf)",
      "checkpoints were signed over leaves that are not there"
    )
  ]
}
