import SeedMail

/// A time as a report shows it: to the second, or, where a day could tell who somebody is, as a month.
struct ReportDate: Sendable, Hashable, Encodable {
  /// The time.
  let time: Timestamp
  /// Whether the month alone is shown.
  let isMonth: Bool

  private static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
  ]

  /// `1 March 2026`, or `March 2026`.
  var day: String {
    let date = CivilDate(time)
    let month = "\(Self.months[date.month - 1]) \(date.year)"
    return isMonth ? month : "\(date.day) \(month)"
  }

  /// `1 March 2026, 09:00 UTC`, or `March 2026`.
  var words: String {
    isMonth ? day : "\(day), \(time.rfc3339.dropFirst(11).prefix(5)) UTC"
  }

  /// `2026-03-01T09:00:00Z`, or `2026-03`.
  var text: String { isMonth ? String(time.day.prefix(7)) : time.rfc3339 }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}
