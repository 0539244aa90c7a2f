import Dispatch
import GRDB
import GRDBSQLite
import Synchronization

/// Brings what was committed from the write-ahead log into the store's file, on a connection of its
/// own: it takes two syncs, and SQLite would have whoever commits wait for them.
final class Checkpointer: Sendable {
  /// How many pages are committed from one beginning to the next: 32 MiB of a new file's. A page that
  /// was committed often is brought in once, and with SQLite's own thousand a backlog had two fifths
  /// of its syncs here.
  static let pageCount = 4000
  /// With how many pages in the log the one who commits has to help: the log begins anew only where
  /// nothing is written between the end of the work and the next commit, and would grow for as long as
  /// much is written.
  static let pageCountMax = 2 * pageCount
  /// With how few pages committed during the work the rest is brought in, too, and how long after it.
  /// What is committed together often comes in two parts, an alert and that it was delivered: the second
  /// would keep the log from beginning anew, and later an alert waiting for the one who has to help.
  private static let restPageCountMax = 256, restDelay = DispatchTimeInterval.milliseconds(20)

  private let queue = DispatchQueue(label: "store.checkpoint")
  private let connection: @Sendable () throws -> DatabaseQueue
  private let state = Mutex(State())

  private struct State {
    var isRunning = false
    var isClosed = false
    /// Whether this process committed anything.
    var hasCommits = false
    /// How many pages the log had when the last work began.
    var pageCount = 0
    /// How many pages it had after the newest commit.
    var newestPageCount = 0
    /// `nil` until it is needed.
    var database: DatabaseQueue?
  }

  /// Works with the connection that `connection` opens.
  init(connection: @escaping @Sendable () throws -> DatabaseQueue) { self.connection = connection }

  /// Looks after the log that a connection writes, which must not outlive this.
  func watch(_ db: Database) {
    // Sound: the address is used while the connection is open.
    let context = unsafe Unmanaged.passUnretained(self).toOpaque()
    unsafe sqlite3_wal_hook(
      db.sqliteConnection,
      { context, connection, name, pageCount in
        guard let context = unsafe context else { return SQLITE_OK }
        let checkpointer = unsafe Unmanaged<Checkpointer>.fromOpaque(context).takeUnretainedValue()
        checkpointer.state.withLock { $0.hasCommits = true }
        if pageCount >= Checkpointer.pageCountMax {
          checkpointer.finish()
          // Where it can't, the log grows, and the next commit tries again.
          unsafe sqlite3_wal_checkpoint_v2(connection, name, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
        } else {
          checkpointer.note(Int(pageCount))
        }
        return SQLITE_OK
      },
      context
    )
  }

  /// Whether it is at work, or soon will be again.
  var isAtWork: Bool { state.withLock { $0.isRunning } }

  /// Waits for the work in hand.
  func finish() { queue.sync {} }

  /// Ends the connection, after the work in hand. Where something was committed, it is the last to be
  /// closed, so that the log is brought in and removed: one that only reads couldn't.
  func close() throws {
    try queue.sync {
      let (known, hasCommits) = state.withLock { ($0.database, $0.hasCommits) }
      // Where it can't be opened, what is in the log is safe there.
      let database = hasCommits ? try? self.database() : known
      state.withLock { $0.isClosed = true }
      try database?.close()
    }
  }

  /// Takes note of a commit, with how many pages the log has then.
  private func note(_ pageCount: Int) {
    let isTime = state.withLock { state in
      state.newestPageCount = pageCount
      // With fewer than there were, the log began anew.
      if pageCount < state.pageCount { state.pageCount = 0 }
      guard pageCount >= state.pageCount + Self.pageCount else { return false }
      state.pageCount = pageCount
      return true
    }
    if isTime { begin() }
  }

  /// Begins, unless it is at work.
  func begin() {
    let isFirst = state.withLock { state in
      guard !state.isRunning, !state.isClosed else { return false }
      state.isRunning = true
      return true
    }
    guard isFirst else { return }
    queue.async { [self] in
      let rest = bringIn()
      guard rest > 0, rest <= Self.restPageCountMax else { return end() }
      queue.asyncAfter(deadline: .now() + Self.restDelay) { [self] in
        _ = bringIn()
        end()
      }
    }
  }

  private func end() { state.withLock { $0.isRunning = false } }

  /// Brings in what is in the log; returns how many pages were committed meanwhile.
  private func bringIn() -> Int {
    do {
      let pageCount = try database()?.writeWithoutTransaction {
        try $0.checkpoint(.passive).checkpointedFrameCount
      }
      return state.withLock { $0.newestPageCount } - (pageCount ?? 0)
    } catch {
      // As where SQLite does it in a commit, nobody is told: what is in the log is safe there, and the
      // next commit tries again.
      state.withLock { $0.pageCount = 0 }
      return 0
    }
  }

  private func database() throws -> DatabaseQueue? {
    let (known, isClosed) = state.withLock { ($0.database, $0.isClosed) }
    guard !isClosed else { return nil }
    if let known { return known }
    let database = try connection()
    state.withLock { $0.database = database }
    return database
  }
}
