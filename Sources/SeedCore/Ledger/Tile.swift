public import SeedMail

/// A tile of a ledger (C2SP tlog-tiles): up to 256 hashes of one height side by side, or the bundle
/// of as many leaves.
public struct Tile: Sendable, Hashable {
  /// The hashes of a full tile.
  public static let widthMax = 256
  /// The levels of the tree from one tile to the one above it.
  public static let height = 8

  /// What a tile holds.
  public enum Content: Sendable, Hashable {
    /// The hashes of subtrees of `256 ** level` leaves; `level` is 0 to 7.
    case hashes(level: Int)
    /// The leaves themselves.
    case entries

    /// How many leaves one of the tile's items stands for.
    var leafCount: Int64 {
      switch self {
      case .hashes(let level): 1 << Int64(level * Tile.height)
      case .entries: 1
      }
    }
  }

  /// The highest level at which there can be a tile, with 2^63-1 leaves.
  public static let levelMax = 7

  /// What it holds.
  public let content: Content
  /// Its place among the tiles of its kind.
  public let index: Int64
  /// How many items it holds, 1 to 256; less than 256 where the tree ended.
  public let width: Int

  /// Names a tile.
  public init(_ content: Content, index: Int64, width: Int = widthMax) {
    self.content = content
    self.index = index
    self.width = width
  }

  /// The tiles that a tree of `size` leaves has and one of `oldSize` leaves hadn't.
  ///
  /// They are in the order in which they are to be written: bundles of leaves first, then upwards.
  public static func added(from oldSize: Int64, to size: Int64) -> [Tile] {
    precondition((0...size).contains(oldSize))
    let contents = [.entries] + (0...levelMax).map { Content.hashes(level: $0) }
    return contents.flatMap { content in
      let (oldCount, count) = (oldSize / content.leafCount, size / content.leafCount)
      guard count > oldCount else { return [Tile]() }
      let width = Int64(widthMax)
      return (oldCount / width...(count - 1) / width).map { index in
        Tile(content, index: index, width: Int(min(width, count - index * width)))
      }
    }
  }

  /// The tile with which a tree of `size` leaves covers the same place; `nil` where it has none.
  public func inTree(size: Int64) -> Tile? {
    let start = index.multipliedReportingOverflow(by: Int64(Self.widthMax))
    let count = size / content.leafCount
    guard !start.overflow, index >= 0, start.partialValue < count else { return nil }
    return Tile(
      content,
      index: index,
      width: Int(min(Int64(Self.widthMax), count - start.partialValue))
    )
  }

  /// The tile of hashes from which a subtree's hash is found, as a tree of `size` leaves has it;
  /// `nil` where the tree hasn't got the whole subtree.
  public init?(holding node: MerkleNode, inTreeOfSize size: Int64) {
    guard (0...62).contains(node.level), node.index >= 0,
      node.index < size >> Int64(node.level)
    else { return nil }
    // The subtree's leftmost item, at the level of the tile.
    let first = node.index << Int64(node.level % Self.height)
    let level = node.level / Self.height
    guard
      let tile = Tile(.hashes(level: level), index: first / Int64(Self.widthMax)).inTree(size: size)
    else { return nil }
    self = tile
  }

  /// A subtree's hash, from the bytes of the tile that holds it; `nil` where they are too short.
  public static func hash(of node: MerkleNode, inTile bytes: [UInt8]) -> [UInt8]? {
    guard (0...62).contains(node.level), node.index >= 0 else { return nil }
    let count = 1 << (node.level % height)
    let first = Int((node.index % Int64(widthMax / count)) * Int64(count))
    let byteCount = MerkleTree.hashByteCount
    guard bytes.count >= (first + count) * byteCount else { return nil }
    var hashes = (first..<first + count).map { item in
      Array(bytes[item * byteCount..<(item + 1) * byteCount])
    }
    while hashes.count > 1 {
      hashes = stride(from: 0, to: hashes.count, by: 2).map {
        MerkleTree.nodeHash(hashes[$0], hashes[$0 + 1])
      }
    }
    return hashes[0]
  }
}

extension Tile {
  /// The longest path that is read.
  public static let pathByteCountMax = 64

  /// Where the tile lies under the ledger's folder or URL: `tile/0/x001/234.p/5`.
  public var path: String {
    let kind =
      switch content {
      case .hashes(let level): String(level)
      case .entries: "entries"
      }
    var groups: [String] = []
    var rest = index
    repeat {
      let digits = String(rest % 1000)
      let isLast = groups.isEmpty
      groups.append((isLast ? "" : "x") + String(repeating: "0", count: 3 - digits.count) + digits)
      rest /= 1000
    } while rest > 0
    let suffix = width == Self.widthMax ? "" : ".p/\(width)"
    return "tile/\(kind)/" + groups.reversed().joined(separator: "/") + suffix
  }

  /// Reads a path.
  ///
  /// - Throws: ``GrammarError`` unless it is exactly how a tile's path is written.
  public init(path: String) throws(GrammarError) {
    guard path.utf8.count <= Self.pathByteCountMax else { throw GrammarError(.tooLong, at: 0) }
    var parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    var width = Self.widthMax
    if parts.count > 2, parts[parts.count - 2].hasSuffix(".p") {
      width = Int(parts.removeLast()) ?? 0
      parts[parts.count - 1].removeLast(2)
    }
    guard parts.count >= 3, parts[0] == "tile", (1...Self.widthMax).contains(width) else {
      throw GrammarError(.malformedValue, at: 0)
    }
    let level = Int(parts[1])
    var index: Int64 = 0
    for part in parts[2...] {
      let digits = part.hasPrefix("x") ? part.dropFirst() : part[...]
      let scaled = index.multipliedReportingOverflow(by: 1000)
      guard let value = Int64(digits), !scaled.overflow, (0..<1000).contains(value) else {
        throw GrammarError(.malformedValue, at: 0)
      }
      index = scaled.partialValue &+ value
    }
    guard index >= 0,
      parts[1] == "entries" || level.map({ (0...Self.levelMax).contains($0) }) == true
    else { throw GrammarError(.malformedValue, at: 0) }
    self.init(level.map { .hashes(level: $0) } ?? .entries, index: index, width: width)
    // One tile has one path: no other number of zeros, no sign, no full tile as a partial one.
    guard self.path.utf8.elementsEqual(path.utf8) else {
      throw GrammarError(.malformedValue, at: 0)
    }
  }
}
