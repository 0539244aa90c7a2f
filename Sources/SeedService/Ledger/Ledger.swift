import Glibc
public import SeedCore

/// The ledger of one home: writes its tiles, and signs checkpoints over them.
///
/// The store is the truth, and its leaves never change. A checkpoint is signed only over tiles that are
/// on disk, and never where the store contradicts one that was signed before: by a row of the store,
/// or by the one that `log/` shows.
public actor Ledger {
  /// A point between two of a checkpoint's steps; a process may die at each.
  enum Step: Hashable, CaseIterable {
    case tileWritten, tilesSynchronized, signed, recorded, published
  }

  /// How many leaves are read at once.
  static let pageSize = 16 * Tile.widthMax
  /// How long another process's work on the ledger is waited for.
  static let lockTimeout = Duration.seconds(30)
  /// For how long the disk is left to others in all while tiles are written: the lock is held.
  static let restMax = Duration.seconds(5)

  private let executor = BlockingExecutor(label: "seed.ledger")
  // Sound: the actor owns its executor, so the executor outlives every job.
  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe executor.asUnownedSerialExecutor()
  }

  /// What the ledger's checkpoints are verified with; its name is the ledger's origin.
  public nonisolated let key: NoteKey
  /// What its configured witnesses cosign with.
  nonisolated let witnesses: [NoteKey]
  nonisolated let folder: LedgerFolder
  nonisolated let store: any Store
  private let signingKey: NoteSigningKey
  private let policy: [UInt8]
  private let lockPath: String
  let clock: @Sendable () -> Timestamp
  private let passed: @Sendable (Step) throws -> Void

  /// Makes a ledger for an open home.
  ///
  /// - Parameters:
  ///   - witnesses: What its witnesses cosign with.
  ///   - policy: What `log/policy` is to say; nothing is written where it is empty.
  ///   - passed: Is called at each step; what it throws ends the work there.
  init(
    home: Home,
    store: any Store,
    key: NoteSigningKey,
    witnesses: [NoteKey] = [],
    policy: [UInt8] = [],
    clock: @escaping @Sendable () -> Timestamp,
    passed: @escaping @Sendable (Step) throws -> Void = { _ in }
  ) {
    folder = LedgerFolder(path: home.logPath)
    self.store = store
    self.key = key.key
    signingKey = key
    self.witnesses = witnesses
    self.policy = policy
    lockPath = home.ledgerLockPath
    self.clock = clock
    self.passed = passed
  }

  /// Signs a checkpoint over all leaves that there are. Where none came since the newest one, that is
  /// shown again instead.
  ///
  /// When this returns, the checkpoint is in the store, and in `log/` with its tiles.
  ///
  /// - Parameter sharesDisk: Whether others who wait for the disk, such as a commit, get every second turn
  ///   for some seconds: each tile takes a sync.
  /// - Throws: ``LedgerError`` where it refuses or can't; and what the store throws.
  @discardableResult
  public func checkpoint(sharesDisk: Bool = false) async throws -> SignedCheckpoint {
    let lock = try await lock()
    defer { withExtendedLifetime(lock) {} }
    var history = try await history()
    if let shown = history.shown, shown.head.size > history.newestSize {
      try await adopt(shown, in: history)
      history = try await self.history()
    }
    if let newest = history.newest, newest.head.size == history.leafCount {
      try publish(newest)
      return newest
    }
    if let open = history.openRestoration { throw LedgerError.restored(leafCount: open.leafCount) }
    let head = try await writeTiles(history, sharesDisk: sharesDisk)
    try passed(.tilesSynchronized)
    let checkpoint = SignedCheckpoint(
      head: head,
      note: Checkpoint(origin: key.name, head: head).signed(by: signingKey).bytes,
      signedAt: clock()
    )
    try passed(.signed)
    let newest = try await record(checkpoint)
    try passed(.recorded)
    try publish(newest)
    try passed(.published)
    return newest
  }

  /// Checks what is cheap to check: the newest checkpoint's signature, and that the tiles at the right
  /// edge give its hash.
  ///
  /// - Throws: ``LedgerError`` for what doesn't hold.
  public func check() async throws {
    let history = try await history()
    _ = try await builder(history)
    guard let shown = history.shown, shown.head.size > history.newestSize else { return }
    try await requireSame(shown.head, in: history)
  }

  /// Decides in one transaction whether a checkpoint was signed: it is, when this returns it.
  private func record(_ checkpoint: SignedCheckpoint) async throws -> SignedCheckpoint {
    try await store.write { store in
      let leafCount = try store.leafCount()
      guard leafCount >= checkpoint.head.size else {
        throw LedgerError.leavesMissing(count: leafCount, signed: checkpoint.head.size)
      }
      if let open = try store.restorations().first(where: { $0.settledAt == nil }) {
        throw LedgerError.restored(leafCount: open.leafCount)
      }
      // Another process was faster; ours was never shown to anybody.
      if let newest = try store.newestCheckpoint(), newest.head.size >= checkpoint.head.size {
        return newest
      }
      try store.insert(checkpoint)
      return checkpoint
    }
  }

  /// Waits until no other process writes tiles.
  func lock() async throws -> LedgerLock {
    try await LedgerLock(path: lockPath, timeout: Self.lockTimeout)
  }

  /// Shows the newest checkpoint in `log/` as the store has it, with the signatures that came since.
  func publishNewest() async throws {
    let lock = try await lock()
    defer { withExtendedLifetime(lock) {} }
    if let newest = try await store.read({ try $0.newestCheckpoint() }) { try publish(newest) }
  }

  /// Shows the newest checkpoint where `log/` shows an older one: a process that signed it may have
  /// ended before.
  func showNewest() async throws {
    let newest = try await store.read { try $0.newestCheckpoint() }
    guard let newest, try folder.checkpoint() != newest.note else { return }
    let lock = try await lock()
    defer { withExtendedLifetime(lock) {} }
    let history = try await history()
    guard let newest = history.newest, history.signedSize == newest.head.size else { return }
    try publish(newest)
  }

  /// Shows a checkpoint in `log/`.
  func publish(_ checkpoint: SignedCheckpoint) throws {
    try folder.publish(checkpoint.note, policy: policy)
  }
}

// MARK: - What was signed

extension Ledger {
  /// What is known of the ledger's past.
  struct History {
    let leafCount: Int64
    let newest: SignedCheckpoint?
    let openRestoration: Restoration?
    /// What `log/checkpoint` shows.
    let shown: ShownCheckpoint?

    var newestSize: Int64 { newest?.head.size ?? 0 }
    var signedSize: Int64 { max(newestSize, shown?.head.size ?? 0) }
    var newestHead: TreeHead {
      newest?.head ?? TreeHead(size: 0, rootHash: MerkleTree.emptyRootHash)
    }
  }

  /// A checkpoint of this ledger that came from a file.
  struct ShownCheckpoint {
    let head: TreeHead
    let note: [UInt8]
  }

  /// Reads what was signed before, and refuses where that contradicts itself or the store.
  func history() async throws -> History {
    // The store's row is there before the file, so the file is read first.
    let shown = try folder.checkpoint().map { try read($0, path: folder.checkpointPath) }
    let history = try await store.read { store in
      History(
        leafCount: try store.leafCount(),
        newest: try store.newestCheckpoint(),
        openRestoration: try store.restorations().first { $0.settledAt == nil },
        shown: shown
      )
    }
    if let newest = history.newest {
      guard Self.signedHead(newest.note, by: key) == newest.head else {
        throw LedgerError.damagedCheckpoint(size: newest.head.size)
      }
    }
    guard history.leafCount >= history.signedSize else {
      throw LedgerError.leavesMissing(count: history.leafCount, signed: history.signedSize)
    }
    if let shown, shown.head.size <= history.newestSize {
      try await requireSame(shown.head, in: history)
    }
    return history
  }

  /// Reads a checkpoint that must be signed by this ledger.
  func read(_ note: [UInt8], path: String) throws -> ShownCheckpoint {
    guard let head = Self.signedHead(note, by: key) else {
      throw LedgerError.foreignCheckpoint(path: path)
    }
    return ShownCheckpoint(head: head, note: note)
  }

  /// What a note says, where it is a checkpoint of the ledger whose key this is.
  static func signedHead(_ note: [UInt8], by key: NoteKey) -> TreeHead? {
    guard let signed = try? SignedNote(parsing: note),
      let checkpoint = try? Checkpoint(parsing: signed.text),
      checkpoint.origin.utf8.elementsEqual(key.name.utf8),
      signed.verifiedSignatures(by: [key])?.isEmpty == false
    else { return nil }
    return checkpoint.head
  }

  /// Refuses where the store's leaves don't give the hash of a head.
  func requireSame(_ head: TreeHead, in history: History) async throws {
    guard head.size <= history.leafCount else {
      throw LedgerError.leavesMissing(count: history.leafCount, signed: head.size)
    }
    let rootHash: [UInt8]
    if let row = try await store.read({ try $0.checkpoint(size: head.size) }) {
      rootHash = row.head.rootHash
    } else if head.size < history.newestSize {
      var reader = TileReader(folder: folder, size: history.newestSize)
      rootHash = try MerkleTree.rootHash(size: head.size) { try reader.hash(of: $0) }
    } else {
      var builder = try await builder(history)
      try await extend(&builder, to: head.size) { _, _ in }
      rootHash = builder.range.rootHash
    }
    guard rootHash == head.rootHash else { throw LedgerError.contradiction(size: head.size) }
  }

  /// Enters a checkpoint of this ledger, of which the store had lost its row, after looking whether
  /// the store's leaves are those that it was signed over.
  func adopt(_ shown: ShownCheckpoint, in history: History) async throws {
    try await requireSame(shown.head, in: history)
    _ = try await writeTiles(history, to: shown.head.size)
    let row = SignedCheckpoint(head: shown.head, note: shown.note, signedAt: clock())
    try await store.write { store in
      guard try store.newestCheckpoint().map({ $0.head.size < row.head.size }) ?? true else {
        return
      }
      try store.insert(row)
    }
  }
}

// MARK: - Tiles

extension Ledger {
  /// The right edge as the newest checkpoint has it, from its tiles and its last leaves.
  func builder(_ history: History) async throws -> TileBuilder {
    let head = history.newestHead
    let count = head.size % Int64(Tile.widthMax)
    let start = head.size - count
    let entries = try await store.read {
      try $0.leaves(from: start, limit: Int(count)).map(\.bytes)
    }
    guard entries.count == Int(count) else {
      throw LedgerError.leavesMissing(count: start + Int64(entries.count), signed: head.size)
    }
    if let index = entries.firstIndex(where: { $0.count > EntryBundle.entryByteCountMax }) {
      throw LedgerError.malformedLeaf(index: start + Int64(index))
    }
    let builder = try TileBuilder(size: head.size, entries: entries) { try folder.hashes($0) }
    guard builder.range.rootHash == head.rootHash else {
      throw LedgerError.damagedTile(path: folder.tilesPath)
    }
    // The tile of the last leaves' hashes, and the leaves themselves, must agree.
    let hashes = entries.flatMap { MerkleTree.leafHash($0) }
    let edge = Tile(.hashes(level: 0), index: start / Int64(Tile.widthMax), width: Int(count))
    if count > 0, try folder.hashes(edge) != hashes {
      throw LedgerError.contradiction(size: head.size)
    }
    return builder
  }

  /// Appends the store's leaves up to `size`, and hands out the tiles that they fill.
  func extend(
    _ builder: inout TileBuilder,
    to size: Int64,
    filled: (Tile, [UInt8]) throws -> Void
  ) async throws {
    while builder.range.size < size {
      try Task.checkCancellation()
      let start = builder.range.size
      let limit = Int(min(Int64(Self.pageSize), size - start))
      let leaves = try await store.read { try $0.leaves(from: start, limit: limit).map(\.bytes) }
      guard leaves.count == limit else {
        throw LedgerError.leavesMissing(count: start + Int64(leaves.count), signed: size)
      }
      for leaf in leaves {
        guard leaf.count <= EntryBundle.entryByteCountMax else {
          throw LedgerError.malformedLeaf(index: builder.range.size)
        }
        try builder.append(leaf, filled: filled)
      }
    }
  }

  /// Writes what the tiles lack up to `size`, else up to the last leaf, and returns the head there.
  private func writeTiles(
    _ history: History,
    to size: Int64? = nil,
    sharesDisk: Bool = false
  ) async throws -> TreeHead {
    var builder = try await builder(history)
    var writer = LedgerFolder.Writer(folder)
    let passed = passed
    var rest = sharesDisk ? Self.restMax : .zero
    try await extend(&builder, to: size ?? history.leafCount) { tile, bytes in
      let start = ContinuousClock.now
      try writer.write(tile, bytes)
      try passed(.tileWritten)
      let time = min(start.duration(to: .now), rest)
      rest -= time
      // The thread is the ledger's own.
      if time > .zero { usleep(UInt32(time / .microseconds(1))) }
    }
    for (tile, bytes) in builder.unfinished where tile.inTree(size: history.newestSize) != tile {
      try writer.write(tile, bytes)
      try passed(.tileWritten)
    }
    try writer.synchronize()
    return builder.range.head
  }
}
