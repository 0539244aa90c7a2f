import ArgumentParser
import SeedCore
import SeedCrypto
import SeedMint
import SeedSQLite
import SeedService

/// `seedctl seed …`: the addresses.
struct SeedCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "seed",
    abstract: "Look at seeds, and record what became of them.",
    subcommands: [
      SeedList.self, SeedShow.self, SeedCheck.self, SeedAdopt.self, SeedImport.self,
      SeedRetire.self, SeedWithdraw.self,
    ]
  )
}

/// A seed as commands print it.
struct SeedSummary: Encodable {
  let seed: Identifier<Seed>
  /// The address, where the vault is here and may be read.
  @ExplicitNull var address: String?
  @ExplicitNull var organisation: String?
  let scheme: Seed.Scheme
  @ExplicitNull var control: Seed.Control?
  let form: String
  let purpose: String
  @ExplicitNull var optIn: Seed.OptIn?
  @ExplicitNull var participant: String?
  let mintedAt: Timestamp
  @ExplicitNull var learnUntil: Timestamp?
  @ExplicitNull var leafIndex: Int64?
  @ExplicitNull var retiredAt: Timestamp?
  @ExplicitNull var withdrawnAt: Timestamp?

  init(_ seed: Seed, organisation: String?, address: String?) {
    self.seed = seed.id
    _address = ExplicitNull(wrappedValue: address)
    _organisation = ExplicitNull(wrappedValue: organisation)
    scheme = seed.scheme
    _control = ExplicitNull(wrappedValue: seed.control)
    form = seed.form
    purpose = seed.purpose
    _optIn = ExplicitNull(wrappedValue: seed.optIn)
    _participant = ExplicitNull(wrappedValue: seed.participant)
    mintedAt = seed.mintedAt
    _learnUntil = ExplicitNull(wrappedValue: seed.learnUntil)
    _leafIndex = ExplicitNull(wrappedValue: seed.leafIndex)
    _retiredAt = ExplicitNull(wrappedValue: seed.retiredAt)
    _withdrawnAt = ExplicitNull(wrappedValue: seed.withdrawnAt)
  }

  /// The address, or why it isn't known here.
  var shownAddress: String {
    address ?? (scheme == .adopted ? "(adopted: not kept)" : "(in the vault)")
  }

  /// Whether the seed is in use.
  var state: String {
    if let withdrawnAt { return "withdrawn \(withdrawnAt.day)" }
    if let retiredAt { return "retired \(retiredAt.day)" }
    return control.map { "control \($0.rawValue)" } ?? "live"
  }
}

/// `seedctl seed list`.
struct SeedList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the seeds, oldest first."
  )

  @OptionGroup var homeOptions: HomeOptions
  @OptionGroup var output: OutputOptions
  @Option(help: "Only those given to this organisation.") var org: String?
  @Option(help: "At most so many.") var limit = 1000
  @Option(help: "Only those after this one, to page on.") var after: String?

  func run() async throws {
    let session = try Session(homeOptions, .reading)
    let key = try session.matchKey()
    let (organisation, start, count) = (org, after, limit)
    let (seeds, names) = try await session.store.read { store in
      let owner = try organisation.map { try Lookup.organisation($0, in: store).id }
      let last = try start.map { try Lookup.seed($0, matchKey: key, in: store).id }
      let seeds = try store.seeds(after: last, limit: count, organisation: owner)
      var names: [Identifier<Organisation>: String] = [:]
      for id in Set(seeds.compactMap(\.organisation)) {
        names[id] = try store.organisation(id)?.name
      }
      return (seeds, names)
    }
    let addresses = try await session.addresses(of: seeds.map(\.id))
    let all = seeds.map { seed in
      SeedSummary(
        seed,
        organisation: seed.organisation.flatMap { names[$0] },
        address: addresses[seed.id]
      )
    }
    if output.json { return try output.printJSON(all) }
    guard !all.isEmpty else { return output.note("There is no seed: seedctl mint --org NAME") }
    var table = Table(["seed", "address", "given to", "minted", "state"])
    for seed in all {
      table.add([
        seed.seed.description, seed.shownAddress,
        seed.organisation ?? MintRecord.controlName, seed.mintedAt.day, seed.state,
      ])
    }
    table.print()
    if all.count == limit, let last = all.last {
      output.note("There may be more: --after \(last.seed)")
    }
  }
}

/// `seedctl seed show`.
struct SeedShow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show a seed and what reached it."
  )

  @OptionGroup var homeOptions: HomeOptions
  @OptionGroup var output: OutputOptions
  @Argument(help: "The seed: its address, or seed_….") var seed: String

  private struct Result: Encodable {
    let summary: SeedSummary
    let sightings: [SightingSummary]
  }

  private static let sightingCountMax = 100

  func run() async throws {
    let session = try Session(homeOptions, .reading)
    let key = try session.matchKey()
    let text = seed
    let (found, name, sightings) = try await session.store.read { store in
      let found = try Lookup.seed(text, matchKey: key, in: store)
      return (
        found, try found.organisation.flatMap { try store.organisation($0) }?.name,
        try store.sightings(of: found.id, after: nil, limit: Self.sightingCountMax)
          .map { try SightingSummary($0, in: store) }
      )
    }
    let summary = SeedSummary(
      found,
      organisation: name,
      address: try await session.addresses(of: [found.id])[found.id]
    )
    if output.json {
      return try output.printJSON(Result(summary: summary, sightings: sightings))
    }
    print(Console.styled(summary.address ?? summary.seed.description, .strong))
    print("\(summary.seed), \(summary.state)")
    print(
      "given to \(Console.safe(name ?? MintRecord.controlName)) on \(summary.mintedAt.day)"
        + (summary.form.isEmpty ? "" : ", \(Console.safe(summary.form))")
    )
    if !summary.purpose.isEmpty { print("for: \(Console.safe(summary.purpose))") }
    guard !sightings.isEmpty else { return print("Nobody has written to it.") }
    var table = Table(["arrived", "class", "grade", "sender", "subject", "sighting"])
    for entry in sightings {
      table.add([
        entry.arrivedAt.rfc3339, entry.class.rawValue, entry.grade.rawValue, entry.sender.words,
        entry.subject, entry.sighting.description,
      ])
    }
    table.print()
    KeyLines.print(sightings.flatMap(\.keys))
  }
}

/// `seedctl seed check`.
struct SeedCheck: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Say whether an address is a seed, or a typing error away.",
    discussion: "It ends with 0 for a seed, and with 3 for anything else."
  )

  @OptionGroup var homeOptions: HomeOptions
  @OptionGroup var output: OutputOptions
  @Argument(help: "The address.") var address: String

  private struct Result: Encodable {
    let address: String
    let result: String
    @ExplicitNull var seed: SeedSummary?
  }

  func run() async throws {
    guard let mailbox = Mailbox(argument: address) else {
      throw Failure(.usage, "'\(Console.safe(address))' is no address")
    }
    let session = try Session(homeOptions, .reading)
    let key = try session.matchKey()
    let found = try await session.store.read { store -> (String, Seed, String?)? in
      for (result, tokens) in [
        ("match", key.tokens(for: mailbox)), ("nearMiss", key.nearMissTokens(for: mailbox)),
      ] {
        let seeds = try store.seeds(matching: tokens)
        guard let seed = tokens.lazy.compactMap({ seeds[$0] }).first else { continue }
        return (result, seed, try seed.organisation.flatMap { try store.organisation($0) }?.name)
      }
      return nil
    }
    var summary: SeedSummary?
    if let (_, seed, name) = found {
      let known = try await session.addresses(of: [seed.id])[seed.id]
      summary = SeedSummary(seed, organisation: name, address: known)
    }
    let result = Result(address: address, result: found?.0 ?? "unknown", seed: summary)
    if output.json {
      try output.printJSON(result)
    } else if let found, let summary {
      let owner = Console.safe(summary.organisation ?? MintRecord.controlName)
      print(
        found.0 == "match"
          ? "a seed: \(summary.seed), given to \(owner), \(summary.state)"
          : "near miss: one typing error away from \(summary.address ?? summary.seed.description), given to \(owner)"
      )
    } else {
      print("unknown: no seed of this home, nor a typing error away from one")
    }
    if found?.0 != "match" { throw ExitCode(ExitStatus.notFound.rawValue) }
  }
}

/// `seedctl seed retire`.
struct SeedRetire: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retire",
    abstract: "Record that a seed is no longer used; it is watched for ever."
  )

  @OptionGroup var homeOptions: HomeOptions
  @OptionGroup var output: OutputOptions
  @Argument(help: "The seed: its address, or seed_….") var seed: String
  @Flag(help: "Record that it is in use again.") var undo = false

  func run() async throws {
    let session = try Session(homeOptions)
    let key = try session.matchKey()
    let (text, time) = (seed, undo ? nil : Timestamp.now)
    let changed = try await session.store.write { store in
      let found = try Lookup.seed(text, matchKey: key, in: store)
      try store.setRetired(found.id, at: time)
      return try SeedSummary(found.id, in: store)
    }
    if output.json { return try output.printJSON(changed) }
    print("\(changed.seed)  \(changed.state)")
  }
}

/// `seedctl seed withdraw`.
struct SeedWithdraw: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "withdraw",
    abstract: "Record that consent was withdrawn: later mail is a finding, from whoever it is.",
    discussion: """
      Mail may still come in the grace period (`[judgement] withdrawal_grace`, 28 days by default). \
      Earlier mail is judged again.
      """
  )

  @OptionGroup var homeOptions: HomeOptions
  @OptionGroup var output: OutputOptions
  @Argument(help: "The seed: its address, or seed_….") var seed: String
  @Option(help: "When it was withdrawn (else now).") var at: TimeArgument?
  @Flag(help: "Record that consent was given again.") var undo = false

  func run() async throws {
    let session = try Session(homeOptions)
    let key = try session.matchKey()
    let now = Timestamp.now
    let (text, time, recorder) = (seed, undo ? nil : at?.value ?? now, session.recorder)
    let (changed, count) = try await session.store.write { store in
      let found = try Lookup.seed(text, matchKey: key, in: store)
      try store.setWithdrawn(found.id, at: time)
      let count = try recorder.judgeAgain(seed: found.id, cause: .withdrawal, at: now, in: store)
      return (try SeedSummary(found.id, in: store), count)
    }
    if output.json { return try output.printJSON(changed) }
    print("\(changed.seed)  \(changed.state)")
    output.note("\(count) earlier judgements changed.")
  }
}

extension SeedSummary {
  /// A seed as it stands in the store, without its address.
  init(_ id: Identifier<Seed>, in store: any StoreReader) throws {
    guard let seed = try store.seed(id) else { throw StoreError.dangling }
    self.init(
      seed,
      organisation: try seed.organisation.flatMap { try store.organisation($0) }?.name,
      address: nil
    )
  }
}
