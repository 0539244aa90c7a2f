/// The right edge of a growing Merkle tree: all that appending needs, in memory that doesn't grow
/// with the tree.
public struct CompactRange: Sendable, Hashable {
  /// How many leaves were appended.
  public private(set) var size: Int64
  /// The hashes of the complete subtrees that make up the tree, the largest first: one for each bit
  /// that is set in `size`.
  public private(set) var hashes: [[UInt8]]

  /// A tree without leaves.
  public init() {
    size = 0
    hashes = []
  }

  /// Goes on with a tree of `size` leaves; the closure reads its complete subtrees.
  public init<Failure: Error>(
    size: Int64,
    reading node: (MerkleNode) throws(Failure) -> [UInt8]
  ) throws(Failure) {
    precondition(size >= 0)
    var hashes: [[UInt8]] = []
    for part in MerkleNode.covering(0..<size) { hashes.append(try node(part)) }
    self.size = size
    self.hashes = hashes
  }

  /// Appends a leaf, and returns the complete subtrees that it made, itself first.
  ///
  /// Hashes once a leaf on average, and once a level at most.
  @discardableResult
  public mutating func append(leafHash: [UInt8]) -> [(node: MerkleNode, hash: [UInt8])] {
    var index = size
    var level = 0
    var hash = leafHash
    var made = [(node: MerkleNode(level: 0, index: index), hash: hash)]
    while index & 1 == 1, let left = hashes.popLast() {
      hash = MerkleTree.nodeHash(left, hash)
      index >>= 1
      level += 1
      made.append((MerkleNode(level: level, index: index), hash))
    }
    hashes.append(hash)
    size += 1
    return made
  }

  /// The hash of the tree.
  public var rootHash: [UInt8] {
    guard var hash = hashes.last else { return MerkleTree.emptyRootHash }
    for left in hashes.dropLast().reversed() { hash = MerkleTree.nodeHash(left, hash) }
    return hash
  }

  /// The size and the hash of the tree.
  public var head: TreeHead { TreeHead(size: size, rootHash: rootHash) }
}
