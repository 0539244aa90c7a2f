import Logging
import SeedCore
import ServiceLifecycle

/// Asks the witnesses for each new checkpoint, again and again where they give nothing.
struct WitnessClientService: Service {
  /// How often it is looked whether there is a new checkpoint.
  static let lookInterval = Duration.seconds(2)
  /// The longest wait after a failure.
  static let delayMax = Duration.seconds(900)

  let witnesses: LedgerWitnesses
  let names: [String]
  let logger: Logger

  /// How often a witness failed, and when it is asked again.
  private struct Patience {
    var failureCount = 0
    var nextTry = ContinuousClock.now
  }

  func run() async throws {
    try? await cancelWhenGracefulShutdown {
      var patience = Dictionary(uniqueKeysWithValues: names.map { ($0, Patience()) })
      var hasStoreFailed = false
      while true {
        let now = ContinuousClock.now
        let due = Set(names.filter { (patience[$0]?.nextTry ?? now) <= now })
        do {
          for answer in try await witnesses.ask(due) { note(answer, &patience) }
          hasStoreFailed = false
        } catch {
          if !hasStoreFailed, !Task.isCancelled {
            logger.error(
              "witnesses can't be asked now",
              metadata: ["error": "\(FailureText.of(error))"]
            )
          }
          hasStoreFailed = true
        }
        try await Task.sleep(for: Self.lookInterval)
      }
    }
  }

  /// Asks each witness once.
  ///
  /// - Parameter again: Also those that have cosigned the newest checkpoint.
  func round(again: Bool = false) async {
    var patience: [String: Patience] = [:]
    do {
      for answer in try await witnesses.ask(again: again) { note(answer, &patience) }
    } catch {
      logger.error("witnesses can't be asked now", metadata: ["error": "\(FailureText.of(error))"])
    }
  }

  private func note(_ answer: LedgerWitnesses.Answer, _ patience: inout [String: Patience]) {
    if case .closed = answer.outcome { return }
    var mine = patience[answer.witness] ?? Patience()
    defer { patience[answer.witness] = mine }
    let metadata: Logger.Metadata = ["witness": "\(answer.witness)"]
    if case .cosigned = answer.outcome {
      if mine.failureCount > 0 { logger.notice("a witness cosigns again", metadata: metadata) }
      mine = Patience()
      return
    }
    mine.failureCount += 1
    var random = SystemRandomNumberGenerator()
    let delay = Backoff.delay(after: mine.failureCount, atMost: Self.delayMax, using: &random)
    mine.nextTry = ContinuousClock.now + delay
    switch answer.outcome {
    case .ahead(let size):
      logger.critical(
        "a witness cosigned more of this ledger than this home knows of: nothing new is signed",
        metadata: metadata.merging(["size": "\(size)"]) { $1 }
      )
    case .failed(let reason) where mine.failureCount == 1:
      logger.warning(
        "a witness gave no cosignature; it is asked again",
        metadata: metadata.merging(["reason": "\(reason)"]) { $1 }
      )
    case .failed, .cosigned, .closed: break
    }
  }
}
