import ArgumentParser
import SeedCore
import SeedSQLite
import SeedService

/// `seedctl status`: what there is, and whether it works.
struct Status: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Say how many seeds, messages and findings there are, and what waits."
  )

  @OptionGroup var homeOptions: HomeOptions
  @OptionGroup var output: OutputOptions

  private struct Report: Encodable {
    struct Day: Encodable {
      let day: String
      let recipients: Int
      let known: Int
      let near: Int
      let unknown: Int
    }

    struct FailingChannel: Encodable {
      let channel: String
      let since: Timestamp
      let lastError: String
    }

    let home: String
    let domain: String
    let organisations: Int
    let seeds: Int
    let controls: Int
    let sightings: Int
    let newestSighting: Timestamp?
    let findings: [String: Int]
    let pending: Int
    let leaves: Int64
    @ExplicitNull var checkpoint: CheckpointSummary?
    let timestamps: [TimestampSummary]
    let alertsWaiting: Int
    let alertsGivenUp: Int
    let failingChannels: [FailingChannel]
    let days: [Day]
  }

  private static let dayCount = 7

  func run() async throws {
    let session = try Session(homeOptions, .reading)
    let since = Timestamp.now.advanced(by: .seconds(-86_400 * Self.dayCount)).day
    let timestamps = try await session.timestampStatus().map(TimestampSummary.init)
    let report = try await session.store.read { store in
      let seeds = try store.seedCounts()
      let sightings = try store.sightingSummary()
      let outbox = try store.outboxCounts()
      let findings = try store.findingCounts()
      let states = Finding.State.allCases.map { ($0.rawValue, findings[$0] ?? 0) }
      return Report(
        home: session.home.path,
        domain: session.configuration.mail.domain,
        organisations: try store.organisations().count,
        seeds: seeds.all,
        controls: seeds.controls,
        sightings: sightings.count,
        newestSighting: sightings.newest,
        findings: Dictionary(uniqueKeysWithValues: states),
        pending: try store.pendingSightingCount(),
        leaves: try store.leafCount(),
        checkpoint: try store.newestCheckpoint().map(CheckpointSummary.init),
        timestamps: timestamps,
        alertsWaiting: outbox.waiting,
        alertsGivenUp: outbox.dead,
        failingChannels: try store.channelStates().compactMap { state in
          state.failingSince.map {
            Report.FailingChannel(channel: state.channel, since: $0, lastError: state.lastError)
          }
        },
        days: try store.dayCounts(from: since).map {
          Report.Day(
            day: $0.day,
            recipients: $0.recipients,
            known: $0.known,
            near: $0.near,
            unknown: $0.unknown
          )
        }
      )
    }
    if output.json { return try output.printJSON(report) }
    let open = report.findings["open"] ?? 0
    print("\(report.domain)  (\(report.home))")
    print(
      "\(report.seeds) seeds for \(report.organisations) organisations, \(report.controls) of them controls"
    )
    print(
      "\(report.sightings) messages reached a seed"
        + (report.newestSighting.map { ", the newest on \($0.rfc3339)" } ?? "")
    )
    let style: Console.Style = open > 0 ? .warning : .good
    print(Console.styled("\(open) open findings", style) + (open > 0 ? ": seedctl alerts" : ""))
    print("\(report.leaves) leaves; checkpoint: \(report.checkpoint?.words ?? "none yet")")
    for timestamp in report.timestamps { print("timestamp: \(timestamp.words)") }
    if report.pending > 0 { print("\(report.pending) messages wait for DNS answers") }
    if report.alertsWaiting > 0 { print("\(report.alertsWaiting) alerts wait to be delivered") }
    if report.alertsGivenUp > 0 {
      print(
        Console.styled("\(report.alertsGivenUp) alerts could not be delivered", .bad)
          + ": seedctl alert list --state dead"
      )
    }
    for channel in report.failingChannels {
      let words = "channel \(channel.channel) fails since \(channel.since.rfc3339)"
      print(Console.styled(words, .bad) + ": \(Console.safe(channel.lastError))")
    }
    guard !report.days.isEmpty else { return }
    var table = Table(["day", "recipients", "seeds", "near misses", "unknown"])
    for day in report.days {
      table.add([
        day.day, String(day.recipients), String(day.known), String(day.near), String(day.unknown),
      ])
    }
    table.print()
  }
}
