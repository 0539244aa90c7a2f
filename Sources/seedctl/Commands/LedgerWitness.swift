import ArgumentParser
import SeedCore
import SeedSQLite
import SeedService

/// `seedctl ledger witness`.
struct LedgerWitnessCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "witness",
    abstract: "Have the newest checkpoint cosigned, now; show what this home cosigns with.",
    discussion: """
      Asks every [[ledger.witness]] that has not cosigned the newest checkpoint yet. It ends with 1 \
      where one says that it knows more of this ledger than this home does, and with 75 where one \
      gave no cosignature.

      With --key it asks nobody: it prints the verifier key that this home cosigns others' \
      checkpoints with ([witness] in seed.toml), for them to enter.
      """
  )

  @OptionGroup var homeOptions: HomeOptions
  @OptionGroup var output: OutputOptions
  @Flag(help: "Print the verifier key of this home as a witness.") var key = false

  private struct KeyReport: Encodable {
    let key: String
    let logs: [WitnessedLogSummary]
  }

  private struct WitnessedLogSummary: Encodable {
    let origin: String
    let size: Int64
    let root: String
    let cosignedAt: Timestamp
  }

  private struct AnswerSummary: Encodable {
    let witness: String
    let cosigned: Bool
    let error: String
  }

  func run() async throws {
    let session = try Session(homeOptions)
    if key { return try await showKey(session) }
    guard !session.configuration.ledger.witnesses.isEmpty else {
      throw Failure(
        .failed,
        "no witness is configured; enter a [[ledger.witness]] in seed.toml, or ask with --key"
      )
    }
    let ledger = try await session.ledger(note: output.note)
    let answers = try await LedgerWitnesses(ledger, session.configuration.ledger).ask()
    if output.json {
      try output.printJSON(
        answers.map {
          AnswerSummary(
            witness: $0.witness,
            cosigned: $0.outcome == .cosigned,
            error: $0.outcome == .cosigned ? "" : $0.outcome.words
          )
        }
      )
    } else {
      if answers.isEmpty { output.note("Nothing was signed yet.") }
      for answer in answers {
        let style: Console.Style = answer.outcome == .cosigned ? .good : .bad
        print("\(answer.witness): \(Console.styled(answer.outcome.words, style))")
      }
    }
    let isBehind = answers.contains { if case .ahead = $0.outcome { true } else { false } }
    if isBehind { throw ExitCode(ExitStatus.failed.rawValue) }
    guard answers.allSatisfy({ $0.outcome == .cosigned }) else {
      throw ExitCode(ExitStatus.tryAgain.rawValue)
    }
  }

  private func showKey(_ session: Session) async throws {
    let key = try await session.home.witnessKey(
      session.configuration,
      store: session.store,
      keyWasMade: {
        output.note("A key for the witness was made, \(session.home.witnessKeyPath): back it up.")
      }
    )
    guard output.json else { return print(key.key.text) }
    let logs = try await session.store.read { try $0.witnessedLogs() }
    try output.printJSON(
      KeyReport(
        key: key.key.text,
        logs: logs.map {
          WitnessedLogSummary(
            origin: $0.origin,
            size: $0.head.size,
            root: Base64.encode($0.head.rootHash),
            cosignedAt: $0.cosignedAt
          )
        }
      )
    )
  }
}

/// How far a witness is, as commands print it.
struct WitnessSummary: Encodable {
  let witness: String
  @ExplicitNull var size: Int64?
  @ExplicitNull var cosignedAt: Timestamp?

  init(_ status: LedgerWitnesses.Status) {
    witness = status.witness
    size = status.size
    cosignedAt = status.time
  }

  /// One line of plain text.
  var words: String {
    let cosigned = cosignedAt.map { "cosigned \(size ?? 0) leaves at \($0.rfc3339)" }
    return "\(witness): \(cosigned ?? "none of the newest checkpoints")"
  }
}

extension LedgerWitnesses.Outcome {
  /// What it means, in words.
  fileprivate var words: String {
    switch self {
    case .cosigned: "cosigned"
    case .ahead(let size):
      """
      it cosigned \(size) leaves of this ledger, more than this home knows of: nothing new is \
      signed; restore a newer backup, or see `seedctl ledger checkpoint --help`
      """
    case .closed: "a timestamp closed this checkpoint before; the next one will be cosigned"
    case .failed(let reason): Console.safe(reason)
    }
  }
}
