import Logging
import SeedCore
import ServiceLifecycle

/// Delivers the outbox of one channel, whenever something is due.
struct OutboxService: Service {
  /// The longest wait: other processes queue alerts, too, and ring no bell.
  static let waitMax = Duration.seconds(5)

  let worker: OutboxWorker
  let bell: Bell

  func run() async throws {
    try await withGracefulShutdownHandler {
      var failureCount = 0
      while !Task.isShuttingDownGracefully, !Task.isCancelled {
        var wait = Self.waitMax
        do {
          let next = try await worker.deliverDue(oneFirst: failureCount > 0) {
            Task.isShuttingDownGracefully
          }
          if let next { wait = min(wait, max(.zero, next.duration(since: worker.clock()))) }
          failureCount = 0
        } catch let error where error.isDamage {
          throw error
        } catch {
          failureCount += 1
          if failureCount == 1 {
            worker.logger.error(
              "alerts can't be delivered now; they wait in the store",
              metadata: ["error": "\(FailureText.of(error))"]
            )
          }
        }
        await bell.wait(atMost: wait)
      }
    } onGracefulShutdown: {
      bell.ring()
    }
  }
}

/// Asks again for what hangs on DNS, and closes days.
struct UpkeepService: Service {
  /// The waits between two rounds, while something waits for DNS and when nothing does.
  static let shortest = Duration.seconds(30), longest = Duration.seconds(300)
  /// How long DNS is left alone after a round, also when the bell rings.
  static let pause = Duration.seconds(2)

  let taker: any ArrivalTaker
  /// Rings when mail came whose judgement waits for DNS.
  let bell: Bell
  let alertBells: [Bell]
  let logger: Logger

  func run() async throws {
    try await untilShutdown {
      while true {
        let outcome = try await Self.round(taker, logger)
        if outcome.settled > 0 { for bell in alertBells { bell.ring() } }
        try await Task.sleep(for: Self.pause)
        await bell.wait(
          atMost: outcome.waiting > 0 ? Self.shortest : Self.longest
        )
        try Task.checkCancellation()
      }
    }
  }

  /// One round; returns how many judgements were settled, and how many wait on.
  ///
  /// - Throws: Where what is kept is damaged.
  static func round(_ taker: any ArrivalTaker, _ logger: Logger) async throws -> PendingOutcome {
    do {
      try await taker.closeDays()
      // A message may end the process here as it may at its arrival, and another one is in hand.
      let outcome = try await CrashMark.doubting { try await taker.judgePending() }
      if outcome.settled > 0 {
        logger.info("judgements were settled", metadata: ["count": "\(outcome.settled)"])
      }
      let checked = try await CrashMark.doubting { try await taker.checkKeys() }
      if checked > 0 {
        logger.info("keys were asked for again", metadata: ["count": "\(checked)"])
      }
      return outcome
    } catch is CancellationError {
      return PendingOutcome()
    } catch let error where error.isDamage {
      throw error
    } catch {
      logger.warning(
        "what waits for DNS could not be looked at; it is tried again",
        metadata: ["error": "\(FailureText.of(error))"]
      )
      return PendingOutcome()
    }
  }
}
