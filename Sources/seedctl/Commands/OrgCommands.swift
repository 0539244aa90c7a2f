import ArgumentParser
import SeedCore
import SeedSQLite
import SeedService

/// `seedctl org …`: the register of organisations.
struct OrgCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "org",
    abstract: "Keep the register: who an address was given to, and who may write for them.",
    subcommands: [
      OrgAdd.self, OrgList.self, OrgShow.self, OrgEdit.self, OrgAuthorise.self, OrgRevoke.self,
      OrgApprove.self, OrgImport.self,
    ]
  )
}

/// An organisation as commands print it.
struct OrganisationSummary: Encodable {
  struct Domain: Encodable {
    let domain: String
    let role: OrganisationDomain.Role
    let from: Timestamp?
    let until: Timestamp?
    let origin: OrganisationDomain.Origin
    let reason: String
    let recordedAt: Timestamp
    let approved: Bool
    let revokedAt: Timestamp?
  }

  let id: Identifier<Organisation>
  let name: String
  let createdAt: Timestamp
  let domains: [Domain]

  init(_ organisation: Organisation) {
    id = organisation.id
    name = organisation.name
    createdAt = organisation.createdAt
    domains = organisation.domains.map {
      Domain(
        domain: $0.domain,
        role: $0.role,
        from: $0.validFrom,
        until: $0.validUntil,
        origin: $0.origin,
        reason: $0.reason,
        recordedAt: $0.recordedAt,
        approved: $0.isApproved,
        revokedAt: $0.revokedAt
      )
    }
  }

  /// Prints the organisation and its register for a person.
  func show() {
    print("\(Console.styled(Console.safe(name), .strong))  \(id)  since \(createdAt.day)")
    guard !domains.isEmpty else {
      return print("No domain is known: authorise one, or mint with --learn 48h.")
    }
    var table = Table(["domain", "role", "from", "until", "said by", "reason"])
    for entry in domains {
      table.add([
        entry.domain, entry.role.rawValue, entry.from?.day ?? "", entry.until?.day ?? "",
        entry.words, entry.reason,
      ])
    }
    table.print()
  }
}

extension OrganisationSummary.Domain {
  fileprivate var words: String {
    if let revokedAt { return "revoked \(revokedAt.day)" }
    return origin.rawValue + (approved ? "" : " (approve or revoke)")
  }
}

/// `seedctl org add`.
struct OrgAdd: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add",
    abstract: "Enter an organisation.",
    discussion: """
      Example: seedctl org add "Example Petitions" --org-domain petitions.example
      """
  )

  @OptionGroup var homeOptions: HomeOptions
  @OptionGroup var output: OutputOptions
  @Argument(help: "Its name, as the person signing up sees it.") var name: String
  @Option(help: "A domain of its own; may be repeated.") var orgDomain: [String] = []

  func run() async throws {
    let session = try Session(homeOptions)
    let register = try session.register()
    let (name, domains) = (name, try orgDomain.map(register.domain))
    let organisation = try await session.store.write { store in
      guard try !store.organisations().contains(where: { $0.name == name }) else {
        throw Failure(.refused, "there is an organisation of this name; see `seedctl org show`")
      }
      return try register.add(
        name,
        Register.own(domains, reason: "entered at the start"),
        in: store
      )
    }
    let summary = OrganisationSummary(organisation)
    if output.json { return try output.printJSON(summary) }
    summary.show()
  }
}

/// `seedctl org list`.
struct OrgList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the organisations."
  )

  @OptionGroup var homeOptions: HomeOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let session = try Session(homeOptions, .reading)
    let all = try await session.store.read { try $0.organisations().map(OrganisationSummary.init) }
    if output.json { return try output.printJSON(all) }
    var table = Table(["organisation", "name", "domains"])
    for organisation in all {
      let current = organisation.domains.filter { $0.revokedAt == nil }
      table.add([
        organisation.id.description, organisation.name,
        current.map { $0.role == .own ? $0.domain : "\($0.domain) (\($0.role.rawValue))" }
          .joined(separator: ", "),
      ])
    }
    table.print()
  }
}

/// `seedctl org show`.
struct OrgShow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show an organisation and who may write for it."
  )

  @OptionGroup var homeOptions: HomeOptions
  @OptionGroup var output: OutputOptions
  @Argument(help: "Its identifier or name.") var organisation: String

  func run() async throws {
    let session = try Session(homeOptions, .reading)
    let summary = try await session.store.read { store in
      OrganisationSummary(try Lookup.organisation(organisation, in: store))
    }
    if output.json { return try output.printJSON(summary) }
    summary.show()
  }
}

/// `seedctl org edit`.
struct OrgEdit: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "edit",
    abstract: "Change an organisation's name.",
    discussion: "What was minted keeps the name that it was minted for."
  )

  @OptionGroup var homeOptions: HomeOptions
  @OptionGroup var output: OutputOptions
  @Argument(help: "Its identifier or name.") var organisation: String
  @Option(help: "The new name.") var name: String

  func run() async throws {
    let session = try Session(homeOptions)
    let (text, name) = (organisation, name)
    let summary = try await session.store.write { store in
      let found = try Lookup.organisation(text, in: store)
      try store.rename(found.id, to: name)
      return OrganisationSummary(try Lookup.organisation(found.id.description, in: store))
    }
    if output.json { return try output.printJSON(summary) }
    summary.show()
  }
}

/// What a change of the register led to, for `--json`.
private struct RegisterChange: Encodable {
  let organisation: OrganisationSummary
  let judgedAgain: Int
}

extension OutputOptions {
  fileprivate func show(_ organisation: Organisation, judgedAgain: Int) throws {
    let summary = OrganisationSummary(organisation)
    if json {
      return try printJSON(RegisterChange(organisation: summary, judgedAgain: judgedAgain))
    }
    summary.show()
    note("\(judgedAgain) earlier judgements changed.")
  }
}

/// `seedctl org authorise`.
struct OrgAuthorise: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "authorise",
    abstract: "Say that a domain may write for an organisation, and judge earlier mail again.",
    discussion: """
      Roles: own, processor and joint make its mail expected; successor and affiliate make it a \
      finding of its own kind (related).

      Example: seedctl org authorise "Example Petitions" mailer.example --role processor \
      --reason "named in their privacy notice"
      """,
    aliases: ["authorize"]
  )

  @OptionGroup var homeOptions: HomeOptions
  @OptionGroup var output: OutputOptions
  @Argument(help: "The organisation.") var organisation: String
  @Argument(help: "The domain; it covers everything below it.") var domain: String
  @Option(help: "How its holder stands to the organisation.") var role: OrganisationDomain.Role
  @Option(help: "The first day on which this holds.") var from: TimeArgument?
  @Option(help: "The first day on which it no longer holds.") var until: TimeArgument?
  @Option(help: "Why: what it rests on.") var reason: String

  func run() async throws {
    let session = try Session(homeOptions)
    if let from, let until, until.value <= from.value {
      throw Failure(.usage, "--until is not after --from")
    }
    let now = Timestamp.now
    let entry = OrganisationDomain(
      domain: try session.register().domain(domain),
      role: role,
      validFrom: from?.value,
      validUntil: until?.value,
      reason: reason,
      recordedAt: now
    )
    let (text, recorder) = (organisation, session.recorder)
    let (changed, count) = try await session.store.write { store in
      let found = try Lookup.organisation(text, in: store)
      try store.add(entry, to: found.id)
      let count = try recorder.judgeAgain(organisation: found.id, at: now, in: store)
      return (try Lookup.organisation(found.id.description, in: store), count)
    }
    try output.show(changed, judgedAgain: count)
  }
}

/// `seedctl org revoke`.
struct OrgRevoke: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke",
    abstract: "Take an entry back as though it had never held, and judge earlier mail again."
  )

  @OptionGroup var homeOptions: HomeOptions
  @OptionGroup var output: OutputOptions
  @Argument(help: "The organisation.") var organisation: String
  @Argument(help: "The domain.") var domain: String

  func run() async throws {
    let session = try Session(homeOptions)
    let now = Timestamp.now
    let (text, recorder) = (organisation, session.recorder)
    let name = try session.register().domain(domain)
    let (changed, count) = try await session.store.write { store in
      let found = try Lookup.organisation(text, in: store)
      guard try store.revoke(name, of: found.id, at: now) > 0 else {
        throw Failure(.notFound, "\(name) is not entered for this organisation")
      }
      let count = try recorder.judgeAgain(organisation: found.id, at: now, in: store)
      return (try Lookup.organisation(found.id.description, in: store), count)
    }
    try output.show(changed, judgedAgain: count)
  }
}

/// `seedctl org approve`.
struct OrgApprove: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "approve",
    abstract: "Say that a learned domain is right."
  )

  @OptionGroup var homeOptions: HomeOptions
  @OptionGroup var output: OutputOptions
  @Argument(help: "The organisation.") var organisation: String
  @Argument(help: "The domain.") var domain: String

  func run() async throws {
    let session = try Session(homeOptions)
    let text = organisation
    let name = try session.register().domain(domain)
    let changed = try await session.store.write { store in
      let found = try Lookup.organisation(text, in: store)
      guard try store.approve(name, of: found.id) > 0 else {
        throw Failure(.notFound, "\(name) was not learned for this organisation")
      }
      return try Lookup.organisation(found.id.description, in: store)
    }
    try output.show(changed, judgedAgain: 0)
  }
}

/// `seedctl org import`.
struct OrgImport: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Enter organisations from CSV: name,domain[,role[,reason]].",
    discussion: """
      A name that is entered already gets the domain added. Either every line is entered, or none.
      """
  )

  @OptionGroup var homeOptions: HomeOptions
  @OptionGroup var output: OutputOptions
  @Argument(help: "The CSV file, or - for standard input.", completion: .file()) var file: String

  func run() async throws {
    let session = try Session(homeOptions)
    let register = try session.register()
    let rows = try InputFile.rows(in: InputFile.read(file), path: file)
    let entries = try rows.enumerated().compactMap { index, row -> (String, OrganisationDomain)? in
      if index == 0, row.first?.lowercased() == "name" { return nil }
      guard row.count >= 2, !row[0].isEmpty else {
        throw Failure(.usage, "\(file), line \(index + 1): a name and a domain are wanted")
      }
      let roleText = row.count > 2 && !row[2].isEmpty ? row[2] : "own"
      guard let role = OrganisationDomain.Role(rawValue: roleText) else {
        throw Failure(.usage, "\(file), line \(index + 1): no role '\(Console.safe(roleText))'")
      }
      let reason = row.count > 3 ? row[3] : "imported"
      return (
        row[0],
        OrganisationDomain(
          domain: try register.domain(row[1]),
          role: role,
          origin: .imported,
          reason: reason,
          recordedAt: .now
        )
      )
    }
    let recorder = session.recorder
    let all = try await session.store.write { store in
      for (name, entry) in entries {
        _ = try register.enter(name, [entry], recorder: recorder, in: store)
      }
      return try store.organisations().map(OrganisationSummary.init)
    }
    if output.json { return try output.printJSON(all) }
    output.note("\(entries.count) lines were entered; \(all.count) organisations are known.")
  }
}
