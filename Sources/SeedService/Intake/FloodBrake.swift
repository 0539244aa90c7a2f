import SeedCore

/// Keeps a flood of guesses from costing a sync each.
///
/// A lone message is committed at once. When several small batches in a row, each right after the
/// other, reached no seed, the next one is left a moment to grow.
struct FloodBrake {
  /// How long a batch is left to grow, and how close batches are that follow each other.
  static let pause = Duration.milliseconds(20)
  /// How many such batches make a flood.
  static let batchCountMax = 8
  /// A batch with so many messages has grown enough.
  static let messageCountMax = 64

  private var batchCount = 0
  private var last: ContinuousClock.Instant?

  /// Whether to pause before the next batch.
  mutating func notes(_ report: IntakeReport, at now: ContinuousClock.Instant) -> Bool {
    let isClose = last.map { $0.duration(to: now) < Self.pause } ?? false
    let isGuessing = report.matched == 0 && report.read < Self.messageCountMax
    batchCount = isClose && isGuessing ? batchCount + 1 : 0
    last = now
    return batchCount >= Self.batchCountMax
  }

  /// The pause is over; it doesn't count as time between two batches.
  mutating func resume(at now: ContinuousClock.Instant) { last = now }
}
