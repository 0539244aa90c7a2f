import Foundation
import GRDB
import SeedCore
import SeedSQLite
import SeedService
import SeedTesting
import Testing

/// A byte that changed on the disk is found, named, and stops what would build upon it.
///
/// `SEED_CRASH=long` changes every byte.
@Suite(.timeLimit(.minutes(600)))
struct DamageTests {
  private static let isLong = ProcessInfo.processInfo.environment["SEED_CRASH"] == "long"

  /// A home in which something of every kind was recorded, with nothing left in the write-ahead log.
  private func makeHome(_ folder: borrowing TemporaryFolder) async throws -> SeedHome {
    let home = try await SeedHome(in: folder)
    let minted = try await home.mintForPetitions()
    for (name, text) in [
      ("1", Letters.confirmation(to: minted.address)), ("2", Letters.appeal(to: minted.address)),
      ("3", Letters.authenticatedAppeal(to: minted.address)),
    ] {
      try home.deliver(text, as: name)
    }
    try await home.drain(environment: ["SEED_ALERTS_COMMAND": "cat > /dev/null"])
    try await home.seedctl("ledger", "checkpoint")
    try settle(home)
    return home
  }

  /// Brings everything from the write-ahead log into the store.
  private func settle(_ home: SeedHome) throws {
    // Whoever opens a store makes sure that pages get checksums.
    try SQLiteStore.open(at: home.path + "/store/seed.db").close()
    try DatabaseQueue(path: home.path + "/store/seed.db").inDatabase { db in
      _ = try db.checkpoint(.truncate)
    }
  }

  /// The size of a store's pages, as its header says it.
  private func pageSize(_ bytes: some Collection<UInt8>) -> Int {
    let size = bytes.dropFirst(16).prefix(2).reduce(0) { $0 << 8 | Int($1) }
    return size == 1 ? 65_536 : size
  }

  /// What is wrong with a store, in the words of whoever meets it first.
  private func problems(_ path: String) async -> [String] {
    do {
      let store = try SQLiteStore.openForReading(at: path)
      let problems = try await store.checkIntegrity()
      try store.close()
      return problems
    } catch {
      return ["\(error)"]
    }
  }

  @Test func `a changed byte of the store is found, wherever it is, and its page is named`()
    async throws
  {
    let folder = try TemporaryFolder()
    let path = try await makeHome(folder).path + "/store/seed.db"
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
    #expect(await problems(path) == [])
    var random = SplitMix64(seed: 1)
    let places =
      Self.isLong
      ? Array(bytes.indices)
      : Array(0..<100) + (0..<500).map { _ in Int.random(in: bytes.indices, using: &random) }
    let file = try FileHandle(forUpdating: URL(filePath: path))
    func write(_ byte: UInt8, at place: Int) throws {
      try file.seek(toOffset: UInt64(place))
      try file.write(contentsOf: Data([byte]))
    }
    var missed: [Int] = []
    for place in places {
      try write(bytes[place] ^ (1 << UInt8.random(in: 0...7, using: &random)), at: place)
      let found = await problems(path)
      try write(bytes[place], at: place)
      // The first page says how large pages are, so it can't always be named.
      let page = place / pageSize(bytes) + 1
      let isNamed = page == 1 || found.contains { $0.contains("\(page)") }
      if found.isEmpty || !isNamed { missed.append(place) }
    }
    print("damage: \(places.count - missed.count)/\(places.count) changes of the store were found")
    #expect(missed.isEmpty)
    #expect(await problems(path) == [])
  }

  @Test func `a backup with a changed byte is not restored`() async throws {
    let folder = try TemporaryFolder()
    let store = try SQLiteStore.open(at: try await makeHome(folder).path + "/store/seed.db")
    let backup = folder.path("backup"), restored = folder.path("restored/seed.db")
    try await store.backup(to: backup)
    try store.close()
    let bytes = try Data(contentsOf: URL(filePath: backup))
    var random = SplitMix64(seed: 2)
    for _ in 0..<100 {
      var changed = bytes
      changed[Int.random(in: bytes.indices, using: &random)] ^=
        1 << UInt8.random(in: 0...7, using: &random)
      try changed.write(to: URL(filePath: backup))
      await #expect(throws: StoreError.self) {
        try await SQLiteStore.restore(from: backup, to: restored)
      }
    }
    try bytes.write(to: URL(filePath: backup))
    try await SQLiteStore.restore(from: backup, to: restored)
    #expect(await problems(restored) == [])
  }

  /// A home whose daemon was killed, so that what it committed is in the write-ahead log still.
  private func makeKilledHome(_ folder: borrowing TemporaryFolder) async throws -> SeedHome {
    let home = try await SeedHome(in: folder)
    let minted = try await home.mintForPetitions()
    try home.deliver(Letters.appeal(to: minted.address))
    let daemon = try await home.startDaemon(environment: ["SEED_LEDGER_CHECKPOINT_INTERVAL": "1s"])
    for _ in 0..<300 {
      if try await !home.alerts().isEmpty { break }
      try await Task.sleep(for: .milliseconds(100))
    }
    try await home.seedctl("ledger", "checkpoint")
    #expect(await daemon.end(by: SIGKILL) == -SIGKILL)
    #expect(try Data(contentsOf: URL(filePath: home.path + "/store/seed.db-wal")).count > 0)
    return home
  }

  @Test func `a changed byte of the write-ahead log loses no message, or stops the daemon`()
    async throws
  {
    let folder = try TemporaryFolder()
    let home = try await makeKilledHome(folder)
    let kept = folder.path("kept")
    let files = FileManager.default
    try files.copyItem(atPath: home.path, toPath: kept)
    var random = SplitMix64(seed: 3)
    for _ in 0..<(Self.isLong ? 1000 : 20) {
      try files.removeItem(atPath: home.path)
      try files.copyItem(atPath: kept, toPath: home.path)
      let log = URL(filePath: home.path + "/store/seed.db-wal")
      var bytes = try Data(contentsOf: log)
      let place = Int.random(in: bytes.indices, using: &random)
      bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &random)
      try bytes.write(to: log)
      try files.setAttributes([.posixPermissions: 0o600], ofItemAtPath: log.path)
      let outcome = try await Program.seedd.run(
        ["--home", home.path, "--once"],
        environment: ["HOME": folder.url.path, "SEED_DNS_ZONE": folder.path("zone.json")]
      )
      if outcome.status == 0 {
        #expect(try await home.alerts().map(\.sightings) == [1], "byte \(place)")
        try await home.seedctl("ledger", "verify")
      } else {
        #expect(outcome.status == 4, "byte \(place): \(outcome.errors)")
      }
    }
  }

  @Test(.enabled(if: Program.system("sqlite3") != nil, "needs sqlite3"))
  func `another program that looks into the store does it no harm`() async throws {
    let folder = try TemporaryFolder()
    let home = try await makeKilledHome(folder)
    let path = home.path + "/store/seed.db"
    let outcome = try await #require(Program.system("sqlite3"))
      .run([path, "SELECT count(*) FROM sighting"])
    #expect(outcome.output == "1\n", "\(outcome.errors)")
    #expect(await problems(path) == [])
    try await home.drain()
    #expect(await problems(path) == [])
  }

  @Test func `a changed byte of the log is found, wherever it is, and its file is named`()
    async throws
  {
    let folder = try TemporaryFolder()
    let home = Home(path: try await makeHome(folder).path)
    let store = try SQLiteStore.open(at: home.storePath)
    let configuration = try Configuration.load(path: home.configurationPath, environment: [:])
    let ledger = try await home.ledger(configuration.configuration, store: store)
    #expect(try await ledger.verify().isValid)
    var (changeCount, missed) = (0, [String]())
    let files = try FileManager.default.subpathsOfDirectory(atPath: home.logPath)
      .filter { $0 == "checkpoint" || $0.hasPrefix("tile/") }
    for name in files {
      let url = URL(filePath: home.logPath + "/" + name)
      guard let bytes = try? Data(contentsOf: url) else { continue }
      for place in stride(from: 0, to: bytes.count, by: Self.isLong ? 1 : 5) {
        var changed = bytes
        changed[place] ^= 1 << UInt8(place % 8)
        try changed.write(to: url)
        changeCount += 1
        let report = try await ledger.verify()
        if !report.faults.contains(where: { $0.place == url.path }) {
          missed.append("\(name) \(place)")
        }
      }
      try bytes.write(to: url)
    }
    print("damage: \(changeCount - missed.count)/\(changeCount) changes of the log were found")
    #expect(missed.isEmpty)
    #expect(changeCount > 100)
    #expect(try await ledger.verify().isValid)
  }

  @Test(arguments: ["store/seed.db", "log/checkpoint", "log/tile/0/000.p"])
  func `damage that the daemon meets stops it, and says where it is`(name: String) async throws {
    let folder = try TemporaryFolder()
    let home = try await makeHome(folder)
    let daemon = try await home.startDaemon()
    #expect(await daemon.end(by: SIGTERM) == 0, "\(daemon.errors)")
    try settle(home)
    var url = URL(filePath: home.path).appending(path: name)
    if name.hasSuffix(".p") {
      let widths = try FileManager.default.contentsOfDirectory(atPath: url.path)
      let newest = try #require(widths.max { (Int($0) ?? 0) < (Int($1) ?? 0) })
      url.append(path: newest)
    }
    var bytes = try Data(contentsOf: url)
    // Of the store, a page of the last tables, which nothing reads at the start.
    let place = name.hasSuffix("db") ? bytes.count - 100 : 20
    bytes[place] ^= 1
    try bytes.write(to: url)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: url.path)

    // Where the damage is met before anything can be looked at, it is refused.
    let verified = try await Program.seedctl.run(
      ["--home", home.path, "ledger", "verify"],
      environment: ["HOME": folder.url.path]
    )
    #expect(verified.status == 1 || verified.status == 4)
    let broken = try home.launchDaemon()
    for _ in 0..<600 where broken.status == nil { try await Task.sleep(for: .milliseconds(100)) }
    #expect(await broken.end(by: SIGTERM) == 4, "\(broken.errors)")
    let page = "page \(place / pageSize(bytes) + 1)"
    let named = name.hasSuffix("db") ? [page] : [url.path, "tile/0", "log/tile"]
    #expect(named.contains { broken.errors.contains($0) }, "\(broken.errors)")
    #expect(
      named.contains { (verified.output + verified.errors).contains($0) },
      "\(verified.output) \(verified.errors)"
    )
  }
}
