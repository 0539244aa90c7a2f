import Logging
import SeedCore
import ServiceLifecycle

/// The main loop: takes in what waits, then waits for more. Beside it, the maildirs are looked through.
struct IntakeService: Service {
  /// How often all maildirs are looked through, whatever the watch says.
  static let rescanInterval = Duration.seconds(30)
  /// How often they are where the watch doesn't cover them.
  static let unwatchedInterval = Duration.seconds(1)
  /// The longest wait after a failure of the store or the disk.
  static let delayMax = Duration.seconds(30)
  /// How long a batch is to take: for so long new mail waits behind a backlog.
  static let batchTime = Duration.milliseconds(30)

  let maildirs: [String]
  let intake: MaildirIntake
  let bell: Bell
  let alertBells: [Bell]
  let upkeepBell: Bell
  let heartbeat: Heartbeat
  let logger: Logger
  /// Is called when the maildirs are watched.
  let onReady: @Sendable () -> Void
  /// Rings when the maildirs are to be looked through.
  private let scanBell = Bell()

  init(
    maildirs: [String],
    intake: MaildirIntake,
    bell: Bell,
    alertBells: [Bell],
    upkeepBell: Bell,
    heartbeat: Heartbeat,
    logger: Logger,
    onReady: @escaping @Sendable () -> Void
  ) {
    self.maildirs = maildirs
    self.intake = intake
    self.bell = bell
    self.alertBells = alertBells
    self.upkeepBell = upkeepBell
    self.heartbeat = heartbeat
    self.logger = logger
    self.onReady = onReady
  }

  func run() async throws {
    try await withGracefulShutdownHandler {
      let watch = makeWatch()
      async let looking: Void = look(watch)
      try await takeIn(watch, on: intake)
      await looking
    } onGracefulShutdown: {
      bell.ring()
      scanBell.ring()
    }
  }

  /// Looks through the maildirs: at the start, when it is asked to, and from time to time.
  private func look(_ watch: MaildirWatch?) async {
    var isReady = false
    while !Task.isShuttingDownGracefully, !Task.isCancelled {
      let isCovered = watch?.refresh().isEmpty ?? false
      if !isReady { onReady() }
      await intake.scan(all: !isReady)
      isReady = true
      bell.ring()
      await scanBell.wait(
        atMost: isCovered ? Self.rescanInterval : Self.unwatchedInterval
      )
    }
  }

  /// Runs on the intake itself: a message isn't handed from thread to thread.
  private func takeIn(_ watch: MaildirWatch?, on intake: isolated MaildirIntake) async throws {
    var failureCount = 0
    var created = CreatedFiles()
    var brake = FloodBrake()
    while !Task.isShuttingDownGracefully, !Task.isCancelled {
      heartbeat.beat()
      let changes = watch?.take() ?? MaildirWatch.Changes()
      if changes.needsScan { intake.noteLostHints() }
      created.add(changes.hints.filter { !$0.isComplete })
      await intake.note(changes.hints.filter(\.isComplete) + created.takeWhole())
      do {
        let report = try await step(on: intake)
        if failureCount > 0, report != nil { logger.notice("mail is taken in again") }
        failureCount = 0
        heartbeat.isWell = true
        if intake.wantsScan { scanBell.ring() }
        if let report {
          guard brake.notes(report, at: .now), intake.isIdle else { continue }
          // A cancellation ends it early.
          try? await Task.sleep(for: FloodBrake.pause)
          brake.resume(at: .now)
        } else {
          await bell.wait(
            atMost: created.isEmpty ? Self.rescanInterval : CreatedFiles.quietTime
          )
        }
      } catch let error where error.isDamage {
        throw error
      } catch {
        failureCount += 1
        heartbeat.isWell = false
        await pause(after: failureCount, error)
      }
    }
  }

  /// Takes in a batch; `nil` where there is none.
  private func step(on intake: isolated MaildirIntake) async throws -> IntakeReport? {
    let report = try await intake.step(mayScan: false) { report in
      if report.findings > 0 { for bell in alertBells { bell.ring() } }
      if report.pending > 0 { upkeepBell.ring() }
    }
    guard let report else { return nil }
    guard report.read > 0 else { return report }
    logger.info(
      "mail was taken in",
      metadata: [
        "read": "\(report.read)", "recorded": "\(report.recorded)",
        "duplicates": "\(report.duplicates)", "findings": "\(report.findings)",
        "unknown": "\(report.unknown)", "nearMisses": "\(report.nearMisses)",
      ]
    )
    return report
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
