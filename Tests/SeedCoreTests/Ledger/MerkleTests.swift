import SeedCore
import SeedCrypto
import SeedTesting
import Testing

/// A tree as RFC 6962 §2.1 defines it, in words as close to the text as can be, to compare with.
private struct ReferenceTree {
  let leaves: [[UInt8]]

  func hash(_ range: Range<Int>) -> [UInt8] {
    if range.isEmpty { return SHA256.hash([]) }
    if range.count == 1 { return SHA256.hash([0] + leaves[range.lowerBound]) }
    let split = range.lowerBound + largestPowerOfTwo(below: range.count)
    return SHA256.hash([1] + hash(range.lowerBound..<split) + hash(split..<range.upperBound))
  }

  func path(_ index: Int, _ range: Range<Int>) -> [[UInt8]] {
    guard range.count > 1 else { return [] }
    let split = range.lowerBound + largestPowerOfTwo(below: range.count)
    return index < split
      ? path(index, range.lowerBound..<split) + [hash(split..<range.upperBound)]
      : path(index, split..<range.upperBound) + [hash(range.lowerBound..<split)]
  }

  func subproof(_ count: Int, _ range: Range<Int>, _ isWhole: Bool) -> [[UInt8]] {
    if count == range.count { return isWhole ? [] : [hash(range)] }
    let half = largestPowerOfTwo(below: range.count)
    let split = range.lowerBound + half
    return count <= half
      ? subproof(count, range.lowerBound..<split, isWhole) + [hash(split..<range.upperBound)]
      : subproof(count - half, split..<range.upperBound, false)
        + [hash(range.lowerBound..<split)]
  }

  /// A complete subtree.
  func node(_ node: MerkleNode) -> [UInt8] {
    let start = Int(node.index) << node.level
    return hash(start..<start + 1 << node.level)
  }

  private func largestPowerOfTwo(below count: Int) -> Int {
    var power = 1
    while power * 2 < count { power *= 2 }
    return power
  }
}

struct MerkleTests {
  private static let count = 24
  private let tree = ReferenceTree(leaves: (0..<count).map { [UInt8]("leaf \($0)".utf8) })

  private func head(_ size: Int) -> TreeHead {
    TreeHead(size: Int64(size), rootHash: tree.hash(0..<size))
  }

  @Test func `appending gives the same hashes as the definition`() {
    var range = CompactRange()
    #expect(range.head == head(0))
    for size in 1...Self.count {
      let leafHash = MerkleTree.leafHash(tree.leaves[size - 1])
      for made in range.append(leafHash: leafHash) {
        #expect(made.hash == tree.node(made.node))
      }
      #expect(range.head == head(size))
      #expect(range.hashes.count == size.nonzeroBitCount)
      #expect(CompactRange(size: Int64(size), reading: tree.node) == range)
      #expect(MerkleTree.rootHash(size: Int64(size), reading: tree.node) == range.rootHash)
    }
  }

  @Test(arguments: 1...count)
  func `every inclusion proof is as defined, verifies, and fails when changed`(size: Int) {
    for index in 0..<size {
      let proof = MerkleTree.inclusionProof(
        index: Int64(index),
        size: Int64(size),
        reading: tree.node
      )
      #expect(proof == tree.path(index, 0..<size))
      let leafHash = MerkleTree.leafHash(tree.leaves[index])
      func verify(
        _ leafHash: [UInt8],
        _ index: Int,
        _ proof: [[UInt8]],
        _ head: TreeHead
      ) -> Bool {
        MerkleTree.verifyInclusion(
          leafHash: leafHash,
          index: Int64(index),
          proof: proof,
          head: head
        )
      }
      #expect(verify(leafHash, index, proof, head(size)))
      #expect(!verify(MerkleTree.leafHash([]), index, proof, head(size)))
      for other in -1...size where other != index {
        #expect(!verify(leafHash, other, proof, head(size)))
      }
      #expect(!verify(leafHash, index, proof + [leafHash], head(size)))
      #expect(
        !verify(leafHash, index, proof, TreeHead(size: Int64(size), rootHash: leafHash.dropLast()))
      )
      for position in proof.indices {
        var changed = proof
        changed[position][0] ^= 1
        #expect(!verify(leafHash, index, changed, head(size)))
        changed.remove(at: position)
        #expect(!verify(leafHash, index, changed, head(size)))
      }
    }
  }

  @Test(arguments: 0...count)
  func `every consistency proof is as defined, verifies, and fails when changed`(size: Int) {
    for old in 0...size {
      let proof = MerkleTree.consistencyProof(
        from: Int64(old),
        to: Int64(size),
        reading: tree.node
      )
      #expect(proof == (old == 0 ? [] : tree.subproof(old, 0..<size, true)))
      #expect(MerkleTree.verifyConsistency(from: head(old), to: head(size), proof: proof))
      let wrong = TreeHead(size: Int64(old), rootHash: SHA256.hash([1]))
      #expect(!MerkleTree.verifyConsistency(from: wrong, to: head(size), proof: proof))
      let extended = proof + [SHA256.hash([])]
      #expect(!MerkleTree.verifyConsistency(from: head(old), to: head(size), proof: extended))
      if old < size {
        #expect(!MerkleTree.verifyConsistency(from: head(size), to: head(old), proof: proof))
      }
      for position in proof.indices {
        var changed = proof
        changed[position][0] ^= 1
        #expect(!MerkleTree.verifyConsistency(from: head(old), to: head(size), proof: changed))
        changed.remove(at: position)
        #expect(!MerkleTree.verifyConsistency(from: head(old), to: head(size), proof: changed))
      }
    }
  }

  @Test func `sizes at the end of the range neither trap nor loop`() {
    let hash = SHA256.hash([])
    let proof = Array(repeating: hash, count: 63)
    for size in [Int64.max, Int64.max - 1, 1 << 62, -1, .min] {
      let head = TreeHead(size: size, rootHash: hash)
      for index in [0, size &- 1, Int64.max] {
        #expect(!MerkleTree.verifyInclusion(leafHash: hash, index: index, proof: proof, head: head))
      }
      let old = TreeHead(size: max(1, size / 2), rootHash: hash)
      #expect(!MerkleTree.verifyConsistency(from: old, to: head, proof: proof))
    }
    let node: (MerkleNode) -> [UInt8] = { _ in hash }
    #expect(MerkleTree.inclusionProof(index: .max - 1, size: .max, reading: node).count == 62)
    #expect(MerkleTree.rootHash(size: .max, reading: node).count == 32)
    #expect(!MerkleTree.consistencyProof(from: 1 << 61 + 1, to: .max, reading: node).isEmpty)
  }
}
