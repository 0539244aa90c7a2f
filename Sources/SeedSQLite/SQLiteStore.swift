import GRDB
public import SeedCore

/// A store in one SQLite file, for a single machine; several processes may use it at once.
///
/// Readers see the last committed state and don't wait for the writer; writers wait for each other,
/// up to a deadline.
public final class SQLiteStore: Store {
  /// The size of a page of a new file: most messages take a few, and each page that is written costs
  /// a system call, twice.
  static let pageByteCount = 8192

  let database: any DatabaseWriter
  /// `nil` where the store is only read.
  let checkpointer: Checkpointer?

  /// Opens a store, and brings one of an older version up to date.
  ///
  /// - Throws: ``StoreError``: ``StoreError/missing``, ``StoreError/newerVersion``,
  ///   ``StoreError/damaged``, ``StoreError/permissions`` where others may read the file or its
  ///   folder, or this user can't use it.
  public static func open(
    at path: String,
    busyTimeout: Duration = .seconds(10)
  ) throws -> SQLiteStore {
    try StoreFile.check(path)
    try PageCheck.install()
    return try StoreError.translating {
      let plain = configuration(busyTimeout: busyTimeout)
      let checkpointer = Checkpointer { try DatabaseQueue(path: path, configuration: plain) }
      var configuration = plain
      // With the configuration, a connection keeps the one who looks after its log.
      configuration.prepareDatabase { db in
        if !db.configuration.readonly { checkpointer.watch(db) }
      }
      let database = try DatabasePool(path: path, configuration: configuration)
      // GRDB lowers this to NORMAL when it turns WAL on, and a power cut could then take back what
      // was committed; so it is set here, after opening.
      try database.writeWithoutTransaction { db in
        try db.execute(sql: "PRAGMA synchronous = FULL")
      }
      try Schema.migrator.migrate(database)
      return SQLiteStore(database, checkpointer: checkpointer)
    }
  }

  /// Opens a store that is only asked, as quickly as can be: by one connection, which looks after
  /// nothing. A write to it is refused with ``StoreError/permissions``. A store of an older version is
  /// brought up to date.
  ///
  /// - Throws: What ``open(at:busyTimeout:)`` throws.
  public static func openForReading(
    at path: String,
    busyTimeout: Duration = .seconds(10)
  ) throws -> SQLiteStore {
    try StoreFile.check(path)
    try PageCheck.install()
    return try StoreError.translating {
      // The file is opened for writing all the same: whoever closes it last tidies up what SQLite put
      // beside it, and a connection that may only read can't.
      let database = try DatabaseQueue(
        path: path,
        configuration: configuration(busyTimeout: busyTimeout)
      )
      if try database.read({ try version(of: $0) }) < Schema.version {
        try database.close()
        try open(at: path, busyTimeout: busyTimeout).close()
        return try openForReading(at: path, busyTimeout: busyTimeout)
      }
      return SQLiteStore(database)
    }
  }

  /// Makes an empty store, with its folder where that is missing, and opens it.
  ///
  /// - Throws: ``StoreError/exists`` where there is something at this place; and what
  ///   ``open(at:busyTimeout:)`` throws.
  public static func create(
    at path: String,
    busyTimeout: Duration = .seconds(10)
  ) throws -> SQLiteStore {
    try StoreFile.checkAbsence(path)
    try PageCheck.install()
    try StoreFile.make(path) { draft in
      try StoreError.translating {
        var configuration = Configuration()
        configuration.prepareDatabase { db in
          try db.execute(sql: "PRAGMA page_size = \(pageByteCount)")
          try PageCheck.reserve(db)
        }
        let database = try DatabaseQueue(path: draft, configuration: configuration)
        try Schema.migrator.migrate(database)
        try database.close()
      }
    }
    return try open(at: path, busyTimeout: busyTimeout)
  }

  private init(_ database: any DatabaseWriter, checkpointer: Checkpointer? = nil) {
    self.database = database
    self.checkpointer = checkpointer
  }

  /// Ends every connection. The store is of no use afterwards.
  public func close() throws {
    try StoreError.translating {
      checkpointer?.finish()
      try database.close()
      // The last one tidies up, and one of those that only read may be the last of the others.
      try checkpointer?.close()
    }
  }

  public func packed(_ bytes: [UInt8]) throws -> PackedBytes { try ZstdCompressor.packed(bytes) }

  public func read<Result: Sendable>(
    _ body: @escaping @Sendable (any StoreReader) throws -> Result
  ) async throws -> Result {
    try await StoreError.translating {
      try await database.read { db in try SQLiteTransaction(db).run(body) }
    }
  }

  public func write<Result: Sendable>(
    _ body: @escaping @Sendable (any StoreWriter) throws -> Result
  ) async throws -> Result {
    guard checkpointer != nil else { throw StoreError.permissions }
    return try await StoreError.translating {
      try await database.write { db in try SQLiteTransaction(db).run(body) }
    }
  }

  static func configuration(busyTimeout: Duration) -> Configuration {
    var configuration = Configuration()
    configuration.label = "store"
    let (seconds, attoseconds) = busyTimeout.components
    let timeout = Double(seconds) + Double(attoseconds) / 1e18
    configuration.busyMode = .timeout(timeout)
    configuration.prepareDatabase { db in
      // This comes before the first change to the file, so that a foreign one stays as it is.
      try checkVersion(db)
      // A file that was tampered with must not run functions, nor be read past its cells.
      // What it notes meanwhile stays in memory: it holds parts of messages, and would lie in /var/tmp.
      // A sort has no other bound then.
      try db.execute(
        sql: "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY"
      )
      // KiB of memory for each connection, little enough that a backlog is worked off in 64 MiB, and
      // bytes that the log keeps after a large transaction.
      try db.execute(sql: "PRAGMA cache_size = -2048; PRAGMA journal_size_limit = 67108864")
    }
    return configuration
  }

  private static func checkVersion(_ db: Database) throws {
    let application = try Int64.fetchOne(db, sql: "PRAGMA application_id")
    let version = try version(of: db)
    guard application == Schema.applicationID, version > 0 else { throw StoreError.damaged }
    guard version <= Schema.version else { throw StoreError.newerVersion }
  }

  private static func version(of db: Database) throws -> Int64 {
    try Int64.fetchOne(db, sql: "PRAGMA user_version") ?? 0
  }
}
