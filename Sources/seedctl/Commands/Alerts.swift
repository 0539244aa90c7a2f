import ArgumentParser
import SeedCore
import SeedSQLite

/// `seedctl alerts`: the findings that need a look.
struct Alerts: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "alerts",
    abstract: "List the findings that need a look.",
    discussion: """
      A finding is one seed and one sender that is not the organisation it was given to. \
      `seedctl finding show` says more, and how to go on.

      Examples: seedctl alerts; seedctl alerts --watch; seedctl alerts --all --json
      """
  )

  @OptionGroup var homeOptions: HomeOptions
  @OptionGroup var output: OutputOptions

  @Flag(help: "List findings of every state.")
  var all = false

  @Flag(help: "Stay, and print each alert as it comes (with --json: one line of JSON each).")
  var watch = false

  @Option(help: "At most so many, newest first.")
  var limit = 1000

  private static let watchPeriod = Duration.milliseconds(200)

  func run() async throws {
    let session = try Session(homeOptions, .reading)
    if watch { return try await follow(session) }
    let query = FindingQuery(
      states: all ? Set(Finding.State.allCases) : [.open, .confirmed],
      limit: limit
    )
    let findings = try await session.store.read { store in
      try store.findings(query).map { try FindingSummary($0, in: store) }
    }
    if output.json { return try output.printJSON(findings) }
    guard !findings.isEmpty else {
      return output.note("Nothing was found that needs a look.")
    }
    var table = Table([
      "finding", "class", "grade", "sender", "given to", "last seen", "n", "state",
    ])
    for finding in findings {
      table.add([
        finding.finding.description, finding.class.rawValue, finding.grade.rawValue,
        finding.sender.words, finding.organisation ?? "(control)", finding.lastSeen.day,
        String(finding.sightings), finding.state.rawValue,
      ])
    }
    table.print()
    output.note("Look closer: seedctl finding show FINDING")
  }

  private func follow(_ session: Session) async throws {
    var last = try await session.store.read { try $0.lastEventSequence() }
    // With --json too: a program that reads the alerts waits for this before it causes one.
    if !output.quiet { Console.error("Watching; end with Ctrl-C.") }
    while true {
      let after = last
      let (events, summaries) = try await session.store.read { store in
        let events = try store.events(after: after, of: nil, limit: 100)
        return (
          events,
          try events.filter { $0.kind.alertsAtOnce && !$0.isSilenced }.compactMap { event in
            try store.finding(event.finding).map {
              try FindingSummary($0, event: event.kind, in: store)
            }
          }
        )
      }
      for summary in summaries {
        if output.json {
          print(String(decoding: try summary.json(), as: UTF8.self))
        } else {
          print(summary.alertText)
        }
        Console.flush()
      }
      last = events.last?.sequence ?? last
      if events.count < 100 { try await Task.sleep(for: Self.watchPeriod) }
    }
  }
}

extension FindingSummary.SenderSummary {
  /// The sender for a table: the domain, and how it is known.
  var words: String {
    let name = domain.isEmpty ? "nobody" : domain
    return switch status {
    case .aligned: name
    case .reported: "\(name) (reported)"
    case .platform: "\(name) (claimed, by \(platform ?? "a platform"))"
    case .claimed: "\(name) (claimed)"
    case .none: "(none)"
    }
  }
}

extension FindingSummary {
  /// An alert for a terminal.
  var alertText: String {
    let words = FindingWords(self)
    let style: Console.Style = severity >= .high ? .bad : .warning
    let title = "\(`class`.rawValue), grade \(grade.rawValue), \(severity.rawValue)"
    let why = reasons.map { "  - " + Console.safe($0) }.joined(separator: "\n")
    return """
      \(Console.styled(title, style))  \(lastSeen.rfc3339)\(event == .found || event == nil ? "" : "  (\(event?.rawValue ?? ""))")
      \(Console.safe(words.whoHasIt))
      \(Console.safe(words.whoWasGivenIt))
      \(why)
        \(Console.styled("seedctl finding show \(finding)", .faint))
      """
  }
}
