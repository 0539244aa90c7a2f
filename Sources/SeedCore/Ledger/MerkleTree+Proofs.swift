extension MerkleTree {
  /// The hash of the tree of the first `size` leaves.
  public static func rootHash<Failure: Error>(
    size: Int64,
    reading node: (MerkleNode) throws(Failure) -> [UInt8]
  ) throws(Failure) -> [UInt8] {
    size == 0 ? emptyRootHash : try subtreeHash(0..<size, reading: node)
  }

  /// RFC 6962 §2.1.1: what proves that the leaf at `index` is in the tree of the first `size` leaves,
  /// from the leaf upwards.
  ///
  /// `index` must be within `0..<size`.
  public static func inclusionProof<Failure: Error>(
    index: Int64,
    size: Int64,
    reading node: (MerkleNode) throws(Failure) -> [UInt8]
  ) throws(Failure) -> [[UInt8]] {
    precondition((0..<size).contains(index))
    var proof: [[UInt8]] = []
    var leaves = 0..<size
    // From the root downwards: the half without the leaf is proved by its hash.
    while leaves.count > 1 {
      let split = split(leaves)
      if index < split {
        proof.append(try subtreeHash(split..<leaves.upperBound, reading: node))
        leaves = leaves.lowerBound..<split
      } else {
        proof.append(try subtreeHash(leaves.lowerBound..<split, reading: node))
        leaves = split..<leaves.upperBound
      }
    }
    return proof.reversed()
  }

  /// RFC 6962 §2.1.2: what proves that the tree of the first `size` leaves began as that of the first
  /// `oldSize`.
  ///
  /// `oldSize` must be within `0...size`.
  public static func consistencyProof<Failure: Error>(
    from oldSize: Int64,
    to size: Int64,
    reading node: (MerkleNode) throws(Failure) -> [UInt8]
  ) throws(Failure) -> [[UInt8]] {
    precondition((0...size).contains(oldSize))
    guard oldSize > 0, oldSize < size else { return [] }
    var proof: [[UInt8]] = []
    var leaves = 0..<size
    // From the root downwards, to the subtree that ends where the old tree did.
    while oldSize < leaves.upperBound {
      let split = split(leaves)
      if oldSize <= split {
        proof.append(try subtreeHash(split..<leaves.upperBound, reading: node))
        leaves = leaves.lowerBound..<split
      } else {
        proof.append(try subtreeHash(leaves.lowerBound..<split, reading: node))
        leaves = split..<leaves.upperBound
      }
    }
    // The old tree's own hash is known to whoever checks the proof.
    if leaves.lowerBound > 0 { proof.append(try subtreeHash(leaves, reading: node)) }
    return proof.reversed()
  }

  /// RFC 6962 §2.1: the largest power of two below the number of leaves, from where they start.
  private static func split(_ leaves: Range<Int64>) -> Int64 {
    let count = leaves.upperBound - leaves.lowerBound
    return leaves.lowerBound + 1 << Int64(63 - (count - 1).leadingZeroBitCount)
  }

  private static func subtreeHash<Failure: Error>(
    _ leaves: Range<Int64>,
    reading node: (MerkleNode) throws(Failure) -> [UInt8]
  ) throws(Failure) -> [UInt8] {
    var hash: [UInt8]?
    for part in MerkleNode.covering(leaves).reversed() {
      let left = try node(part)
      hash = hash.map { nodeHash(left, $0) } ?? left
    }
    return hash ?? emptyRootHash
  }
}

extension MerkleTree {
  /// Whether `proof` shows that the leaf with a hash is at `index` in the tree with a head
  /// (RFC 9162 §2.1.3.2).
  ///
  /// A hash of another length than 32 bytes proves nothing.
  public static func verifyInclusion(
    leafHash: [UInt8],
    index: Int64,
    proof: [[UInt8]],
    head: TreeHead
  ) -> Bool {
    guard index >= 0, index < head.size, areHashes(proof + [leafHash, head.rootHash]) else {
      return false
    }
    var node = index
    var last = head.size - 1
    var hash = leafHash
    for sibling in proof {
      guard last > 0 else { return false }
      if node & 1 == 1 || node == last {
        hash = nodeHash(sibling, hash)
        while node & 1 == 0, node != 0 {
          node >>= 1
          last >>= 1
        }
      } else {
        hash = nodeHash(hash, sibling)
      }
      node >>= 1
      last >>= 1
    }
    return last == 0 && hash == head.rootHash
  }

  /// Whether `proof` shows that the tree with a head began as the one with an older head
  /// (RFC 9162 §2.1.4.2).
  ///
  /// A hash of another length than 32 bytes proves nothing. The empty tree is the beginning of every
  /// tree, and takes no proof.
  public static func verifyConsistency(
    from old: TreeHead,
    to new: TreeHead,
    proof: [[UInt8]]
  ) -> Bool {
    guard old.size >= 0, old.size <= new.size,
      areHashes(proof + [old.rootHash, new.rootHash]),
      old.size > 0 || old.rootHash == emptyRootHash
    else { return false }
    if old.size == new.size { return proof.isEmpty && old.rootHash == new.rootHash }
    if old.size == 0 { return proof.isEmpty }
    // Where the old tree is complete, its own hash begins the path.
    let isComplete = old.size & (old.size - 1) == 0
    var path = (isComplete ? [old.rootHash] : []) + proof
    guard !path.isEmpty else { return false }
    var node = old.size - 1
    var last = new.size - 1
    while node & 1 == 1 {
      node >>= 1
      last >>= 1
    }
    var oldHash = path.removeFirst()
    var newHash = oldHash
    for sibling in path {
      guard last > 0 else { return false }
      if node & 1 == 1 || node == last {
        oldHash = nodeHash(sibling, oldHash)
        newHash = nodeHash(sibling, newHash)
        while node & 1 == 0, node != 0 {
          node >>= 1
          last >>= 1
        }
      } else {
        newHash = nodeHash(newHash, sibling)
      }
      node >>= 1
      last >>= 1
    }
    return last == 0 && oldHash == old.rootHash && newHash == new.rootHash
  }

  private static func areHashes(_ hashes: [[UInt8]]) -> Bool {
    hashes.count <= proofCountMax + 2 && hashes.allSatisfy { $0.count == hashByteCount }
  }
}
