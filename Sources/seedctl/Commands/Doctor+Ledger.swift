import SeedCore
import SeedSQLite
import SeedService

extension HomeChecks {
  /// Whether the timestamps are as young as they should be.
  func timestamps() async throws -> [Check] {
    try await session.timestampStatus().map { status in
      let summary = TimestampSummary(status)
      let place = "timestamp"
      if !status.lastError.isEmpty || status.isOverdue {
        return Check(
          place,
          .warning,
          summary.words,
          mend: "see [[ledger.timestamp]] in seed.toml, then run: seedctl ledger timestamp"
        )
      }
      return Check(place, .ok, summary.words)
    }
  }

  /// Whether the witnesses keep up with the ledger.
  func witnesses() async throws -> [Check] {
    guard !session.configuration.ledger.witnesses.isEmpty else { return [] }
    // What keeps the ledger from being used has a line of its own.
    guard let ledger = try? await session.ledger() else { return [] }
    let witnesses = LedgerWitnesses(ledger, session.configuration.ledger)
    let (all, newest) = try await session.store.read { store in
      (try witnesses.status(in: store), try store.newestCheckpoint())
    }
    return all.map { status in
      let place = "witness"
      let words = WitnessSummary(status).words
      let isBehind = newest.map { newest in
        status.size != newest.head.size
          && Timestamp.now.duration(since: status.time ?? newest.signedAt)
            > LedgerWitnesses.delayMax
      }
      guard isBehind == true else {
        return Check(place, .ok, words)
      }
      return Check(
        place,
        .warning,
        words,
        mend: "see [[ledger.witness]] in seed.toml, then run: seedctl ledger witness"
      )
    }
  }
}
