import Foundation
import GRDB
import SeedCore
import SeedTesting
import Testing

@testable import SeedSQLite

struct SQLiteStoreFileTests {
  @Test func `a store is for its owner alone, with all that lies beside it`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("store/seed.db")
    let store = try SQLiteStore.create(at: path)
    try await store.write { try $0.insert(Sample.bareSeed(1)) }
    #expect(try mode(folder.path("store")) == 0o700)
    for suffix in ["", "-wal", "-shm"] { #expect(try mode(path + suffix) == 0o600) }
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path("store"))
    #expect(Set(names) == ["seed.db", "seed.db-wal", "seed.db-shm"])
  }

  @Test(arguments: ["seed.db", "seed.db-wal", "."])
  func `a store that others can read is refused`(name: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("store/seed.db")
    let store = try SQLiteStore.create(at: path)
    for bits in [0o640, 0o604, 0o710] {
      try setMode(bits, folder.path("store/" + name))
      #expect(throws: StoreError.permissions) { try SQLiteStore.open(at: path) }
    }
    try setMode(name == "." ? 0o700 : 0o600, folder.path("store/" + name))
    try SQLiteStore.open(at: path).close()
    try store.close()
  }

  @Test func `a missing store is no new store`() throws {
    let folder = try TemporaryFolder()
    for open in OpeningOfStore.all {
      for name in ["seed.db", "nowhere/seed.db"] {
        #expect(throws: StoreError.missing) { try open(folder.path(name)) }
      }
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
  }

  @Test(arguments: ["", "-wal", "-shm", "-journal"])
  func `a store isn't made where something is left of another`(suffix: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("seed.db")
    try Data([1]).write(to: URL(filePath: path + suffix))
    #expect(throws: StoreError.exists) { try SQLiteStore.create(at: path) }
    #expect(try Data(contentsOf: URL(filePath: path + suffix)) == Data([1]))
  }

  @Test func `a file that is no store is refused and stays as it is`() throws {
    let folder = try TemporaryFolder()
    let foreign = folder.path("foreign.db")
    let database = try DatabaseQueue(path: foreign)
    try database.write { try $0.execute(sql: "CREATE TABLE note (text)") }
    try database.close()
    try Data().write(to: URL(filePath: folder.path("empty.db")))
    try Data("Dear reader,\n".utf8).write(to: URL(filePath: folder.path("text.db")))
    try Data(repeating: 7, count: 9000).write(to: URL(filePath: folder.path("noise.db")))
    try FileManager.default.createDirectory(
      atPath: folder.path("folder.db"),
      withIntermediateDirectories: false
    )
    for name in ["foreign.db", "empty.db", "text.db", "noise.db", "folder.db"] {
      let path = folder.path(name)
      if name != "folder.db" { try setMode(0o600, path) }
      let before = try? Data(contentsOf: URL(filePath: path))
      for open in OpeningOfStore.all {
        #expect(throws: StoreError.damaged) { try open(path) }
      }
      #expect((try? Data(contentsOf: URL(filePath: path))) == before)
    }
  }

  @Test func `a store that was cut short is damaged`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("seed.db")
    try SQLiteStore.create(at: path).close()
    let whole = try Data(contentsOf: URL(filePath: path))
    let page = SQLiteStore.pageByteCount
    for byteCount in [1, 100, page, whole.count - page] {
      try whole.prefix(byteCount).write(to: URL(filePath: path))
      try setMode(0o600, path)
      #expect(throws: StoreError.damaged) { try SQLiteStore.open(at: path) }
    }
  }

  @Test func `a store of a newer version is refused`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("seed.db")
    let store = try SQLiteStore.create(at: path)
    try store.database.writeWithoutTransaction { db in
      try db.execute(sql: "PRAGMA user_version = \(Schema.version + 1)")
    }
    try store.close()
    for open in OpeningOfStore.all {
      #expect(throws: StoreError.newerVersion) { try open(path) }
    }
  }

  @Test func `a backup holds the same, for its owner alone, and is restored`() async throws {
    let folder = try TemporaryFolder()
    let store = try SQLiteStore.create(at: folder.path("a/seed.db"))
    let seeds = (1...50).map { Sample.bareSeed($0) }
    try await store.write { writer in for seed in seeds { try writer.insert(seed) } }
    let backup = folder.path("backup.db")
    try await store.backup(to: backup)
    #expect(try mode(backup) == 0o600)
    await #expect(throws: StoreError.exists) { try await store.backup(to: backup) }
    try await store.write { try $0.insert(Sample.bareSeed(51)) }

    // A backup may lie where others can read: it isn't in use.
    try setMode(0o644, backup)
    let restored = folder.path("b/seed.db")
    try await SQLiteStore.restore(from: backup, to: restored)
    let copy = try SQLiteStore.open(at: restored)
    let stored = try await copy.read { try $0.seeds(after: nil, limit: 99, organisation: nil) }
    #expect(stored == seeds)
    try await copy.write { try $0.insert(Sample.bareSeed(52)) }
    await #expect(throws: StoreError.exists) {
      try await SQLiteStore.restore(from: backup, to: restored)
    }
    #expect(
      try Set(FileManager.default.contentsOfDirectory(atPath: folder.url.path))
        == ["a", "b", "backup.db"]
    )
  }

  @Test func `a backup that is missing, foreign or damaged restores nothing`() async throws {
    let folder = try TemporaryFolder()
    let target = folder.path("store/seed.db")
    await #expect(throws: StoreError.missing) {
      try await SQLiteStore.restore(from: folder.path("backup.db"), to: target)
    }
    try Data("Dear reader,\n".utf8).write(to: URL(filePath: folder.path("text.db")))
    await #expect(throws: StoreError.damaged) {
      try await SQLiteStore.restore(from: folder.path("text.db"), to: target)
    }
    let holed = folder.path("holed.db")
    let store = try SQLiteStore.create(at: holed)
    for _ in 0..<3 {
      try await store.write { _ = try $0.append(Leaf(kind: .note, bytes: [1], subject: nil)) }
    }
    try await store.database.write { db in
      try db.execute(sql: "DROP TRIGGER leaf_no_delete; DELETE FROM leaf WHERE idx = 1")
    }
    #expect(try await store.checkIntegrity() == ["leaves are missing: 1"])
    try store.close()
    await #expect(throws: StoreError.damaged) {
      try await SQLiteStore.restore(from: holed, to: target)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("store")).isEmpty)
  }

  private func mode(_ path: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0
  }

  private func setMode(_ mode: Int, _ path: String) throws {
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
  }
}
