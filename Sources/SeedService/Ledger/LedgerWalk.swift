import SeedCore

/// Goes through all leaves of a store in order, and builds the tree over them.
struct LedgerWalk {
  private(set) var builder = TileBuilder()
  private let store: any StoreReader
  private let leafCount: Int64
  private let leaf: (Leaf, Int64) throws -> Void
  private let filled: (Tile, [UInt8]) throws -> Void

  /// Prepares a walk; memory doesn't grow with the ledger.
  ///
  /// - Parameters:
  ///   - leaf: Is called with each leaf and its index.
  ///   - filled: Is called with each tile that became full.
  init(
    _ store: any StoreReader,
    leaf: @escaping (Leaf, Int64) throws -> Void = { _, _ in },
    filled: @escaping (Tile, [UInt8]) throws -> Void
  ) throws {
    self.store = store
    leafCount = try store.leafCount()
    self.leaf = leaf
    self.filled = filled
  }

  /// Goes on to the first `size` leaves.
  ///
  /// - Throws: ``LedgerError`` where there are fewer, or one can't be in a ledger; and what the
  ///   closures throw.
  mutating func advance(to size: Int64) throws {
    while builder.range.size < size {
      try Task.checkCancellation()
      let start = builder.range.size
      let limit = Int(min(Int64(Ledger.pageSize), size - start))
      let leaves = try store.leaves(from: start, limit: limit)
      guard leaves.count == limit else {
        throw LedgerError.leavesMissing(count: start + Int64(leaves.count), signed: size)
      }
      for leaf in leaves {
        let index = builder.range.size
        try self.leaf(leaf, index)
        guard leaf.bytes.count <= EntryBundle.entryByteCountMax else {
          throw LedgerError.malformedLeaf(index: index)
        }
        try builder.append(leaf.bytes, filled: filled)
      }
    }
  }

  /// Goes to the size of each checkpoint in order, and of one more head, then calls `body` with the
  /// head, the checkpoint where it is one's, and the tree.
  mutating func eachHead(
    and other: TreeHead?,
    _ body: (TreeHead, SignedCheckpoint?, TileBuilder) throws -> Void
  ) throws {
    var other = other
    var start: Int64 = 0
    while true {
      let page = try store.checkpoints(from: start, limit: 100)
      for checkpoint in page {
        if let head = other, head.size <= checkpoint.head.size {
          try advance(to: head.size)
          try body(head, nil, builder)
          other = nil
        }
        try advance(to: checkpoint.head.size)
        try body(checkpoint.head, checkpoint, builder)
      }
      guard let last = page.last else { break }
      start = last.head.size + 1
    }
    if let head = other {
      try advance(to: head.size)
      try body(head, nil, builder)
    }
  }
}
