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
    await withGracefulShutdownHandler {
      var failureCount = 0
      while !Task.isShuttingDownGracefully, !Task.isCancelled {
        var wait = Self.waitMax
        do {
          let next = try await worker.deliverDue { Task.isShuttingDownGracefully }
          if let next { wait = min(wait, max(.zero, next.duration(since: worker.clock()))) }
          failureCount = 0
        } catch {
          failureCount += 1
          if failureCount == 1 {
            worker.logger.error(
              "alerts can't be delivered now; they wait in the store",
              metadata: ["error": "\(FailureText.of(error))"]
            )
          }
        }
        await bell.wait(atMost: wait, clock: ContinuousClock())
      }
    } onGracefulShutdown: {
      bell.ring()
    }
  }
}

/// Asks again for what hangs on DNS, and closes days.
struct UpkeepService: Service {
  /// The waits between two rounds, while something is settled and when nothing is.
  static let shortest = Duration.seconds(60), longest = Duration.seconds(900)

  let taker: any ArrivalTaker
  let alertBells: [Bell]
  let clock: @Sendable () -> Timestamp
  let logger: Logger

  func run() async throws {
    try? await cancelWhenGracefulShutdown {
      var wait = Self.shortest
      while true {
        let settled = await Self.round(taker, logger)
        if settled > 0 { for bell in alertBells { bell.ring() } }
        wait = settled > 0 ? Self.shortest : min(wait * 2, Self.longest)
        try await Task.sleep(for: wait)
      }
    }
  }

  /// One round; returns how many judgements were settled.
  static func round(_ taker: any ArrivalTaker, _ logger: Logger) async -> Int {
    do {
      try await taker.closeDays()
      let settled = try await taker.judgePending()
      if settled > 0 {
        logger.info("judgements were settled", metadata: ["count": "\(settled)"])
      }
      return settled
    } catch is CancellationError {
      return 0
    } catch {
      logger.warning(
        "pending judgements could not be looked at; they are tried again",
        metadata: ["error": "\(FailureText.of(error))"]
      )
      return 0
    }
  }
}
