/// A point in time: milliseconds since 1970-01-01T00:00:00Z, without leap seconds.
public struct Timestamp: Hashable, Comparable, Sendable {
  /// Milliseconds since the epoch; negative before it.
  public let milliseconds: Int64

  /// The point that lies `milliseconds` after the epoch.
  public init(milliseconds: Int64) { self.milliseconds = milliseconds }

  /// The point that lies `seconds` after the epoch; far values are clamped.
  public init(seconds: Int64) {
    let (product, overflow) = seconds.multipliedReportingOverflow(by: 1000)
    milliseconds = overflow ? (seconds < 0 ? .min : .max) : product
  }

  /// Whole seconds since the epoch, rounded down.
  public var seconds: Int64 {
    let (quotient, remainder) = milliseconds.quotientAndRemainder(dividingBy: 1000)
    return remainder < 0 ? quotient - 1 : quotient
  }

  public static func < (left: Self, right: Self) -> Bool {
    left.milliseconds < right.milliseconds
  }

  /// The point `duration` later; clamped at the ends.
  public func advanced(by duration: Duration) -> Self {
    let (seconds, attoseconds) = duration.components
    let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1000)
    guard !overflow else { return Self(milliseconds: seconds < 0 ? .min : .max) }
    let step = scaled.addingReportingOverflow(attoseconds / 1_000_000_000_000_000)
    let (sum, overflowed) = milliseconds.addingReportingOverflow(step.partialValue)
    guard !overflowed, !step.overflow else { return Self(milliseconds: seconds < 0 ? .min : .max) }
    return Self(milliseconds: sum)
  }

  /// The time from `other` to this point; clamped at the ends.
  public func duration(since other: Self) -> Duration {
    let (difference, overflow) = milliseconds.subtractingReportingOverflow(other.milliseconds)
    return .milliseconds(overflow ? (self < other ? .min : .max) : difference)
  }
}
