import ArgumentParser
import SeedCore
import SeedSQLite
import SeedService

/// `seedctl finding …`: triage.
struct FindingCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "finding",
    abstract: "Look at a finding, and decide what it is.",
    subcommands: [
      FindingShow.self, FindingConfirm.self, FindingExplain.self, FindingClose.self,
      FindingReopen.self, FindingSilence.self,
    ]
  )
}

/// A finding with everything that belongs to it, for `--json`.
struct FindingDetail: Encodable {
  struct Event: Encodable {
    let at: Timestamp
    let kind: FindingEvent.Kind
    let state: Finding.State
    let reason: String
    let silenced: Bool
  }

  let finding: FindingSummary
  let sightings: [SightingSummary]
  let events: [Event]
}

/// `seedctl finding show`.
struct FindingShow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show a finding, its messages, and what was decided.",
    discussion: "Example: seedctl finding show fnd_7k2m"
  )

  @OptionGroup var homeOptions: HomeOptions
  @OptionGroup var output: OutputOptions
  @Argument(help: "The finding: fnd_…, or its first symbols.") var finding: String

  /// The most messages that are shown; `--json` has as many.
  private static let sightingCountMax = 100

  func run() async throws {
    let session = try Session(homeOptions, .reading)
    let detail = try await session.store.read { store in
      let found = try Lookup.finding(finding, in: store)
      return FindingDetail(
        finding: try FindingSummary(found, in: store),
        sightings: try store.sightings(
          of: found.seed,
          from: found.senderKey,
          after: nil,
          limit: Self.sightingCountMax
        ).map { try SightingSummary($0, in: store) },
        events: try store.events(after: 0, of: found.id, limit: 1000).map {
          FindingDetail.Event(
            at: $0.at,
            kind: $0.kind,
            state: $0.state,
            reason: $0.reason,
            silenced: $0.isSilenced
          )
        }
      )
    }
    if output.json { return try output.printJSON(detail) }
    let summary = detail.finding
    print(summary.alertText)
    print(
      "\nState: \(summary.state.rawValue)\(summary.corroborated ? ", corroborated by another seed" : "")"
    )
    print("Case:  \(summary.case)\nSeed:  \(summary.seed)\n")
    var table = Table(["arrived", "class", "grade", "from", "subject", "sighting"])
    for sighting in detail.sightings {
      table.add([
        sighting.arrivedAt.rfc3339, sighting.class.rawValue, sighting.grade.rawValue,
        sighting.from.joined(separator: ", "), sighting.subject, sighting.sighting.description,
      ])
    }
    table.print()
    KeyLines.print(detail.sightings.flatMap(\.keys))
    for event in detail.events where event.kind == .stateChanged {
      print("\(event.at.day)  \(event.state.rawValue): \(Console.safe(event.reason))")
    }
    output.note(
      """

      Decide: seedctl finding confirm|explain|close \(summary.finding) --reason "…"
      If the sender writes for the organisation: seedctl org authorise ORG DOMAIN --role processor --reason "…"
      """
    )
  }
}

/// What the commands that change a state share.
protocol FindingDecision: AsyncParsableCommand {
  static var state: Finding.State { get }
  var homeOptions: HomeOptions { get }
  var output: OutputOptions { get }
  var finding: String { get }
  var reason: String { get }
}

extension FindingDecision {
  func run() async throws {
    let session = try Session(homeOptions)
    let recorder = session.findingRecorder
    let (text, why, state, now) = (finding, reason, Self.state, Timestamp.now)
    let summary = try await session.store.write { store in
      let found = try Lookup.finding(text, in: store)
      try recorder.setState(state, of: found, reason: why, at: now, in: store)
      guard let changed = try store.finding(found.id) else { throw StoreError.dangling }
      return try FindingSummary(changed, in: store)
    }
    if output.json { return try output.printJSON(summary) }
    print("\(summary.finding)  \(summary.state.rawValue)")
  }
}

/// `seedctl finding confirm`.
struct FindingConfirm: FindingDecision {
  static let configuration = CommandConfiguration(
    commandName: "confirm",
    abstract: "Record that the finding is what it seems."
  )
  static let state = Finding.State.confirmed
  @OptionGroup var homeOptions: HomeOptions
  @OptionGroup var output: OutputOptions
  @Argument(help: "The finding.") var finding: String
  @Option(help: "Why.") var reason: String
}

/// `seedctl finding explain`.
struct FindingExplain: FindingDecision {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Record that the finding has an innocent explanation."
  )
  static let state = Finding.State.explained
  @OptionGroup var homeOptions: HomeOptions
  @OptionGroup var output: OutputOptions
  @Argument(help: "The finding.") var finding: String
  @Option(help: "The explanation.") var reason: String
}

/// `seedctl finding close`.
struct FindingClose: FindingDecision {
  static let configuration = CommandConfiguration(
    commandName: "close",
    abstract: "Record that nothing more is to be done."
  )
  static let state = Finding.State.closed
  @OptionGroup var homeOptions: HomeOptions
  @OptionGroup var output: OutputOptions
  @Argument(help: "The finding.") var finding: String
  @Option(help: "Why.") var reason: String
}

/// `seedctl finding reopen`.
struct FindingReopen: FindingDecision {
  static let configuration = CommandConfiguration(
    commandName: "reopen",
    abstract: "Take a decision back."
  )
  static let state = Finding.State.open
  @OptionGroup var homeOptions: HomeOptions
  @OptionGroup var output: OutputOptions
  @Argument(help: "The finding.") var finding: String
  @Option(help: "Why.") var reason: String
}

/// `seedctl finding silence`.
struct FindingSilence: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "silence",
    abstract: "Don't alert of a finding's sender, or of its organisation, for a while.",
    discussion: """
      What arrives is still recorded and judged. A control that is hit is never silenced.

      Example: seedctl finding silence fnd_7k2m --by sender --for 30d --reason "complaint sent"
      """
  )

  /// What a silence covers.
  enum Scope: String, ExpressibleByArgument, CaseIterable { case sender, organisation }

  @OptionGroup var homeOptions: HomeOptions
  @OptionGroup var output: OutputOptions
  @Argument(help: "The finding.") var finding: String
  @Option(help: "Silence this sender, or every finding of the organisation.") var by = Scope.sender
  @Option(name: .customLong("for"), help: "For how long, such as 30d.")
  var length: DurationArgument?
  @Option(help: "Until when, such as 2026-12-31.") var until: TimeArgument?
  @Option(help: "Why.") var reason: String

  private struct Result: Encodable {
    let silence: String
    let sender: String?
    let organisation: String?
    let until: Timestamp
    let reason: String
  }

  func run() async throws {
    let session = try Session(homeOptions)
    let now = Timestamp.now
    guard let end = until?.value ?? length.map({ now.advanced(by: $0.value) }), now < end else {
      throw Failure(.usage, "say until when: --for 30d, or --until 2026-12-31, in the future")
    }
    let (text, why, scope) = (finding, reason, by)
    let identifier: Identifier<Silence> = session.identifiers.next(at: now)
    let silence = try await session.store.write { store in
      let found = try Lookup.finding(text, in: store)
      guard scope == .sender || found.organisation != nil else {
        throw Failure(.refused, "a control's finding belongs to no organisation")
      }
      let silence = Silence(
        id: identifier,
        senderKey: scope == .sender ? found.senderKey : nil,
        organisation: scope == .organisation ? found.organisation : nil,
        reason: why,
        from: now,
        until: end
      )
      try store.insert(silence)
      return silence
    }
    let result = Result(
      silence: silence.id.description,
      sender: silence.senderKey?.description,
      organisation: silence.organisation?.description,
      until: end,
      reason: why
    )
    if output.json { return try output.printJSON(result) }
    print(
      "silent until \(end.rfc3339): \(Console.safe(result.sender ?? result.organisation ?? ""))"
    )
  }
}
