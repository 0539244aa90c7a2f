import GRDB
import SeedCore
import SeedTesting
import Synchronization
import Testing

@testable import SeedSQLite

/// What commands ask of a store costs what it gives, and not what the store holds.
struct QueryPlanTests {
  private static let seed = Identifier<Seed>(rawValue: 1)

  private static let questions: [(String, @Sendable (any StoreReader) throws -> Void)] = [
    (
      "alerts",
      { _ = try $0.findings(FindingQuery(states: [.open, .confirmed])) }
    ),
    ("alerts --all", { _ = try $0.findings(FindingQuery()) }),
    ("one state", { _ = try $0.findings(FindingQuery(states: [.closed])) }),
    ("a case", { _ = try $0.findings(FindingQuery(caseID: Identifier(rawValue: 1))) }),
    ("cases", { _ = try $0.cases(limit: 9) }),
    ("seeds", { _ = try $0.seeds(after: nil, limit: 9, organisation: nil) }),
    (
      "an organisation's seeds",
      { _ = try $0.seeds(after: seed, limit: 9, organisation: Identifier(rawValue: 1)) }
    ),
    ("one seed", { _ = try $0.seed(seed) }),
    ("an organisation", { _ = try $0.organisation(Identifier(rawValue: 1)) }),
    ("a seed's address", { _ = try $0.firstRecipient(of: seed) }),
    ("a seed's sightings", { _ = try $0.sightings(of: seed, after: nil, limit: 9) }),
    (
      "a finding's sightings",
      { _ = try $0.sightings(of: seed, from: .init(stored: "a"), after: nil, limit: 9) }
    ),
    ("pending sightings", { _ = try $0.pendingSightings(after: nil, limit: 9) }),
    ("events", { _ = try $0.events(after: 1, of: nil, limit: 9) }),
    ("the newest event", { _ = try $0.lastEventSequence() }),
    ("how many leaves", { _ = try $0.leafCount() }),
    ("the newest checkpoint", { _ = try $0.newestCheckpoint() }),
  ]

  @Test(arguments: questions.map(\.0))
  func `what commands list is neither scanned for nor sorted`(name: String) throws {
    let folder = try TemporaryFolder()
    let store = try SQLiteStore.create(at: folder.path("seed.db"))
    let ask = try #require(Self.questions.first { $0.0 == name }?.1)
    let statements = Mutex<[String]>([])
    try store.database.writeWithoutTransaction { db in
      db.trace(options: .statement) { event in
        guard case .statement(let statement) = event else { return }
        let sql = statement.sql
        statements.withLock { $0.append(sql) }
      }
      try SQLiteTransaction(db).run(ask)
      db.trace(options: [])
      let asked = statements.withLock { $0 }
      try #require(!asked.isEmpty)
      for sql in asked {
        let plan = try Row.fetchAll(
          db,
          sql: "EXPLAIN QUERY PLAN " + sql,
          arguments: StatementArguments(Array(repeating: 1, count: sql.count { $0 == "?" }))
        ).map { $0["detail"] as String }
        #expect(!plan.contains { $0.contains("TEMP B-TREE") }, "\(sql): \(plan)")
        // Without a condition, the first rows in their order are all that is looked at.
        let takesFirst = sql.contains(" LIMIT ") && !sql.contains(" WHERE ")
        #expect(takesFirst || !plan.contains { $0.hasPrefix("SCAN") }, "\(sql): \(plan)")
      }
    }
  }
}
