public import SeedCore

/// How a ledger stands.
public struct LedgerStatus: Sendable, Hashable {
  /// How many leaves there are.
  public let leafCount: Int64
  /// The newest checkpoint, and the newest that was witnessed.
  public let newest: SignedCheckpoint?, newestWitnessed: SignedCheckpoint?
  /// That the home was made of a backup, and nothing new is signed until that is settled.
  public let openRestoration: Restoration?
  /// What doesn't hold, as far as that is cheap to see.
  public let problem: LedgerError?

  /// Why nothing new is signed; `nil` where it may be.
  public var refusal: LedgerError? {
    openRestoration.map { LedgerError.restored(leafCount: $0.leafCount) }
  }

  /// How many leaves no checkpoint covers yet.
  public var unsignedCount: Int64 { max(0, leafCount - (newest?.head.size ?? 0)) }
}

extension Ledger {
  /// Looks how the ledger stands, and at what is cheap to check.
  public func status() async throws -> LedgerStatus {
    var problem: LedgerError?
    do { try await check() } catch let error as LedgerError { problem = error }
    let found = problem
    return try await store.read { store in
      LedgerStatus(
        leafCount: try store.leafCount(),
        newest: try store.newestCheckpoint(),
        newestWitnessed: try store.newestWitnessedCheckpoint(),
        openRestoration: try store.restorations().first { $0.settledAt == nil },
        problem: found
      )
    }
  }
}
