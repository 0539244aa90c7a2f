import ArgumentParser
import SeedCore
import SeedSQLite
import SeedService

/// `seedctl sighting …`: single messages.
struct SightingCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sighting",
    abstract: "Look at single messages that reached a seed.",
    subcommands: [SightingList.self, SightingReview.self]
  )
}

/// `seedctl sighting list`.
struct SightingList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the messages that reached a seed, expected ones too.",
    discussion: "Example: seedctl sighting list anna7k2m…@seeds.example"
  )

  @OptionGroup var homeOptions: HomeOptions
  @OptionGroup var output: OutputOptions
  @Argument(help: "The seed: its address, or seed_….") var seed: String
  @Option(help: "At most so many, oldest first.") var limit = 1000

  func run() async throws {
    let session = try Session(homeOptions, .reading)
    let key = try session.matchKey()
    let all = try await session.store.read { store in
      let found = try Lookup.seed(seed, matchKey: key, in: store)
      return try store.sightings(of: found.id, after: nil, limit: limit).map {
        try SightingSummary($0, in: store)
      }
    }
    if output.json { return try output.printJSON(all) }
    guard !all.isEmpty else { return output.note("Nobody has written to this seed.") }
    var table = Table(["sighting", "arrived", "class", "grade", "sender", "subject"])
    for entry in all {
      table.add([
        entry.sighting.description, entry.arrivedAt.rfc3339, entry.class.rawValue,
        entry.grade.rawValue, entry.sender.words, entry.subject,
      ])
    }
    table.print()
    KeyLines.print(all.flatMap(\.keys))
  }
}

/// `seedctl sighting review`.
struct SightingReview: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "review",
    abstract: "Decide yourself what a message means; no rule changes that afterwards.",
    discussion: """
      The decision is one more judgement, in the ledger like every other. It is how mail of the \
      organisation itself becomes a finding for being outside its purpose.

      Example: seedctl sighting review sgt_9x3c… --class purpose --reason "asks for money for \
      another campaign"
      """
  )

  @OptionGroup var homeOptions: HomeOptions
  @OptionGroup var output: OutputOptions
  @Argument(help: "The message: sgt_….") var sighting: String
  @Option(name: .customLong("class"), help: "What it means.") var messageClass: MessageClass
  @Option(help: "Why.") var reason: String

  func run() async throws {
    let session = try Session(homeOptions)
    guard let identifier = Identifier<Sighting>(sighting) else {
      throw Failure(.usage, "name a message by its whole identifier; see `seedctl sighting list`")
    }
    let (meaning, why, recorder, now) = (messageClass, reason, session.recorder, Timestamp.now)
    let summary = try await session.store.write { store in
      guard let entry = try store.sighting(identifier) else {
        throw Failure(.notFound, "there is no such message; see `seedctl sighting list SEED`")
      }
      let judgement = try recorder.review(entry, as: meaning, reason: why, at: now, in: store)
      return try SightingSummary(
        JudgedSighting(sighting: entry.sighting, judgement: judgement),
        in: store
      )
    }
    if output.json { return try output.printJSON(summary) }
    print("\(summary.sighting)  \(summary.class.rawValue)")
  }
}
