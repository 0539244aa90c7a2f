import Foundation
import SeedCore
import SeedTesting
import Testing

/// `vectors/merkle`: proofs that must verify, and proofs that must not.
struct MerkleConformanceTests {
  /// Here the roots are texts and no hashes; a hash of another length than 32 bytes proves nothing.
  private static let refusedOnPurpose = [
    "consistency/additional/sizes-are-equal-one-and-proof-is-empty.json"
  ]

  @Test func `merkle proofs`() throws {
    guard let suite = Suite.vectors("merkle") else { return }
    let root = suite.folder.appending(path: "testdata").resolvingSymlinksInPath().path + "/"
    let files = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String }
    var results: [String: Bool] = [:]
    for path in (files ?? []).filter({ $0.hasSuffix(".json") }) {
      let vector = try JSONValue(parsing: suite.bytes("testdata/" + path))
      let isWanted = vector["wantErr"]?.bool == false && !Self.refusedOnPurpose.contains(path)
      let isValid = try path.hasPrefix("inclusion/") ? inclusion(vector) : consistency(vector)
      results[path] = isValid == isWanted
    }
    let misses = results.filter { !$0.value }.keys.sorted()
    suite.report(passed: results.count - misses.count, total: results.count, misses: misses)
    #expect(misses.isEmpty && results.count >= 196)
    #expect(Self.refusedOnPurpose.allSatisfy { results[$0] == true })
  }

  private func inclusion(_ vector: JSONValue) throws -> Bool {
    // Some indices and sizes are 64 bits without a sign, which no ledger here can have.
    guard let index = vector["leafIdx"]?.integer, let size = vector["treeSize"]?.integer else {
      return false
    }
    return try MerkleTree.verifyInclusion(
      leafHash: bytes(vector["leafHash"]),
      index: index,
      proof: hashes(vector["proof"]),
      head: TreeHead(size: size, rootHash: bytes(vector["root"]))
    )
  }

  private func consistency(_ vector: JSONValue) throws -> Bool {
    guard let size1 = vector["size1"]?.integer, let size2 = vector["size2"]?.integer else {
      return false
    }
    return try MerkleTree.verifyConsistency(
      from: TreeHead(size: size1, rootHash: bytes(vector["root1"])),
      to: TreeHead(size: size2, rootHash: bytes(vector["root2"])),
      proof: hashes(vector["proof"])
    )
  }

  private func bytes(_ value: JSONValue?) throws -> [UInt8] {
    try value?.string.map { try Base64.decode(Array($0.utf8).span) } ?? []
  }

  private func hashes(_ value: JSONValue?) throws -> [[UInt8]] {
    try value?.array?.map { try bytes($0) } ?? []
  }
}
