import SeedCore
import SeedMail
import Synchronization

/// When mail last came into each maildir, as this process saw it.
final class ArrivalLog: Sendable {
  private let arrivals = Mutex<[String: (newest: Timestamp, count: Int)]>([:])

  /// Takes note of a message.
  func note(_ maildir: String, at time: Timestamp) {
    arrivals.withLock { arrivals in
      let known = arrivals[maildir]
      arrivals[maildir] = (max(known?.newest ?? time, time), (known?.count ?? 0) + 1)
    }
  }

  /// What came since this was asked last.
  func take() -> [String: (newest: Timestamp, count: Int)] {
    arrivals.withLock { arrivals in
      defer { arrivals = [:] }
      return arrivals
    }
  }
}

/// How often mail comes into a maildir.
struct MaildirHabit: Codable, Hashable {
  /// Shorter silences are no sign of anything.
  static let silenceMin = Duration.seconds(86_400)
  /// How many messages make a habit.
  static let messageCountMin = 10
  /// Gaps that are shorter are not remembered, and not more than so many.
  static let gapMin = Duration.seconds(3600)
  static let gapCountMax = 30

  var newest: Timestamp
  var messageCount = 0
  /// The latest gaps between messages, in seconds.
  var gaps: [Int64] = []

  /// Takes note of messages, the newest of that time.
  mutating func note(_ newest: Timestamp, count: Int) {
    messageCount = min(messageCount, 1_000_000) + min(count, 1_000_000)
    guard newest > self.newest else { return }
    let gap = newest.duration(since: self.newest)
    if gap >= Self.gapMin { gaps = (gaps + [gap.components.seconds]).suffix(Self.gapCountMax) }
    self.newest = newest
  }

  /// Whether it has been silent for twice as long as it ever was of late.
  func isBroken(at now: Timestamp) -> Bool {
    let longest = Duration.seconds(gaps.max() ?? 0)
    return messageCount >= Self.messageCountMin
      && now.duration(since: newest) > max(Self.silenceMin, longest * 2)
  }
}
