import CPageCheck
import GRDB
import GRDBSQLite
import Glibc
import SeedCore

/// The checksums in the pages of a store's file: a page that changed on the disk is not believed.
enum PageCheck {
  /// How many pages are looked at before others have their turn.
  private static let stepPageCount: Int64 = 256

  /// Lets every file that is opened from now on have its pages checked.
  static func install() throws(StoreError) {
    try check(seed_page_check_install())
  }

  /// Keeps room for checksums in the pages of a new file, or of the copy that `VACUUM INTO` makes.
  static func reserve(_ db: Database) throws(StoreError) {
    var byteCount = Int32(SEED_PAGE_CHECK_BYTE_COUNT)
    // The connection is GRDB's, which keeps it open meanwhile.
    let code = unsafe sqlite3_file_control(
      db.sqliteConnection,
      "main",
      SQLITE_FCNTL_RESERVE_BYTES,
      &byteCount
    )
    try check(code)
  }

  /// Writes the checksums of a file that nobody has open: where SQLite writes the first page late, it
  /// isn't known before that there are to be some.
  static func seal(_ path: String) throws(StoreError) {
    let file = unsafe open(path, O_RDWR | O_CLOEXEC)
    guard file >= 0 else { throw .inputOutput }
    defer { _ = close(file) }
    try check(seed_page_check_seal(file))
  }

  /// The first page, counted from 1, that doesn't have its checksum; `nil` where all have, and in a
  /// file without checksums.
  static func fault(in db: Database) throws -> Int64? {
    var next: Int64 = 1
    while next > 0 {
      try Task.checkCancellation()
      if let fault = fault(in: db, from: &next) { return fault }
    }
    return nil
  }

  /// The same in a part of the file that begins with the page `next`; that is the beginning of the
  /// next part then, or 0 at the end.
  static func fault(in db: Database, from next: inout Int64) -> Int64? {
    // The same as above.
    let fault = unsafe seed_page_check_walk(db.sqliteConnection, &next, stepPageCount)
    return fault > 0 ? fault : nil
  }

  /// The page at which reading failed last, as SQLite has just said.
  static var lastFault: Int64 { seed_page_check_fault() }

  private static func check(_ code: Int32) throws(StoreError) {
    guard code != SQLITE_OK else { return }
    throw StoreError(sqliteCode: code) ?? .inputOutput
  }
}
