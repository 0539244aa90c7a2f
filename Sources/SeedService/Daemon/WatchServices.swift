import Logging
import SeedCore
import ServiceLifecycle

/// Lets the installation look after itself, and makes digests.
struct SelfWatchService: Service {
  static let interval = Duration.seconds(60)

  let watch: SelfWatch
  let alertBells: [Bell]
  let logger: Logger

  func run() async throws {
    try await untilShutdown {
      while true {
        if try await Self.round(watch, logger) { for bell in alertBells { bell.ring() } }
        try await Task.sleep(for: Self.interval)
      }
    }
  }

  /// One round; says whether something was queued.
  ///
  /// - Throws: Where what is kept is damaged.
  static func round(_ watch: SelfWatch, _ logger: Logger) async throws -> Bool {
    do {
      return try await watch.round()
    } catch is CancellationError {
      return false
    } catch let error where error.isDamage {
      throw error
    } catch {
      logger.warning(
        "the daemon can't look after itself now; it tries again",
        metadata: ["error": "\(FailureText.of(error))"]
      )
      return false
    }
  }
}

/// Asks the user's own watch for as long as all goes well, so that it notices when that ends.
struct PingService: Service {
  /// The main loop moves at least once in this time while it works.
  static let ageMax = Duration.seconds(300)
  static let deadline = Duration.seconds(20)

  let url: ChannelSecret
  let interval: Duration
  let heartbeat: Heartbeat
  let logger: Logger
  let client = HTTPClient()

  func run() async throws {
    try? await cancelWhenGracefulShutdown {
      var hasFailed = false
      while true {
        // The first round of the main loop is given its time.
        try await Task.sleep(for: min(interval, .seconds(1)))
        let problem = await ping()
        if let problem, !hasFailed {
          logger.warning("the heartbeat is not heard", metadata: ["error": "\(problem)"])
        }
        hasFailed = problem != nil
        try await Task.sleep(for: interval)
      }
    }
  }

  /// Asks where all is well; returns what went wrong.
  private func ping() async -> String? {
    guard heartbeat.isWell, heartbeat.age < Self.ageMax else { return nil }
    do {
      var request = HTTPRequest(.get, try url.read())
      request.deadline = Self.deadline
      let response = try await client.send(request)
      return (200...299).contains(response.status) ? nil : "the server answered \(response.status)"
    } catch let error as TransferError {
      return error.words
    } catch DeliveryError.temporary(let words, _) {
      return words
    } catch {
      return "\(type(of: error))"
    }
  }
}

/// Looks through the whole store for damage that nothing would meet otherwise, from the start on and
/// then once a day.
struct PatrolService: Service {
  static let interval = Duration.seconds(86_400)

  /// Throws where there is damage.
  let look: @Sendable () async throws -> Void
  let logger: Logger

  func run() async throws {
    try await untilShutdown {
      while true {
        do {
          try await look()
        } catch let error as StoreError where !error.isDamage {
          logger.warning(
            "the store can't be looked through now",
            metadata: ["error": "\(FailureText.of(error))"]
          )
        }
        try await Task.sleep(for: Self.interval)
      }
    }
  }
}
