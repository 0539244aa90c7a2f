import FoundationEssentials
import GRDB
import SeedCore
import SeedCrypto

/// The tables of the vault.
enum VaultSchema {
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1") { db in
      try db.execute(
        sql: """
          CREATE TABLE mint_key (
            epoch INTEGER PRIMARY KEY,
            -- NULL once a backup was confirmed
            secret BLOB CHECK (length(secret) = 32)
          ) STRICT;
          CREATE TABLE minted (
            seed INTEGER PRIMARY KEY,
            epoch INTEGER NOT NULL REFERENCES mint_key,
            address TEXT NOT NULL UNIQUE,
            stem TEXT NOT NULL,
            nonce BLOB NOT NULL UNIQUE CHECK (length(nonce) = 16),
            secret BLOB NOT NULL CHECK (length(secret) = 32),
            record BLOB NOT NULL,
            leaf BLOB NOT NULL CHECK (length(leaf) = 97)
          ) STRICT;
          CREATE TRIGGER minted_no_update BEFORE UPDATE ON minted
            BEGIN SELECT RAISE(ABORT, 'an address never changes'); END;
          CREATE TRIGGER minted_no_delete BEFORE DELETE ON minted
            BEGIN SELECT RAISE(ABORT, 'an address is never dropped'); END;
          """
      )
    }
    return migrator
  }

  static func newestKey(in db: Database) throws -> MintKey? {
    let row = try Row.fetchOne(
      db,
      sql: "SELECT epoch, secret FROM mint_key WHERE secret IS NOT NULL ORDER BY epoch DESC LIMIT 1"
    )
    return try row.map {
      try MintKey(epoch: $0["epoch"], secret: SecretBytes(bytes($0, "secret")))
    }
  }

  static func insert(_ key: MintKey, in db: Database) throws {
    try db.execute(
      sql: "INSERT INTO mint_key (epoch, secret) VALUES (?, ?)",
      arguments: [key.epoch, Data(key.secret.disclosed())]
    )
  }

  static func eraseKey(of epoch: Int64, in db: Database) throws {
    try db.execute(sql: "UPDATE mint_key SET secret = NULL WHERE epoch = ?", arguments: [epoch])
  }

  static func insert(_ minted: MintedAddress, in db: Database) throws {
    let statement = try db.cachedStatement(
      sql: """
        INSERT INTO minted (seed, epoch, address, stem, nonce, secret, record, leaf)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """
    )
    do {
      try statement.execute(arguments: [
        minted.seed.rawValue, minted.epoch, minted.address, minted.stem, Data(minted.leaf.nonce),
        Data(minted.secret.secret.disclosed()), Data(minted.record), Data(minted.leaf.bytes),
      ])
    } catch let error as DatabaseError
      where [.SQLITE_CONSTRAINT_PRIMARYKEY, .SQLITE_CONSTRAINT_UNIQUE]
      .contains(error.extendedResultCode)
    {
      throw VaultError.duplicate
    }
  }

  /// The text of a seed's address.
  static func addressText(of seed: Int64, in db: Database) throws -> String? {
    let statement = try db.cachedStatement(sql: "SELECT address FROM minted WHERE seed = ?")
    return try String.fetchOne(statement, arguments: [seed])
  }

  /// The address whose `column`, one of the unique ones, has a value.
  static func address(
    _ column: String,
    _ value: any DatabaseValueConvertible,
    in db: Database
  ) throws -> MintedAddress? {
    let row = try Row.fetchOne(
      db,
      sql: "SELECT * FROM minted WHERE \(column) = ?",
      arguments: [value]
    )
    return try row.map(address)
  }

  private static func address(_ row: Row) throws -> MintedAddress {
    let record = bytes(row, "record")
    let secret = AliasSecret(SecretBytes(bytes(row, "secret")))
    // The tag is made again rather than read, so that a damaged row can't pass for a sound one.
    let tag = secret.tag(
      try MintRecord(parsing: record).profile,
      recordDigest: SHA256.hash(record)
    )
    return MintedAddress(
      seed: Identifier(rawValue: row["seed"]),
      epoch: row["epoch"],
      address: row["address"],
      stem: row["stem"],
      tag: tag,
      secret: secret,
      record: record,
      leaf: try MintLeaf(parsing: bytes(row, "leaf"))
    )
  }

  private static func bytes(_ row: Row, _ column: String) -> [UInt8] {
    Array(row[column] as Data)
  }
}
