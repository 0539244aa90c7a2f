import SeedCore
import SeedCrypto
import SeedTesting
import Testing

/// The vectors of C2SP's formats: notes, checkpoints, tiles, proofs, witnesses.
struct LedgerFormatTests {
  @Test func `signed note`() throws {
    guard let suite = Suite.vectors("signed-note") else { return }
    let key = try NoteKey(parsing: line(of: suite.bytes("example.vkey")))
    let bytes = try suite.bytes("example.note")
    let note = try SignedNote(parsing: bytes)
    let isGood = note.verifiedSignatures(by: [key])?.count == 1 && note.bytes == bytes
    let flipped = flips(of: bytes) { bytes in
      (try? SignedNote(parsing: bytes))?.verifiedSignatures(by: [key])?.count == 1
    }
    suite.report(passed: (isGood ? 1 : 0) + flipped.refused, total: 1 + flipped.total)
    #expect(isGood && flipped.refused == flipped.total)
  }

  @Test func `tessera's log`() throws {
    guard let suite = Suite.vectors("tessera-testlog") else { return }
    let key = try NoteKey(parsing: line(of: suite.bytes("vkey")))
    var heads: [TreeHead] = []
    var misses: [String] = []
    for size in 0...15 {
      let note = try SignedNote(parsing: suite.bytes("checkpoint.\(size)"))
      let checkpoint = try Checkpoint(parsing: note.text)
      heads.append(checkpoint.head)
      if note.verifiedSignatures(by: [key])?.count != 1 || checkpoint.head.size != size {
        misses.append("checkpoint.\(size)")
      }
      guard size > 0 else { continue }
      let head = try head(of: suite, size: size)
      if head != checkpoint.head { misses.append("tiles of \(size)") }
    }
    for old in 0...15 {
      for size in old...15 {
        let proof = try MerkleTree.consistencyProof(from: Int64(old), to: Int64(size)) {
          try node($0, of: suite, size: size)
        }
        if !MerkleTree.verifyConsistency(from: heads[old], to: heads[size], proof: proof) {
          misses.append("\(old) to \(size)")
        }
      }
    }
    let total = 16 + 15 + 16 * 17 / 2
    suite.report(passed: total - misses.count, total: total, misses: misses)
    #expect(misses.isEmpty)
  }

  @Test func `tlog proof`() throws {
    guard let suite = Suite.vectors("tlog-proof") else { return }
    let policy = try TlogPolicy(parsing: suite.bytes("policy"))
    let leafHash = MerkleTree.leafHash(try suite.bytes("leaf.bin"))
    let bytes = try suite.bytes("index3.tlog-proof")
    func isValid(_ bytes: [UInt8], _ leafHash: [UInt8]) -> Bool {
      guard
        case .valid = (try? TlogProof(parsing: bytes))?.result(
          leafHash: leafHash,
          policy: policy
        )
      else { return false }
      return true
    }
    let isGood = try isValid(bytes, leafHash) && TlogProof(parsing: bytes).bytes == bytes
    let flipped = flips(of: bytes) { isValid($0, leafHash) }
    let leaf = try suite.bytes("leaf.bin")
    let flippedLeaf = flips(of: leaf) { isValid(bytes, MerkleTree.leafHash($0)) }
    suite.report(
      passed: (isGood ? 1 : 0) + flipped.refused + flippedLeaf.refused,
      total: 1 + flipped.total + flippedLeaf.total
    )
    #expect(isGood && flipped.refused == flipped.total && flipped.total == bytes.count * 8)
    #expect(flippedLeaf.refused == flippedLeaf.total)
  }

  private func line(of bytes: [UInt8]) -> String {
    String(decoding: bytes.prefix { $0 != 0x0a }, as: UTF8.self)
  }

  /// How many of all single flipped bits are refused.
  private func flips(
    of bytes: [UInt8],
    isAccepted: ([UInt8]) -> Bool
  ) -> (refused: Int, total: Int) {
    let refused = (0..<bytes.count * 8).count { bit in
      var flipped = bytes
      flipped[bit / 8] ^= 1 << (bit % 8)
      return !isAccepted(flipped)
    }
    return (refused, bytes.count * 8)
  }

  /// The tree that the bundle of `size` leaves makes.
  private func head(of suite: Suite, size: Int) throws -> TreeHead? {
    let tile = Tile(.entries, index: 0).inTree(size: Int64(size))
    guard let tile else { return nil }
    let bundle = try suite.bytes(tile.path)
    var range = CompactRange()
    for entry in try EntryBundle.entries(in: bundle.span) {
      range.append(leafHash: MerkleTree.leafHash(Array(bundle[entry])))
    }
    let root = try MerkleTree.rootHash(size: Int64(size)) { try node($0, of: suite, size: size) }
    return root == range.rootHash ? range.head : nil
  }

  private func node(_ node: MerkleNode, of suite: Suite, size: Int) throws -> [UInt8] {
    let tile = try #require(Tile(holding: node, inTreeOfSize: Int64(size)))
    return try #require(Tile.hash(of: node, inTile: suite.bytes(tile.path)))
  }
}
