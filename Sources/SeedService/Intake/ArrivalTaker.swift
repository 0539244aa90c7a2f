public import SeedCore

/// What takes messages in: ``Intake``, or a stand-in for it in tests.
public protocol ArrivalTaker: Sendable {
  /// Takes in a batch: everything that comes of it is on disk when this returns, and nothing when it
  /// throws.
  func take(_ arrivals: [Arrival]) async throws -> IntakeReport
  /// Asks again about sightings whose judgement waits for DNS.
  func judgePending() async throws -> PendingOutcome
  /// Asks again for the keys of recorded mail that are due; returns how many checks were recorded.
  func checkKeys() async throws -> Int
  /// Commits to the counts of every day that has ended.
  func closeDays() async throws
}

extension Intake: ArrivalTaker {}
