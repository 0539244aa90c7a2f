import SeedCore
import SeedCrypto
import SeedTesting
import Testing

@testable import SeedMint

struct MinterTests {
  @Test func `a record names the newest checkpoint, a witnessed one before others`() async throws {
    let folder = try TemporaryFolder()
    let vault = try Vault.create(at: folder.path("vault"))
    let store = InMemoryStore()
    let minter = Minter(
      vault: vault,
      store: store,
      matchKey: try MatchKey(SecretBytes([UInt8](repeating: 7, count: MatchKey.byteCount))),
      origin: "seeds.example/log",
      identifiers: IdentifierSource()
    )
    let order = MintOrder(
      holder: .control(.c0),
      signUp: SignUp(),
      profile: .p80,
      stem: nil,
      user: nil,
      domain: "seeds.example",
      count: 1
    )
    func after() async throws -> TreeHead? {
      var seeds: [Identifier<Seed>] = []
      try await minter.mint(order, at: Sample.start) { seeds += $0.map(\.seed.id) }
      guard let opening = try await vault.address(of: seeds[0])?.aliasOpening,
        case .alias(_, let record, _) = opening
      else { return nil }
      return try MintRecord(parsing: record).after
    }
    func sign(_ size: Int64, isWitnessed: Bool) async throws -> TreeHead {
      let head = TreeHead(size: size, rootHash: [UInt8](repeating: UInt8(size), count: 32))
      let row = SignedCheckpoint(
        head: head,
        note: [1],
        signedAt: Sample.start,
        isWitnessed: isWitnessed
      )
      try await store.write { try $0.insert(row) }
      return head
    }
    #expect(try await after() == TreeHead(size: 0, rootHash: MerkleTree.emptyRootHash))
    let first = try await sign(1, isWitnessed: false)
    #expect(try await after() == first)
    let second = try await sign(2, isWitnessed: true)
    #expect(try await after() == second)
    _ = try await sign(3, isWitnessed: false)
    #expect(try await after() == second)
  }
}
