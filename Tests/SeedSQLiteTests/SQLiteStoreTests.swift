import Dispatch
import Foundation
import GRDB
import SeedCore
import SeedTesting
import Testing

@testable import SeedSQLite

struct SQLiteStoreTests {
  @Test(arguments: StoreContract.all)
  func `the SQLite store keeps what every store promises`(contract: StoreContract) async throws {
    let folder = try TemporaryFolder()
    let store = try SQLiteStore.create(at: folder.path("store/seed.db"))
    try await contract.check(store)
    #expect(try await store.checkIntegrity() == [])
  }

  @Test(arguments: 0..<12 as Range<UInt64>)
  func `after random work both stores hold the same`(seed: UInt64) async throws {
    let folder = try TemporaryFolder()
    let store = try SQLiteStore.create(at: folder.path("seed.db"))
    let stores: [any Store] = [InMemoryStore(), store]
    var work = RandomStoreWork(seed: seed)
    for step in 0..<300 {
      let outcomes = try await work.run(in: stores)
      try #require(outcomes[0] == outcomes[1], "step \(step)")
    }
    // Enough of it was accepted to be worth comparing.
    #expect(try await store.read { try $0.sightingSummary().count } > 0)
    #expect(try await store.read { try $0.lastEventSequence() } > 0)
    let contents = try await RandomStoreWork.contents(of: stores[0])
    #expect(try await RandomStoreWork.contents(of: stores[1]) == contents)
    #expect(try await store.checkIntegrity() == [])
  }

  @Test func `what is committed is on disk, and references are checked`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("seed.db")
    try SQLiteStore.create(at: path).close()
    let store = try SQLiteStore.open(at: path)
    try store.database.writeWithoutTransaction { db throws in
      #expect(try Int.fetchOne(db, sql: "PRAGMA synchronous") == 2)
      #expect(try String.fetchOne(db, sql: "PRAGMA journal_mode") == "wal")
      #expect(try Int.fetchOne(db, sql: "PRAGMA foreign_keys") == 1)
    }
  }

  @Test func `what was written is there after opening again`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("seed.db")
    let seeds = (1...3).map { Sample.bareSeed($0) }
    let store = try SQLiteStore.create(at: path)
    try await store.write { writer in
      for seed in seeds {
        try writer.insert(seed)
        _ = try writer.append(Leaf(kind: .mint, bytes: [1], subject: seed.id.rawValue))
      }
    }
    try store.close()
    for open in OpeningOfStore.all {
      let store = try open(path)
      let stored = try await store.read { try $0.seeds(after: nil, limit: 9, organisation: nil) }
      #expect(stored == seeds)
      let index = try await store.read { try $0.leafCount() }
      #expect(index == 3)
    }
  }

  @Test func `a store that is opened for reading isn't written`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("seed.db")
    let writable = try SQLiteStore.create(at: path)
    let store = try SQLiteStore.openForReading(at: path)
    await #expect(throws: StoreError.permissions) {
      try await store.write { try $0.insert(Sample.bareSeed(1)) }
    }
    try await writable.write { try $0.insert(Sample.bareSeed(2)) }
    #expect(try await store.read { try $0.seedCounts().all } == 1)
    // It was the last to close, and yet nothing is left beside the file.
    try writable.close()
    try store.close()
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["seed.db"])
  }

  @Test func `two stores on one file write in turn, and see each other's work`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("seed.db")
    let stores = [try SQLiteStore.create(at: path), try SQLiteStore.open(at: path)]
    let version = try await stores[0].dataVersion()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<40 as Range<UInt8> {
        let store = stores[Int(number % 2)]
        group.addTask {
          try await store.write { writer in
            let count = try writer.leafCount()
            let index = try writer.append(Leaf(kind: .note, bytes: [number], subject: nil))
            #expect(index == count)
          }
        }
      }
      try await group.waitForAll()
    }
    for store in stores {
      let leaves = try await store.read { try $0.leaves(from: 0, limit: 99) }
      #expect(Set(leaves.map(\.bytes)) == Set((0..<40).map { [$0] }))
    }
    let later = try await stores[0].dataVersion()
    #expect(later != version)
    #expect(try await stores[0].dataVersion() == later)
  }

  @Test func `a store that another one holds is busy after the deadline`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("seed.db")
    let holder = try SQLiteStore.create(at: path)
    let (holds, done) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    async let held: Void = holder.write { writer in
      try writer.insert(Sample.bareSeed(1))
      holds.signal()
      done.wait()
    }
    await withCheckedContinuation { continuation in
      DispatchQueue.global().async {
        holds.wait()
        continuation.resume()
      }
    }
    // Opening doesn't wait.
    let waiter = try SQLiteStore.open(at: path, busyTimeout: .milliseconds(20))
    await #expect(throws: StoreError.busy) {
      try await waiter.write { try $0.insert(Sample.bareSeed(2)) }
    }
    #expect(try await waiter.read { try $0.seedCounts().all } == 0)
    done.signal()
    try await held
    #expect(try await waiter.read { try $0.seedCounts().all } == 1)
  }
}

struct SQLiteStoreFailureTests {
  @Test func `a process that dies inside a transaction leaves nothing of it`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("seed.db")
    let copy = folder.path("copy.db")
    let store = try SQLiteStore.create(at: path)
    try await store.write { try $0.insert(Sample.bareSeed(1)) }
    // More than the cache holds, so that part of it is in the file before the commit.
    try await store.database.writeWithoutTransaction { db in
      try db.execute(sql: "PRAGMA cache_size = 10")
    }
    var random = SplitMix64(seed: 1)
    let noise = (0..<20_000).map { _ in UInt8.random(in: 0...255, using: &random) }
    let messages = (0..<24 as Range<UInt8>).map { [$0] + noise }
    let before = try byteCount(path + "-wal")
    try await store.write { writer in
      for (number, bytes) in messages.enumerated() {
        try writer.insertMessage(bytes, digest: Sample.digest(number))
      }
      #expect(try byteCount(path + "-wal") > before + 100_000)
      // What a power cut at this moment would leave.
      for suffix in ["", "-wal"] {
        try FileManager.default.copyItem(atPath: path + suffix, toPath: copy + suffix)
      }
    }
    let found = try SQLiteStore.open(at: copy)
    #expect(try await found.read { try $0.seedCounts().all } == 1)
    #expect(try await found.read { try $0.message(Sample.digest(0)) } == nil)
    #expect(try await found.checkIntegrity() == [])
    #expect(try await store.read { try $0.message(Sample.digest(23)) } == messages[23])
  }

  @Test(arguments: [false, true])
  func `a full disk takes back the whole transaction`(isCaught: Bool) async throws {
    let folder = try TemporaryFolder()
    let store = try SQLiteStore.create(at: folder.path("seed.db"))
    try await store.write { try $0.insert(Sample.bareSeed(1)) }
    func allow(_ sql: String) throws {
      try store.database.writeWithoutTransaction { db in
        let count = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
        _ = try Int.fetchOne(
          db,
          sql: "PRAGMA max_page_count = \(sql == "more" ? 1 << 20 : count + 3)"
        )
      }
    }
    try allow("little")
    await #expect(throws: StoreError.full) {
      try await store.write { writer in
        try writer.insert(Sample.bareSeed(2))
        do {
          for number in 3..<9000 { try writer.insert(Sample.bareSeed(number)) }
        } catch {
          if !isCaught { throw error }
        }
        // After SQLite rolled back by itself, this would stand alone.
        try? writer.insert(Sample.bareSeed(9999))
      }
    }
    #expect(try await store.read { try $0.seedCounts().all } == 1)
    #expect(try await store.checkIntegrity() == [])
    try allow("more")
    try await store.write { try $0.insert(Sample.bareSeed(2)) }
    #expect(try await store.read { try $0.seedCounts().all } == 2)
  }

  @Test func `a message whose bytes rotted is refused`() async throws {
    let folder = try TemporaryFolder()
    let store = try SQLiteStore.create(at: folder.path("seed.db"))
    let digest = Sample.digest(1)
    try await store.write {
      try $0.insertMessage(Array("Dear reader, dear reader.".utf8), digest: digest)
    }
    for change in [
      "frame = zeroblob(length(frame))",
      "frame = substr(frame, 1, length(frame) - 1)",
      "byte_count = 1000000000000",
      "byte_count = -1",
      // One bit of the text, which only the checksum shows.
      "frame = CAST(substr(frame, 1, 12) || X'45' || substr(frame, 14) AS BLOB)",
    ] {
      try await store.database.write { db in
        try db.execute(sql: "DROP TRIGGER IF EXISTS message_no_update")
        try db.execute(sql: "CREATE TEMP TABLE kept AS SELECT * FROM message")
        try db.execute(sql: "UPDATE message SET \(change)")
      }
      await #expect(throws: StoreError.damaged) { try await store.read { try $0.message(digest) } }
      try await store.database.write { db in
        try db.execute(
          sql: """
            UPDATE message SET (byte_count, frame) = (SELECT byte_count, frame FROM kept);
            DROP TABLE kept
            """
        )
      }
    }
    #expect(try await store.read { try $0.message(digest) } != nil)
  }

  private func byteCount(_ path: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return (attributes[.size] as? NSNumber)?.intValue ?? 0
  }
}

/// The ways to open a store that is there.
enum OpeningOfStore {
  static let all: [@Sendable (String) throws -> SQLiteStore] = [
    { try SQLiteStore.openForReading(at: $0) }, { try SQLiteStore.open(at: $0) },
  ]
}

extension Sample {
  /// A control, which needs no other record.
  static func bareSeed(_ number: Int) -> Seed {
    Seed(
      id: Identifier(rawValue: Int64(number)),
      token: MatchToken(high: UInt64(number), low: 0),
      organisation: nil,
      scheme: .p80,
      control: .c0,
      mintedAt: start
    )
  }

  /// Thirty-two bytes.
  static func digest(_ number: Int) -> [UInt8] { [UInt8](repeating: UInt8(number), count: 32) }
}
