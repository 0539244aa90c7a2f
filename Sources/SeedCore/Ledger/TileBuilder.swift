/// The right edge of a growing ledger in tiles: all that appending needs, in memory that doesn't grow
/// with the ledger (C2SP tlog-tiles).
public struct TileBuilder: Sendable {
  /// The tree as far as it was built.
  public private(set) var range: CompactRange
  // The unfinished bundle of leaves, and the unfinished tile of hashes at each level.
  private var bundle: [UInt8]
  private var hashes: [[UInt8]]

  /// Begins a ledger.
  public init() {
    range = CompactRange()
    bundle = []
    hashes = [[UInt8]](repeating: [], count: Tile.levelMax + 1)
  }

  /// Goes on with a ledger of `size` leaves.
  ///
  /// - Parameters:
  ///   - entries: The leaves after the last full bundle: `size % 256` of them.
  ///   - tile: Reads a tile of hashes, of which there is one a level at most; the bytes must be as
  ///     many as the tile's width asks for.
  public init<Failure: Error>(
    size: Int64,
    entries: [[UInt8]],
    reading tile: (Tile) throws(Failure) -> [UInt8]
  ) throws(Failure) {
    precondition(entries.count == Int(size % Int64(Tile.widthMax)))
    var hashes = [[UInt8]](repeating: [], count: Tile.levelMax + 1)
    for level in 0...Tile.levelMax {
      let width = Int64(Tile.widthMax)
      let count = size >> Int64(level * Tile.height)
      guard count % width > 0 else { continue }
      let edge = Tile(.hashes(level: level), index: count / width, width: Int(count % width))
      hashes[level] = try tile(edge)
      precondition(hashes[level].count == edge.width * MerkleTree.hashByteCount)
    }
    self.hashes = hashes
    bundle = EntryBundle.bytes(of: entries)
    // Every complete subtree at the right edge lies in one of these tiles.
    range = CompactRange(size: size) { node in
      Tile.hash(of: node, inTile: hashes[node.level / Tile.height]) ?? MerkleTree.emptyRootHash
    }
  }

  /// Appends a leaf, and hands out the tiles that it filled, the bundle of leaves first.
  ///
  /// The leaf must not be longer than ``EntryBundle/entryByteCountMax``.
  public mutating func append<Failure: Error>(
    _ leaf: [UInt8],
    filled: (Tile, [UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    let width = Int64(Tile.widthMax)
    bundle += EntryBundle.bytes(of: CollectionOfOne(leaf))
    let made = range.append(leafHash: MerkleTree.leafHash(leaf))
    if range.size % width == 0 {
      try filled(Tile(.entries, index: range.size / width - 1), bundle)
      bundle.removeAll(keepingCapacity: true)
    }
    for (node, hash) in made where node.level % Tile.height == 0 {
      let level = node.level / Tile.height
      hashes[level] += hash
      guard (node.index + 1) % width == 0 else { continue }
      try filled(Tile(.hashes(level: level), index: node.index / width), hashes[level])
      hashes[level].removeAll(keepingCapacity: true)
    }
  }

  /// The tiles that aren't full yet, the bundle of leaves first.
  public var unfinished: [(tile: Tile, bytes: [UInt8])] {
    let contents =
      [(Tile.Content.entries, bundle)]
      + hashes.enumerated().map { (.hashes(level: $0.offset), $0.element) }
    return contents.compactMap { content, bytes in
      let count = range.size / content.leafCount
      let width = Int(count % Int64(Tile.widthMax))
      guard width > 0 else { return nil }
      return (Tile(content, index: count / Int64(Tile.widthMax), width: width), bytes)
    }
  }
}
