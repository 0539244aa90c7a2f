import SeedCore
import Testing

struct TileBuilderTests {
  private func leaf(_ index: Int64) -> [UInt8] {
    Array("leaf \(index)".utf8) + [UInt8](repeating: 7, count: Int(index % 5))
  }

  /// Every tile of a tree of `size` leaves, made with the definition of C2SP tlog-tiles.
  private func tiles(_ size: Int64) -> [Tile: [UInt8]] {
    var level = (0..<size).map { MerkleTree.leafHash(leaf($0)) }
    var tiles: [Tile: [UInt8]] = [:]
    for tile in Tile.added(from: 0, to: size) where tile.content == .entries {
      let start = tile.index * 256
      tiles[tile] = EntryBundle.bytes(of: (start..<start + Int64(tile.width)).map(leaf))
    }
    for number in 0...2 {
      for tile in Tile.added(from: 0, to: size) where tile.content == .hashes(level: number) {
        let start = Int(tile.index) * 256
        tiles[tile] = Array(level[start..<start + tile.width].joined())
      }
      level = stride(from: 0, to: level.count - 255, by: 256).map { start in
        var range = CompactRange()
        for hash in level[start..<start + 256] { range.append(leafHash: hash) }
        return range.rootHash
      }
    }
    return tiles
  }

  @Test(arguments: [0, 1, 2, 255, 256, 257, 511, 512, 700, 65_537])
  func `a builder makes the tiles that the definition asks for`(size: Int64) {
    var builder = TileBuilder()
    var made: [Tile: [UInt8]] = [:]
    for index in 0..<size { builder.append(leaf(index)) { made[$0] = $1 } }
    for (tile, bytes) in builder.unfinished { made[tile] = bytes }
    #expect(made == tiles(size))
    #expect(builder.range.size == size)
  }

  @Test(arguments: [
    (0, 5), (1, 2), (200, 300), (255, 256), (256, 257), (511, 1030), (65_530, 65_540),
  ])
  func `a builder that goes on makes what one from the start makes`(old: Int64, new: Int64) {
    var first = TileBuilder()
    for index in 0..<old { first.append(leaf(index)) { _, _ in } }
    let known = tiles(old)
    var builder = TileBuilder(
      size: old,
      entries: (old / 256 * 256..<old).map(leaf),
      reading: { known[$0] ?? [] }
    )
    #expect(builder.range == first.range)
    var made = known
    for index in old..<new { builder.append(leaf(index)) { made[$0] = $1 } }
    for (tile, bytes) in builder.unfinished { made[tile] = bytes }
    for (tile, bytes) in tiles(new) { #expect(made[tile] == bytes, "\(tile.path)") }
  }
}
