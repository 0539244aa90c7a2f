public import SeedMail

/// A line of the ledger before it is in the tree.
public struct Leaf: Sendable, Hashable {
  /// What a leaf commits to (its `t`).
  public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
    case mint, rcpt, dns, judge, tsr, stat, plan, open, note
  }

  /// What it commits to.
  public let kind: Kind
  /// Its bytes: RFC 8785 JSON.
  public let bytes: [UInt8]
  /// The record that it commits to, by the number of its identifier; `nil` where there is none.
  public let subject: Int64?
  /// What opens the commitment, as RFC 8785 JSON with its salts; kept here, never published.
  public let opening: [UInt8]

  /// Makes a leaf.
  public init(kind: Kind, bytes: [UInt8], subject: Int64?, opening: [UInt8] = []) {
    self.kind = kind
    self.bytes = bytes
    self.subject = subject
    self.opening = opening
  }
}

/// What was counted on one day (UTC).
public struct DayCounts: Sendable, Hashable {
  /// The day, `2026-11-22`.
  public let day: String
  /// Recipients in the catch-all domain, live seeds among them, near misses, and unknown ones.
  public var recipients = 0, known = 0, near = 0, unknown = 0
  /// Recipients that the own MTA refused on our word.
  public var refused = 0

  /// A day on which nothing was counted yet.
  public init(day: String) { self.day = day }
}

/// Reads leaves and counts.
public protocol LedgerReader {
  /// How many leaves there are.
  func leafCount() throws -> Int64
  /// At most `limit` leaves from an index on, in order.
  func leaves(from index: Int64, limit: Int) throws -> [Leaf]
  /// The indices of the leaves that commit to a record, oldest first.
  func leafIndices(kind: Leaf.Kind, subject: Int64) throws -> [Int64]
  /// What was counted on each day from `day` on, oldest first.
  func dayCounts(from day: String) throws -> [DayCounts]
}

/// Adds leaves and counts.
public protocol LedgerWriter {
  /// Adds a leaf and returns its index; indices have no gaps. A leaf never changes.
  func append(_ leaf: Leaf) throws -> Int64
  /// Adds to a day's counts.
  func add(_ counts: DayCounts) throws
}

/// What the ledger signed at one size.
public struct SignedCheckpoint: Sendable, Hashable {
  /// How many leaves there were, and the hash over them.
  public let head: TreeHead
  /// The signed note, with the cosignatures that it has so far.
  public let note: [UInt8]
  /// When the ledger signed it, by its own clock.
  public let signedAt: Timestamp
  /// Whether enough of the configured witnesses cosigned it.
  public let isWitnessed: Bool

  /// Makes a record of a checkpoint.
  public init(head: TreeHead, note: [UInt8], signedAt: Timestamp, isWitnessed: Bool = false) {
    self.head = head
    self.note = note
    self.signedAt = signedAt
    self.isWitnessed = isWitnessed
  }

  /// The checkpoint with more signatures under its note, each once.
  ///
  /// - Throws: ``StoreError/damaged`` where the note isn't one.
  package func adding(_ signatures: [NoteSignature], isWitnessed: Bool) throws -> SignedCheckpoint {
    guard let known = try? SignedNote(parsing: note).signatures else { throw StoreError.damaged }
    let new = signatures.filter { !known.contains($0) }
    return SignedCheckpoint(
      head: head,
      note: note + new.flatMap { Array($0.line.utf8) },
      signedAt: signedAt,
      isWitnessed: self.isWitnessed || isWitnessed
    )
  }
}

/// That the store was made of a backup: the ledger may have signed more than the backup knows of, so
/// nothing new is signed before that is settled.
public struct Restoration: Sendable, Hashable {
  /// When the backup was restored.
  public let restoredAt: Timestamp
  /// How many leaves the backup had.
  public let leafCount: Int64
  /// When it became certain that the ledger contradicts nothing; `nil` before.
  public let settledAt: Timestamp?
  /// What made it certain, in words; empty before.
  public let reason: String

  /// Makes a record of a restoration.
  public init(
    restoredAt: Timestamp,
    leafCount: Int64,
    settledAt: Timestamp? = nil,
    reason: String = ""
  ) {
    self.restoredAt = restoredAt
    self.leafCount = leafCount
    self.settledAt = settledAt
    self.reason = reason
  }
}

/// Reads what the ledger signed.
public protocol CheckpointReader {
  /// The checkpoint of a size.
  func checkpoint(size: Int64) throws -> SignedCheckpoint?
  /// The checkpoint of the greatest size.
  func newestCheckpoint() throws -> SignedCheckpoint?
  /// Of the checkpoints that were witnessed, the one of the greatest size.
  func newestWitnessedCheckpoint() throws -> SignedCheckpoint?
  /// At most `limit` checkpoints from a size on, the smallest first.
  func checkpoints(from size: Int64, limit: Int) throws -> [SignedCheckpoint]
  /// Every time that this store was made of a backup, oldest first.
  func restorations() throws -> [Restoration]
}

/// Records what the ledger signed. Nothing here is ever taken back.
public protocol CheckpointWriter {
  /// Adds a checkpoint. One that isn't larger than all before is refused with ``StoreError/exists``,
  /// one of more leaves than there are with ``StoreError/dangling``.
  func insert(_ checkpoint: SignedCheckpoint) throws
  /// Puts signatures under a checkpoint's note, each once, and marks it as witnessed where `isWitnessed`
  /// says so; it stays witnessed. Once a timestamp token covers the note, a new signature is refused
  /// with ``StoreError/frozen``.
  func append(
    _ signatures: [NoteSignature],
    toCheckpoint size: Int64,
    isWitnessed: Bool
  ) throws
  /// Records that this store was made of a backup.
  func insert(_ restoration: Restoration) throws
  /// Settles every restoration that isn't settled yet; returns how many there were.
  @discardableResult
  func settleRestorations(at now: Timestamp, reason: String) throws -> Int
}

/// An RFC 3161 token over the exact bytes of a checkpoint's note.
public struct TimestampToken: Sendable, Hashable {
  /// The size of the checkpoint.
  public let checkpointSize: Int64
  /// The authority's name in the configuration.
  public let authority: String
  /// The token, in DER.
  public let token: [UInt8]
  /// The authority's certificates, in PEM: tokens are asked for without them.
  public let chain: [UInt8]
  /// When the note existed, as the authority says.
  public let generatedAt: Timestamp
  /// The index of the `tsr` leaf that commits to the token.
  public let leafIndex: Int64

  /// Makes a record of a token.
  public init(
    checkpointSize: Int64,
    authority: String,
    token: [UInt8],
    chain: [UInt8],
    generatedAt: Timestamp,
    leafIndex: Int64
  ) {
    self.checkpointSize = checkpointSize
    self.authority = authority
    self.token = token
    self.chain = chain
    self.generatedAt = generatedAt
    self.leafIndex = leafIndex
  }
}

/// Reads timestamp tokens.
public protocol TimestampReader {
  /// At most `limit` tokens over checkpoints from a size on, the smallest first, those over one
  /// checkpoint by authority.
  func timestamps(from size: Int64, limit: Int) throws -> [TimestampToken]
  /// The tokens over one checkpoint, by authority.
  func timestamps(ofCheckpoint size: Int64) throws -> [TimestampToken]
  /// The token of an authority over the greatest checkpoint that it stamped.
  func newestTimestamp(by authority: String) throws -> TimestampToken?
}

/// Keeps timestamp tokens.
public protocol TimestampWriter {
  /// Adds a token, after its checkpoint and its leaf; it never changes. A second one of the same
  /// checkpoint and authority, or with the same leaf, is refused with ``StoreError/exists``.
  func insert(_ token: TimestampToken) throws
}

/// What this node, as a witness, cosigned last for somebody's ledger.
public struct WitnessedLog: Sendable, Hashable {
  /// Which ledger it is.
  public let origin: String
  /// The head that was cosigned.
  public let head: TreeHead
  /// The checkpoint's note.
  public let note: [UInt8]
  /// When it was cosigned.
  public let cosignedAt: Timestamp

  /// Makes a record of a ledger that is witnessed.
  public init(origin: String, head: TreeHead, note: [UInt8], cosignedAt: Timestamp) {
    self.origin = origin
    self.head = head
    self.note = note
    self.cosignedAt = cosignedAt
  }

  /// Whether a ledger may be at this head when it was at the other one's before, as far as sizes and
  /// hashes alone say.
  package func mayFollow(_ old: WitnessedLog) -> Bool {
    head.size > old.head.size || head == old.head
  }
}

/// Reads what was cosigned for others.
public protocol WitnessReader {
  /// What was cosigned last for a ledger.
  func witnessedLog(_ origin: String) throws -> WitnessedLog?
  /// What was cosigned last for each ledger, by origin.
  func witnessedLogs() throws -> [WitnessedLog]
}

/// Records what is cosigned for others.
public protocol WitnessWriter {
  /// Replaces what was cosigned last for a ledger; compare it in the same transaction. A smaller size,
  /// and another hash at the same size, are refused with ``StoreError/frozen``.
  func save(_ log: WitnessedLog) throws
}
