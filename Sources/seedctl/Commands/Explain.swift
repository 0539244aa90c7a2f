import ArgumentParser
import SeedCore
import SeedSQLite
import SeedService

/// `seedctl explain`: the whole reasoning on one message, without recording it.
struct Explain: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Show the whole reasoning on one message, without recording it.",
    discussion: """
      With --org-domain it needs no home: anybody can repeat a judgement from the message, the DNS \
      answers of the time (--zone) and the date (--at).

      Example: seedctl explain appeal.eml --seed anna7k2m…@seeds.example \
      --org-domain petitions.example --zone zone.json --at 2026-03-01
      """
  )

  @OptionGroup var homeOptions: HomeOptions
  @OptionGroup var output: OutputOptions
  @Argument(help: "The message, or - for standard input.", completion: .file()) var file: String
  @Option(help: "The address that it was sent to.") var seed: String?
  @Option(help: "A domain of the organisation that it was given to; may be repeated.")
  var orgDomain: [String] = []
  @Option(help: "The address of the host that handed the message to the own server.")
  var clientIp: String?
  @Option(help: "What that host called itself.") var helo: String?
  @Option(help: "The envelope sender; <> for a null return path.") var mailFrom: String?
  @Option(help: "A zone file instead of the network.", completion: .file()) var zone: String?
  @Option(help: "The time to judge at (else now).") var at: TimeArgument?
  @Option(help: "An authserv-id of the own server; may be repeated.")
  var trustAuthserv: [String] = []

  func run() async throws {
    let bytes = try InputFile.read(file)
    let now = at?.value ?? .now
    // Without any of these, the home says whose seed it is and what to trust.
    let needsHome = seed == nil && orgDomain.isEmpty && trustAuthserv.isEmpty
    let session = needsHome ? try? Session(homeOptions, .reading) : nil
    let resolver = try ResolverChoice.resolver(
      zone: zone,
      home: session?.home,
      configuration: session?.configuration
    )
    let hosts = trustAuthserv + (session?.configuration.mail.ownHosts ?? [])
    let authentication =
      session?.configuration.authenticationSettings ?? AuthenticationSettings()
    let examiner = Examiner(
      ownHosts: OwnHosts(names: hosts),
      authservs: OwnHosts(names: hosts),
      publicSuffixes: try session?.publicSuffixes() ?? .builtIn,
      resolver: resolver,
      authentication: authentication,
      platforms: session?.configuration.mail.platforms ?? .builtIn
    )
    var reading = examiner.read(bytes, deliveredAt: now)
    if let clientIp {
      guard let address = IPAddress(clientIp) else {
        throw Failure(.usage, "--client-ip '\(Console.safe(clientIp))' is no address")
      }
      reading.handover.clientAddress = address
    }
    if let helo { reading.handover.helo = helo }
    if let mailFrom { reading.handover.returnPath = mailFrom == "<>" ? "" : mailFrom }
    let examination = await examiner.examine(reading, at: now)
    let context = try await self.context(reading, examination, session, at: now)
    let explanation = Explanation(
      reading: reading,
      context: context,
      verdict: Judge.verdict(context),
      mode: authentication.dmarcMode,
      keys: try await keys(context.facts.authentication.dkim, since: reading.arrivedAt, session)
    )
    if output.json { return try output.printJSON(explanation) }
    explanation.show()
  }

  /// What became of the signatures' keys after the message came, as far as the home looked.
  private func keys(
    _ signatures: [DKIMResult],
    since arrivedAt: Timestamp,
    _ session: Session?
  ) async throws -> [KeyHistory] {
    guard let session else { return [] }
    return try await session.store.read { store in
      try signatures.compactMap { signature in
        let checks = try store.keyChecks(of: signature.keyName, limit: KeyHistory.countMax)
        return checks.isEmpty ? nil : KeyHistory(signature, seenAt: arrivedAt, checks: checks)
      }
    }
  }

  /// The seed and the organisation that the options name, else those of the home.
  private func context(
    _ reading: Reading,
    _ examination: Examination,
    _ session: Session?,
    at now: Timestamp
  ) async throws -> JudgementContext {
    if let session {
      let key = try session.matchKey()
      let found = try await session.store.read { store in
        for recipient in reading.recipients {
          let tokens = key.tokens(for: recipient.mailbox)
          let seeds = try store.seeds(matching: tokens)
          guard let seed = tokens.lazy.compactMap({ seeds[$0] }).first else { continue }
          let organisation = try seed.organisation.flatMap { try store.organisation($0) }
          let baseline = try store.baseline(of: seed.id) != nil
          return Optional((seed, organisation, baseline, recipient.mailbox))
        }
        return nil
      }
      if let (seed, organisation, hasBaseline, mailbox) = found {
        return JudgementContext(
          seed: seed,
          organisation: organisation,
          facts: examination.facts.graded(for: mailbox, in: reading.message),
          arrivedAt: reading.arrivedAt,
          hasBaseline: hasBaseline,
          withdrawalGrace: session.configuration.judging.withdrawalGrace
        )
      }
    }
    let mailbox = try seed.map { text in
      guard let mailbox = Mailbox(argument: text) else {
        throw Failure(.usage, "--seed '\(Console.safe(text))' is no address")
      }
      return mailbox
    }
    let meant = mailbox ?? reading.recipients.first?.mailbox
    let register = Register(publicSuffixes: .builtIn, identifiers: IdentifierSource())
    let organisation = Organisation(
      id: Identifier(rawValue: 1),
      name: orgDomain.first ?? "the organisation",
      createdAt: now,
      domains: try orgDomain.map {
        OrganisationDomain(
          domain: try register.domain($0),
          role: .own,
          reason: "--org-domain",
          recordedAt: now
        )
      }
    )
    let facts =
      meant.map { examination.facts.graded(for: $0, in: reading.message) } ?? examination.facts
    let seed = Seed(
      id: Identifier(rawValue: 1),
      token: MatchToken(high: 0, low: 0),
      organisation: organisation.id,
      scheme: .adopted,
      mintedAt: reading.arrivedAt
    )
    return JudgementContext(
      seed: seed,
      organisation: organisation,
      facts: facts,
      arrivedAt: reading.arrivedAt,
      hasBaseline: false
    )
  }
}
