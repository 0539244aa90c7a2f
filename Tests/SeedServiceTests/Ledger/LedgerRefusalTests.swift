import Foundation
import SeedCore
import SeedCrypto
import SeedSQLite
import SeedTesting
import Testing

@testable import SeedService

/// A ledger never contradicts what it signed.
struct LedgerRefusalTests {
  /// A home that signed over 10 leaves, was backed up, and signed over 15.
  private struct Past {
    let test: TestLedger
    let old: any Store
    let oldNote: [UInt8]
    let newNote: [UInt8]

    init(_ folder: borrowing TemporaryFolder, unsigned: Int = 0) async throws {
      test = try TestLedger(folder.path("home"))
      try await test.append(10)
      oldNote = try await test.ledger().checkpoint().note
      try await test.append(unsigned)
      let store = try #require(test.store as? SQLiteStore)
      try await store.backup(to: folder.path("backup.db"))
      try await test.append(5 - unsigned)
      newNote = try await test.ledger().checkpoint().note
      try await SQLiteStore.restore(from: folder.path("backup.db"), to: folder.path("old/seed.db"))
      old = try SQLiteStore.open(at: folder.path("old/seed.db"))
    }

    /// The backup's store in a home whose log shows `note`.
    func restored(showing note: [UInt8]?) throws -> TestLedger {
      let path = test.home.logPath + "/checkpoint"
      try FileManager.default.removeItem(atPath: path)
      if let note { try Data(note).write(to: URL(filePath: path)) }
      return test.with(old)
    }
  }

  @Test func `an old store under a newer log signs nothing, however it grows`() async throws {
    let folder = try TemporaryFolder()
    let past = try await Past(folder)
    let test = try past.restored(showing: past.newNote)
    let files = try test.files()
    let missing = LedgerError.leavesMissing(count: 10, signed: 15)
    await #expect(throws: missing) { try await test.ledger().checkpoint() }
    await #expect(throws: missing) { try await test.ledger().check() }
    #expect(missing.exitStatus == .refused)
    // As many other leaves as were lost, and more.
    for count in [5, 1, 300] {
      try await test.append(count, mark: "other")
      await #expect(throws: LedgerError.contradiction(size: 15)) {
        try await test.ledger().checkpoint()
      }
      await #expect(throws: LedgerError.contradiction(size: 15)) { try await test.ledger().check() }
    }
    #expect(try test.files() == files)
    #expect(try await past.old.read { try $0.newestCheckpoint()?.head.size } == 10)
  }

  @Test func `a store that lost only a row gets it back, and goes on`() async throws {
    let folder = try TemporaryFolder()
    let past = try await Past(folder)
    let test = try past.restored(showing: past.newNote)
    try await test.append(5)
    #expect(try await test.ledger().checkpoint().note == past.newNote)
    #expect(try await past.old.read { try $0.checkpoint(size: 15)?.note } == past.newNote)
    try await test.append(1)
    #expect(try await test.ledger().checkpoint().head.size == 16)
  }

  @Test func `a store whose leaves were changed contradicts its newest checkpoint`() async throws {
    let folder = try TemporaryFolder()
    let test = try TestLedger(folder.path("home"))
    try await test.append(10)
    _ = try await test.ledger().checkpoint()
    let rows = try await test.store.read { try $0.checkpoints(from: 0, limit: 9) }
    let forged = InMemoryStore()
    try await TestLedger.append(10, mark: "forged", to: forged)
    try await forged.write { store in for row in rows { try store.insert(row) } }
    try await TestLedger.append(1, to: forged)
    await #expect(throws: LedgerError.contradiction(size: 10)) {
      try await test.with(forged).ledger().checkpoint()
    }
  }

  @Test func `a row that the key never signed is refused`() async throws {
    let folder = try TemporaryFolder()
    let test = try TestLedger(folder.path("home"))
    try await test.append(10)
    let head = try await test.head(10)
    let other = try NoteSigningKey(
      name: TestLedger.origin,
      algorithm: .ed25519,
      privateKey: .init()
    )
    let note = Checkpoint(origin: TestLedger.origin, head: head).signed(by: other).bytes
    let row = SignedCheckpoint(head: head, note: note, signedAt: TestLedger.now)
    try await test.store.write { try $0.insert(row) }
    await #expect(throws: LedgerError.damagedCheckpoint(size: 10)) {
      try await test.ledger().check()
    }
  }

  @Test(arguments: [
    "", "no note", "seeds.example/log\n1\nAAAA\n\n\u{2014} x AAAAAA==\n",
  ])
  func `a log that shows something else is left alone`(text: String) async throws {
    let folder = try TemporaryFolder()
    let test = try TestLedger(folder.path("home"))
    try await test.append(1)
    let path = test.home.logPath + "/checkpoint"
    try Data(text.utf8).write(to: URL(filePath: path))
    await #expect(throws: LedgerError.foreignCheckpoint(path: path)) {
      try await test.ledger().checkpoint()
    }
    #expect(try test.files() == ["checkpoint": Array(text.utf8)])
  }

  @Test func `another checkpoint of the same size is a contradiction`() async throws {
    let folder = try TemporaryFolder()
    let test = try TestLedger(folder.path("home"))
    try await test.append(10)
    _ = try await test.ledger().checkpoint()
    let head = TreeHead(size: 10, rootHash: [UInt8](repeating: 1, count: 32))
    let note = Checkpoint(origin: TestLedger.origin, head: head).signed(by: test.key).bytes
    try Data(note).write(to: URL(filePath: test.home.logPath + "/checkpoint"))
    await #expect(throws: LedgerError.contradiction(size: 10)) {
      try await test.ledger().checkpoint()
    }
  }

  @Test func `after a restore nothing new is signed until it is settled`() async throws {
    let folder = try TemporaryFolder()
    let past = try await Past(folder)
    let test = try past.restored(showing: past.oldNote)
    try await past.old.write {
      try $0.insert(Restoration(restoredAt: TestLedger.now, leafCount: 10))
    }
    // What was signed may be shown again.
    #expect(try await test.ledger().checkpoint().note == past.oldNote)
    try await test.ledger().check()
    try await test.append(7, mark: "other")
    let refusal = LedgerError.restored(leafCount: 10)
    await #expect(throws: refusal) { try await test.ledger().checkpoint() }
    #expect(refusal.exitStatus == .refused)
    // The published one is shown: the store has lost what it was signed over.
    await #expect(throws: LedgerError.contradiction(size: 15)) {
      try await test.ledger().settleRestoration(newest: past.newNote, path: "newest")
    }
    await #expect(throws: refusal) { try await test.ledger().checkpoint() }

    // Where the operator says that there was nothing newer, and is believed, it goes on.
    try await test.ledger().settleRestoration(reason: "the operator says so")
    #expect(try await test.ledger().checkpoint().head.size == 17)
    let restoration = try await past.old.read { try $0.restorations() }
    #expect(restoration.map(\.reason) == ["the operator says so"])
    #expect(restoration.map(\.settledAt) == [TestLedger.now])
  }

  @Test func `the newest published checkpoint settles a restore that lost nothing`() async throws {
    let folder = try TemporaryFolder()
    // The backup has all 15 leaves, and the checkpoint over 10.
    let past = try await Past(folder, unsigned: 5)
    let test = try past.restored(showing: past.oldNote)
    try await past.old.write {
      try $0.insert(Restoration(restoredAt: TestLedger.now, leafCount: 15))
    }
    await #expect(throws: LedgerError.restored(leafCount: 15)) {
      try await test.ledger().checkpoint()
    }
    for (note, name) in [(Array("no note\n".utf8), "a"), ([], "b")] {
      await #expect(throws: LedgerError.foreignCheckpoint(path: name)) {
        try await test.ledger().settleRestoration(newest: note, path: name)
      }
    }
    try await test.ledger().settleRestoration(newest: past.newNote, path: "newest")
    #expect(try await test.ledger().checkpoint().note == past.newNote)
    try await test.append(1)
    #expect(try await test.ledger().checkpoint().head.size == 16)
    // One that is older than what is known shows nothing.
    await #expect(throws: LedgerError.notNewest(path: "old", size: 10, known: 16)) {
      try await test.ledger().settleRestoration(newest: past.oldNote, path: "old")
    }
  }

  @Test func `a published checkpoint over leaves that are lost settles nothing`() async throws {
    let folder = try TemporaryFolder()
    let past = try await Past(folder)
    let test = try past.restored(showing: nil)
    try await past.old.write {
      try $0.insert(Restoration(restoredAt: TestLedger.now, leafCount: 10))
    }
    await #expect(throws: LedgerError.leavesMissing(count: 10, signed: 15)) {
      try await test.ledger().settleRestoration(newest: past.newNote, path: "newest")
    }
    #expect(try await past.old.read { try $0.restorations().map(\.settledAt) } == [nil])
  }
}

struct LedgerKeyTests {
  private func configuration(_ origin: String) throws -> Configuration {
    let folder = try TemporaryFolder()
    let path = folder.path("seed.toml")
    let text = "[mail]\ndomain = \"seeds.example\"\n[ledger]\norigin = \"\(origin)\"\n"
    try Data(text.utf8).write(to: URL(filePath: path))
    return try Configuration.load(path: path, environment: [:]).configuration
  }

  @Test func `a home's key is one of Go's note form, closed to others`() async throws {
    let folder = try TemporaryFolder()
    let test = try TestLedger(folder.path("home"))
    let text = try String(contentsOfFile: test.home.ledgerKeyPath, encoding: .utf8)
    #expect(text.hasPrefix("PRIVATE+KEY+seeds.example/log+") && text.hasSuffix("\n"))
    let read = try NoteSigningKey(parsing: String(text.dropLast()))
    #expect(read.key == test.key.key)
    let attributes = try FileManager.default.attributesOfItem(atPath: test.home.ledgerKeyPath)
    #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
    let ledger = try await test.home.ledger(
      configuration(TestLedger.origin),
      store: test.store,
      keyWasMade: { Issue.record("a key was made beside the one that is there") }
    )
    #expect(ledger.key == test.key.key)
  }

  @Test func `an older home gets a key at first need, once, and says so`() async throws {
    let folder = try TemporaryFolder()
    let test = try TestLedger(folder.path("home"))
    try FileManager.default.removeItem(atPath: test.home.ledgerKeyPath)
    let configuration = try configuration(TestLedger.origin)
    let made = Counter()
    let ledger = try await test.home.ledger(
      configuration,
      store: test.store,
      keyWasMade: { _ = made.next() }
    )
    let again = try await test.home.ledger(
      configuration,
      store: test.store,
      keyWasMade: { _ = made.next() }
    )
    #expect(made.next() == 2)
    #expect(ledger.key == again.key && ledger.key != test.key.key)
    _ = try await ledger.checkpoint()
    try FileManager.default.removeItem(atPath: test.home.ledgerKeyPath)
    // Now there is something that was signed with it.
    await #expect(throws: LedgerError.keyMissing(path: test.home.ledgerKeyPath)) {
      try await test.home.ledger(configuration, store: test.store)
    }
    await #expect(throws: LedgerError.keyMissing(path: test.home.ledgerKeyPath)) {
      try await test.home.ledger(configuration, store: InMemoryStore())
    }
  }

  @Test func `a key of another origin, and what is no key, are refused`() async throws {
    let folder = try TemporaryFolder()
    let test = try TestLedger(folder.path("home"))
    let path = test.home.ledgerKeyPath
    let foreign = LedgerError.foreignKey(path: path, name: TestLedger.origin, origin: "other/log")
    await #expect(throws: foreign) {
      try await test.home.ledger(configuration("other/log"), store: test.store)
    }
    for text in ["", "PRIVATE+KEY+seeds.example/log+00000000+AAAA", test.key.key.text] {
      try Data(text.utf8).write(to: URL(filePath: path))
      await #expect(throws: LedgerError.malformedKey(path: path)) {
        try await test.home.ledger(configuration(TestLedger.origin), store: test.store)
      }
    }
  }
}
