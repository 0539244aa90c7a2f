import Synchronization

/// A store that lives as long as its process: for tests, and for explaining a message without a home.
public final class InMemoryStore: Store {
  private let state = Mutex(InMemoryState())

  /// Makes an empty store.
  public init() {}

  public func read<Result: Sendable>(
    _ body: @escaping @Sendable (any StoreReader) throws -> Result
  ) async throws -> Result {
    try body(InMemoryTransaction(state.withLock { $0 }))
  }

  public func write<Result: Sendable>(
    _ body: @escaping @Sendable (any StoreWriter) throws -> Result
  ) async throws -> Result {
    // The lock is held throughout, so that writes follow each other. A body that throws leaves the
    // old state, because it changed a copy.
    try state.withLock { state in
      let transaction = InMemoryTransaction(state)
      let result = try body(transaction)
      state = transaction.state
      return result
    }
  }
}

/// Everything that an in-memory store holds.
struct InMemoryState: Sendable {
  /// A message's identity.
  struct DeliveryKey: Hashable {
    let messageDigest: [UInt8]
    let baseName: String
  }

  /// What there is one sighting of.
  struct SightingKey: Hashable {
    let seed: Identifier<Seed>
    let delivery: DeliveryKey
  }

  /// A sighting with all that hangs on it.
  struct SightingRecord {
    /// With its newest facts.
    var sighting: Sighting
    var looks: [SightingLook]
    var judgements: [Judgement] = []

    var judged: JudgedSighting? {
      judgements.last.map { JudgedSighting(sighting: sighting, judgement: $0) }
    }
  }

  /// A look at a key with its DNS answers.
  struct KeyCheckRecord {
    let check: KeyCheck
    let dnsArchive: [UInt8]
  }

  var organisations: [Identifier<Organisation>: Organisation] = [:]
  var seeds: [Identifier<Seed>: Seed] = [:]
  var seedsByToken: [MatchToken: Identifier<Seed>] = [:]
  var notices: [[UInt8]: [UInt8]] = [:]
  var knownFiles: Set<FileIdentity> = []
  var deliveries: Set<DeliveryKey> = []
  var messages: [[UInt8]: [UInt8]] = [:]
  var sightings: [Identifier<Sighting>: SightingRecord] = [:]
  var sightingKeys: Set<SightingKey> = []
  var judgements: Set<Identifier<Judgement>> = []
  var keyChecks: [Identifier<KeyCheck>: KeyCheckRecord] = [:]
  var cases: [Identifier<Case>: Case] = [:]
  var findings: [Identifier<Finding>: Finding] = [:]
  var events: [FindingEvent] = []
  var silences: [Identifier<Silence>: Silence] = [:]
  var leaves: [Leaf] = []
  var checkpoints: [SignedCheckpoint] = []
  var restorations: [Restoration] = []
  var timestamps: [TimestampToken] = []
  // By the bytes of their origins: two spellings of a letter are two ledgers.
  var witnessedLogs: [[UInt8]: WitnessedLog] = [:]
  var dayCounts: [String: DayCounts] = [:]
  var outbox: [OutboxRow] = []
  var channelStates: [String: ChannelState] = [:]
  var memos: [String: String] = [:]
}

/// A transaction on a copy of the state.
final class InMemoryTransaction: StoreWriter {
  var state: InMemoryState

  init(_ state: InMemoryState) { self.state = state }

  /// At most `limit` of the records after an identifier, oldest first.
  func page<Record: Identified>(
    _ records: some Sequence<Record>,
    after id: Identifier<Record>?,
    limit: Int,
    by key: (Record) -> Identifier<Record>
  ) -> [Record] {
    let later = records.filter { record in id.map { $0 < key(record) } ?? true }
    return Array(later.sorted { key($0) < key($1) }.prefix(max(0, limit)))
  }

  /// Throws where a record is there already.
  func refuse(_ isThere: Bool) throws(StoreError) {
    if isThere { throw .exists }
  }

  /// Throws where a record that another one refers to isn't there.
  func require(_ isThere: Bool) throws(StoreError) {
    if !isThere { throw .dangling }
  }
}
