import ArgumentParser
import FoundationEssentials
import SeedCore
import SeedSQLite
import SeedService

/// Enters addresses that were never minted here.
struct Adoption {
  /// An address, and what is known of whom it was given to.
  struct Entry {
    let address: String
    let organisation: String
    let domains: [String]
    let form: String
  }

  let register: Register
  let matchKey: MatchKey
  let identifiers: IdentifierSource
  let recorder: JudgementRecorder
  /// The organisations in the store, and those that entries were found to belong to: many entries
  /// belong to one.
  private var organisations: [Organisation]?
  private var owners: [Owner: Identifier<Organisation>] = [:]

  private struct Owner: Hashable {
    let name: String
    let domains: [String]
  }

  init(
    register: Register,
    matchKey: MatchKey,
    identifiers: IdentifierSource,
    recorder: JudgementRecorder
  ) {
    self.register = register
    self.matchKey = matchKey
    self.identifiers = identifiers
    self.recorder = recorder
  }

  /// Adopts an address; `nil` where it is a seed already.
  ///
  /// One value serves one transaction: it remembers what the transaction has seen.
  mutating func adopt(
    _ entry: Entry,
    at now: Timestamp,
    in store: any StoreWriter
  ) throws -> Seed? {
    guard let mailbox = Mailbox(argument: entry.address), let address = SeedAddress(mailbox) else {
      throw Failure(.usage, "'\(Console.safe(entry.address))' is no address")
    }
    let token = matchKey.token(for: address)
    guard try store.seeds(matching: [token]).isEmpty else { return nil }
    let seed = Seed(
      id: identifiers.next(at: now),
      token: token,
      organisation: try owner(of: entry, in: store),
      scheme: .adopted,
      form: entry.form,
      mintedAt: now
    )
    try store.insert(seed)
    return seed
  }

  private mutating func owner(
    of entry: Entry,
    in store: any StoreWriter
  ) throws -> Identifier<Organisation> {
    let owner = Owner(name: entry.organisation, domains: entry.domains)
    if let known = owners[owner] { return known }
    var all = try organisations ?? store.organisations()
    let entered = try register.enter(
      owner.name,
      Register.own(owner.domains, reason: "named at adoption"),
      among: all,
      recorder: recorder,
      in: store
    )
    if let index = all.firstIndex(where: { $0.id == entered.id }) {
      all[index] = entered
    } else {
      all.append(entered)
    }
    organisations = all
    owners[owner] = entered.id
    return entered.id
  }
}

extension Session {
  func adoption() throws -> Adoption {
    Adoption(
      register: try register(),
      matchKey: try matchKey(),
      identifiers: identifiers,
      recorder: recorder
    )
  }
}

/// `seedctl seed adopt`.
struct SeedAdopt: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "adopt",
    abstract: "Watch an address that was not minted here.",
    discussion: """
      It carries no tag and no commitment: when it came about, and that it could not be guessed, \
      can't be proved. Reports say so.

      Example: seedctl seed adopt shop@me.example --org "Corner Shop" --org-domain shop.example
      """
  )

  @OptionGroup var homeOptions: HomeOptions
  @OptionGroup var output: OutputOptions
  @Argument(help: "The address.") var address: String
  @Option(help: "The organisation that it was given to.") var org: String
  @Option(help: "A domain of the organisation's own; may be repeated.") var orgDomain: [String] = []
  @Option(help: "The URL of the sign-up form.") var form = ""

  func run() async throws {
    let session = try Session(homeOptions)
    let adoption = try session.adoption()
    let now = Timestamp.now
    let entry = Adoption.Entry(
      address: address,
      organisation: org,
      domains: try orgDomain.map(adoption.register.domain),
      form: form
    )
    let summary = try await session.store.write { store in
      var adoption = adoption
      guard let seed = try adoption.adopt(entry, at: now, in: store) else {
        throw Failure(.refused, "this address is a seed already; see `seedctl seed check`")
      }
      return try SeedSummary(seed.id, in: store)
    }
    if output.json { return try output.printJSON(summary) }
    print("\(summary.seed)  adopted, given to \(Console.safe(summary.organisation ?? ""))")
  }
}

/// `seedctl seed import`.
struct SeedImport: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Adopt the aliases of SimpleLogin, addy.io or Bitwarden, or of plain CSV.",
    discussion: """
      It takes SimpleLogin's and addy.io's CSV, Bitwarden's JSON, and CSV with a header that names \
      the columns address, organisation, domain and form (all but the first may be missing). Either \
      everything is adopted, or nothing; what is a seed already is left as it is.

      Example: seedctl seed import aliases.csv
      """
  )

  @OptionGroup var homeOptions: HomeOptions
  @OptionGroup var output: OutputOptions
  @Argument(help: "The file, or - for standard input.", completion: .file()) var file: String

  private struct Result: Encodable {
    let adopted: Int
    let known: Int
    let skipped: Int
  }

  func run() async throws {
    let session = try Session(homeOptions)
    let adoption = try session.adoption()
    let export = try AliasExport(InputFile.read(file), path: file, register: adoption.register)
    let now = Timestamp.now
    let adopted = try await session.store.write { store in
      var adoption = adoption
      return try export.entries.filter { try adoption.adopt($0, at: now, in: store) != nil }.count
    }
    let result = Result(
      adopted: adopted,
      known: export.entries.count - adopted,
      skipped: export.skippedCount
    )
    if output.json { return try output.printJSON(result) }
    print(
      "\(result.adopted) adopted, \(result.known) known already, \(result.skipped) lines without an address"
    )
  }
}
