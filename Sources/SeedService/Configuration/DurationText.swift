/// Durations as people write them: `30s`, `1h30m`, `28d`.
public enum DurationText {
  /// The longest duration that is taken: a hundred years.
  public static let durationMax = Duration.seconds(100 * 365 * 86_400)

  // From the longest to the shortest, as they are written one after another.
  private static let units: [(name: String, milliseconds: Int64)] = [
    ("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
  ]

  /// Reads one or several numbers with their units, the longest unit first; `nil` for anything else.
  public static func parse(_ text: String) -> Duration? {
    var rest = text.utf8[...]
    var total: Int64 = 0
    var units = Self.units[...]
    guard !rest.isEmpty else { return nil }
    while !rest.isEmpty {
      let digits = rest.prefix { (0x30...0x39).contains($0) }
      let name = rest.dropFirst(digits.count).prefix { !(0x30...0x39).contains($0) }
      guard let number = Int64(Substring(digits)),
        let index = units.firstIndex(where: { $0.name.utf8.elementsEqual(name) })
      else { return nil }
      let (product, overflow) = number.multipliedReportingOverflow(by: units[index].milliseconds)
      let (sum, overflowed) = total.addingReportingOverflow(product)
      guard !overflow, !overflowed, .milliseconds(sum) <= durationMax else { return nil }
      total = sum
      units = units[(index + 1)...]
      rest = rest.dropFirst(digits.count + name.count)
    }
    return .milliseconds(total)
  }

  /// The shortest text that reads as this duration, in whole milliseconds.
  public static func text(_ duration: Duration) -> String {
    // In whole numbers: a quotient of durations is a little less than it should be, now and then.
    let (seconds, attoseconds) = min(max(duration, .zero), durationMax).components
    var rest = seconds * 1000 + attoseconds / 1_000_000_000_000_000
    guard rest > 0 else { return "0s" }
    var text = ""
    // Weeks are left out: people count days.
    for unit in units.dropFirst() {
      let count = rest / unit.milliseconds
      guard count > 0 else { continue }
      text += "\(count)\(unit.name)"
      rest -= count * unit.milliseconds
    }
    return text
  }
}
