/// How much mail makes a batch that takes a given time, learnt from the batches before.
///
/// Mail that comes while a batch is worked on waits for its end, so a backlog must come in pieces that
/// are short, however fast or slow the machine, the disk and DNS are.
struct BatchPace {
  /// What a message costs whatever its size, as bytes that cost as much.
  static let messageCost: Int64 = 32 << 10
  /// The least of a batch: with fewer messages the cores would wait for each other.
  static let costMin = 16 * messageCost
  /// The most: ``MaildirIntake``'s own limits lie below it.
  static let costMax: Int64 = 1 << 30

  /// How long a batch is to take.
  let target: Duration
  /// The cost at which a batch is full.
  private(set) var cost = 64 * messageCost

  /// A pace of batches that take `target`.
  init(target: Duration) { self.target = target }

  /// Learns from a batch: what it cost, and how long it took.
  mutating func note(_ batchCost: Int64, took duration: Duration) {
    // What every batch costs, such as a sync, would make small ones look slow.
    guard batchCost >= cost / 2 || duration > target else { return }
    let ratio = min(max(target / max(duration, .microseconds(1)), 0.25), 2)
    let ideal = Int64(Double(min(batchCost, Self.costMax)) * ratio)
    cost = min(max(ideal, Self.costMin), Self.costMax)
  }
}
