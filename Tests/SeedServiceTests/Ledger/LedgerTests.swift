import Foundation
import SeedCore
import SeedSQLite
import SeedTesting
import Testing

@testable import SeedService

struct LedgerTests {
  @Test func `a checkpoint stands in the store and in the log, over tiles that are there`()
    async throws
  {
    let folder = try TemporaryFolder()
    let test = try TestLedger(folder.path("home"))
    try await test.append(600)
    let checkpoint = try await test.ledger().checkpoint()
    #expect(try await checkpoint.head == test.head(600))
    #expect(checkpoint.signedAt == TestLedger.now)
    #expect(try await test.store.read { try $0.newestCheckpoint() } == checkpoint)
    let files = try test.files()
    #expect(files["checkpoint"] == checkpoint.note)
    let tiles = Tile.added(from: 0, to: 600).map(\.path)
    #expect(Set(files.keys) == Set(tiles + ["checkpoint"]))
    let policy = try TlogPolicy(parsing: Array("log \(test.key.key.text)\nquorum none\n".utf8))
    let accepted = try policy.verdict(on: SignedNote(parsing: checkpoint.note)).get()
    #expect(accepted.checkpoint.head == checkpoint.head)

    // Nothing new: the same again.
    #expect(try await test.ledger().checkpoint() == checkpoint)
    #expect(try test.files() == files)
  }

  @Test func `an empty ledger signs what it is`() async throws {
    let folder = try TemporaryFolder()
    let test = try TestLedger(folder.path("home"))
    let checkpoint = try await test.ledger().checkpoint()
    #expect(checkpoint.head == TreeHead(size: 0, rootHash: MerkleTree.emptyRootHash))
    try await test.append(1)
    #expect(try await test.ledger().checkpoint().head.size == 1)
    try await test.ledger().check()
  }

  @Test(arguments: 0..<3 as Range<UInt64>)
  func `many checkpoints leave the tiles that one leaves, and each one's own`(
    seed: UInt64
  )
    async throws
  {
    let folder = try TemporaryFolder()
    let test = try TestLedger(folder.path("a"))
    var random = SplitMix64(seed: seed)
    var sizes: [Int64] = []
    var size = 0
    while size < 1100 {
      let count = Int.random(in: 1...[3, 40, 300].randomElement(using: &random)!, using: &random)
      size += count
      sizes.append(Int64(size))
      try await test.append(count)
      // A process that was started anew each time.
      #expect(try await test.ledger().checkpoint().head.size == Int64(size))
    }
    let whole = try TestLedger(folder.path("b"), store: test.store)
    var builder = TileBuilder()
    try await whole.ledger().extend(&builder, to: Int64(size)) { _, _ in }
    let files = try test.files()
    var expected = Set(["checkpoint"])
    for tile in Tile.added(from: 0, to: Int64(size)) { expected.insert(tile.path) }
    // C2SP tlog-tiles: partial tiles of a checkpoint stay until the full one is there.
    for older in sizes {
      for tile in Tile.added(from: 0, to: older)
      where tile.inTree(size: Int64(size))?.width != Tile.widthMax { expected.insert(tile.path) }
    }
    #expect(Set(files.keys) == expected)
    for (tile, bytes) in builder.unfinished { #expect(files[tile.path] == bytes) }
    #expect(try await test.head(size) == builder.range.head)
    #expect(
      try await test.store.read { try $0.checkpoints(from: 0, limit: 999) }.map(\.head.size)
        == sizes
    )
  }

  @Test(arguments: Ledger.Step.allCases, [1, 2, 3])
  func `a process that dies between two steps leaves a ledger that goes on`(
    step: Ledger.Step,
    occurrence: Int
  ) async throws {
    struct Kill: Error {}
    let folder = try TemporaryFolder()
    let test = try TestLedger(folder.path("home"))
    try await test.append(250)
    let first = try await test.ledger().checkpoint()
    try await test.append(20)
    let count = Counter()
    let dying = test.ledger { if $0 == step, count.next() == occurrence { throw Kill() } }
    let hadDied: Bool
    do {
      _ = try await dying.checkpoint()
      hadDied = false
    } catch is Kill { hadDied = true }
    #expect(hadDied == (step == .tileWritten || occurrence == 1))
    try await test.ledger().check()
    // Meanwhile there is more, so that another size is signed where none was yet.
    try await test.append(1)
    let next = try await test.ledger().checkpoint()
    #expect(next.head.size == 271)
    #expect(try await next.head == test.head(271))
    let rows = try await test.store.read { try $0.checkpoints(from: 0, limit: 9) }
    #expect(rows.first == first && rows.last == next)
    #expect(try test.files()["checkpoint"] == next.note)
    try await expectConsistent(rows, test)
    for index in [0, 249, 250, 255, 256, 270] as [Int64] {
      let proof = try await test.ledger().proof(ofLeaf: index)
      #expect(proof.note.bytes == next.note)
    }
  }

  @Test func `two processes that sign at once agree`() async throws {
    let folder = try TemporaryFolder()
    let test = try TestLedger(folder.path("home"))
    let other = try test.with(SQLiteStore.open(at: test.home.storePath))
    try await withThrowingTaskGroup(of: Void.self) { group in
      for one in [test, other] {
        group.addTask {
          for _ in 0..<25 {
            try await one.append(3)
            _ = try await one.ledger().checkpoint()
          }
        }
      }
      try await group.waitForAll()
    }
    let rows = try await test.store.read { try $0.checkpoints(from: 0, limit: 99) }
    #expect(rows.count > 25)
    #expect(rows.last?.head.size == 150)
    for row in rows { #expect(try await row.head == test.head(Int(row.head.size))) }
    try await expectConsistent(rows, test)
    #expect(try test.files()["checkpoint"] == rows.last?.note)
  }

  @Test func `proofs hold for every leaf and every pair of checkpoints`() async throws {
    let folder = try TemporaryFolder()
    let test = try TestLedger(folder.path("home"))
    for count in [1, 254, 2, 300, 1] {
      try await test.append(count)
      _ = try await test.ledger().checkpoint()
    }
    let rows = try await test.store.read { try $0.checkpoints(from: 0, limit: 99) }
    try await expectConsistent(rows, test)
    let policy = try TlogPolicy(parsing: Array("log \(test.key.key.text)\nquorum none\n".utf8))
    let leaves = try await test.store.read { try $0.leaves(from: 0, limit: 999) }
    for row in rows {
      for index in stride(from: 0, to: row.head.size, by: 37) {
        let proof = try await test.ledger().proof(ofLeaf: index, under: row.head.size)
        let written = try TlogProof(parsing: proof.bytes)
        let hash = MerkleTree.leafHash(leaves[Int(index)].bytes)
        guard case .valid(let accepted) = written.result(leafHash: hash, policy: policy) else {
          Issue.record("leaf \(index) under \(row.head.size)")
          continue
        }
        #expect(accepted.checkpoint.head == row.head)
      }
    }
  }

  @Test func `a proof that can't be given says why`() async throws {
    let folder = try TemporaryFolder()
    let test = try TestLedger(folder.path("home"))
    await #expect(throws: LedgerError.noLeaf(index: 0, count: 0)) {
      try await test.ledger().proof(ofLeaf: 0)
    }
    try await test.append(300)
    await #expect(throws: LedgerError.notSigned(index: 5)) {
      try await test.ledger().proof(ofLeaf: 5)
    }
    _ = try await test.ledger().checkpoint()
    try await test.append(1)
    for index in [-1, 301, .max] as [Int64] {
      await #expect(throws: LedgerError.noLeaf(index: index, count: 301)) {
        try await test.ledger().proof(ofLeaf: index)
      }
    }
    await #expect(throws: LedgerError.notSigned(index: 300)) {
      try await test.ledger().proof(ofLeaf: 300)
    }
    await #expect(throws: LedgerError.noCheckpoint(size: 299)) {
      try await test.ledger().proof(ofLeaf: 5, under: 299)
    }
    for old in [-1, 301] as [Int64] {
      await #expect(throws: LedgerError.noCheckpoint(size: old)) {
        try await test.ledger().consistencyProof(from: old)
      }
    }
  }

  @Test(arguments: ["tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1"], [true, false])
  func `a tile that is missing or was changed is named, and gives no proof`(
    name: String,
    isChanged: Bool
  ) async throws {
    let folder = try TemporaryFolder()
    let test = try TestLedger(folder.path("home"))
    try await test.append(300)
    _ = try await test.ledger().checkpoint()
    let path = test.home.logPath + "/" + name
    if isChanged {
      var bytes = try Data(contentsOf: URL(filePath: path))
      bytes[9] ^= 1
      try bytes.write(to: URL(filePath: path))
    } else {
      try FileManager.default.removeItem(atPath: path)
    }
    // The leaf of the changed hash is proved by the others, so another one is asked for.
    let error = await #expect(throws: LedgerError.self) {
      _ = try await test.ledger().proof(ofLeaf: name == "tile/0/000" ? 3 : 299)
      _ = try await test.ledger().proof(ofLeaf: name == "tile/0/000" ? 200 : 3)
    }
    guard case .damagedTile(let named) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(isChanged || named == path)
    if name != "tile/0/000" {
      await #expect(throws: LedgerError.self) { try await test.ledger().check() }
      try await test.append(1)
      await #expect(throws: LedgerError.self) { try await test.ledger().checkpoint() }
    }
  }

  private func expectConsistent(_ rows: [SignedCheckpoint], _ test: TestLedger) async throws {
    for (old, new) in zip(rows, rows.dropFirst()) {
      let proof = try await test.ledger().consistencyProof(
        from: old.head.size,
        to: new.head.size
      )
      #expect(MerkleTree.verifyConsistency(from: old.head, to: new.head, proof: proof.hashes))
      #expect(try AddCheckpointRequest(parsing: proof.bytes).oldSize == old.head.size)
    }
  }
}
