public import SeedMail

/// A time of day on a clock on the wall, in whole minutes.
public struct TimeOfDay: Sendable, Hashable, CustomStringConvertible {
  /// Minutes since midnight, 0…1439.
  public let minute: Int

  /// Eight in the morning.
  public static let eight = TimeOfDay(minute: 480)

  private init(minute: Int) { self.minute = minute }

  /// Reads `07:30`; `nil` for anything else.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    let digits = [0, 1, 3, 4].compactMap {
      bytes.indices.contains($0) ? Int(bytes[$0]) - 0x30 : nil
    }
    guard bytes.count == 5, bytes[2] == UInt8(ascii: ":"),
      digits.allSatisfy({ (0...9).contains($0) })
    else { return nil }
    let (hour, minute) = (digits[0] * 10 + digits[1], digits[2] * 10 + digits[3])
    guard hour < 24, minute < 60 else { return nil }
    self.minute = hour * 60 + minute
  }

  /// As it is read.
  public var description: String {
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(two(minute / 60)):\(two(minute % 60))"
  }
}

/// How far the clocks of a place are from UTC, at every moment.
public struct LocalZone: Sendable {
  /// UTC itself.
  public static let utc = LocalZone { _ in 0 }

  private static let dayLength: Int64 = 86_400
  private let offset: @Sendable (Timestamp) -> Int

  /// A zone whose clocks are so many seconds ahead of UTC at a moment.
  public init(offset: @escaping @Sendable (Timestamp) -> Int) { self.offset = offset }

  /// What the clocks show.
  public func minuteOfDay(at now: Timestamp) -> Int {
    Int(Self.remainder(localSeconds(at: now), Self.dayLength) / 60)
  }

  /// The first moment after `now` at which the clocks show a time, on Mondays alone where
  /// `isMonday`. Where they skip it, it is as long after the change as it would have been; where they
  /// show it twice, the first time counts.
  public func next(
    _ time: TimeOfDay,
    after now: Timestamp,
    onMondays isMonday: Bool = false
  )
    -> Timestamp
  {
    let today = Self.quotient(localSeconds(at: now), Self.dayLength)
    for day in today - 1...today + 8 {
      // 1970-01-01, day 0, was a Thursday.
      if isMonday, Self.remainder(day, 7) != 4 { continue }
      let moment = moment(day &* Self.dayLength + Int64(time.minute) * 60)
      if moment > now { return moment }
    }
    return now.advanced(by: .seconds(isMonday ? 7 * 86_400 : 86_400))
  }

  private func localSeconds(at now: Timestamp) -> Int64 { now.seconds &+ Int64(offset(now)) }

  /// When the clocks show a local time, given in seconds as though it were UTC.
  private func moment(_ local: Int64) -> Timestamp {
    let before = offset(Timestamp(seconds: local &- Self.dayLength))
    let after = offset(Timestamp(seconds: local &+ Self.dayLength))
    let first = Timestamp(seconds: local &- Int64(before))
    let second = Timestamp(seconds: local &- Int64(after))
    return offset(first) != before && offset(second) == after ? second : first
  }

  private static func quotient(_ number: Int64, _ divisor: Int64) -> Int64 {
    (number &- remainder(number, divisor)) / divisor
  }

  private static func remainder(_ number: Int64, _ divisor: Int64) -> Int64 {
    (number % divisor + divisor) % divisor
  }
}

/// The hours in which only urgent alerts are delivered.
public struct QuietHours: Sendable, Hashable, CustomStringConvertible {
  /// When they begin and end; they may go past midnight.
  public let from: TimeOfDay, until: TimeOfDay

  /// Reads `22:00-07:00`; `nil` for anything else.
  public init?(_ text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, let from = TimeOfDay(String(parts[0])),
      let until = TimeOfDay(String(parts[1])), from != until
    else { return nil }
    self.from = from
    self.until = until
  }

  /// When they end, where they hold at `now`; else `nil`.
  public func end(at now: Timestamp, in zone: LocalZone) -> Timestamp? {
    let minute = zone.minuteOfDay(at: now)
    let isQuiet =
      from.minute < until.minute
      ? (from.minute..<until.minute).contains(minute)
      : minute >= from.minute || minute < until.minute
    return isQuiet ? zone.next(until, after: now) : nil
  }

  /// As it is read.
  public var description: String { "\(from)-\(until)" }
}
