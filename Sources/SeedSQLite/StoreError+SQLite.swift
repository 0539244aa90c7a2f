import GRDB
import GRDBSQLite
import SeedCore

extension StoreError {
  /// What SQLite's result code means to whoever uses a store; `nil` for a mistake of ours.
  init?(sqliteCode code: Int32) {
    switch code {
    case SQLITE_CONSTRAINT_FOREIGNKEY_CODE: self = .dangling
    case SQLITE_IOERR_DATA_CODE: self = .damagedPage(PageCheck.lastFault)
    case SQLITE_CONSTRAINT_UNIQUE_CODE, SQLITE_CONSTRAINT_PRIMARYKEY_CODE: self = .exists
    default:
      switch code & 0xff {
      case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL: self = .busy
      case SQLITE_FULL: self = .full
      case SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_FORMAT: self = .damaged
      case SQLITE_PERM, SQLITE_READONLY, SQLITE_AUTH, SQLITE_CANTOPEN: self = .permissions
      case SQLITE_IOERR: self = .inputOutput
      default: return nil
      }
    }
  }

  /// Runs `body`, and throws a store's error where GRDB throws one that means the same.
  static func translating<Result>(_ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let error as DatabaseError { throw translation(of: error) }
  }

  /// The same for a body that waits.
  static func translating<Result>(_ body: () async throws -> Result) async throws -> Result {
    do { return try await body() } catch let error as DatabaseError {
      throw translation(of: error)
    }
  }

  private static func translation(of error: DatabaseError) -> any Error {
    StoreError(sqliteCode: error.extendedResultCode.rawValue) ?? error
  }
}

// Compound macros that Swift doesn't import.
private let SQLITE_CONSTRAINT_FOREIGNKEY_CODE = SQLITE_CONSTRAINT | 3 << 8
private let SQLITE_CONSTRAINT_PRIMARYKEY_CODE = SQLITE_CONSTRAINT | 6 << 8
private let SQLITE_IOERR_DATA_CODE = SQLITE_IOERR | 32 << 8
private let SQLITE_CONSTRAINT_UNIQUE_CODE = SQLITE_CONSTRAINT | 8 << 8
