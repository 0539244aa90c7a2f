import SeedCore
import SeedCrypto
import SeedTesting
import Testing

struct TileTests {
  @Test(arguments: [
    (Tile(.hashes(level: 0), index: 0), "tile/0/000"),
    (Tile(.hashes(level: 0), index: 0, width: 5), "tile/0/000.p/5"),
    (Tile(.hashes(level: 2), index: 1_234_067), "tile/2/x001/x234/067"),
    (Tile(.entries, index: 999), "tile/entries/999"),
    (Tile(.entries, index: 1000, width: 255), "tile/entries/x001/000.p/255"),
    (Tile(.hashes(level: 7), index: 127, width: 1), "tile/7/127.p/1"),
  ])
  func `a tile has one path`(tile: Tile, path: String) throws {
    #expect(tile.path == path)
    #expect(try Tile(path: path) == tile)
  }

  @Test(arguments: [
    "", "tile", "tile/0", "tile/0/", "tile/00/000", "tile/8/000", "tile/-1/000", "tile/x/000",
    "tile/0/00", "tile/0/0000", "tile/0/x000", "tile/0/x000/000", "tile/0/001/000", "tile/0/x001",
    "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/05", "tile/0/000.p/", "tile/0/000.p",
    "tile/0/000/5", "tile/0/+00", "/tile/0/000", "tile/0/000/", "tile/entries/000.p/1/2",
    "tile/0/x999/x999/x999/x999/x999/x999/x999/999", "tile//000", "tile/0/\u{0660}\u{0660}\u{0660}",
    "tile/0/../000", "checkpoint",
  ])
  func `what is no tile's path is refused`(path: String) {
    #expect(throws: GrammarError.self) { try Tile(path: path) }
  }

  // The example of C2SP tlog-tiles, "Partial Tiles".
  @Test func `a tree of 70,000 leaves has the tiles of the example`() {
    let tiles = Tile.added(from: 0, to: 70_000)
    func widths(_ content: Tile.Content) -> [Int] {
      tiles.filter { $0.content == content }.map(\.width)
    }
    #expect(widths(.hashes(level: 0)) == Array(repeating: 256, count: 273) + [112])
    #expect(widths(.hashes(level: 1)) == [256, 17])
    #expect(widths(.hashes(level: 2)) == [1])
    #expect(widths(.entries) == widths(.hashes(level: 0)))
    #expect(tiles.count == 274 * 2 + 3)
    #expect(
      Tile.added(from: 255, to: 256).map(\.path) == [
        "tile/entries/000", "tile/0/000", "tile/1/000.p/1",
      ]
    )
    #expect(Tile.added(from: 256, to: 256).isEmpty)
    #expect(
      Tile.added(from: 256, to: 257).map(\.path) == [
        "tile/entries/001.p/1", "tile/0/001.p/1",
      ]
    )
  }

  @Test(arguments: [1, 2, 255, 256, 257, 511, 600] as [Int64])
  func `every subtree is found in its tile`(size: Int64) throws {
    var range = CompactRange()
    var hashes: [MerkleNode: [UInt8]] = [:]
    for index in 0..<size {
      let leafHash = MerkleTree.leafHash(Array("\(index)".utf8))
      for made in range.append(leafHash: leafHash) { hashes[made.node] = made.hash }
    }
    func bytes(_ tile: Tile) throws -> [UInt8] {
      guard case .hashes(let level) = tile.content else { return [] }
      return try (0..<tile.width).flatMap { item in
        let index = tile.index * Int64(Tile.widthMax) + Int64(item)
        return try #require(hashes[MerkleNode(level: level * Tile.height, index: index)])
      }
    }
    for (node, hash) in hashes {
      let tile = try #require(Tile(holding: node, inTreeOfSize: size))
      let contents = try bytes(tile)
      #expect(contents.count == tile.width * MerkleTree.hashByteCount)
      #expect(Tile.hash(of: node, inTile: contents) == hash)
      #expect(Tile.hash(of: node, inTile: []) == nil)
      #expect(Tile.added(from: 0, to: size).contains(tile))
    }
    for node in [
      MerkleNode(level: 0, index: size), MerkleNode(level: 20, index: 0),
      MerkleNode(level: -1, index: 0), MerkleNode(level: 63, index: 0),
      MerkleNode(level: 0, index: -1),
    ] {
      #expect(Tile(holding: node, inTreeOfSize: size) == nil)
    }
  }

  @Test func `a bundle gives its leaves back`() throws {
    let entries: [[UInt8]] = [[], [1], Array(repeating: 7, count: 65_535), [2, 3]]
    let bundle = EntryBundle.bytes(of: entries)
    #expect(try EntryBundle.entries(in: bundle.span).map { Array(bundle[$0]) } == entries)
    #expect(bundle.count == 4 * 2 + 65_538)
    let full = EntryBundle.bytes(of: Array(repeating: [], count: 256))
    #expect(try EntryBundle.entries(in: full.span).count == 256)
  }

  @Test(
    arguments: [
      ([0], .unexpectedEnd, 0), ([0, 2, 1], .unexpectedEnd, 2), ([0, 1, 9, 0], .unexpectedEnd, 3),
      (Array(repeating: 0, count: 514), .tooMany, 512),
    ] as [([UInt8], GrammarError.Reason, Int)]
  )
  func `a bundle that is cut off is refused`(
    bytes: [UInt8],
    reason: GrammarError.Reason,
    offset: Int
  ) {
    #expect(throws: GrammarError(reason, at: offset)) { try EntryBundle.entries(in: bytes.span) }
  }
}
