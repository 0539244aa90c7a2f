public import SeedMail

/// The place where everything but the vault is kept: the one truth, from which the rest is derived.
///
/// Transactions are serializable: a write sees every earlier write, and none of its own effects is
/// visible before it returns. When ``write(_:)`` returns, its effects are on disk; when it throws,
/// there are none. A change that is refused inside a transaction leaves the transaction as it was, so
/// that a closure may catch the error and go on. Closures may run once more when the store is busy, so
/// they have no effects but those on the transaction. A store that reads a disk runs them outside the
/// cooperative pool.
///
/// A record whose identifier is there already is refused with ``StoreError/exists``, and one that
/// refers to a record that isn't there, or a change of such a one, with ``StoreError/dangling``. A
/// change of what stays as it is, is refused with ``StoreError/frozen``. What is refused for several
/// reasons may be refused with any of them. A limit of 0 or less gives nothing.
public protocol Store: BytePacking, Sendable {
  /// Reads from one consistent state.
  func read<Result: Sendable>(
    _ body: @escaping @Sendable (any StoreReader) throws -> Result
  ) async throws -> Result

  /// Reads and changes in one transaction.
  func write<Result: Sendable>(
    _ body: @escaping @Sendable (any StoreWriter) throws -> Result
  ) async throws -> Result
}

/// Bytes as a store keeps them: packed by it, outside of any transaction.
public struct PackedBytes: Sendable, Hashable {
  /// How many bytes they are unpacked.
  public let byteCount: Int
  /// The bytes in the form of the store that packed them.
  public let frame: [UInt8]

  /// Joins a size and what was packed.
  public init(byteCount: Int, frame: [UInt8]) {
    self.byteCount = byteCount
    self.frame = frame
  }
}

/// Packs bytes for a store. It is pure work, which is better done before a transaction than inside.
public protocol BytePacking {
  /// Packs bytes.
  func packed(_ bytes: [UInt8]) throws -> PackedBytes
}

extension BytePacking {
  /// The bytes as they are, for stores that don't pack.
  public func packed(_ bytes: [UInt8]) -> PackedBytes {
    PackedBytes(byteCount: bytes.count, frame: bytes)
  }
}

/// Why a store can't be used.
public enum StoreError: Error, Hashable, Sendable {
  /// There is no store at this place.
  case missing
  /// There is one already.
  case exists
  /// A newer version of this project wrote it.
  case newerVersion
  /// Another process holds it for longer than the deadline.
  case busy
  /// The disk is full.
  case full
  /// The file is damaged, or no store.
  case damaged
  /// The page of this number, from 1, of the file isn't as it was written.
  case damagedPage(Int64)
  /// A file or folder can be read by others, or can't be used by this user.
  case permissions
  /// A record refers to one that isn't there.
  case dangling
  /// A record that stays as it is would change.
  case frozen
  /// The disk failed to read or write.
  case inputOutput
}

/// What may be asked of a store inside a transaction.
public protocol StoreReader: OrganisationReader, SeedReader, SightingReader, FindingReader,
  LedgerReader, CheckpointReader, TimestampReader, WitnessReader, OutboxReader, KeyCheckReader,
  MemoReader
{}

/// What may be changed in a store inside a transaction.
public protocol StoreWriter: StoreReader, OrganisationWriter, SeedWriter, SightingWriter,
  FindingWriter, LedgerWriter, CheckpointWriter, TimestampWriter, WitnessWriter, OutboxWriter,
  KeyCheckWriter, MemoWriter
{}

/// Reads the register of organisations.
public protocol OrganisationReader {
  /// One organisation with all its domains.
  func organisation(_ id: Identifier<Organisation>) throws -> Organisation?
  /// All organisations, oldest first.
  func organisations() throws -> [Organisation]
}

/// Changes the register of organisations.
public protocol OrganisationWriter {
  /// Adds an organisation with its domains.
  func insert(_ organisation: Organisation) throws
  /// Changes an organisation's name.
  func rename(_ id: Identifier<Organisation>, to name: String) throws
  /// Adds an entry to an organisation.
  func add(_ domain: OrganisationDomain, to id: Identifier<Organisation>) throws
  /// Marks every entry for a domain that isn't revoked yet; returns how many there were.
  @discardableResult
  func revoke(_ domain: String, of id: Identifier<Organisation>, at now: Timestamp) throws -> Int
  /// Marks every learned entry for a domain that is neither approved nor revoked yet as looked at;
  /// returns how many there were.
  @discardableResult
  func approve(_ domain: String, of id: Identifier<Organisation>) throws -> Int
}

/// Reads seeds.
public protocol SeedReader {
  /// One seed.
  func seed(_ id: Identifier<Seed>) throws -> Seed?
  /// The seeds that have one of these tokens; the cost doesn't depend on how many seeds there are.
  func seeds(matching tokens: [MatchToken]) throws -> [MatchToken: Seed]
  /// At most `limit` seeds after an identifier, oldest first, of one organisation or of all.
  func seeds(
    after id: Identifier<Seed>?,
    limit: Int,
    organisation: Identifier<Organisation>?
  ) throws -> [Seed]
  /// The seeds whose identifier begins with these symbols, at most `limit`.
  func seeds(beginning part: IdentifierText.Part, limit: Int) throws -> [Seed]
  /// How many seeds there are: all, and controls among them.
  func seedCounts() throws -> (all: Int, controls: Int)
  /// Every control, oldest first. The cost grows with the number of seeds.
  func controls() throws -> [Seed]
  /// A privacy notice that was kept at sign-up.
  func notice(_ digest: [UInt8]) throws -> [UInt8]?
}

/// Changes seeds.
public protocol SeedWriter {
  /// Adds a seed, after its organisation, its leaf and its notice. A token that is there already is
  /// refused with ``StoreError/exists``.
  func insert(_ seed: Seed) throws
  /// Records when a seed was retired, or that it is in use again.
  func setRetired(_ id: Identifier<Seed>, at time: Timestamp?) throws
  /// Records when consent was withdrawn, or that it was given again.
  func setWithdrawn(_ id: Identifier<Seed>, at time: Timestamp?) throws
  /// Keeps a privacy notice under its SHA-256; once, however many seeds share it.
  func insertNotice(_ bytes: [UInt8], digest: [UInt8]) throws
}

/// A file in a maildir as the file system shows it, so that it needn't be opened again.
public struct FileIdentity: Sendable, Hashable {
  /// The base name: what stands before `:2,` in the file's name; the same as its delivery's.
  public let baseName: String
  /// The inode.
  public let inode: UInt64
  /// The size in bytes.
  public let byteCount: Int64
  /// The time of the last change of the contents, in nanoseconds since 1970.
  public let modifiedAt: Int64

  /// Names a file.
  public init(baseName: String, inode: UInt64, byteCount: Int64, modifiedAt: Int64) {
    self.baseName = baseName
    self.inode = inode
    self.byteCount = byteCount
    self.modifiedAt = modifiedAt
  }
}

/// A message that was taken in, whether or not it reached a seed.
public struct Delivery: Sendable, Hashable {
  /// SHA-256 of its bytes.
  public let messageDigest: [UInt8]
  /// Its base name; with the digest it is the message's identity.
  public let baseName: String
  /// Its file; `nil` for a message that came out of an mbox.
  public let file: FileIdentity?
  /// When it was taken in.
  public let takenAt: Timestamp

  /// Makes a delivery.
  public init(messageDigest: [UInt8], baseName: String, file: FileIdentity?, takenAt: Timestamp) {
    self.messageDigest = messageDigest
    self.baseName = baseName
    self.file = file
    self.takenAt = takenAt
  }
}

/// A sighting with its newest judgement.
public struct JudgedSighting: Sendable, Hashable {
  /// The sighting.
  public let sighting: Sighting
  /// The judgement that holds.
  public let judgement: Judgement

  /// Joins a sighting and a judgement.
  public init(sighting: Sighting, judgement: Judgement) {
    self.sighting = sighting
    self.judgement = judgement
  }
}

/// A look at a sighting's message: what it showed, and the DNS answers that this rests on.
public struct SightingLook: Sendable, Hashable {
  /// When it was recorded.
  public let at: Timestamp
  /// What it showed.
  public let facts: MessageFacts
  /// The DNS answers, as they were archived; empty for none.
  public let dnsArchive: [UInt8]

  /// Makes a record of a look.
  public init(at: Timestamp, facts: MessageFacts, dnsArchive: [UInt8]) {
    self.at = at
    self.facts = facts
    self.dnsArchive = dnsArchive
  }
}

/// Reads what arrived, and what was made of it. A sighting shows once it is judged.
public protocol SightingReader {
  /// Which of these files were taken in already.
  func knownFiles(among files: [FileIdentity]) throws -> Set<FileIdentity>
  /// Whether a message of that identity was taken in already.
  func isTaken(messageDigest: [UInt8], baseName: String) throws -> Bool
  /// One sighting with the judgement that holds.
  func sighting(_ id: Identifier<Sighting>) throws -> JudgedSighting?
  /// At most `limit` sightings of a seed after an identifier, oldest first.
  func sightings(
    of seed: Identifier<Seed>,
    after id: Identifier<Sighting>?,
    limit: Int
  ) throws -> [JudgedSighting]
  /// At most `limit` sightings that a finding gathers, after an identifier, oldest first.
  func sightings(
    of seed: Identifier<Seed>,
    from sender: SenderKey,
    after id: Identifier<Sighting>?,
    limit: Int
  ) throws -> [JudgedSighting]
  /// The recipient that the oldest sighting of a seed names.
  func firstRecipient(of seed: Identifier<Seed>) throws -> String?
  /// At most `limit` sightings after an identifier whose judgement is pending, oldest first.
  func pendingSightings(after id: Identifier<Sighting>?, limit: Int) throws -> [JudgedSighting]
  /// How many sightings have a judgement that is pending.
  func pendingSightingCount() throws -> Int
  /// Of the seed's sightings that are expected and authenticated, the one that arrived first.
  func baseline(of seed: Identifier<Seed>) throws -> Identifier<Sighting>?
  /// Every judgement of a sighting, oldest first.
  func judgements(of id: Identifier<Sighting>) throws -> [Judgement]
  /// One judgement.
  func judgement(_ id: Identifier<Judgement>) throws -> Judgement?
  /// The bytes of a message that reached a seed.
  func message(_ digest: [UInt8]) throws -> [UInt8]?
  /// The DNS answers that a sighting's newest facts rest on, as they were archived.
  func dnsArchive(of id: Identifier<Sighting>) throws -> [UInt8]?
  /// Every look at a sighting's message, oldest first: the last one holds.
  func looks(of id: Identifier<Sighting>) throws -> [SightingLook]
  /// How many sightings there are, and when the newest arrived.
  func sightingSummary() throws -> (count: Int, newest: Timestamp?)
}

/// Records what arrives, and what is made of it. Nothing here is ever changed or taken back.
public protocol SightingWriter: BytePacking {
  /// Records that a message was taken in; `false` when its identity was known. Its file is remembered
  /// in both cases, so that a maildir that was copied is read once and not for ever.
  func insert(_ delivery: Delivery) throws -> Bool
  /// Keeps the bytes of a message that reached a seed; once, however many seeds it reached.
  func insertMessage(_ message: PackedBytes, digest: [UInt8]) throws
  /// Records a sighting, after its delivery and its message, with the DNS answers that its judgement
  /// rests on. A second one of the same message and seed is refused with ``StoreError/exists``.
  func insert(_ sighting: Sighting, dnsArchive: [UInt8]) throws
  /// Records what a later look at a message found, with the DNS answers that it rests on: from now
  /// on these are the sighting's facts. The earlier ones are kept.
  func append(
    _ facts: MessageFacts,
    dnsArchive: [UInt8],
    to id: Identifier<Sighting>,
    at now: Timestamp
  ) throws
  /// Records a judgement, which holds from now on.
  func append(_ judgement: Judgement) throws
}

/// Which findings to read.
public struct FindingQuery: Sendable, Hashable {
  /// The states that are wanted.
  public var states: Set<Finding.State>
  /// The case; `nil` for all.
  public var caseID: Identifier<Case>?
  /// At most so many, newest first.
  public var limit: Int

  /// Makes a query.
  public init(
    states: Set<Finding.State> = Set(Finding.State.allCases),
    caseID: Identifier<Case>? = nil,
    limit: Int = 1000
  ) {
    self.states = states
    self.caseID = caseID
    self.limit = limit
  }
}

/// Reads findings and cases.
public protocol FindingReader {
  /// One finding.
  func finding(_ id: Identifier<Finding>) throws -> Finding?
  /// The finding for a seed and a sender.
  func finding(of seed: Identifier<Seed>, from sender: SenderKey) throws -> Finding?
  /// Findings by state and case, newest first.
  func findings(_ query: FindingQuery) throws -> [Finding]
  /// How many findings there are in each state that one is in.
  func findingCounts() throws -> [Finding.State: Int]
  /// How many findings of a case have a sighting; counting ends at `limit`.
  func liveFindingCount(of id: Identifier<Case>, limit: Int) throws -> Int
  /// Events after a sequence number, oldest first, of one finding or of all.
  func events(
    after sequence: Int64,
    of finding: Identifier<Finding>?,
    limit: Int
  ) throws -> [FindingEvent]
  /// The newest event's sequence number; 0 where there is none.
  func lastEventSequence() throws -> Int64
  /// One case.
  func `case`(_ id: Identifier<Case>) throws -> Case?
  /// The case of an organisation and a sender.
  func `case`(of organisation: Identifier<Organisation>?, from sender: SenderKey) throws -> Case?
  /// All cases, newest first.
  func cases(limit: Int) throws -> [Case]
  /// All silences that hold at `now`, oldest first.
  func silences(at now: Timestamp) throws -> [Silence]
}

/// Changes findings and cases.
public protocol FindingWriter {
  /// Adds a case. A second one of the same organisation and sender is refused with
  /// ``StoreError/exists``.
  func insert(_ newCase: Case) throws
  /// Adds a finding, or replaces the one with its identifier. Another one of the same seed and sender
  /// is refused with ``StoreError/exists``.
  func save(_ finding: Finding) throws
  /// Records what happened to a finding and returns its sequence number; it never changes afterwards.
  @discardableResult
  func append(_ event: FindingEvent) throws -> Int64
  /// Adds a silence.
  func insert(_ silence: Silence) throws
}

extension SightingWriter {
  /// Packs and keeps the bytes of a message that reached a seed.
  public func insertMessage(_ bytes: [UInt8], digest: [UInt8]) throws {
    try insertMessage(packed(bytes), digest: digest)
  }
}
