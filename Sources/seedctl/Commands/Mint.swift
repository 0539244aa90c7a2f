import ArgumentParser
import SeedCore
import SeedCrypto
import SeedMint
import SeedSQLite
import SeedService

/// `seedctl mint`: makes an address for one organisation and one sign-up.
struct Mint: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mint",
    abstract: "Mint an address for one organisation and one sign-up.",
    discussion: """
      Give it to nobody else. The address is printed on standard output, alone.

      Examples:
        seedctl mint --org "Example Petitions" --org-domain petitions.example \
      --form https://petitions.example/p/1
        seedctl mint --org "Corner Shop" --learn 48h --profile p60 --qr
        seedctl mint --control c0 --count 20
      """
  )

  @OptionGroup var homeOptions: HomeOptions
  @OptionGroup var output: OutputOptions
  @Option(help: "The organisation: its name, or org_…. A new name is entered.") var org: String?
  @Option(help: "A domain of its own; may be repeated.") var orgDomain: [String] = []
  @Option(help: "The URL of the sign-up form.") var form = ""
  @Option(help: "What the address is given for, as the form puts it.") var purpose = ""
  @Option(help: "How you answered the form's question about mail.") var optIn: Seed.OptIn?
  @Option(help: "The privacy notice as it is now; its bytes are kept.", completion: .file())
  var notice: String?
  @Option(help: "80 bits, or 60 for paper and the telephone.") var profile =
    AddressTag.Profile.p80
  @Option(help: "What the address begins with, a to z; else a given name by chance.")
  var stem: String?
  @Option(help: "Take the first authenticated sender for the organisation, for so long.")
  var learn: DurationArgument?
  @Option(help: "How many addresses.") var count: Int?
  @Option(help: "Whose address it is, in your own words.") var participant: String?
  @Option(help: "A control: c0 for nobody, c1 for your own form alone.") var control: Seed.Control?
  @Option(help: "Mint user+…@provider, for people without a domain.")
  var subaddress: String?
  @Flag(help: "Draw the address as a QR code.") var qr = false

  private static let noticeByteCountMax = 16 * 1024 * 1024
  private static let countMax = 10_000_000

  func validate() throws {
    guard (org == nil) != (control == nil) else {
      throw ValidationError("Say for whom: --org NAME, or --control c0|c1.")
    }
    guard control == nil || orgDomain.isEmpty else {
      throw ValidationError("A control belongs to no organisation: leave --org-domain out.")
    }
    guard (1...Self.countMax).contains(count ?? 1) else {
      throw ValidationError("--count is between 1 and \(Self.countMax).")
    }
  }

  func run() async throws {
    let session = try Session(homeOptions)
    let now = Timestamp.now
    let signUp = try await signUp(session)
    let (user, domain) = try addressParts(session)
    let holder = try await holder(session)
    let minter = Minter(
      vault: try session.vault(),
      store: session.store,
      matchKey: try session.matchKey(),
      origin: session.configuration.ledger.origin,
      identifiers: session.identifiers
    )
    let order = MintOrder(
      holder: holder,
      signUp: signUp,
      profile: profile,
      stem: stem,
      user: user,
      domain: domain,
      count: count ?? 1
    )
    let progress = Progress("addresses", isShown: !output.quiet && count != nil)
    var results: [MintResult] = []
    try await minter.mint(order, at: now) { batch in
      progress.advance(by: batch.count)
      for (seed, minted) in batch {
        if output.json {
          results.append(MintResult(seed, minted, holder: holder))
        } else {
          try show(minted)
        }
      }
    }
    progress.finish()
    if output.json {
      if count == nil, let only = results.first { return try output.printJSON(only) }
      return try output.printJSON(results)
    }
    if case .organisation(let organisation) = holder, organisation.domains.isEmpty, learn == nil {
      output.note(
        "No domain of \(Console.safe(organisation.name)) is known yet, so its own mail will look like a stranger's: seedctl org authorise \(organisation.id) DOMAIN --role own --reason …"
      )
    }
  }

  private func show(_ minted: MintedAddress) throws {
    print(minted.address)
    if profile == .p60 {
      output.note(
        "to read out: \(minted.stem) \(minted.tag.grouped) at \(minted.address.domainPart)"
      )
    }
    if qr { print(try QRCode(minted.address).text) }
  }

  private func signUp(_ session: Session) async throws -> SignUp {
    var signUp = SignUp()
    signUp.form = form
    signUp.purpose = purpose
    signUp.optIn = optIn
    signUp.participant = participant
    signUp.learningWindow = learn?.value
    if let notice {
      let bytes = try InputFile.read(notice)
      guard bytes.count <= Self.noticeByteCountMax else {
        throw Failure(.refused, "\(notice): over \(Self.noticeByteCountMax / 1024 / 1024) MiB")
      }
      let digest = SHA256.hash(bytes)
      signUp.noticeDigest = digest
      try await session.store.write { try $0.insertNotice(bytes, digest: digest) }
    }
    return signUp
  }

  private func addressParts(_ session: Session) throws -> (user: String?, domain: String) {
    guard let subaddress else { return (nil, session.configuration.mail.domain) }
    guard let mailbox = Mailbox(argument: subaddress) else {
      throw Failure(.usage, "--subaddress '\(Console.safe(subaddress))' is no address")
    }
    return (mailbox.localPart.lowercased(), mailbox.domain)
  }

  /// The organisation that is named; a new one is entered, and new domains are added.
  private func holder(_ session: Session) async throws -> MintOrder.Holder {
    if let control { return .control(control) }
    guard let name = org else { throw ValidationError("--org is missing.") }
    let register = try session.register()
    let entries = Register.own(
      try orgDomain.map(register.domain),
      reason: "named at minting"
    )
    let recorder = session.recorder
    return .organisation(
      try await session.store.write { store in
        try register.enter(name, entries, recorder: recorder, in: store)
      }
    )
  }
}

/// What `seedctl mint --json` prints.
struct MintResult: Encodable {
  struct Holder: Encodable {
    let id: Identifier<Organisation>
    let name: String
    let domains: [String]
  }

  let address: String
  let seed: Identifier<Seed>
  @ExplicitNull var organisation: Holder?
  @ExplicitNull var control: Seed.Control?
  let form: String
  let purpose: String
  let mintedAt: Timestamp
  let tag: String
  let commitment: String
  @ExplicitNull var leafIndex: Int64?
  let leafHash: String

  init(_ seed: Seed, _ minted: MintedAddress, holder: MintOrder.Holder) {
    address = minted.address
    self.seed = seed.id
    var named: Holder?
    if case .organisation(let organisation) = holder {
      named = Holder(
        id: organisation.id,
        name: organisation.name,
        domains: organisation.domains.filter { $0.revokedAt == nil }.map(\.domain)
      )
    }
    _organisation = ExplicitNull(wrappedValue: named)
    _control = ExplicitNull(wrappedValue: seed.control)
    form = seed.form
    purpose = seed.purpose
    mintedAt = seed.mintedAt
    tag = minted.tag.text
    commitment = minted.leaf.commitment.hexadecimal
    _leafIndex = ExplicitNull(wrappedValue: seed.leafIndex)
    // RFC 6962 §2.1: the hash of a leaf.
    leafHash = SHA256.hash([0] + minted.leaf.bytes).hexadecimal
  }
}

extension String {
  /// What stands behind the last `@`.
  fileprivate var domainPart: Substring {
    lastIndex(of: "@").map { self[index(after: $0)...] } ?? ""
  }
}
