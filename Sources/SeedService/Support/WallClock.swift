import Glibc
public import SeedCore
import Synchronization

/// The time of day as it is recorded.
public enum WallClock {
  /// The steps back that are smoothed, in milliseconds: an hour.
  ///
  /// A clock that is set back by less stands still for as long, so that what is recorded stays in
  /// order. One that is set back further was wrong before, and is followed.
  static let stepMax: Int64 = 3_600_000

  private static let last = Mutex<Int64>(0)

  /// The time now.
  @Sendable public static func now() -> Timestamp {
    let current = nanoseconds / 1_000_000
    return Timestamp(milliseconds: last.withLock { smooth(current, last: &$0) })
  }

  /// The time as the system has it, in nanoseconds since 1970.
  static var nanoseconds: Int64 {
    var time = timespec()
    _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }

  static func smooth(_ current: Int64, last: inout Int64) -> Int64 {
    if current >= last || last - current > stepMax { last = current }
    return last
  }
}
