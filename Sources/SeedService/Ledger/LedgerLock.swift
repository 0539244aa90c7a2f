import Glibc
import SeedCore

/// The right to write the ledger's tiles; given back when it goes out of use.
///
/// It keeps two processes from writing one file at once. Which of them signs, the store decides.
final class LedgerLock: Sendable {
  private static let pause = Duration.milliseconds(20)
  private let descriptor: FileDescriptor

  /// Waits for the lock.
  ///
  /// - Throws: ``LedgerError/busy(path:)`` where another process holds it for longer than `timeout`.
  init(path: String, timeout: Duration) async throws {
    let deadline = ContinuousClock.now + timeout
    do {
      descriptor = try FileDescriptor(path: path, O_RDWR | O_CREAT | O_NOFOLLOW, mode: 0o600)
      while flock(descriptor.rawValue, LOCK_EX | LOCK_NB) != 0 {
        guard errno == EWOULDBLOCK || errno == EINTR else { throw SystemError("flock") }
        guard ContinuousClock.now < deadline else { throw LedgerError.busy(path: path) }
        try await Task.sleep(for: Self.pause)
      }
    } catch let error as SystemError {
      throw LedgerError.system(path: path, error)
    }
  }
}
