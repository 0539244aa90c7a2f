import SeedCrypto

/// The hashes of an append-only Merkle tree (RFC 6962 §2.1), with SHA-256.
///
/// The functions that make proofs read complete subtrees through a closure, so that they don't care
/// where hashes are kept; each of them reads at most two for every level of the tree.
public enum MerkleTree {
  /// The length of a hash in bytes.
  public static let hashByteCount = SHA256.byteCount
  /// The longest proof: a tree has at most 2^63-1 leaves.
  public static let proofCountMax = 63

  /// RFC 6962 §2.1: the hash of a tree without leaves.
  public static let emptyRootHash = SHA256.hash([])

  /// RFC 6962 §2.1: the hash of a leaf.
  public static func leafHash(_ leaf: [UInt8]) -> [UInt8] { SHA256.hash([0x00] + leaf) }

  /// RFC 6962 §2.1: the hash of a node over two others.
  public static func nodeHash(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
    var input: [UInt8] = []
    input.reserveCapacity(1 + 2 * hashByteCount)
    input.append(0x01)
    input += left
    input += right
    return SHA256.hash(input)
  }
}

/// A complete subtree: the leaves from `index << level` to before `(index + 1) << level`.
public struct MerkleNode: Sendable, Hashable {
  /// Its height; 0 is a leaf.
  public let level: Int
  /// Its place among the subtrees of its height.
  public let index: Int64

  /// Names a subtree.
  public init(level: Int, index: Int64) {
    self.level = level
    self.index = index
  }

  /// The complete subtrees that make up some leaves, left to right.
  ///
  /// RFC 6962 §2.1 splits a tree at the largest power of two below its size, so the leaves of any
  /// subtree are these, and the hash over them is folded from the right.
  static func covering(_ leaves: Range<Int64>) -> [MerkleNode] {
    var nodes: [MerkleNode] = []
    var start = leaves.lowerBound
    while start < leaves.upperBound {
      let count = leaves.upperBound - start
      let level = min(63 - count.leadingZeroBitCount, start == 0 ? 63 : start.trailingZeroBitCount)
      nodes.append(MerkleNode(level: level, index: start >> Int64(level)))
      start += 1 << Int64(level)
    }
    return nodes
  }
}
