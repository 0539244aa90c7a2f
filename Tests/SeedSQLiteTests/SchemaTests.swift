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
  ])
  func `of a seed and an entry only a few columns change`(
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
    "SELECT 1 FROM outbox WHERE state = '' AND channel = '' AND due_at < 1 ORDER BY due_at, id",
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
