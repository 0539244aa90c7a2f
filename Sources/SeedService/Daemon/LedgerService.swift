import Logging
import SeedCore
import ServiceLifecycle

/// Signs a checkpoint while there are new leaves, at most one in each interval.
struct LedgerService: Service {
  /// The longest time between two looks: other processes add leaves, too, and ring no bell.
  static let lookMax = Duration.seconds(5)

  let ledger: Ledger
  let interval: Duration
  let clock: @Sendable () -> Timestamp
  let logger: Logger
  /// What is done before the first checkpoint is signed.
  var prepare: @Sendable () async -> Void = {}

  func run() async throws {
    try await untilShutdown {
      await prepare()
      var lastError: String?
      while true {
        lastError = try await round(after: lastError)
        try await Task.sleep(for: min(interval, Self.lookMax))
      }
    }
  }

  /// Signs where it is time; returns what went wrong, which is said once.
  ///
  /// - Throws: Where what is kept is damaged.
  @discardableResult
  func round(after lastError: String? = nil) async throws -> String? {
    do {
      if try await isDue() {
        let checkpoint = try await ledger.checkpoint(sharesDisk: true)
        logger.info("a checkpoint was signed", metadata: ["size": "\(checkpoint.head.size)"])
      } else {
        try await ledger.showNewest()
      }
      return nil
    } catch is CancellationError {
      return lastError
    } catch let error where error.isDamage {
      throw error
    } catch {
      let text = FailureText.of(error)
      if text != lastError {
        logger.error("no checkpoint can be signed now", metadata: ["error": "\(text)"])
      }
      return text
    }
  }

  private func isDue() async throws -> Bool {
    let (count, newest) = try await ledger.store.read { store in
      (try store.leafCount(), try store.newestCheckpoint())
    }
    guard let newest else { return count > 0 }
    let age = clock().duration(since: newest.signedAt)
    // A clock that was set back by more than the interval is no reason to wait for it.
    return count != newest.head.size && (age >= interval || age < .zero - interval)
  }
}
