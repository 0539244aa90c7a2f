import Logging
import SeedCore
import ServiceLifecycle

/// The main loop: takes in what waits, then waits for more.
struct IntakeService: Service {
  /// How often all maildirs are looked through, whatever the watch says.
  static let rescanInterval = Duration.seconds(30)
  /// How often they are where the watch doesn't cover them.
  static let unwatchedInterval = Duration.seconds(1)
  /// The longest wait after a failure of the store or the disk.
  static let delayMax = Duration.seconds(30)

  let maildirs: [String]
  let intake: MaildirIntake
  let bell: Bell
  let alertBells: [Bell]
  let upkeepBell: Bell
  let heartbeat: Heartbeat
  let logger: Logger
  /// Is called when the maildirs are watched.
  let onReady: @Sendable () -> Void

  func run() async throws {
    try await withGracefulShutdownHandler {
      try await loop()
    } onGracefulShutdown: {
      bell.ring()
    }
  }

  private func loop() async throws {
    let watch = makeWatch()
    var isCovered = watch?.refresh().isEmpty ?? false
    onReady()
    await intake.scan(all: true)
    var lastScan = ContinuousClock.now
    var failureCount = 0
    var created = CreatedFiles()
    while !Task.isShuttingDownGracefully, !Task.isCancelled {
      heartbeat.beat()
      let changes = watch?.take() ?? MaildirWatch.Changes()
      created.add(changes.hints.filter { !$0.isComplete })
      await intake.note(changes.hints.filter(\.isComplete) + created.takeWhole())
      let interval =
        isCovered && failureCount == 0 ? Self.rescanInterval : Self.unwatchedInterval
      if changes.needsScan || lastScan.duration(to: .now) >= interval {
        isCovered = watch?.refresh().isEmpty ?? false
        await intake.scan(all: changes.needsScan)
        lastScan = .now
      }
      do {
        if try await step() {
          if failureCount > 0 { logger.notice("mail is taken in again") }
          failureCount = 0
          heartbeat.isWell = true
          continue
        }
        failureCount = 0
        heartbeat.isWell = true
        await bell.wait(
          atMost: created.isEmpty ? interval : CreatedFiles.quietTime,
          clock: ContinuousClock()
        )
      } catch let error where error.isDamage {
        throw error
      } catch {
        failureCount += 1
        heartbeat.isWell = false
        await pause(after: failureCount, error)
      }
    }
  }

  /// Takes in a batch; says whether there was one.
  private func step() async throws -> Bool {
    guard let report = try await intake.step() else { return false }
    guard report.read > 0 else { return true }
    logger.info(
      "mail was taken in",
      metadata: [
        "read": "\(report.read)", "recorded": "\(report.recorded)",
        "duplicates": "\(report.duplicates)", "findings": "\(report.findings)",
        "unknown": "\(report.unknown)", "nearMisses": "\(report.nearMisses)",
      ]
    )
    if report.pending > 0 { upkeepBell.ring() }
    if report.findings > 0 { for bell in alertBells { bell.ring() } }
    return true
  }

  private func makeWatch() -> MaildirWatch? {
    do {
      return try MaildirWatch(maildirs: maildirs, bell: bell)
    } catch {
      logger.warning(
        "the system gives no watch; the maildirs are looked through each second instead",
        metadata: ["error": "\(error)"]
      )
      return nil
    }
  }

  private func pause(after failureCount: Int, _ error: any Error) async {
    if failureCount == 1 {
      logger.error(
        "mail can't be taken in now; it waits in the maildir and is tried again",
        metadata: ["error": "\(FailureText.of(error))"]
      )
    }
    var random = SystemRandomNumberGenerator()
    let delay = Backoff.delay(after: failureCount, atMost: Self.delayMax, using: &random)
    // A shutdown ends it early.
    try? await cancelWhenGracefulShutdown { try await Task.sleep(for: delay) }
  }
}

/// What a log may say about an error.
enum FailureText {
  /// The text of errors that are known to name no address; the type of any other.
  static func of(_ error: any Error) -> String {
    switch error {
    case let error as StoreError: "store: \(error)"
    case let error as SystemError: error.description
    case let error as any OperatorError: error.description
    default: "\(type(of: error))"
    }
  }
}
