public import SeedCore

/// This node as a witness of other ledgers: answers requests over its store (C2SP tlog-witness).
public struct WitnessEndpoint: Sendable {
  /// What is sent back.
  public struct Answer: Sendable, Hashable {
    /// The HTTP status.
    public let status: Int
    /// The media type of the body.
    public let contentType: String
    /// The body.
    public let body: [UInt8]
  }

  private let witness: LedgerWitness
  private let store: any Store
  private let clock: @Sendable () -> Timestamp

  /// A witness that remembers in a store what it cosigned.
  public init(
    _ witness: LedgerWitness,
    store: any Store,
    clock: @escaping @Sendable () -> Timestamp = WallClock.now
  ) {
    self.witness = witness
    self.store = store
    self.clock = clock
  }

  /// Answers an `add-checkpoint` request.
  ///
  /// What is cosigned is on disk before this returns, compared and written in one transaction.
  ///
  /// - Throws: What the store throws; nothing was cosigned then.
  public func addCheckpoint(_ body: [UInt8]) async throws -> Answer {
    let request: AddCheckpointRequest
    do throws(GrammarError) { request = try AddCheckpointRequest(parsing: body) } catch {
      return Self.answer(LedgerWitness.answer(to: error))
    }
    let origin = request.checkpoint.origin
    let now = clock()
    // Nearly everything that is refused is refused here, without a turn at writing.
    let first = try await store.read { store in
      try witness.answer(request, newest: store.witnessedLog(origin)?.head, at: now)
    }
    guard case .cosigned = first else { return Self.answer(first) }
    return Self.answer(
      try await store.write { store in
        let newest = try store.witnessedLog(origin)?.head
        let answer = witness.answer(request, newest: newest, at: now)
        guard case .cosigned(let head, let signature) = answer else { return answer }
        let note = SignedNote(
          text: request.note.text,
          signatures: request.note.signatures.filter { $0.keyID != signature.keyID } + [signature]
        )
        try store.save(
          WitnessedLog(origin: origin, head: head, note: note.bytes, cosignedAt: now)
        )
        return answer
      }
    )
  }

  private static func answer(_ answer: LedgerWitness.Answer) -> Answer {
    let body: String
    var contentType = "text/plain; charset=utf-8"
    switch answer {
    case .cosigned(_, let signature): body = signature.line
    case .conflict(let size):
      body = "\(size)\n"
      contentType = "text/x.tlog.size"
    case .badRequest: body = "this is no add-checkpoint request\n"
    case .forbidden: body = "unknown log, or invalid signature\n"
    case .unknownOrigin: body = "unknown log\n"
    case .inconsistent: body = "the consistency proof doesn't hold\n"
    }
    return Answer(status: answer.status, contentType: contentType, body: Array(body.utf8))
  }
}
