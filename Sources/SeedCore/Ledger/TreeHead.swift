/// What a ledger was at one moment: how many leaves, and the hash over them (RFC 9162 §2.1.1).
public struct TreeHead: Sendable, Hashable {
  /// How many leaves there are.
  public let size: Int64
  /// The Merkle tree hash, 32 bytes.
  public let rootHash: [UInt8]

  /// Makes a tree head.
  public init(size: Int64, rootHash: [UInt8]) {
    self.size = size
    self.rootHash = rootHash
  }
}
