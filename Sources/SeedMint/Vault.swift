import FoundationEssentials
import GRDB
public import SeedCore
import SeedCrypto
import SeedMail

/// The mint keys, and every address that was minted: the one place where they are written down.
///
/// Minting writes here first and to the store afterwards. A crash in between leaves an address here
/// that no seed has; ``unregistered(isRegistered:)`` finds it.
public final class Vault: Sendable {
  /// The most addresses that are minted in one transaction.
  public static let requestCountMax = 100_000

  // The only connection of this process; SQLite makes other processes wait their turn.
  private let database: DatabaseQueue
  private let folder: String

  private init(_ files: VaultFiles) throws {
    folder = files.folder
    var configuration = Configuration()
    configuration.label = "vault"
    configuration.journalMode = .wal
    configuration.busyMode = .timeout(10)
    // What is erased is overwritten, and not only given back.
    configuration.prepareDatabase { try $0.execute(sql: "PRAGMA secure_delete = ON") }
    database = try DatabaseQueue(path: files.database, configuration: configuration)
    // GRDB lowers this to NORMAL when it turns WAL on, which could lose the last addresses in a power
    // cut; so it is set after opening, and not in `prepareDatabase`.
    try database.inDatabase { try $0.execute(sql: "PRAGMA synchronous = FULL") }
    guard try !database.read(VaultSchema.migrator.hasBeenSuperseded) else {
      throw VaultError.newer(path: files.folder)
    }
    try VaultSchema.migrator.migrate(database)
  }

  /// Makes a vault with a new mint key; refuses one that exists.
  ///
  /// `folder`'s parent must exist. Takes a few syncs of the disk.
  public static func create(at folder: String) throws -> Vault {
    let files = VaultFiles(folder: folder)
    try files.create()
    let vault = try Vault(files)
    try vault.database.write { try VaultSchema.insert(MintKey.first(), in: $0) }
    return vault
  }

  /// Opens a vault; refuses one that is missing, unfinished, newer, or open to others.
  public static func open(at folder: String) throws -> Vault {
    let files = VaultFiles(folder: folder)
    try files.check()
    let vault = try Vault(files)
    guard try vault.database.read(VaultSchema.newestKey) != nil else {
      throw VaultError.incomplete(path: folder)
    }
    return vault
  }

  /// Closes the file; calls after it throw.
  public func close() throws { try database.close() }

  /// Mints an address for each request, all or none; they are on disk when this returns.
  ///
  /// - Throws: ``VaultError``.
  public func mint(_ requests: [MintRequest]) async throws -> [MintedAddress] {
    guard requests.count <= Self.requestCountMax else { throw VaultError.tooMany }
    let folder = folder
    return try await database.write { db in
      guard let key = try VaultSchema.newestKey(in: db) else {
        throw VaultError.incomplete(path: folder)
      }
      return try requests.map { request in
        let minted = try key.mint(
          request,
          stem: request.stem ?? Stems.random(),
          nonce: SecureRandom.bytes(MintLeaf.nonceByteCount)
        )
        try VaultSchema.insert(minted, in: db)
        return minted
      }
    }
  }

  /// The address of a seed.
  public func address(of seed: Identifier<Seed>) async throws -> MintedAddress? {
    try await database.read { try VaultSchema.address("seed", seed.rawValue, in: $0) }
  }

  /// The texts of the addresses of seeds, as far as they were minted here.
  public func addresses(of seeds: [Identifier<Seed>]) async throws -> [Identifier<Seed>: String] {
    try await database.read { db in
      var addresses: [Identifier<Seed>: String] = [:]
      for seed in seeds {
        addresses[seed] = try VaultSchema.addressText(of: seed.rawValue, in: db)
      }
      return addresses
    }
  }

  /// What was minted as `address`, in whichever case it is written.
  public func minted(as address: SeedAddress) async throws -> MintedAddress? {
    try await database.read { try VaultSchema.address("address", address.text, in: $0) }
  }

  /// What a leaf of the ledger commits to.
  public func minted(with leaf: MintLeaf) async throws -> MintedAddress? {
    let found = try await database.read {
      try VaultSchema.address("nonce", Data(leaf.nonce), in: $0)
    }
    return found?.leaf == leaf ? found : nil
  }

  /// How many addresses there are.
  public func addressCount() async throws -> Int {
    try await database.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM minted") ?? 0 }
  }

  /// At most `limit` seeds with an address here, after an identifier, oldest first.
  public func seeds(after id: Identifier<Seed>?, limit: Int) async throws -> [Identifier<Seed>] {
    try await database.read { db in
      try Int64.fetchAll(
        db,
        sql: "SELECT seed FROM minted WHERE seed > ? ORDER BY seed LIMIT ?",
        arguments: [id?.rawValue ?? .min, limit]
      ).map { Identifier(rawValue: $0) }
    }
  }

  /// The seeds that have an address here and aren't in the store.
  ///
  /// `isRegistered` is asked about a few hundred at a time, and answers with those that are.
  public func unregistered(
    isRegistered: ([Identifier<Seed>]) async throws -> Set<Identifier<Seed>>
  ) async throws -> [Identifier<Seed>] {
    var missing: [Identifier<Seed>] = []
    var last: Identifier<Seed>?
    while true {
      let page = try await seeds(after: last, limit: 500)
      guard let end = page.last else { return missing }
      let known = try await isRegistered(page)
      missing += page.filter { !known.contains($0) }
      last = end
    }
  }

  /// The newest mint key, to be written down where no machine can read it.
  public func newestKey() async throws -> MintKey {
    let folder = folder
    return try await database.read { db in
      guard let key = try VaultSchema.newestKey(in: db) else {
        throw VaultError.incomplete(path: folder)
      }
      return key
    }
  }

  /// Erases the newest mint key, whose backup is in a safe place, and goes on with the next.
  ///
  /// The backup can make the secrets of all later addresses again; what remains here can't make those
  /// of earlier ones.
  ///
  /// - Throws: ``VaultError/otherEpoch(newest:)`` when `epoch` isn't the newest key's.
  public func confirmBackup(of epoch: Int64) async throws {
    let folder = folder
    try await database.write { db in
      guard let key = try VaultSchema.newestKey(in: db) else {
        throw VaultError.incomplete(path: folder)
      }
      guard key.epoch == epoch else { throw VaultError.otherEpoch(newest: key.epoch) }
      try VaultSchema.insert(key.next(), in: db)
      try VaultSchema.eraseKey(of: epoch, in: db)
    }
    // The key must not stay behind in the write-ahead log.
    try await database.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
  }

  /// Writes a copy of the vault to a file that must not exist yet, and that only its owner can read.
  ///
  /// It holds every secret.
  public func backUp(to path: String) async throws {
    try VaultFiles.createPrivateFile(path)
    let copy = try DatabaseQueue(path: path)
    try await database.read { source in try copy.inDatabase { try source.backup(to: $0) } }
    try copy.close()
  }

  /// SQLite's own setting, 2 where a commit waits for the disk.
  func synchronousSetting() throws -> Int? {
    try database.inDatabase { try Int.fetchOne($0, sql: "PRAGMA synchronous") }
  }
}
