import Foundation
import GRDB
import SeedCore
import SeedTesting
import Testing

@testable import SeedSQLite

struct SchemaTests {
  @Test func `evidence is neither changed nor deleted`() async throws {
    let folder = try TemporaryFolder()
    let store = try SQLiteStore.create(at: folder.path("seed.db"))
    try await StoreContract.fill(store)
    let tables = Schema.appendOnlyTables
    for table in tables + Schema.lastingTables {
      try await store.database.write { db in
        #expect(try Int.fetchOne(db, sql: "SELECT count(*) FROM \(table)") ?? 0 > 0, "\(table)")
        #expect(throws: DatabaseError.self, "\(table)") {
          try db.execute(sql: "DELETE FROM \(table)")
        }
        guard tables.contains(table) else { return }
        for column in try db.columns(in: table).map(\.name) {
          #expect(throws: DatabaseError.self, "\(table).\(column)") {
            try db.execute(sql: "UPDATE \(table) SET \(column) = \(column)")
          }
        }
      }
    }
    #expect(try await store.checkIntegrity() == [])
  }

  @Test(arguments: [
    ("seed", ["retired_at", "withdrawn_at"]),
    ("organisation_domain", ["is_approved", "revoked_at"]),
    ("checkpoint", ["note", "is_witnessed"]),
    ("restoration", ["settled_at", "reason"]),
    ("witnessed_log", ["size", "root_hash", "note", "cosigned_at"]),
  ])
  func `of what may change in part only a few columns change`(
    table: String,
    columns: [String]
  ) async throws {
    let folder = try TemporaryFolder()
    let store = try SQLiteStore.create(at: folder.path("seed.db"))
    try await StoreContract.fill(store)
    try await store.database.write { db in
      for column in try db.columns(in: table).map(\.name) {
        let update = "UPDATE \(table) SET \(column) = \(column)"
        if columns.contains(column) {
          try db.execute(sql: update)
        } else {
          #expect(throws: DatabaseError.self, "\(column)") { try db.execute(sql: update) }
        }
      }
    }
  }

  @Test func `an entry's approval and revocation are not taken back`() async throws {
    let folder = try TemporaryFolder()
    let store = try SQLiteStore.create(at: folder.path("seed.db"))
    try await StoreContract.fill(store)
    try await store.database.write { db in
      try db.execute(sql: "UPDATE organisation_domain SET is_approved = 1, revoked_at = 5")
      for undo in ["is_approved = 0", "revoked_at = NULL", "revoked_at = 6"] {
        #expect(throws: DatabaseError.self) {
          try db.execute(sql: "UPDATE organisation_domain SET \(undo)")
        }
      }
    }
  }

  @Test(arguments: [
    "UPDATE checkpoint SET note = x'01'",
    "UPDATE checkpoint SET note = CAST(note || x'01' AS BLOB)",
    "UPDATE checkpoint SET is_witnessed = 0 WHERE size = 2",
    "UPDATE checkpoint SET note = substr(note, 1, 2) WHERE size = 2",
    "INSERT INTO checkpoint VALUES (1, zeroblob(32), x'01', 0, 0)",
    "INSERT OR REPLACE INTO checkpoint VALUES (2, zeroblob(32), x'01', 0, 0)",
    "UPDATE restoration SET reason = 'Other.'", "UPDATE restoration SET settled_at = NULL",
    "UPDATE witnessed_log SET size = 0", "UPDATE witnessed_log SET root_hash = zeroblob(32)",
  ])
  func `what was signed is not taken back`(change: String) async throws {
    let folder = try TemporaryFolder()
    let store = try SQLiteStore.create(at: folder.path("seed.db"))
    try await StoreContract.fill(store)
    try await store.database.write { db in
      try db.execute(
        sql: """
          INSERT INTO leaf VALUES (1, 'note', x'', NULL, x'');
          INSERT INTO checkpoint VALUES (2, zeroblob(32), x'6e6f7465', 0, 1);
          UPDATE checkpoint SET note = CAST(note || x'0a' AS BLOB) WHERE size = 2;
          UPDATE restoration SET settled_at = 5, reason = 'Shown.';
          UPDATE witnessed_log SET size = 2, root_hash = randomblob(32);
          """
      )
      let error = #expect(throws: DatabaseError.self) { try db.execute(sql: change) }
      #expect(error?.message?.hasSuffix("is kept as it is") == true)
    }
  }

  @Test func `a store of version 1 is brought up to date, with all that it holds`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("seed.db")
    let dump = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../Fixtures/store/version-1.sql")
    let old = try DatabaseQueue(path: path)
    try await old.writeWithoutTransaction { db in
      try db.execute(sql: String(contentsOf: dump, encoding: .utf8))
    }
    try old.close()
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)

    // Whoever only asks brings it up to date, too.
    let asked = try SQLiteStore.openForReading(at: path)
    #expect(try await asked.read { try $0.findings(FindingQuery()).count } == 1)
    #expect(try await asked.read { try $0.memo("a") } == nil)
    try asked.close()

    let store = try SQLiteStore.open(at: path)
    #expect(try await store.checkIntegrity() == [])
    try await store.read { reader throws in
      #expect(try reader.leafCount() == 5)
      #expect(try reader.seedCounts() == (2, 1))
      #expect(try reader.sightingSummary().count == 1)
      #expect(try reader.findings(FindingQuery()).map(\.messageClass) == [.stranger])
      #expect(try reader.newestCheckpoint() == nil)
      #expect(try reader.timestamps(from: 0, limit: 9) == [])
    }
    let head = TreeHead(size: 5, rootHash: [UInt8](repeating: 1, count: 32))
    let checkpoint = SignedCheckpoint(head: head, note: [1], signedAt: Timestamp(seconds: 1))
    try await store.write { try $0.insert(checkpoint) }
    try store.close()

    // It has the same tables as a new one.
    let fresh = try SQLiteStore.create(at: folder.path("fresh.db"))
    let again = try SQLiteStore.open(at: path)
    #expect(try await again.read { try $0.newestCheckpoint() } == checkpoint)
    #expect(try schema(of: again) == schema(of: fresh))
  }

  private func schema(of store: SQLiteStore) throws -> [String] {
    try store.database.read { db in
      try String.fetchAll(db, sql: "SELECT sql FROM sqlite_schema WHERE sql NOT NULL ORDER BY name")
    }
  }

  @Test(arguments: [
    "SELECT 1 FROM seed WHERE token = x''",
    "SELECT 1 FROM seed WHERE organisation = 1 AND id > 1 ORDER BY id",
    "SELECT 1 FROM leaf WHERE subject = 1 AND kind = 'mint' ORDER BY idx",
    "SELECT 1 FROM known_file WHERE base_name = '' AND inode = 1 AND byte_count = 1",
    "SELECT 1 FROM delivery WHERE base_name = '' AND message_digest = x''",
    "SELECT 1 FROM current_sighting WHERE seed = 1 AND sighting > 1 ORDER BY sighting",
    "SELECT 1 FROM current_sighting WHERE seed = 1 AND sender_key = '' ORDER BY sighting",
    "SELECT 1 FROM current_sighting WHERE is_pending = 1 AND sighting > 1 ORDER BY sighting",
    "SELECT 1 FROM current_sighting WHERE seed = 1 AND baseline_at IS NOT NULL ORDER BY baseline_at",
    "SELECT max(arrived_at) FROM sighting",
    "SELECT 1 FROM finding WHERE seed = 1 AND sender_key = ''",
    "SELECT 1 FROM sender_case WHERE sender_key = '' AND coalesce(organisation, -1) = 1",
    "SELECT 1 FROM finding_event WHERE finding = 1 AND sequence > 1 ORDER BY sequence",
    "SELECT 1 FROM checkpoint WHERE is_witnessed = 1 AND size > 0 ORDER BY size DESC LIMIT 1",
    "SELECT 1 FROM timestamp_token WHERE checkpoint >= 1 ORDER BY checkpoint, authority",
    "SELECT 1 FROM timestamp_token WHERE authority = '' ORDER BY checkpoint DESC",
    "SELECT 1 FROM key_check WHERE name = '' ORDER BY asked_at DESC, id DESC LIMIT 1",
    "SELECT 1 FROM outbox WHERE state = '' AND channel = '' AND due_at < 1 ORDER BY due_at, id",
    "SELECT 1 FROM outbox WHERE state = 'waiting' AND channel = '' AND is_urgent = 1 AND due_at < 1 ORDER BY due_at, id",
    "SELECT count(*), min(delivered_at) FROM outbox WHERE channel = '' AND delivered_at > 1 AND delivered_at <= 2",
    "SELECT min(due_at) FROM outbox WHERE state = 'waiting' AND channel = ''",
  ])
  func `a query that runs often neither scans nor sorts`(query: String) throws {
    let folder = try TemporaryFolder()
    let store = try SQLiteStore.create(at: folder.path("seed.db"))
    try store.database.read { db in
      let plan = try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + query)
        .map { $0["detail"] as String }
      #expect(plan.allSatisfy { $0.hasPrefix("SEARCH") }, "\(plan)")
    }
  }
}
