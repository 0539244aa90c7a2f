public import SeedCore

/// What takes messages in: ``Intake``, or a stand-in for it in tests.
public protocol ArrivalTaker: Sendable {
  /// A batch that was worked out, and is to be recorded.
  associatedtype Examined: Sendable = [Arrival]
  /// Takes in a batch: everything that comes of it is on disk when this returns, and nothing when it
  /// throws.
  func take(_ arrivals: [Arrival]) async throws -> IntakeReport
  /// Works a batch out, and records nothing.
  func examine(_ arrivals: [Arrival]) async throws -> Examined
  /// Records what was worked out: with it, ``examine(_:)`` is what ``take(_:)`` does.
  func record(_ batch: Examined) async throws -> IntakeReport
  /// Asks again about sightings whose judgement waits for DNS.
  func judgePending() async throws -> PendingOutcome
  /// Asks again for the keys of recorded mail that are due; returns how many checks were recorded.
  func checkKeys() async throws -> Int
  /// Commits to the counts of every day that has ended.
  func closeDays() async throws
}

extension ArrivalTaker where Examined == [Arrival] {
  /// Leaves all work to ``take(_:)``.
  public func examine(_ arrivals: [Arrival]) async throws -> [Arrival] { arrivals }

  /// Takes the batch in.
  public func record(_ batch: [Arrival]) async throws -> IntakeReport { try await take(batch) }
}

extension Intake: ArrivalTaker {}
