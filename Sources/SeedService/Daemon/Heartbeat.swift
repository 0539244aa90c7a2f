import Logging
import ServiceLifecycle
import Synchronization

/// When the main loop was last seen to move, and whether all went well then.
final class Heartbeat: Sendable {
  private let last = Mutex(ContinuousClock.now)
  private let success = Mutex(false)

  /// Whether the last round of the main loop went well.
  var isWell: Bool {
    get { success.withLock { $0 } }
    set { success.withLock { $0 = newValue } }
  }

  /// Notes that it moves.
  func beat() { last.withLock { $0 = .now } }

  /// How long ago it moved.
  var age: Duration { last.withLock { $0.duration(to: .now) } }
}

/// Tells systemd that the process is alive, for as long as its main loop moves.
struct WatchdogService: Service {
  /// A batch may wait for DNS at every message; beyond this, it hangs.
  static let ageMax = Duration.seconds(1800)

  let notifier: SystemdNotifier
  let interval: Duration
  let heartbeat: Heartbeat
  let logger: Logger

  func run() async throws {
    try? await cancelWhenGracefulShutdown {
      while true {
        if heartbeat.age < Self.ageMax {
          notifier.alive()
        } else {
          logger.critical("the main loop hangs; systemd is not told otherwise")
        }
        try await Task.sleep(for: interval / 2)
      }
    }
  }
}
