import ArgumentParser
import SeedCore
import SeedSQLite
import SeedService

/// `seedctl case …`: one organisation and one sender, across seeds.
struct CaseCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "case",
    abstract: "Look at what an organisation's seeds have in common.",
    subcommands: [CaseList.self, CaseShow.self]
  )
}

/// A case as commands print it.
struct CaseSummary: Encodable {
  let `case`: Identifier<Case>
  let organisation: String?
  let sender: FindingSummary.SenderSummary
  let `class`: MessageClass
  let seeds: Int
  let sightings: Int
  let grade: Grade
  let corroborated: Bool
  let state: Finding.State
  let firstSeen: Timestamp
  let lastSeen: Timestamp

  /// Works a case out from its findings; `nil` where later judgements emptied it.
  init?(_ found: Case, in store: any StoreReader) throws {
    let findings = try store.findings(FindingQuery(caseID: found.id, limit: .max))
    let live = findings.filter { $0.sightingCount > 0 }
    let shown = live.isEmpty ? findings : live
    guard let strongest = shown.max(by: { ($0.severity, $0.grade) < ($1.severity, $1.grade) }),
      let firstSeen = shown.map(\.firstSeen).min(), let lastSeen = shown.map(\.lastSeen).max()
    else { return nil }
    self.case = found.id
    organisation = try found.organisation.flatMap { try store.organisation($0) }?.name
    sender = FindingSummary.SenderSummary(strongest.sender)
    self.class = strongest.messageClass
    seeds = live.count
    sightings = live.map(\.sightingCount).reduce(0, +)
    grade = shown.map(\.grade).max() ?? strongest.grade
    corroborated = live.contains(where: \.isCorroborated)
    let states = Set(shown.map(\.state))
    // The state that asks for the most attention speaks for the case.
    state = [.open, .confirmed, .explained, .closed].first(where: states.contains) ?? .open
    self.firstSeen = firstSeen
    self.lastSeen = lastSeen
  }
}

/// `seedctl case list`.
struct CaseList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the cases, newest first."
  )

  @OptionGroup var homeOptions: HomeOptions
  @OptionGroup var output: OutputOptions
  @Option(help: "At most so many.") var limit = 1000

  func run() async throws {
    let session = try Session(homeOptions, .reading)
    let cases = try await session.store.read { store in
      try store.cases(limit: limit).compactMap { try CaseSummary($0, in: store) }
    }
    if output.json { return try output.printJSON(cases) }
    guard !cases.isEmpty else { return output.note("There is no case.") }
    var table = Table([
      "case", "organisation", "sender", "class", "grade", "seeds", "messages", "state",
    ])
    for entry in cases {
      table.add([
        entry.case.description, entry.organisation ?? "(control)", entry.sender.words,
        entry.class.rawValue, entry.grade.rawValue, String(entry.seeds), String(entry.sightings),
        entry.state.rawValue,
      ])
    }
    table.print()
  }
}

/// `seedctl case show`.
struct CaseShow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show a case and its findings."
  )

  @OptionGroup var homeOptions: HomeOptions
  @OptionGroup var output: OutputOptions
  @Argument(help: "The case: case_…, or its first symbols.") var `case`: String

  private struct Result: Encodable {
    let summary: CaseSummary
    let findings: [FindingSummary]
    let keys: [KeyHistory]
  }

  /// The most messages of a finding whose keys are shown.
  private static let sightingCountMax = 100

  func run() async throws {
    let session = try Session(homeOptions, .reading)
    let text = `case`
    let result = try await session.store.read { store in
      let found = try Lookup.case(text, in: store)
      guard let summary = try CaseSummary(found, in: store) else {
        throw Failure(.notFound, "the case has no finding any more")
      }
      let findings = try store.findings(FindingQuery(caseID: found.id, limit: .max))
      return Result(
        summary: summary,
        findings: try findings.map { try FindingSummary($0, in: store) },
        keys: try KeyHistory.all(
          of: findings.flatMap { finding in
            try store.sightings(
              of: finding.seed,
              from: finding.senderKey,
              after: nil,
              limit: Self.sightingCountMax
            )
          },
          in: store
        )
      )
    }
    if output.json { return try output.printJSON(result) }
    let summary = result.summary
    let count = summary.seeds == 1 ? "one seed" : "\(summary.seeds) seeds"
    print(
      "\(Console.styled(Console.safe(summary.sender.words), .strong)) wrote to \(count) given to \(Console.safe(summary.organisation ?? "nobody (controls)")): \(summary.class.rawValue), grade \(summary.grade.rawValue), \(summary.state.rawValue)"
    )
    for finding in result.findings { print("\n" + finding.alertText) }
    KeyLines.print(result.keys)
  }
}
