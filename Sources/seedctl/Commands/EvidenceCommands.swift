import ArgumentParser
import FoundationEssentials
import SeedCore
import SeedCrypto
import SeedMint
import SeedSQLite
import SeedService

/// `seedctl evidence …`: what somebody needs who trusts nobody here.
struct EvidenceCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evidence",
    abstract: "Hand a case on, so that others can check it.",
    subcommands: [EvidenceExport.self, EvidenceVerify.self]
  )
}

/// `seedctl evidence export`.
struct EvidenceExport: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write a case and its proofs into one archive.",
    discussion: """
      The archive opens the addresses of the case: it takes their secrets from the vault. It holds \
      personal data, and is for its owner alone; hand it to nobody but those it is for.

      Example: seedctl evidence export case_7k2m --edition regulator --output case.zip
      """
  )

  @OptionGroup var homeOptions: HomeOptions
  @OptionGroup var output: OutputOptions
  @Argument(help: "The case: case_…, or its first symbols.") var `case`: String
  @Option(
    help: ArgumentHelp(
      "Who it is for: regulator (all), reviewer (nobody behind the address), public (no address, no message).",
      valueName: "edition"
    )
  )
  var edition: BundleEdition = .regulator
  @Flag(help: "Leave out the bodies of messages.") var withholdBodies = false
  @Option(
    name: .customLong("output"),
    help: "The archive (else named after the case); never overwritten.",
    completion: .file(extensions: ["zip"])
  )
  var file: String?

  private struct Result: Encodable {
    let file: String
    let edition: String
    let bytes: Int
    let claims: [ClaimSummary]
  }

  func run() async throws {
    let session = try Session(homeOptions)
    let text = `case`
    let found = try await session.store.read { try Lookup.case(text, in: $0) }
    let exporter = EvidenceExporter(session: session, note: output.note)
    let bundle = try await exporter.export(
      found,
      edition: edition,
      withholdsBodies: withholdBodies,
      prints: PDFPrinter.isInstalled
    )
    if !PDFPrinter.isInstalled {
      output.note("The report is in it as a page alone: for a PDF, `apt-get install weasyprint`.")
    }
    let path = file ?? bundle.name + ".zip"
    try BundleStorage.write(bundle.archive, to: path)
    let claims = bundle.claims
    if output.json {
      try output.printJSON(
        Result(
          file: path,
          edition: edition.rawValue,
          bytes: bundle.archive.count,
          claims: claims.map(ClaimSummary.init)
        )
      )
    } else {
      output.note(
        "What it shows by the keys in it; `seedctl evidence verify \(path)` repeats that:"
      )
      ClaimLines.print(claims)
      print(path)
    }
    if claims.contains(where: { $0.verdict == .failed }) { throw ExitCode(1) }
  }
}

/// `seedctl evidence verify`.
struct EvidenceVerify: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Find out what a bundle shows; needs no home and no network.",
    discussion: """
      Each claim is PROVED, SUPPORTED, NOT SHOWN or FAILED. Nothing is proved by keys that come from \
      the bundle itself: bring the ledger's policy and the timestamp authority's certificate from \
      elsewhere. It ends with 1 where anything failed.

      Example: seedctl evidence verify case.zip --policy ledger.policy --tsa-ca tsa.pem
      """
  )

  // Taken and not looked at, so that `seedctl --home DIR` may stand before every command.
  @OptionGroup var homeOptions: HomeOptions
  @OptionGroup var output: OutputOptions
  @Argument(help: "The archive, or the folder of an unpacked one.", completion: .file())
  var file: String
  @Option(
    help: "Whose checkpoints are believed, and which witnesses are asked for (C2SP tlog-policy).",
    completion: .file()
  )
  var policy: String?
  @Option(
    help: "The certificate of a timestamp authority, in PEM; may be repeated.",
    completion: .file(extensions: ["pem", "crt"])
  )
  var tsaCa: [String] = []
  @Option(
    help: "DKIM keys that are known from elsewhere, a line each: name and record.",
    completion: .file()
  )
  var dkimKeys: String?

  private struct Result: Encodable {
    let holds: Bool
    let claims: [ClaimSummary]
  }

  func run() async throws {
    let claims = try await BundleStorage.claims(at: file, trust: try await trust())
    let holds = !claims.contains { $0.verdict == .failed }
    if output.json {
      try output.printJSON(Result(holds: holds, claims: claims.map(ClaimSummary.init)))
    } else {
      ClaimLines.print(claims)
      output.note(
        "No proof covers the report, the README, the metadata and the tools in it: they are there for people."
      )
    }
    if !holds { throw ExitCode(1) }
  }

  private func trust() async throws -> BundleTrust {
    var trust = BundleTrust()
    if let policy {
      let bytes = try InputFile.read(policy)
      guard let parsed = try? TlogPolicy(parsing: bytes) else {
        throw Failure(.failed, "\(policy): this is no policy (C2SP tlog-policy)")
      }
      trust.policy = parsed
    }
    for path in tsaCa {
      let bytes = try InputFile.read(path)
      guard let certificates = try? CertificateBundle(pem: bytes) else {
        throw Failure(.failed, "\(path): there is no certificate in PEM here")
      }
      trust.authorities = trust.authorities.union(certificates)
    }
    if let dkimKeys {
      let bytes = try InputFile.read(dkimKeys)
      guard let keys = try? await BundleTrust.keys(parsing: bytes) else {
        throw Failure(.failed, "\(dkimKeys): a line isn't a name and a key record")
      }
      trust.keys = keys
    }
    return trust
  }
}

/// A claim as commands print it.
struct ClaimSummary: Encodable {
  let number: Int
  @ExplicitNull var part: String?
  let verdict: String
  let statement: String
  let reasons: [String]
  let refutedBy: String

  init(_ claim: Claim) {
    number = claim.number
    part = claim.part
    verdict = claim.verdict.rawValue
    statement = claim.statement
    reasons = claim.reasons
    refutedBy = claim.refutedBy
  }
}

/// Claims for people, a line each.
enum ClaimLines {
  static func print(_ claims: [Claim]) {
    for claim in claims {
      let style: Console.Style =
        switch claim.verdict {
        case .proved, .supported: .good
        case .notShown: .warning
        case .failed: .bad
        }
      let verdict = Console.styled(claim.verdict.rawValue, style)
      let reasons = Console.safe(claim.reasons.joined(separator: " "))
      Swift.print("\(verdict) \(claim.number) \(Console.safe(claim.statement)) — \(reasons)")
    }
  }
}
