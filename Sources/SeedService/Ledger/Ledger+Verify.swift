public import SeedCore

/// What a ledger's verification found.
public struct LedgerReport: Sendable, Hashable {
  /// Something that doesn't hold.
  public struct Fault: Sendable, Hashable {
    /// Where: `leaf 12`, `checkpoint 300`, `token 300 tsa`, or the path of a file.
    public let place: String
    /// What is wrong there.
    public let problem: String
  }

  /// How many faults are named.
  public static let faultCountMax = 20

  /// How many leaves, checkpoints, tiles and timestamp tokens were looked at.
  public internal(set) var leafCount = 0, checkpointCount = 0, tileCount = 0, tokenCount = 0
  /// How many faults there are.
  public private(set) var faultCount = 0
  /// The first of them.
  public private(set) var faults: [Fault] = []

  /// Whether everything holds.
  public var isValid: Bool { faultCount == 0 }

  /// Begins a report that has looked at nothing yet.
  public init() {}

  /// Adds a fault.
  public mutating func add(_ place: String, _ problem: String) {
    faultCount += 1
    if faults.count < Self.faultCountMax { faults.append(Fault(place: place, problem: problem)) }
  }
}

extension Ledger {
  /// Says what is wrong with a token over a checkpoint's note; `nil` where nothing is.
  public typealias TokenCheck = @Sendable (TimestampToken, SignedCheckpoint) -> String?

  /// Checks every leaf against the store's records, and every tile, checkpoint and token.
  ///
  /// It reads the whole ledger once, in memory that doesn't grow with it.
  ///
  /// - Parameters:
  ///   - checkToken: Looks at each token.
  ///   - progress: Is told how many leaves were looked at since the last time.
  /// - Throws: What the store throws, and ``LedgerError/system(path:_:)``. What doesn't hold is in the
  ///   report instead.
  public func verify(
    checkToken: @escaping TokenCheck = { _, _ in nil },
    progress: @escaping @Sendable (Int) -> Void = { _ in }
  ) async throws -> LedgerReport {
    let shown = try folder.checkpoint()
    return try await store.read { [folder, key, witnesses] store in
      try LedgerVerification(
        folder: folder,
        keys: [key] + witnesses,
        checkToken: checkToken,
        progress: progress
      ).run(store, shown: shown)
    }
  }
}

/// One run of a verification.
private final class LedgerVerification {
  private let folder: LedgerFolder
  /// The ledger's key, then those of its witnesses.
  private let keys: [NoteKey]
  private let checkToken: Ledger.TokenCheck
  private let progress: @Sendable (Int) -> Void
  private var report = LedgerReport()
  private var audit = LeafAudit()

  init(
    folder: LedgerFolder,
    keys: [NoteKey],
    checkToken: @escaping Ledger.TokenCheck,
    progress: @escaping @Sendable (Int) -> Void
  ) {
    self.folder = folder
    self.keys = keys
    self.checkToken = checkToken
    self.progress = progress
  }

  func run(_ store: any StoreReader, shown: [UInt8]?) throws -> LedgerReport {
    let newest = try store.newestCheckpoint()
    let size = newest?.head.size ?? 0
    do {
      var walk = try LedgerWalk(store, leaf: { try self.check($0, $1, in: store) }) {
        // Behind the newest checkpoint there needn't be tiles.
        if $0.inTree(size: size) == $0 { try self.check($0, $1) }
      }
      try walk.eachHead(and: shownHead(shown)) { head, checkpoint, builder in
        try self.check(head, checkpoint, builder, newestSize: size, in: store)
      }
      try walk.advance(to: store.leafCount())
      if let newest { try checkShown(newest) }
      for problem in try audit.missing(in: store) { report.add("store", problem) }
    } catch let error as LedgerError {
      // Nothing behind this can be looked at.
      if case .system = error { throw error }
      report.add("store", error.description)
    }
    return report
  }

  private func check(_ leaf: Leaf, _ index: Int64, in store: any StoreReader) throws {
    report.leafCount += 1
    if report.leafCount.isMultiple(of: Tile.widthMax) { progress(Tile.widthMax) }
    do {
      if let problem = try audit.problem(with: leaf, at: index, in: store) {
        report.add("leaf \(index)", problem)
      }
    } catch StoreError.damaged {
      report.add("leaf \(index)", "what it commits to can't be read")
    }
  }

  private func check(_ tile: Tile, _ expected: [UInt8]) throws {
    report.tileCount += 1
    let path = folder.path(of: tile)
    do {
      let bytes = try folder.read(tile)
      if bytes == nil { report.add(path, "it is missing") }
      if let bytes, bytes != expected { report.add(path, "it isn't what the store's leaves give") }
    } catch LedgerError.damagedTile {
      report.add(path, "it can't be read")
    }
  }

  /// The head of what `log/` shows, which is to be checked like one of the store.
  private func shownHead(_ shown: [UInt8]?) -> TreeHead? {
    guard let shown else { return nil }
    let head = signedHead(shown)
    if head == nil {
      report.add(folder.checkpointPath, "it is no checkpoint that this ledger signed")
    }
    return head
  }

  /// Looks whether `log/` shows the newest checkpoint; now, since a running daemon may have signed one
  /// just before.
  private func checkShown(_ newest: SignedCheckpoint) throws {
    guard let shown = try folder.checkpoint() else {
      return report.add(folder.checkpointPath, "it is missing; run `seedctl ledger checkpoint`")
    }
    if let head = signedHead(shown), head.size < newest.head.size {
      report.add(folder.checkpointPath, "it isn't the newest; run `seedctl ledger checkpoint`")
    }
  }

  private func check(
    _ head: TreeHead,
    _ checkpoint: SignedCheckpoint?,
    _ builder: TileBuilder,
    newestSize: Int64,
    in store: any StoreReader
  ) throws {
    guard let checkpoint else {
      if builder.range.rootHash != head.rootHash {
        report.add(folder.checkpointPath, "the store's leaves don't give its hash")
      } else if head.size > newestSize {
        report.add(folder.checkpointPath, "the store has lost its row")
      }
      return
    }
    report.checkpointCount += 1
    let place = "checkpoint \(head.size)"
    if builder.range.rootHash != head.rootHash {
      report.add(place, "the store's leaves don't give its hash")
    }
    if signedHead(checkpoint.note) != head {
      report.add(place, "its note isn't signed by this ledger, or says something else")
    } else if (try? SignedNote(parsing: checkpoint.note))?.verifiedSignatures(by: keys) == nil {
      report.add(place, "a cosignature that is said to be a configured witness's isn't")
    }
    for (tile, bytes) in builder.unfinished where tile.isPartial(inTreeOfSize: newestSize) {
      try check(tile, bytes)
    }
    for token in try store.timestamps(ofCheckpoint: head.size) {
      report.tokenCount += 1
      let place = "token \(head.size) \(token.authority)"
      if let problem = checkToken(token, checkpoint) { report.add(place, problem) }
      let leaf = try store.leaves(from: token.leafIndex, limit: 1).first
      if leaf != Commitment.token(token.token, checkpointSize: head.size) {
        report.add(place, "leaf \(token.leafIndex) doesn't commit to it")
      }
    }
  }

  /// What a note says, where the ledger signed it.
  private func signedHead(_ note: [UInt8]) -> TreeHead? {
    keys.first.flatMap { Ledger.signedHead(note, by: $0) }
  }
}
