public import SeedMail

/// What a ledger asks of a witness (C2SP tlog-witness, `add-checkpoint`).
public struct AddCheckpointRequest: Sendable, Hashable {
  /// The most bytes a request may have.
  public static let byteCountMax = SignedNote.byteCountMax + (8 << 10)

  /// The size of the checkpoint that the witness cosigned last, as the ledger believes.
  public let oldSize: Int64
  /// What proves that the ledger only grew since.
  public let proof: [[UInt8]]
  /// The new checkpoint.
  public let note: SignedNote
  /// What the note says.
  public let checkpoint: Checkpoint

  /// Reads the body of a request.
  ///
  /// - Throws: ``GrammarError``.
  public init(parsing bytes: [UInt8]) throws(GrammarError) {
    guard bytes.count <= Self.byteCountMax else { throw GrammarError(.tooLong, at: bytes.count) }
    var lines = LineReader(bytes)
    let line = try lines.next()
    guard line.starts(with: "old ".utf8),
      let oldSize = Int64(decimal: String(decoding: line.dropFirst(4), as: UTF8.self))
    else { throw GrammarError(.malformedValue, at: 0) }
    self.oldSize = oldSize
    proof = try lines.nextHashes()
    note = try SignedNote(parsing: Array(lines.rest))
    checkpoint = try Checkpoint(parsing: note.text)
  }

  /// The body of a request.
  public static func bytes(oldSize: Int64, proof: [[UInt8]], note: SignedNote) -> [UInt8] {
    let lines = ["old \(oldSize)"] + proof.map { Base64.encode($0) }
    return Array((lines.joined(separator: "\n") + "\n\n").utf8) + note.bytes
  }
}

/// A witness: cosigns the checkpoints of other ledgers, each consistent with the one before.
///
/// It decides only. Whoever asks it keeps the newest head of each ledger, and has to compare and
/// write it in one transaction, before the answer goes out.
public struct LedgerWitness: Sendable {
  /// A ledger that is witnessed.
  public struct Log: Sendable, Hashable {
    /// The first line of its checkpoints.
    public let origin: String
    /// Its keys, whose names may differ from the origin.
    public let keys: [NoteKey]

    /// Names a ledger and its keys.
    public init(origin: String, keys: [NoteKey]) {
      self.origin = origin
      self.keys = keys
    }
  }

  /// What to answer, with the HTTP status that says it.
  public enum Answer: Sendable, Hashable {
    /// 200: keep the head as the ledger's newest, then send the signature's line.
    case cosigned(head: TreeHead, signature: NoteSignature)
    /// 400: no request, or the new checkpoint is older than the old one.
    case badRequest
    /// 403: no signature of a trusted key, or a forged one.
    case forbidden
    /// 404: the ledger isn't witnessed here.
    case unknownOrigin
    /// 409: the newest head has another size, which is the answer's body.
    case conflict(size: Int64)
    /// 422: the checkpoint isn't consistent with the newest head. It may prove misbehaviour.
    case inconsistent

    /// The HTTP status.
    public var status: Int {
      switch self {
      case .cosigned: 200
      case .badRequest: 400
      case .forbidden: 403
      case .unknownOrigin: 404
      case .conflict: 409
      case .inconsistent: 422
      }
    }
  }

  /// The ledgers that are witnessed.
  public let logs: [Log]
  /// What this witness cosigns with.
  public let key: NoteSigningKey

  /// Makes a witness; the key must be one for ``NoteKey/Algorithm/cosignature``.
  public init(logs: [Log], key: NoteSigningKey) {
    precondition(key.key.algorithm == .cosignature)
    self.logs = logs
    self.key = key
  }

  /// The answer to a body that ``AddCheckpointRequest/init(parsing:)`` threw an error for.
  public static func answer(to error: GrammarError) -> Answer {
    // Other decoders overlook set bits behind the end of a signature, and then find it invalid: for
    // them and for us it is no signature of a trusted key.
    error.reason == .malformedEncoding ? .forbidden : .badRequest
  }

  /// Answers a request, where `newest` is the head that was cosigned last for its origin, if any.
  public func answer(
    _ request: AddCheckpointRequest,
    newest: TreeHead?,
    at time: Timestamp
  ) -> Answer {
    let origin = request.checkpoint.origin
    let head = request.checkpoint.head
    guard let log = logs.first(where: { $0.origin.utf8.elementsEqual(origin.utf8) }) else {
      // A known ledger's key under another origin is no unknown ledger, but a signature that nobody
      // trusts there; a key's number is made from its name too, so this is a forgery or a mistake.
      let keyIDs = Set(logs.flatMap(\.keys).map(\.id))
      let isMisused = request.note.signatures.contains { keyIDs.contains($0.keyID) }
      return isMisused ? .forbidden : .unknownOrigin
    }
    guard let verified = request.note.verifiedSignatures(by: log.keys), !verified.isEmpty else {
      return .forbidden
    }
    guard request.oldSize <= head.size else { return .badRequest }
    let old = newest ?? TreeHead(size: 0, rootHash: MerkleTree.emptyRootHash)
    guard request.oldSize == old.size else { return .conflict(size: old.size) }
    guard MerkleTree.verifyConsistency(from: old, to: head, proof: request.proof) else {
      return .inconsistent
    }
    return .cosigned(head: head, signature: key.cosign(request.note.text, at: time))
  }
}
