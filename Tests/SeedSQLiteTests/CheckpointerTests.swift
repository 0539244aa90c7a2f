import Foundation
import GRDB
import SeedCore
import SeedTesting
import Testing

@testable import SeedSQLite

struct CheckpointerTests {
  /// Pages of a transaction: more than a checkpoint begins with in a few of them.
  private static let transactionPageCount = 400

  @Test func `what was committed comes into the file beside the commits`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("seed.db")
    let store = try SQLiteStore.create(at: path)
    for number in 0..<12 {
      try await write(to: store, number)
      try #require(store.checkpointer).finish()
      // The one that begins it, and the one that meets it at work.
      let pageCountMax = Checkpointer.pageCount + 2 * Self.transactionPageCount
      #expect(try pageCount(path + "-wal") < pageCountMax)
    }
    #expect(try pageCount(path) > 10 * Self.transactionPageCount)
    #expect(try await store.checkIntegrity() == [])
    try store.close()
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["seed.db"])
  }

  @Test func `the log begins anew after a commit that came during the work`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("seed.db")
    let store = try SQLiteStore.create(at: path)
    let checkpointer = try #require(store.checkpointer)
    for round in 0..<3 {
      // The last one begins the work.
      for number in 0..<Checkpointer.pageCount / Self.transactionPageCount {
        try await write(to: store, 20 * round + number)
      }
      // As where an alert was delivered that was committed before.
      try await store.write { try $0.insertMessage([1], digest: Self.digest(100 + round)) }
      while checkpointer.isAtWork { try await Task.sleep(for: .milliseconds(5)) }
    }
    #expect(try pageCount(path + "-wal") < Checkpointer.pageCount + 2 * Self.transactionPageCount)
  }

  @Test func `a store that was closed leaves nothing beside its file, however little was written`()
    async throws
  {
    let folder = try TemporaryFolder()
    let store = try SQLiteStore.create(at: folder.path("seed.db"))
    try await write(to: store, 0)
    // A connection that only reads is closed after the one that writes.
    #expect(try await store.read { try $0.message(Self.digest(0)) } != nil)
    try store.close()
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["seed.db"])
  }

  @Test func `a store that was only looked through leaves nothing beside its file`() async throws {
    let folder = try TemporaryFolder()
    try SQLiteStore.create(at: folder.path("seed.db")).close()
    let store = try SQLiteStore.open(at: folder.path("seed.db"))
    try await store.checkPages()
    try store.close()
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["seed.db"])
    // The end of the object would close what is open still.
    withExtendedLifetime(store) {}
  }

  @Test func `the log stays within bounds however fast is written`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("seed.db")
    let store = try SQLiteStore.create(at: path)
    for number in 0..<24 { try await write(to: store, number) }
    let pageCountMax = Checkpointer.pageCountMax + 2 * Self.transactionPageCount
    #expect(try pageCount(path + "-wal") < pageCountMax)
    #expect(try await store.checkIntegrity() == [])
    let count = try await store.read { reader in
      try (0..<24).filter { try reader.message(Self.digest($0)) != nil }.count
    }
    #expect(count == 24)
  }

  @Test func `a store that was closed writes nothing more`() async throws {
    let folder = try TemporaryFolder()
    let store = try SQLiteStore.create(at: folder.path("seed.db"))
    for number in 0..<4 { try await write(to: store, number) }
    try store.close()
    try store.close()
    await #expect(throws: (any Error).self) { try await write(to: store, 4) }
  }

  /// Writes a message of many pages that can't be packed.
  private func write(to store: SQLiteStore, _ number: Int) async throws {
    let message = [UInt8(number)] + Self.noise
    try await store.write { try $0.insertMessage(message, digest: Self.digest(number)) }
  }

  private static let noise = {
    var random = SplitMix64(seed: 1)
    return (0..<transactionPageCount * SQLiteStore.pageByteCount).map { _ in
      UInt8(truncatingIfNeeded: random.next())
    }
  }()

  private static func digest(_ number: Int) -> [UInt8] {
    [UInt8](repeating: UInt8(number), count: 32)
  }

  private func pageCount(_ path: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return ((attributes[.size] as? NSNumber)?.intValue ?? 0) / SQLiteStore.pageByteCount
  }
}
