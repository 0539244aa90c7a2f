public import SeedCore
import Synchronization

/// The witnesses of the own ledger.
public final class LedgerWitnesses: Sendable {
  /// What one witness says of the newest checkpoint.
  public struct Answer: Sendable, Hashable {
    /// The witness's name in the configuration.
    public let witness: String
    /// What came of it.
    public let outcome: Outcome
  }

  /// What came of asking a witness.
  public enum Outcome: Sendable, Hashable {
    /// Its cosignature stands under the newest checkpoint.
    case cosigned
    /// It cosigned a larger checkpoint of this ledger than is known here: this home lost some of what
    /// it signed, and must sign nothing new.
    case ahead(size: Int64)
    /// It wasn't asked: a timestamp token covers the checkpoint, whose note stays as it is.
    case closed
    /// It gave none, and why.
    case failed(String)
  }

  /// The last that a witness cosigned, as far as the newest checkpoints show.
  public struct Status: Sendable, Hashable {
    /// The witness's name in the configuration.
    public let witness: String
    /// How many leaves the checkpoint had.
    public let size: Int64?
    /// When it was cosigned, as the witness says.
    public let time: Timestamp?
  }

  /// The greatest time that a witness may be behind before it is said.
  public static let delayMax = Duration.seconds(3600)

  private let ledger: Ledger
  private let clients: [WitnessClient]
  private let clock: @Sendable () -> Timestamp
  // The size that each witness said last, by its name.
  private let knownSizes = Mutex<[String: Int64]>([:])

  /// The witnesses that are configured for a ledger.
  public init(
    _ ledger: Ledger,
    _ settings: Configuration.Ledger,
    clock: @escaping @Sendable () -> Timestamp = WallClock.now
  ) {
    self.ledger = ledger
    self.clock = clock
    clients = settings.witnesses.map { WitnessClient(witness: $0, http: HTTPClient()) }
  }

  /// Asks those witnesses for the newest checkpoint's cosignatures that have not given theirs yet,
  /// keeps what they give, and says what each answered.
  ///
  /// - Parameters:
  ///   - names: Whom to ask, where not all.
  ///   - again: Asks those that have cosigned, too, whether they know of more: a home that was rolled
  ///     back unseen finds out in this way, before it signs anything else.
  /// - Throws: ``LedgerError``, and what the store throws.
  @discardableResult
  public func ask(_ names: Set<String>? = nil, again: Bool = false) async throws -> [Answer] {
    let (newest, witnessed, isClosed) = try await ledger.store.read { store in
      let newest = try store.newestCheckpoint()
      let tokens = try newest.map { try store.timestamps(ofCheckpoint: $0.head.size) } ?? []
      return (newest, try store.newestWitnessedCheckpoint(), !tokens.isEmpty)
    }
    guard let newest else { return [] }
    guard let note = try? SignedNote(parsing: newest.note) else {
      throw LedgerError.damagedCheckpoint(size: newest.head.size)
    }
    let asked = clients.filter { names?.contains($0.witness.name) ?? true }
    let found = await withTaskGroup(of: (Answer, NoteSignature?).self) { group in
      for client in asked {
        let hasCosigned = Self.time(of: client.witness.key, in: newest) != nil
        if again, hasCosigned || isClosed {
          group.addTask {
            (await self.ask(client, newest.head.size, note, guess: newest.head.size).0, nil)
          }
        } else if hasCosigned {
          group.addTask { (Answer(witness: client.witness.name, outcome: .cosigned), nil) }
        } else if isClosed {
          group.addTask { (Answer(witness: client.witness.name, outcome: .closed), nil) }
        } else {
          let guess = Self.time(of: client.witness.key, in: witnessed).flatMap { _ in
            witnessed?.head.size
          }
          group.addTask { await self.ask(client, newest.head.size, note, guess: guess ?? 0) }
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    try await keep(found.compactMap(\.1), size: newest.head.size)
    var answers = found.map(\.0)
    for (index, answer) in answers.enumerated() {
      guard case .ahead(let size) = answer.outcome else { continue }
      if try await !halt(aheadBy: size) {
        let reason = "another process of this home asked it meanwhile"
        answers[index] = Answer(witness: answer.witness, outcome: .failed(reason))
      }
    }
    return answers.sorted { $0.witness < $1.witness }
  }

  /// How far each configured witness is.
  public func status(in store: any StoreReader) throws -> [Status] {
    let newest = [try store.newestCheckpoint(), try store.newestWitnessedCheckpoint()]
    return clients.map(\.witness).map { witness in
      let last = newest.lazy.compactMap { checkpoint in
        Self.time(of: witness.key, in: checkpoint).map { (checkpoint?.head.size, $0) }
      }.first
      return Status(witness: witness.name, size: last?.0, time: last?.1)
    }
  }

  private func ask(
    _ client: WitnessClient,
    _ size: Int64,
    _ note: SignedNote,
    guess: Int64
  ) async -> (Answer, NoteSignature?) {
    let name = client.witness.name
    let knownSize = knownSizes.withLock { $0[name] } ?? guess
    func answer(_ outcome: Outcome) -> Answer { Answer(witness: name, outcome: outcome) }
    do {
      let outcome = try await client.cosign(note, size: size, knownSize: knownSize) { oldSize in
        try await self.ledger.consistencyProof(from: oldSize, to: size).hashes
      }
      switch outcome {
      case .cosigned(let signature):
        knownSizes.withLock { $0[name] = size }
        return (answer(.cosigned), signature)
      case .ahead(let larger): return (answer(.ahead(size: larger)), nil)
      }
    } catch let error as WitnessClient.Failure {
      knownSizes.withLock { $0[name] = nil }
      return (answer(.failed(error.description)), nil)
    } catch {
      return (answer(.failed(FailureText.of(error))), nil)
    }
  }

  /// Puts cosignatures under the checkpoint, in the store first.
  private func keep(_ signatures: [NoteSignature], size: Int64) async throws {
    guard !signatures.isEmpty else { return }
    let keys = clients.map(\.witness.key)
    let isKept = try await ledger.store.write { store in
      guard let checkpoint = try store.checkpoint(size: size) else { return false }
      let note = checkpoint.note + signatures.flatMap { Array($0.line.utf8) }
      let count = (try? SignedNote(parsing: note))?.verifiedSignatures(by: keys)?.count ?? 0
      do {
        try store.append(
          signatures,
          toCheckpoint: size,
          isWitnessed: count >= TlogPolicy.quorum(of: keys.count)
        )
      } catch StoreError.frozen {
        // A timestamp came first; the next checkpoint will have the cosignature.
        return false
      }
      return true
    }
    if isKept { try await ledger.publishNewest() }
  }

  /// Keeps the ledger from signing where a witness knows more of it than this home does; `false` where
  /// this home knows as much by now.
  ///
  /// C2SP tlog-witness: the witness cosigned `size` leaves, which this ledger must have signed.
  private func halt(aheadBy size: Int64) async throws -> Bool {
    let now = clock()
    return try await ledger.store.write { store in
      guard try (store.newestCheckpoint()?.head.size ?? 0) < size else { return false }
      if try store.restorations().allSatisfy({ $0.settledAt != nil }) {
        try store.insert(Restoration(restoredAt: now, leafCount: store.leafCount()))
      }
      return true
    }
  }

  /// When a witness cosigned a checkpoint; `nil` where it didn't.
  private static func time(of key: NoteKey, in checkpoint: SignedCheckpoint?) -> Timestamp? {
    guard let checkpoint, let note = try? SignedNote(parsing: checkpoint.note) else { return nil }
    return note.verifiedSignatures(by: [key])?.first?.time
  }
}
