import ArgumentParser
import SeedCore
import SeedSQLite
import SeedService

/// `seedctl channel …`: the ways to be told.
struct ChannelCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "channel",
    abstract: "Look at the channels that alerts are delivered by.",
    subcommands: [ChannelList.self, ChannelCheck.self]
  )
}

/// `seedctl channel list`.
struct ChannelList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the channels, how they do, and what waits for them."
  )

  @OptionGroup var homeOptions: HomeOptions
  @OptionGroup var output: OutputOptions

  private struct Entry: Encodable {
    let channel: String
    let kind: String
    let waiting: Int
    let dead: Int
    let failingSince: Timestamp?
    let nextAttemptAt: Timestamp?
    let lastError: String?
  }

  func run() async throws {
    let session = try Session(homeOptions, .reading)
    let configured = session.configuration.alerts.channels
    let kinds = session.configuration.alertChannelNames.map { name in
      (name, configured.first { $0.name == name }?.kind.rawValue ?? name)
    }
    let entries = try await session.store.read { store in
      let waiting = Dictionary(grouping: try store.outbox(.waiting, limit: .max), by: \.channel)
      let dead = Dictionary(grouping: try store.outbox(.dead, limit: .max), by: \.channel)
      return try kinds.map { name, kind in
        let state = try store.channelState(name)
        return Entry(
          channel: name,
          kind: kind,
          waiting: waiting[name]?.count ?? 0,
          dead: dead[name]?.count ?? 0,
          failingSince: state?.failingSince,
          nextAttemptAt: state?.nextAttemptAt,
          lastError: state.flatMap { $0.lastError.isEmpty ? nil : $0.lastError }
        )
      }
    }
    if output.json { return try output.printJSON(entries) }
    var table = Table(["channel", "kind", "waiting", "given up", "failing since", "error"])
    for entry in entries {
      table.add([
        entry.channel, entry.kind, String(entry.waiting), String(entry.dead),
        entry.failingSince?.rfc3339 ?? "", entry.lastError ?? "",
      ])
    }
    table.print()
    output.note("Test one: seedctl alert test CHANNEL")
  }
}

/// `seedctl channel check`.
struct ChannelCheck: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Check that the channels' secrets can be read, and whether deliveries fail.",
    discussion: "Nothing is sent: `seedctl alert test` does that. It ends with 1 where one fails."
  )

  @OptionGroup var homeOptions: HomeOptions
  @OptionGroup var output: OutputOptions
  @Argument(help: "The channel; all where left out.") var channel: String?

  func run() async throws {
    let session = try Session(homeOptions)
    let all = try session.channelMaker().all
    let channels = all.filter { channel == nil || $0.name == channel }
    guard channel == nil || !channels.isEmpty else {
      throw Failure(.notFound, "there is no channel '\(channel ?? "")'; see `seedctl channel list`")
    }
    let states = try await session.store.read { try $0.channelStates() }
    let checks = channels.map { channel in
      Check(channel: channel, state: states.first { $0.channel == channel.name })
    }
    if output.json {
      try output.printJSON(checks)
    } else {
      for check in checks { check.show() }
      if checks.isEmpty { output.note("No channel but the log is configured.") }
    }
    if checks.contains(where: { $0.status == .failed }) {
      throw ExitCode(ExitStatus.failed.rawValue)
    }
  }
}

extension Check {
  /// Whether a channel can deliver, as far as that is seen without doing so.
  init(channel: any AlertChannel, state: ChannelState?) {
    let name = "channel \(channel.name)"
    do throws(DeliveryError) {
      try ChannelMaker.check(channel)
    } catch {
      self.init(name, .failed, error.words, mend: "mend it in seed.toml, or the file that it names")
      return
    }
    guard let state, let since = state.failingSince else {
      self.init(name, .ok, "its secrets can be read")
      return
    }
    self.init(
      name,
      Timestamp.now.duration(since: since) >= .seconds(3600) ? .failed : .warning,
      "fails since \(since.rfc3339): \(state.lastError)",
      mend: "mend it, and try: seedctl alert test \(channel.name)"
    )
  }
}
