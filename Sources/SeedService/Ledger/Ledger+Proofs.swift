public import SeedCore

extension Ledger {
  /// What proves that one checkpoint's ledger began as another's.
  public struct ConsistencyProof: Sendable, Hashable {
    /// The older size.
    public let oldSize: Int64
    /// The hashes (RFC 6962 §2.1.2).
    public let hashes: [[UInt8]]
    /// The newer checkpoint.
    public let checkpoint: SignedCheckpoint

    /// The proof as it is written down: C2SP tlog-witness, the body of `add-checkpoint`.
    public var bytes: [UInt8] {
      let lines = ["old \(oldSize)"] + hashes.map { Base64.encode($0) }
      return Array((lines.joined(separator: "\n") + "\n\n").utf8) + checkpoint.note
    }
  }

  /// Proves that a leaf is in the ledger, under the newest checkpoint or the one over `size` leaves.
  ///
  /// It reads a tile a level, however large the ledger is.
  ///
  /// - Throws: ``LedgerError``: for a leaf that isn't there or isn't under the checkpoint, and where a
  ///   tile is missing or damaged.
  public func proof(
    ofLeaf index: Int64,
    under size: Int64? = nil
  ) async throws -> TlogProof {
    let (leaf, count, checkpoint, newest) = try await store.read { store in
      (
        index >= 0 ? try store.leaves(from: index, limit: 1).first : nil, try store.leafCount(),
        try size.map { try store.checkpoint(size: $0) } ?? store.newestCheckpoint(),
        try store.newestCheckpoint()
      )
    }
    guard let leaf else { throw LedgerError.noLeaf(index: index, count: count) }
    if let size, checkpoint == nil { throw LedgerError.noCheckpoint(size: size) }
    guard let checkpoint, let newest, index < checkpoint.head.size else {
      throw LedgerError.notSigned(index: index)
    }
    var reader = TileReader(folder: folder, size: newest.head.size)
    let hashes = try MerkleTree.inclusionProof(index: index, size: checkpoint.head.size) {
      try reader.hash(of: $0)
    }
    // No proof goes out that doesn't hold.
    guard
      MerkleTree.verifyInclusion(
        leafHash: MerkleTree.leafHash(leaf.bytes),
        index: index,
        proof: hashes,
        head: checkpoint.head
      )
    else { throw LedgerError.damagedTile(path: folder.tilesPath) }
    guard let note = try? SignedNote(parsing: checkpoint.note) else {
      throw LedgerError.damagedCheckpoint(size: checkpoint.head.size)
    }
    return TlogProof(index: index, hashes: hashes, note: note)
  }

  /// Proves that the ledger of the newest checkpoint, or of the one over `size` leaves, began as the
  /// one of `oldSize` leaves.
  ///
  /// - Throws: ``LedgerError``: where there is no such checkpoint, and where a tile is missing or
  ///   damaged.
  public func consistencyProof(
    from oldSize: Int64,
    to size: Int64? = nil
  ) async throws -> ConsistencyProof {
    let (old, checkpoint, newest) = try await store.read { store in
      (
        try store.checkpoint(size: oldSize),
        try size.map { try store.checkpoint(size: $0) } ?? store.newestCheckpoint(),
        try store.newestCheckpoint()
      )
    }
    guard let checkpoint, let newest else { throw LedgerError.noCheckpoint(size: size ?? 0) }
    guard (0...checkpoint.head.size).contains(oldSize) else {
      throw LedgerError.noCheckpoint(size: oldSize)
    }
    var reader = TileReader(folder: folder, size: newest.head.size)
    let hashes = try MerkleTree.consistencyProof(from: oldSize, to: checkpoint.head.size) {
      try reader.hash(of: $0)
    }
    let rootHash =
      try old?.head.rootHash
      ?? MerkleTree.rootHash(size: oldSize) { try reader.hash(of: $0) }
    guard
      MerkleTree.verifyConsistency(
        from: TreeHead(size: oldSize, rootHash: rootHash),
        to: checkpoint.head,
        proof: hashes
      )
    else { throw LedgerError.damagedTile(path: folder.tilesPath) }
    return ConsistencyProof(oldSize: oldSize, hashes: hashes, checkpoint: checkpoint)
  }

  /// Lends a reader of the hashes of complete subtrees below the newest checkpoint, which is the one
  /// over `size` leaves; each tile is read once.
  ///
  /// What it reads isn't checked here. It throws ``LedgerError`` where a tile is missing or damaged.
  public nonisolated func readingSubtrees<Result>(
    ofSize size: Int64,
    _ body: ((MerkleNode) throws -> [UInt8]) throws -> Result
  ) rethrows -> Result {
    var reader = TileReader(folder: folder, size: size)
    return try body { try reader.hash(of: $0) }
  }
}
