import Foundation
import GRDB
import SeedCore
import SeedSQLite
import SeedTesting
import Testing

@testable import SeedService

@Suite(.timeLimit(.minutes(2)))
struct LedgerVerifyTests {
  /// A home with leaves of every kind that is written so far.
  private func makeTest(_ folder: borrowing TemporaryFolder) async throws -> TestLedger {
    let test = try TestLedger(folder.path("home"))
    let story = try CaseStory(in: test.store)
    let petitions = try await story.add("Example Petitions", writingFrom: "petitions.example")
    let seeds = [
      try await story.mint(for: petitions), try await story.mint(for: nil, stem: "berta"),
    ]
    try await story.deliver(.init(from: "petitions.example"), to: seeds[0])
    _ = try await test.ledger().checkpoint()
    try await story.deliver(.init(from: "party.example"), to: seeds[0])
    var unsigned = CaseStory.Letter(from: "party.example")
    unsigned.signedBy = nil
    try await story.deliver(unsigned, to: seeds[1])
    try await story.guess("nobody")
    story.go(to: Sample.start.advanced(by: .seconds(2 * 86_400)))
    try await story.closeDays()
    try await test.append(300)
    let checkpoint = try await test.ledger().checkpoint()
    try await test.store.write { store in
      let token: [UInt8] = [0x30, 0x00]
      let index = try store.append(
        Commitment.token(token, checkpointSize: checkpoint.head.size)
      )
      try store.insert(
        TimestampToken(
          checkpointSize: checkpoint.head.size,
          authority: "tsa",
          token: token,
          chain: [1],
          generatedAt: TestLedger.now,
          leafIndex: index
        )
      )
    }
    return test
  }

  /// Changes the store as somebody may who can write to its file.
  private func tamper(_ test: TestLedger, _ sql: String) throws {
    let database = try DatabaseQueue(path: test.home.storePath)
    try database.writeWithoutTransaction { db in
      let triggers = try String.fetchAll(
        db,
        sql: "SELECT name FROM sqlite_schema WHERE type = 'trigger'"
      )
      for trigger in triggers { try db.execute(sql: "DROP TRIGGER \(trigger)") }
      try db.execute(sql: "PRAGMA foreign_keys = OFF; " + sql)
      guard db.changesCount > 0 else { throw StoreError.missing }
    }
    try database.close()
  }

  @Test func `a ledger that holds has no fault, and all of it was looked at`() async throws {
    let folder = try TemporaryFolder()
    let test = try await makeTest(folder)
    let report = try await test.ledger().verify()
    #expect(report.faults == [])
    let kinds = try await test.store.read { Set(try $0.leaves(from: 0, limit: 999).map(\.kind)) }
    #expect(kinds == [.mint, .rcpt, .dns, .judge, .stat, .note, .tsr])
    let count = try await test.store.read { try $0.leafCount() }
    #expect(report.leafCount == Int(count) && report.checkpointCount == 2)
    #expect(report.tokenCount == 1)
    #expect(report.tileCount == Tile.added(from: 0, to: count - 1).count)
  }

  @Test(arguments: [
    (
      "UPDATE leaf SET bytes = CAST(replace(bytes, 'i\":2', 'i\":9') AS BLOB) WHERE idx = 250",
      ["checkpoint"]
    ),
    ("UPDATE leaf SET bytes = x'00' WHERE idx = 0", ["leaf 0"]),
    (
      "UPDATE leaf SET bytes = (SELECT bytes FROM leaf WHERE idx = 1) WHERE idx = 0", ["checkpoint"]
    ),
    ("UPDATE leaf SET kind = 'note' WHERE idx = 0", ["leaf 0", "store"]),
    ("UPDATE leaf SET subject = 1 WHERE idx = 0", ["leaf 0"]),
    ("UPDATE leaf SET opening = x'7b7d' WHERE kind = 'rcpt'", ["leaf 2"]),
    ("UPDATE leaf SET opening = x'7b7d' WHERE kind = 'dns'", ["leaf 3"]),
    ("UPDATE leaf SET opening = x'7b7d' WHERE kind = 'judge'", ["leaf 4"]),
    (
      "UPDATE sighting SET recipient = 'x@seeds.example' WHERE rowid = (SELECT min(id) FROM sighting)",
      ["leaf 2"]
    ),
    ("UPDATE sighting SET arrived_at = arrived_at + 60000", ["leaf 2"]),
    ("UPDATE sighting_facts SET dns_archive = x'00' WHERE sequence = 1", ["leaf 2", "leaf 3"]),
    ("UPDATE judgement SET grade = 'D' WHERE sequence = 1", ["leaf 4"]),
    ("UPDATE judgement SET sender_domain = 'other.example' WHERE sequence = 1", ["leaf 4"]),
    ("UPDATE judgement SET reasons = '[]' WHERE sequence = 1", ["leaf 4"]),
    ("UPDATE seed SET leaf_index = 1 WHERE leaf_index = 0", ["leaf 0"]),
    ("UPDATE day_count SET unknown = 0", ["leaf"]),
    ("UPDATE message SET frame = zeroblob(length(frame))", ["leaf 2"]),
    ("UPDATE leaf SET bytes = zeroblob(70000) WHERE idx = 7", ["leaf 7", "store"]),
    ("DELETE FROM leaf WHERE idx = 3", ["store"]),
    ("DELETE FROM leaf WHERE idx > 300", ["store"]),
    ("UPDATE checkpoint SET note = CAST(replace(note, 'seeds', 'seedz') AS BLOB)", ["checkpoint"]),
    (
      "UPDATE checkpoint SET root_hash = zeroblob(32) WHERE size = (SELECT min(size) FROM checkpoint)",
      ["checkpoint 5"]
    ),
    ("UPDATE timestamp_token SET token = x'31'", ["token", "leaf"]),
    ("UPDATE timestamp_token SET leaf_index = 7", ["token", "leaf"]),
  ])
  func `what was changed in the store is named`(sql: String, places: [String]) async throws {
    let folder = try TemporaryFolder()
    let test = try await makeTest(folder)
    try tamper(test, sql)
    let report = try await test.ledger().verify()
    #expect(!report.isValid)
    for place in places {
      #expect(report.faults.contains { $0.place.hasPrefix(place) }, "\(report.faults)")
    }
  }

  @Test func `every file of the log that is missing or changed is named`() async throws {
    let folder = try TemporaryFolder()
    let test = try await makeTest(folder)
    let files = try test.files()
    #expect(files.count == 6)
    for (name, bytes) in files {
      let path = test.home.logPath + "/" + name
      for change in 0..<3 {
        var changed = bytes
        switch change {
        case 0: changed[bytes.count / 2] ^= 1
        case 1: changed.removeLast()
        default: changed.append(0)
        }
        try Data(changed).write(to: URL(filePath: path))
        let report = try await test.ledger().verify()
        #expect(report.faults.contains { $0.place == path }, "\(name), \(change)")
      }
      try FileManager.default.removeItem(atPath: path)
      #expect(try await test.ledger().verify().faults.contains { $0.place == path }, "\(name)")
      try Data(bytes).write(to: URL(filePath: path))
    }
    #expect(try await test.ledger().verify().isValid)
  }

  @Test func `what a token's check finds is named`() async throws {
    let folder = try TemporaryFolder()
    let test = try await makeTest(folder)
    let report = try await test.ledger().verify(checkToken: { token, checkpoint in
      "\(token.authority) \(token.checkpointSize == checkpoint.head.size)"
    })
    #expect(report.faults.map(\.problem) == ["tsa true"])
  }

  @Test func `at most so many faults are named, and all are counted`() async throws {
    let folder = try TemporaryFolder()
    let test = try await makeTest(folder)
    try tamper(test, "UPDATE leaf SET bytes = x'00' WHERE kind = 'note'")
    let report = try await test.ledger().verify()
    #expect(report.faultCount >= 300)
    #expect(report.faults.count == LedgerReport.faultCountMax)
  }

  @Test func `a rebuilt log is the same, byte by byte`() async throws {
    let folder = try TemporaryFolder()
    let test = try await makeTest(folder)
    try await test.append(400)
    _ = try await test.ledger().checkpoint()
    let files = try test.files()
    let newest = try await test.store.read { try $0.newestCheckpoint() }
    #expect(try await test.ledger().rebuild() == newest)
    #expect(try test.files() == files)
    for name in ["tile/0/000", "tile", "checkpoint"] {
      try FileManager.default.removeItem(atPath: test.home.logPath + "/" + name)
    }
    #expect(try await test.ledger().rebuild() == newest)
    #expect(try test.files() == files)
    #expect(try await test.ledger().verify().isValid)
    try await test.append(1)
    _ = try await test.ledger().checkpoint()
    #expect(try await test.ledger().verify().isValid)
  }

  @Test func `a rebuild of a store that contradicts what was signed changes nothing`() async throws
  {
    let folder = try TemporaryFolder()
    let test = try await makeTest(folder)
    let files = try test.files()
    let old = InMemoryStore()
    try await TestLedger.append(3, to: old)
    let size = try await test.store.read { try $0.newestCheckpoint()?.head.size ?? 0 }
    await #expect(throws: LedgerError.leavesMissing(count: 3, signed: size)) {
      try await test.with(old).ledger().rebuild()
    }
    try await TestLedger.append(400, to: old)
    await #expect(throws: LedgerError.contradiction(size: size)) {
      try await test.with(old).ledger().rebuild()
    }
    #expect(try test.files() == files)
    #expect(try await test.ledger().verify().isValid)
  }

  @Test func `an empty ledger holds, and is rebuilt to nothing`() async throws {
    let folder = try TemporaryFolder()
    let test = try TestLedger(folder.path("home"))
    #expect(try await test.ledger().verify() == LedgerReport())
    #expect(try await test.ledger().rebuild() == nil)
    #expect(try test.files().isEmpty)
  }
}
