import SeedCore

/// Reads the hashes of subtrees from the tiles on disk, each tile once.
struct TileReader {
  let folder: LedgerFolder
  /// The size of the tree whose tiles are there: the newest checkpoint's.
  let size: Int64
  private var tiles: [Tile: [UInt8]] = [:]

  init(folder: LedgerFolder, size: Int64) {
    self.folder = folder
    self.size = size
  }

  /// The hash of a subtree that lies within the tree.
  ///
  /// - Throws: ``LedgerError/damagedTile(path:)`` where its tile is missing or too short.
  mutating func hash(of node: MerkleNode) throws -> [UInt8] {
    guard let tile = Tile(holding: node, inTreeOfSize: size) else {
      throw LedgerError.damagedTile(path: folder.tilesPath)
    }
    let bytes = try tiles[tile] ?? folder.hashes(tile)
    tiles[tile] = bytes
    guard let hash = Tile.hash(of: node, inTile: bytes) else {
      throw LedgerError.damagedTile(path: folder.path(of: tile))
    }
    return hash
  }
}

extension LedgerFolder {
  /// The bytes of a tile of hashes, as many as its width asks for.
  ///
  /// - Throws: ``LedgerError/damagedTile(path:)`` where it is missing or too short.
  func hashes(_ tile: Tile) throws -> [UInt8] {
    guard let bytes = try read(tile), bytes.count == tile.width * MerkleTree.hashByteCount else {
      throw LedgerError.damagedTile(path: path(of: tile))
    }
    return bytes
  }
}
