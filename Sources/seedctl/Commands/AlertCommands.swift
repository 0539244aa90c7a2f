import ArgumentParser
import FoundationEssentials
import SeedCore
import SeedSQLite
import SeedService

/// `seedctl alert …`: what was sent, and what was not.
struct AlertCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "alert",
    abstract: "Look at alerts on their way to you, and test a channel.",
    subcommands: [
      AlertTest.self, AlertList.self, AlertShow.self, AlertRetry.self, AlertDrop.self,
    ]
  )
}

/// An alert for one channel as commands print it.
private struct QueuedAlert: Encodable {
  let id: Int64
  let channel: String
  let key: String
  let type: String?
  let state: OutboxRow.State
  let subject: String
  let queuedAt: Timestamp
  let dueAt: Timestamp?
  let deliveredAt: Timestamp?
  let attempts: Int
  let lastError: String
  let joinedTo: Int64?

  init(_ row: OutboxRow) {
    let payload = try? AlertPayload(json: row.payload)
    id = row.id
    channel = row.channel
    key = row.key
    type = payload?.type
    state = row.state
    subject = payload.map { AlertMessage($0).subject } ?? "(unreadable)"
    queuedAt = row.queuedAt
    dueAt = row.state == .waiting ? row.dueAt : nil
    deliveredAt = row.deliveredAt
    attempts = row.attemptCount
    lastError = row.lastError
    joinedTo = row.joinedTo
  }
}

extension Lookup {
  /// An alert by its number.
  fileprivate static func alert(_ id: Int64, in store: any StoreReader) throws -> OutboxRow {
    guard let row = try store.outboxRow(id), ReservedChannel(rawValue: row.channel) == nil else {
      throw Failure(.notFound, "there is no alert \(id); see `seedctl alert list`")
    }
    return row
  }
}

/// `seedctl alert list`.
struct AlertList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the alerts that wait, and those that were given up.",
    discussion: "Example: seedctl alert list --state dead --channel me"
  )

  @OptionGroup var homeOptions: HomeOptions
  @OptionGroup var output: OutputOptions
  @Option(help: "Only alerts in this state: waiting, delivered, dead, joined, dropped.")
  var state: OutboxRow.State?
  @Option(help: "Only alerts for this channel.") var channel: String?
  @Option(help: "At most so many of each state, newest first.") var limit = 100

  func run() async throws {
    let session = try Session(homeOptions, .reading)
    let states = state.map { [$0] } ?? [.dead, .waiting]
    let (channel, limit) = (channel, limit)
    let alerts = try await session.store.read { store in
      try states.flatMap { state in
        try store.outbox(state, limit: channel == nil ? limit : .max)
          .filter { channel == nil || $0.channel == channel }.prefix(limit).map(QueuedAlert.init)
      }
    }
    if output.json { return try output.printJSON(alerts) }
    guard !alerts.isEmpty else { return output.note("No alert waits, and none was given up.") }
    var table = Table(["alert", "channel", "state", "tries", "raised", "subject", "error"])
    for alert in alerts {
      table.add([
        String(alert.id), alert.channel, alert.state.rawValue, String(alert.attempts),
        alert.queuedAt.rfc3339, alert.subject, alert.lastError,
      ])
    }
    table.print()
    output.note("Try again: seedctl alert retry ALERT; read it: seedctl alert show ALERT")
  }
}

/// `seedctl alert show`.
struct AlertShow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show what an alert says, and what became of it."
  )

  @OptionGroup var homeOptions: HomeOptions
  @OptionGroup var output: OutputOptions
  @Argument(help: "The alert's number.") var alert: Int64

  private struct Detail: Encodable {
    let alert: QueuedAlert
    let text: String
  }

  func run() async throws {
    let session = try Session(homeOptions, .reading)
    let id = alert
    let row = try await session.store.read { try Lookup.alert(id, in: $0) }
    let text = (try? AlertPayload(json: row.payload)).map { AlertMessage($0).plainText } ?? ""
    let alert = QueuedAlert(row)
    if output.json { return try output.printJSON(Detail(alert: alert, text: text)) }
    print("Alert:   \(alert.id), for channel \(alert.channel), raised \(alert.queuedAt.rfc3339)")
    print("State:   \(alert.state.rawValue), tried \(alert.attempts) times")
    if let time = alert.deliveredAt { print("Sent:    \(time.rfc3339)") }
    if let time = alert.dueAt { print("Due:     \(time.rfc3339)") }
    if let other = alert.joinedTo { print("Joined:  alert \(other) stands for it") }
    if !alert.lastError.isEmpty { print("Error:   \(Console.safe(alert.lastError))") }
    print("Subject: \(Console.safe(alert.subject))\n\n\(text)")
  }
}

/// `seedctl alert retry`.
struct AlertRetry: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retry",
    abstract: "Let alerts that wait or were given up be tried at once.",
    discussion: "Examples: seedctl alert retry 12; seedctl alert retry --channel me"
  )

  @OptionGroup var homeOptions: HomeOptions
  @OptionGroup var output: OutputOptions
  @Argument(help: "The alerts' numbers.") var alerts: [Int64] = []
  @Option(help: "All alerts of this channel that wait or were given up.") var channel: String?

  private struct Result: Encodable { let retried: Int }

  func run() async throws {
    guard alerts.isEmpty != (channel == nil) else {
      throw Failure(.usage, "name alerts by their numbers, or all of one --channel")
    }
    let session = try Session(homeOptions)
    let (ids, channel, now) = (alerts, channel, Timestamp.now)
    let count = try await session.store.write { store in
      var rows = try ids.map { try Lookup.alert($0, in: store) }
      if let channel {
        rows = try [.dead, .waiting].flatMap { try store.outbox($0, limit: .max) }
          .filter { $0.channel == channel }
      }
      for var row in rows {
        guard [.waiting, .dead, .dropped].contains(row.state) else {
          throw Failure(.refused, "alert \(row.id) is \(row.state.rawValue)")
        }
        row.state = .waiting
        row.dueAt = now
        row.retriedAt = now
        try store.save(row)
      }
      for name in Set(rows.map(\.channel)) {
        guard var state = try store.channelState(name), state.nextAttemptAt != nil else { continue }
        state.nextAttemptAt = nil
        try store.save(state)
      }
      return rows.count
    }
    if output.json { return try output.printJSON(Result(retried: count)) }
    print("\(count) to be tried at once by seedd")
  }
}

/// `seedctl alert drop`.
struct AlertDrop: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drop",
    abstract: "Don't deliver alerts that wait, and forget those that were given up.",
    discussion: "The findings stay as they are. Example: seedctl alert drop 12 --reason \"seen\""
  )

  @OptionGroup var homeOptions: HomeOptions
  @OptionGroup var output: OutputOptions
  @Argument(help: "The alerts' numbers.") var alerts: [Int64]
  @Option(help: "Why.") var reason: String

  private struct Result: Encodable { let dropped: Int }

  func run() async throws {
    let session = try Session(homeOptions)
    let (ids, reason) = (alerts, reason)
    try await session.store.write { store in
      for var row in try ids.map({ try Lookup.alert($0, in: store) }) {
        guard [.waiting, .dead, .dropped].contains(row.state) else {
          throw Failure(.refused, "alert \(row.id) is \(row.state.rawValue)")
        }
        row.state = .dropped
        row.lastError = "dropped: \(reason)"
        try store.save(row)
      }
    }
    if output.json { return try output.printJSON(Result(dropped: ids.count)) }
    print("\(ids.count) dropped")
  }
}

/// `seedctl alert test`.
struct AlertTest: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test",
    abstract: "Send a test through a channel, now.",
    discussion: "Example: seedctl alert test me"
  )

  @OptionGroup var homeOptions: HomeOptions
  @OptionGroup var output: OutputOptions
  @Argument(help: "The channel's name.") var channel: String

  private struct Result: Encodable {
    let channel: String
    let delivered: Bool
    let error: String?
  }

  func run() async throws {
    let session = try Session(homeOptions)
    let maker = try session.channelMaker()
    guard let target = maker.all.first(where: { $0.name == channel }) else {
      throw Failure(.notFound, "there is no channel '\(channel)'; see `seedctl channel list`")
    }
    let now = Timestamp.now
    let notice = AlertNotice(
      .test,
      severity: .low,
      at: now,
      title: "Test of the channel \(channel)",
      details: [
        "This is a test that was asked for with seedctl.",
        "Alerts about addresses that leaked will reach you in the same way.",
      ]
    )
    let row = OutboxRow(
      channel: channel,
      key: "test-\(now.milliseconds)",
      event: nil,
      payload: try AlertPayload.notice(notice).json(),
      queuedAt: now,
      dueAt: now
    )
    do throws(DeliveryError) {
      try await target.deliver(row)
    } catch {
      if output.json {
        try output.printJSON(Result(channel: channel, delivered: false, error: error.words))
        throw ExitCode(error.exitStatus.rawValue)
      }
      throw Failure(error.exitStatus, "channel \(channel): \(Console.safe(error.words))")
    }
    if output.json {
      return try output.printJSON(Result(channel: channel, delivered: true, error: nil))
    }
    print("delivered through \(channel)")
  }
}

extension DeliveryError {
  /// What went wrong.
  var words: String {
    switch self {
    case .temporary(let words, _), .permanent(let words): words
    }
  }

  var exitStatus: ExitStatus {
    if case .temporary = self { .tryAgain } else { .failed }
  }
}

extension Session {
  /// Makes the channels of the configuration.
  func channelMaker() throws -> ChannelMaker {
    try ChannelMaker(
      home: home,
      configuration: configuration,
      environment: ProcessInfo.processInfo.environment
    )
  }
}
