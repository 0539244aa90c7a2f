import ArgumentParser
import SeedCore
import SeedSQLite
import SeedService

/// `seedctl ledger …`: what was recorded, so that nobody can change it unseen.
struct LedgerCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ledger",
    abstract: "Sign, check and prove what was recorded.",
    subcommands: [
      LedgerStatusCommand.self, LedgerCheckpoint.self, LedgerTimestampCommand.self,
      LedgerWitnessCommand.self, LedgerVerify.self, LedgerProof.self, LedgerRebuild.self,
    ]
  )
}

extension Session {
  /// The ledger of this home.
  func ledger(note: (String) -> Void = Console.error) async throws -> Ledger {
    try await home.ledger(
      configuration,
      store: store,
      keyWasMade: {
        note("A key for the ledger was made, \(home.ledgerKeyPath): back it up.")
      }
    )
  }
}

/// A checkpoint as commands print it.
struct CheckpointSummary: Encodable {
  let size: Int64
  let root: String
  let signedAt: Timestamp
  let witnessed: Bool

  init(_ checkpoint: SignedCheckpoint) {
    size = checkpoint.head.size
    root = Base64.encode(checkpoint.head.rootHash)
    signedAt = checkpoint.signedAt
    witnessed = checkpoint.isWitnessed
  }

  var words: String {
    "\(size) leaves, \(signedAt.rfc3339), root \(root)" + (witnessed ? ", witnessed" : "")
  }
}

/// `seedctl ledger status`.
struct LedgerStatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Say what the ledger signed last, and whether it can sign.",
    discussion: "It ends with 1 where the ledger doesn't hold."
  )

  @OptionGroup var homeOptions: HomeOptions
  @OptionGroup var output: OutputOptions

  private struct Report: Encodable {
    let origin: String
    let key: String
    let leaves: Int64
    let unsigned: Int64
    @ExplicitNull var checkpoint: CheckpointSummary?
    @ExplicitNull var witnessed: CheckpointSummary?
    let timestamps: [TimestampSummary]
    let witnesses: [WitnessSummary]
    @ExplicitNull var restoredAt: Timestamp?
    @ExplicitNull var problem: String?
  }

  func run() async throws {
    let session = try Session(homeOptions)
    let ledger = try await session.ledger(note: output.note)
    let status = try await ledger.status()
    let witnesses = LedgerWitnesses(ledger, session.configuration.ledger)
    let report = Report(
      origin: ledger.key.name,
      key: ledger.key.text,
      leaves: status.leafCount,
      unsigned: status.unsignedCount,
      checkpoint: status.newest.map(CheckpointSummary.init),
      witnessed: status.newestWitnessed.map(CheckpointSummary.init),
      timestamps: try await session.timestampStatus().map(TimestampSummary.init),
      witnesses: try await session.store.read { try witnesses.status(in: $0) }
        .map(WitnessSummary.init),
      restoredAt: status.openRestoration?.restoredAt,
      problem: (status.problem ?? status.refusal)?.description
    )
    if output.json {
      try output.printJSON(report)
    } else {
      show(report)
    }
    if status.problem != nil { throw ExitCode(ExitStatus.failed.rawValue) }
  }

  private func show(_ report: Report) {
    print(report.origin)
    print("key         \(report.key)")
    print("leaves      \(report.leaves), \(report.unsigned) of them under no checkpoint yet")
    print("checkpoint  \(report.checkpoint?.words ?? "none yet")")
    print("witnessed   \(report.witnessed?.words ?? "none yet")")
    for timestamp in report.timestamps { print("timestamp   \(timestamp.words)") }
    for witness in report.witnesses { print("witness     \(witness.words)") }
    if let problem = report.problem { print(Console.styled(problem, .bad)) }
  }
}

/// `seedctl ledger checkpoint`.
struct LedgerCheckpoint: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "checkpoint",
    abstract: "Sign a checkpoint over all that was recorded, now, and print it.",
    discussion: """
      Where nothing is new, the newest checkpoint is printed again. After `seedctl restore` nothing \
      new is signed before you show the newest checkpoint that was ever published (--newest), or \
      say that none was signed after the backup (--nothing-newer): a ledger that contradicts itself \
      proves nothing any more.

      Example: seedctl ledger checkpoint > checkpoint-2026-11-22
      """
  )

  @OptionGroup var homeOptions: HomeOptions
  @OptionGroup var output: OutputOptions
  @Option(help: "The newest checkpoint that was published, after a restore.", completion: .file())
  var newest: String?
  @Flag(help: "After a restore: nothing was signed after the backup.") var nothingNewer = false

  private struct Report: Encodable {
    let size: Int64
    let root: String
    let signedAt: Timestamp
    let witnessed: Bool
    let note: String
  }

  func validate() throws {
    guard newest == nil || !nothingNewer else {
      throw ValidationError("Either --newest or --nothing-newer, not both.")
    }
  }

  func run() async throws {
    let session = try Session(homeOptions)
    let ledger = try await session.ledger(note: output.note)
    if let newest {
      try await ledger.settleRestoration(newest: InputFile.read(newest), path: newest)
    } else if nothingNewer {
      try await ledger.settleRestoration(reason: "the operator said that nothing newer was signed")
    }
    let checkpoint = try await ledger.checkpoint()
    let note = String(decoding: checkpoint.note, as: UTF8.self)
    guard output.json else { return print(note, terminator: "") }
    let summary = CheckpointSummary(checkpoint)
    try output.printJSON(
      Report(
        size: summary.size,
        root: summary.root,
        signedAt: summary.signedAt,
        witnessed: summary.witnessed,
        note: note
      )
    )
  }
}

/// `seedctl ledger verify`.
struct LedgerVerify: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract:
      "Check the store, every leaf against the records, and every tile, checkpoint and token.",
    discussion: "It ends with 1 where something doesn't hold, and names the first faults."
  )

  @OptionGroup var homeOptions: HomeOptions
  @OptionGroup var output: OutputOptions

  private struct Report: Encodable {
    struct Fault: Encodable {
      let place: String
      let problem: String
    }

    let valid: Bool
    let leaves: Int
    let checkpoints: Int
    let tiles: Int
    let tokens: Int
    let faultCount: Int
    let faults: [Fault]
  }

  func run() async throws {
    let session = try Session(homeOptions)
    let ledger = try await session.ledger(note: output.note)
    let damage = try await session.store.checkIntegrity()
    let progress = Progress("leaves", isShown: !output.quiet)
    var report = LedgerReport()
    do {
      report = try await ledger.verify(
        checkToken: session.home.tokenCheck(session.configuration),
        progress: { progress.advance(by: $0) }
      )
    } catch is StoreError where !damage.isEmpty {
      // What is damaged can't be looked at further.
    }
    progress.finish()
    for problem in damage { report.add("store", problem) }
    if output.json {
      try output.printJSON(
        Report(
          valid: report.isValid,
          leaves: report.leafCount,
          checkpoints: report.checkpointCount,
          tiles: report.tileCount,
          tokens: report.tokenCount,
          faultCount: report.faultCount,
          faults: report.faults.map { Report.Fault(place: $0.place, problem: $0.problem) }
        )
      )
    } else {
      show(report)
    }
    if !report.isValid { throw ExitCode(ExitStatus.failed.rawValue) }
  }

  private func show(_ report: LedgerReport) {
    print(
      """
      \(report.leafCount) leaves, \(report.checkpointCount) checkpoints, \(report.tileCount) tiles, \
      \(report.tokenCount) timestamp tokens: \
      \(report.isValid ? Console.styled("all hold", .good) : Console.styled("\(report.faultCount) don't hold", .bad))
      """
    )
    for fault in report.faults { print("\(fault.place): \(Console.safe(fault.problem))") }
    if report.faultCount > report.faults.count {
      print("and \(report.faultCount - report.faults.count) more")
    }
  }
}

/// `seedctl ledger proof`.
struct LedgerProof: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "proof",
    abstract: "Prove that something is in the ledger, or that the ledger only grew.",
    discussion: """
      The proof of a leaf is a C2SP tlog-proof: with the ledger's key it can be checked by others' \
      tools, offline. The proof that the ledger only grew is the body of a C2SP add-checkpoint \
      request.

      Examples:
        seedctl ledger proof seed_4k2m… > mint.tlog-proof
        seedctl ledger proof 17 --under 300
        seedctl ledger proof --consistency 120 300
      """
  )

  @OptionGroup var homeOptions: HomeOptions
  @OptionGroup var output: OutputOptions
  @Argument(
    help:
      "The leaf: its number, the seed that it minted (seed_…, or its address) or the message (sgt_…). With --consistency: the newer size."
  )
  var subject: String?
  @Option(help: "Prove that the ledger of this size began the newer one.") var consistency: Int64?
  @Option(help: "Under the checkpoint over so many leaves; else under the newest.")
  var under: Int64?

  private struct InclusionReport: Encodable {
    let leafIndex: Int64
    let leafHash: String
    let size: Int64
    let proof: String
  }

  private struct ConsistencyReport: Encodable {
    let from: Int64
    let to: Int64
    let hashes: [String]
    let proof: String
  }

  func validate() throws {
    if consistency != nil {
      guard under == nil, subject.map({ Int64($0) != nil }) ?? true else {
        throw ValidationError("Write --consistency FROM [TO], both numbers of leaves.")
      }
    } else if subject == nil {
      throw ValidationError("Say which leaf: its number, seed_… or sgt_….")
    }
  }

  func run() async throws {
    let session = try Session(homeOptions)
    let ledger = try await session.ledger(note: output.note)
    if let consistency {
      return try await proveGrowth(ledger, from: consistency)
    }
    let index = try await leafIndex(session)
    let proof = try await ledger.proof(ofLeaf: index, under: under)
    let text = String(decoding: proof.bytes, as: UTF8.self)
    guard output.json else { return print(text, terminator: "") }
    let leaf = try await session.store.read { try $0.leaves(from: index, limit: 1).first }
    let size = try Checkpoint(parsing: proof.note.text).head.size
    try output.printJSON(
      InclusionReport(
        leafIndex: index,
        leafHash: MerkleTree.leafHash(leaf?.bytes ?? []).hexadecimal,
        size: size,
        proof: text
      )
    )
  }

  private func proveGrowth(_ ledger: Ledger, from oldSize: Int64) async throws {
    let proof = try await ledger.consistencyProof(from: oldSize, to: subject.flatMap { Int64($0) })
    let text = String(decoding: proof.bytes, as: UTF8.self)
    guard output.json else { return print(text, terminator: "") }
    try output.printJSON(
      ConsistencyReport(
        from: oldSize,
        to: proof.checkpoint.head.size,
        hashes: proof.hashes.map { Base64.encode($0) },
        proof: text
      )
    )
  }

  private func leafIndex(_ session: Session) async throws -> Int64 {
    guard let subject else { throw ValidationError("Say which leaf.") }
    if let index = Int64(subject) { return index }
    let matchKey = try session.matchKey()
    return try await session.store.read { store in
      if subject.hasPrefix(Sighting.identifierPrefix + "_") {
        guard let id = Identifier<Sighting>(subject),
          let index = try store.leafIndices(kind: .rcpt, subject: id.rawValue).first
        else {
          throw Failure(.notFound, "there is no such message; see `seedctl sighting list SEED`")
        }
        return index
      }
      let seed = try Lookup.seed(subject, matchKey: matchKey, in: store)
      guard let index = seed.leafIndex else {
        throw Failure(.notFound, "\(seed.id) was adopted, not minted here: it has no leaf")
      }
      return index
    }
  }
}

/// `seedctl ledger rebuild`.
struct LedgerRebuild: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rebuild",
    abstract: "Make the tiles in log/ anew from the store; no checkpoint changes.",
    discussion: "It changes nothing where the store doesn't give what was signed."
  )

  @OptionGroup var homeOptions: HomeOptions
  @OptionGroup var output: OutputOptions

  private struct Report: Encodable { @ExplicitNull var checkpoint: CheckpointSummary? }

  func run() async throws {
    let session = try Session(homeOptions)
    let newest = try await session.ledger(note: output.note).rebuild().map(CheckpointSummary.init)
    if output.json { return try output.printJSON(Report(checkpoint: newest)) }
    print("\(session.home.logPath)  \(newest?.words ?? "nothing was signed yet")")
  }
}
