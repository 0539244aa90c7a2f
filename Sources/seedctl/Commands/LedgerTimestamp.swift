import ArgumentParser
import Logging
import SeedCore
import SeedSQLite
import SeedService

/// `seedctl ledger timestamp`.
struct LedgerTimestampCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "timestamp",
    abstract: "Have the newest checkpoint stamped with the time, now.",
    discussion: """
      Signs a checkpoint where something is new, and asks every [[ledger.timestamp]] to stamp it. \
      What fails waits, and seedd tries it again. It ends with 75 where anything waits.
      """
  )

  @OptionGroup var homeOptions: HomeOptions
  @OptionGroup var output: OutputOptions
  @Flag(help: "Ask nobody; only say how it stands.") var status = false

  func run() async throws {
    let session = try Session(homeOptions)
    let settings = session.configuration.ledger
    guard !settings.timestamps.isEmpty else {
      throw Failure(
        .failed,
        "no timestamp authority is configured; enter a [[ledger.timestamp]] in seed.toml"
      )
    }
    if !status {
      let checkpoint = try await session.ledger(note: output.note).checkpoint()
      let timestamper = Timestamper(
        home: session.home,
        configuration: session.configuration,
        store: session.store,
        // What goes wrong is printed below.
        logger: Logger(label: "seedctl") { _ in SwiftLogNoOpLogHandler() }
      )
      try await timestamper.stamp(checkpoint: checkpoint.head.size)
    }
    let found = try await session.timestampStatus()
    if output.json {
      try output.printJSON(found.map(TimestampSummary.init))
    } else {
      for status in found { print(TimestampSummary(status).words) }
    }
    if !status, found.contains(where: { $0.waitingCount > 0 }) {
      throw ExitCode(ExitStatus.tryAgain.rawValue)
    }
  }
}

/// How it stands with a timestamp authority, as commands print it.
struct TimestampSummary: Encodable {
  let authority: String
  @ExplicitNull var checkpoint: Int64?
  @ExplicitNull var stampedAt: Timestamp?
  let waiting: Int
  @ExplicitNull var waitingSince: Timestamp?
  let lastError: String
  let overdue: Bool

  init(_ status: TimestampQueue.Status) {
    authority = status.authority
    checkpoint = status.newest?.checkpointSize
    stampedAt = status.newest?.generatedAt
    waiting = status.waitingCount
    waitingSince = status.waitingSince
    lastError = status.lastError
    overdue = status.isOverdue
  }

  /// One line of plain text.
  var words: String {
    let stamped = stampedAt.map { "stamped \(checkpoint ?? 0) leaves at \($0.rfc3339)" }
    let waits =
      waiting > 0
      ? "; \(waiting) wait since \(waitingSince?.rfc3339 ?? "?")"
        + (lastError.isEmpty ? "" : ": " + Console.safe(lastError)) : ""
    return "\(authority): \(stamped ?? "nothing stamped yet")\(waits)"
  }
}

extension Session {
  /// How it stands with each configured timestamp authority.
  func timestampStatus() async throws -> [TimestampQueue.Status] {
    let queue = TimestampQueue(configuration.ledger)
    return try await store.read { try queue.status(in: $0, at: .now) }
  }
}
