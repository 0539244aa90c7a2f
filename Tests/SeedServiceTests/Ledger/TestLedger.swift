import Foundation
import SeedCore
import SeedSQLite
import SeedTesting

@testable import SeedService

/// A home with a store and a ledger, for tests.
struct TestLedger {
  static let origin = "seeds.example/log"
  static let now = Timestamp(seconds: 1_790_000_000)

  let home: Home
  let store: any Store
  let key: NoteSigningKey

  init(_ path: String, store: (any Store)? = nil) throws {
    home = Home(path: path)
    try home.create()
    key = try home.makeLedgerKey(origin: Self.origin)
    self.store = try store ?? SQLiteStore.create(at: home.storePath)
  }

  /// A ledger that a process makes anew.
  func ledger(
    passed: @escaping @Sendable (Ledger.Step) throws -> Void = { _ in }
  ) -> Ledger {
    Ledger(home: home, store: store, key: key, clock: { Self.now }, passed: passed)
  }

  /// The same home with another store.
  func with(_ store: any Store) -> TestLedger { TestLedger(home: home, store: store, key: key) }

  private init(home: Home, store: any Store, key: NoteSigningKey) {
    self.home = home
    self.store = store
    self.key = key
  }

  /// Appends leaves that say which number they have.
  func append(_ count: Int, mark: String = "") async throws {
    try await Self.append(count, mark: mark, to: store)
  }

  static func append(_ count: Int, mark: String = "", to store: any Store) async throws {
    try await store.write { store in
      for _ in 0..<count {
        let index = try store.leafCount()
        let bytes = Array("{\"i\":\(index),\"m\":\"\(mark)\",\"t\":\"note\",\"v\":1}".utf8)
        _ = try store.append(Leaf(kind: .note, bytes: bytes, subject: nil))
      }
    }
  }

  /// The head over the first leaves of the store.
  func head(_ size: Int) async throws -> TreeHead {
    let leaves = try await store.read { try $0.leaves(from: 0, limit: size) }
    var range = CompactRange()
    for leaf in leaves { range.append(leafHash: MerkleTree.leafHash(leaf.bytes)) }
    return range.head
  }

  /// Every file under `log/`, with its bytes.
  func files() throws -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: home.logPath) {
      let path = home.logPath + "/" + name
      guard try PathStatus.read(path)?.isRegularFile == true else { continue }
      files[name] = Array(try Data(contentsOf: URL(filePath: path)))
    }
    return files
  }
}
