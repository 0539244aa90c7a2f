public import SeedCore

extension Ledger {
  /// Makes `log/` anew from the store, up to the newest checkpoint, which stays as it is.
  ///
  /// The new tiles take the place of the old ones when all of them are on disk, and only where they
  /// give the hash of every checkpoint that was signed.
  ///
  /// - Returns: The newest checkpoint; `nil` where none was signed.
  /// - Throws: ``LedgerError``; `log/` is as it was, then.
  @discardableResult
  public func rebuild() async throws -> SignedCheckpoint? {
    let lock = try await lock()
    defer { withExtendedLifetime(lock) {} }
    let shown = try folder.checkpoint().map { try read($0, path: folder.checkpointPath) }
    let draft = try folder.draft()
    let newestSize: Int64
    do {
      newestSize = try await store.read { store in
        try Self.writeTiles(of: store, shown: shown?.head, to: draft)
      }
    } catch {
      try folder.discard(draft)
      throw error
    }
    if let shown, shown.head.size > newestSize {
      // The store had lost its row.
      let row = SignedCheckpoint(head: shown.head, note: shown.note, signedAt: clock())
      try await store.write { try $0.insert(row) }
    }
    try folder.replaceTiles(with: draft)
    let newest = try await store.read { try $0.newestCheckpoint() }
    if let newest { try publish(newest) }
    try await folder.publishTimestamps(in: store)
    return newest
  }

  /// Writes the tiles of every checkpoint, and returns the size of the newest one in the store.
  private static func writeTiles(
    of store: any StoreReader,
    shown: TreeHead?,
    to draft: LedgerFolder
  ) throws -> Int64 {
    let newestSize = try store.newestCheckpoint()?.head.size ?? 0
    let size = max(newestSize, shown?.size ?? 0)
    var writer = LedgerFolder.Writer(draft)
    var walk = try LedgerWalk(store) { try writer.write($0, $1) }
    try walk.eachHead(and: shown) { head, _, builder in
      guard builder.range.rootHash == head.rootHash else {
        throw LedgerError.contradiction(size: head.size)
      }
      for (tile, bytes) in builder.unfinished where tile.isPartial(inTreeOfSize: size) {
        try writer.write(tile, bytes)
      }
    }
    try writer.synchronize()
    return newestSize
  }
}

extension Tile {
  /// Whether a tree of `size` leaves has no full tile in this place yet, so that the partial ones of
  /// smaller trees are kept.
  func isPartial(inTreeOfSize size: Int64) -> Bool {
    inTree(size: size).map { $0.width < Tile.widthMax } ?? true
  }
}
