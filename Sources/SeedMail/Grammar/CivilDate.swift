/// A day and a time of day in UTC, in the proleptic Gregorian calendar.
public struct CivilDate: Hashable, Sendable {
  /// The year, month (1…12) and day (1…31).
  public let year: Int, month: Int, day: Int
  /// The hour (0…23), minute (0…59), second (0…59) and millisecond (0…999).
  public let hour: Int, minute: Int, second: Int, millisecond: Int

  /// The day and time at `instant`.
  public init(_ instant: Timestamp) {
    let seconds = instant.seconds
    let days = Int((seconds >= 0 ? seconds : seconds - 86_399) / 86_400)
    let timeOfDay = Int(seconds - Int64(days) * 86_400)
    // Days are counted in 400-year eras from 0000-03-01, so that a leap day ends its year.
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    hour = timeOfDay / 3600
    minute = timeOfDay / 60 % 60
    second = timeOfDay % 60
    millisecond = Int((instant.milliseconds % 1000 + 1000) % 1000)
  }

  /// Days from 1970-01-01 to a day, or `nil` when there is no such day.
  public static func dayNumber(year: Int, month: Int, day: Int) -> Int? {
    guard (0...9999).contains(year), (1...12).contains(month),
      (1...dayCount(year: year, month: month)).contains(day)
    else { return nil }
    let shiftedYear = month <= 2 ? year - 1 : year
    let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
    let yearOfEra = shiftedYear - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  private static func dayCount(year: Int, month: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}

extension Timestamp {
  /// RFC 3339 in UTC, in whole seconds: `2026-11-22T08:15:00Z`.
  public var rfc3339: String {
    var text: [UInt8] = []
    text.reserveCapacity(20)
    appendRFC3339(to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// Adds ``rfc3339`` to `output`.
  package func appendRFC3339(to output: inout [UInt8]) {
    let date = CivilDate(self)
    if (0...9999).contains(date.year) {
      Self.append(date.year / 100, to: &output)
      Self.append(date.year % 100, then: "-", to: &output)
      Self.append(date.month, then: "-", to: &output)
      Self.append(date.day, to: &output)
    } else {
      output += day.utf8
    }
    output.append(UInt8(ascii: "T"))
    Self.append(date.hour, then: ":", to: &output)
    Self.append(date.minute, then: ":", to: &output)
    Self.append(date.second, then: "Z", to: &output)
  }

  /// Adds a number below 100 with two digits, and what follows it.
  private static func append(
    _ number: Int,
    then separator: Unicode.Scalar? = nil,
    to output: inout [UInt8]
  ) {
    output.append(UInt8(ascii: "0") + UInt8(number / 10))
    output.append(UInt8(ascii: "0") + UInt8(number % 10))
    if let separator { output.append(UInt8(ascii: separator)) }
  }

  /// The day in UTC: `2026-11-22`.
  public var day: String {
    let date = CivilDate(self)
    return "\(padded(date.year, to: 4))-\(padded(date.month))-\(padded(date.day))"
  }

  /// Reads RFC 3339, with any offset, or a day alone (its midnight in UTC); `nil` when it is neither.
  public init?(rfc3339 text: String) {
    let bytes = Array(text.utf8)
    func number(_ start: Int, _ count: Int) -> Int? {
      guard start + count <= bytes.count else { return nil }
      var value = 0
      for byte in bytes[start..<start + count] {
        guard (0x30...0x39).contains(byte) else { return nil }
        value = value * 10 + Int(byte - 0x30)
      }
      return value
    }
    func holds(_ characters: [(Int, UInt8)]) -> Bool {
      characters.allSatisfy { $0.0 < bytes.count && bytes[$0.0] | 0x20 == $0.1 | 0x20 }
    }
    guard let year = number(0, 4), let month = number(5, 2), let day = number(8, 2),
      holds([(4, UInt8(ascii: "-")), (7, UInt8(ascii: "-"))]),
      let days = CivilDate.dayNumber(year: year, month: month, day: day)
    else { return nil }
    guard bytes.count > 10 else {
      self.init(seconds: Int64(days) * 86_400)
      return
    }
    guard let hour = number(11, 2), let minute = number(14, 2), let second = number(17, 2),
      hour < 24, minute < 60, second <= 60,
      bytes[10] | 0x20 == UInt8(ascii: "t") || bytes[10] == UInt8(ascii: " "),
      holds([(13, UInt8(ascii: ":")), (16, UInt8(ascii: ":"))])
    else { return nil }
    var offset = 19
    var milliseconds = 0
    if offset < bytes.count, bytes[offset] == UInt8(ascii: ".") {
      offset += 1
      var scale = 100
      let start = offset
      while offset < bytes.count, (0x30...0x39).contains(bytes[offset]) {
        milliseconds += Int(bytes[offset] - 0x30) * scale
        scale /= 10
        offset += 1
      }
      guard offset > start else { return nil }
    }
    guard offset < bytes.count else { return nil }
    var zoneMinutes = 0
    switch bytes[offset] {
    case UInt8(ascii: "Z"), UInt8(ascii: "z"):
      guard bytes.count == offset + 1 else { return nil }
    case UInt8(ascii: "+"), UInt8(ascii: "-"):
      guard bytes.count == offset + 6, let hours = number(offset + 1, 2),
        let minutes = number(offset + 4, 2), hours < 24, minutes < 60,
        bytes[offset + 3] == UInt8(ascii: ":")
      else { return nil }
      zoneMinutes = (hours * 60 + minutes) * (bytes[offset] == UInt8(ascii: "-") ? -1 : 1)
    default: return nil
    }
    let minutes = (days * 24 + hour) * 60 + minute - zoneMinutes
    self.init(milliseconds: Int64((minutes * 60 + second) * 1000 + milliseconds))
  }

  private func padded(_ number: Int, to width: Int = 2) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
