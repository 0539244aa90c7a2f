import GRDB
import GRDBSQLite
import SeedCore

/// A transaction on one of the store's connections.
final class SQLiteTransaction: StoreWriter {
  private let database: Database
  /// What ended the transaction early; from then on nothing else may run, or it would run alone.
  private var failure: (any Error)?

  lazy var decompressor = ZstdDecompressor()
  /// How many leaves there are; `nil` until it was asked for.
  var knownLeafCount: Int64?
  /// The most records of a kind that a transaction remembers.
  static let knownCountMax = 4096
  /// Seeds and organisations as they are now: what many messages of a batch are judged by.
  var knownSeeds: [Identifier<Seed>: Seed] = [:]
  var knownOrganisations: [Identifier<Organisation>: Organisation] = [:]

  /// What was inserted last, by which sightings refer to it.
  var newest:
    (
      delivery: (digest: [UInt8], baseName: String, number: Int64)?,
      message: (digest: [UInt8], number: Int64)?
    )
  /// Sightings that were recorded in this transaction, and that nobody has judged yet: the derived row
  /// is written once, with the judgement.
  var unjudged: [Identifier<Sighting>: UnjudgedSighting] = [:]

  /// What a sighting's derived row is made of.
  struct UnjudgedSighting {
    let seed: Identifier<Seed>
    /// The number of the newest facts.
    var facts: Int64
    let arrivedAt: Timestamp
  }

  init(_ database: Database) { self.database = database }

  /// Runs the caller's part, and throws what ended the transaction even where that caught it.
  func run<Result>(_ body: (SQLiteTransaction) throws -> Result) throws -> Result {
    try StoreError.translating {
      let result = try body(self)
      if let failure { throw failure }
      try insertUnjudged()
      return result
    }
  }

  /// Runs a statement, and calls `read` on each row until it returns `false`.
  ///
  /// Only a query may be left early: a change looks at its references when it comes to its end.
  func each(_ sql: String, _ values: [SQLValue], _ read: (SQLRow) throws -> Bool) throws {
    if let failure { throw failure }
    let prepared = try StoreError.translating { try database.cachedStatement(sql: sql) }
    // Sound: the statement lives in the connection's cache for as long as `prepared` is held.
    let statement = unsafe prepared.sqliteStatement
    // Sound: neither looks at what was bound, as long as no profile is taken.
    defer {
      unsafe sqlite3_reset(statement)
      unsafe sqlite3_clear_bindings(statement)
      withExtendedLifetime(prepared) {}
    }
    try unsafe bind(values[...], to: statement) {
      while true {
        let code = unsafe sqlite3_step(statement)
        switch code {
        case SQLITE_ROW: if !(try read(unsafe SQLRow(statement))) { return }
        case SQLITE_DONE: return
        default: try check(code)
        }
      }
    }
  }

  /// Calls `body` with every value bound, one inside the other: SQLite reads them where they are.
  private func bind(
    _ values: ArraySlice<SQLValue>,
    to statement: OpaquePointer,
    _ body: () throws -> Void
  ) throws {
    guard let value = values.first else { return try body() }
    let index = Int32(values.startIndex + 1)
    try unsafe value.withBinding(to: statement, at: index) { code in
      try check(code)
      try unsafe bind(values.dropFirst(), to: statement, body)
    }
  }

  /// Runs a statement that gives no rows; returns how many rows it changed.
  @discardableResult
  func run(_ sql: String, _ values: SQLValue...) throws -> Int {
    try each(sql, values) { _ in true }
    return unsafe Int(sqlite3_changes(database.sqliteConnection))
  }

  /// The number of the row that was inserted last.
  var lastRowNumber: Int64 { unsafe sqlite3_last_insert_rowid(database.sqliteConnection) }

  /// Every row of a query, in its order.
  func all<Record>(
    _ sql: String,
    _ values: SQLValue...,
    read: (SQLRow) throws -> Record
  ) throws -> [Record] {
    var records: [Record] = []
    try each(sql, values) { row in
      records.append(try read(row))
      return true
    }
    return records
  }

  /// The first row of a query.
  func first<Record>(
    _ sql: String,
    _ values: SQLValue...,
    read: (SQLRow) throws -> Record
  ) throws -> Record? {
    var record: Record?
    try each(sql, values) { row in
      record = try read(row)
      return false
    }
    return record
  }

  /// Throws ``StoreError/dangling`` where a change met no record.
  func require(_ changeCount: Int) throws(StoreError) {
    if changeCount == 0 { throw .dangling }
  }

  private func check(_ code: Int32) throws {
    guard code != SQLITE_OK else { return }
    let extended = unsafe sqlite3_extended_errcode(database.sqliteConnection)
    let error: any Error =
      if code & 0xff == SQLITE_INTERRUPT {
        // The caller's task was cancelled.
        CancellationError()
      } else {
        StoreError(sqliteCode: extended)
          ?? DatabaseError(
            resultCode: ResultCode(rawValue: extended),
            message: database.lastErrorMessage
          )
      }
    // A full disk, among others, makes SQLite roll back by itself.
    if !database.isInsideTransaction { failure = error }
    throw error
  }
}

/// At most `limit` rows; SQLite takes a negative limit for none at all.
func limited(_ limit: Int) -> SQLValue { .int(Int64(max(0, limit))) }

/// Where a page begins that comes after an identifier.
func following<Entity>(_ id: Identifier<Entity>?) -> SQLValue { .int(id?.rawValue ?? .min) }
