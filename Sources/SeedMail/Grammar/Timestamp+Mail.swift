extension Timestamp {
  /// Reads a date as mail writes it (RFC 5322 §3.3), with the obsolete forms of §4.3: comments,
  /// years of two or three digits, seconds left out, named zones.
  ///
  /// Taken as well: dates of C's `asctime`, `-` between the parts, months as numbers after the day.
  /// `nil` where there is no such date, or no time of day.
  public init?(mail input: Span<UInt8>, in range: Range<Int>) {
    var date = MailDate()
    guard date.read(input, in: range), let day = date.day, let month = date.month,
      let year = date.year, let time = date.secondOfDay,
      let days = CivilDate.dayNumber(year: year, month: month, day: day)
    else { return nil }
    self.init(seconds: Int64(days * 86_400 + time - date.zoneMinutes * 60))
  }
}

extension Message {
  /// The date in a field such as Date, or after the last semicolon of one such as Received; `nil`
  /// where there is none.
  public func date(of field: HeaderField) -> Timestamp? {
    let start = field.body.last { bytes[$0] == UInt8(ascii: ";") }.map { $0 + 1 }
    return Timestamp(mail: bytes.span, in: (start ?? field.body.lowerBound)..<field.body.upperBound)
  }
}

/// What was read of a date so far.
private struct MailDate {
  var day: Int?
  var month: Int?
  var year: Int?
  var secondOfDay: Int?
  var zoneMinutes = 0
  private var hasZone = false

  /// Returns whether nothing spoke against a date.
  mutating func read(_ input: Span<UInt8>, in range: Range<Int>) -> Bool {
    var offset = range.lowerBound
    let end = range.upperBound
    while offset < end {
      let byte = input[offset]
      if byte == UInt8(ascii: "(") {
        skipComment(input, at: &offset, before: end)
      } else if byte.isDigit {
        guard readNumber(input, at: &offset, before: end) else { return false }
      } else if byte.isASCIILetter {
        guard readWord(input, at: &offset, before: end) else { return false }
      } else if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-"), secondOfDay != nil, !hasZone
      {
        offset += 1
        readZone(input, isWest: byte == UInt8(ascii: "-"), at: &offset, before: end)
      } else {
        offset += 1
      }
      // What follows a whole date means nothing.
      if hasZone, year != nil { return true }
    }
    return true
  }

  private mutating func readNumber(
    _ input: Span<UInt8>,
    at offset: inout Int,
    before end: Int
  )
    -> Bool
  {
    let start = offset
    guard let number = Self.number(input, at: &offset, before: end) else { return false }
    let digitCount = offset - start
    if secondOfDay == nil, offset < end, input[offset] == UInt8(ascii: ":") {
      return readTime(input, hour: number, at: &offset, before: end)
    }
    if day == nil {
      guard (1...31).contains(number), digitCount <= 2 else { return false }
      day = number
    } else if month == nil {
      guard (1...12).contains(number), digitCount <= 2 else { return false }
      month = number
    } else if year == nil {
      // RFC 5322 §4.3.
      switch digitCount {
      case 2: year = number < 50 ? 2000 + number : 1900 + number
      case 3: year = 1900 + number
      case 4: year = number
      default: return false
      }
    }
    return true
  }

  private mutating func readTime(
    _ input: Span<UInt8>,
    hour: Int,
    at offset: inout Int,
    before end: Int
  ) -> Bool {
    var second = 0
    offset += 1
    guard let minute = Self.number(input, at: &offset, before: end) else { return false }
    if offset + 1 < end, input[offset] == UInt8(ascii: ":"), input[offset + 1].isDigit {
      offset += 1
      guard let number = Self.number(input, at: &offset, before: end) else { return false }
      second = number
      // A fraction of a second is no part of the grammar, and is left out.
      if offset < end, input[offset] == UInt8(ascii: ".") {
        offset += 1
        input.skip(while: \.isDigit, at: &offset, before: end)
      }
    }
    guard hour < 24, minute < 60, second <= 60 else { return false }
    secondOfDay = (hour * 60 + minute) * 60 + second
    return true
  }

  private mutating func readWord(
    _ input: Span<UInt8>,
    at offset: inout Int,
    before end: Int
  )
    -> Bool
  {
    var key: UInt32 = 0
    let start = offset
    while offset < end, input[offset].isASCIILetter {
      if offset - start < 3 { key = key << 8 | UInt32(input[offset].lowercased) }
      offset += 1
    }
    let letterCount = offset - start
    if secondOfDay != nil {
      guard !hasZone, day != nil, month != nil else { return true }
      // RFC 5322 §4.3: any other alphabetic zone counts as `-0000`, since its sign was not agreed.
      zoneMinutes = letterCount <= 3 ? Self.zones[key] ?? 0 : 0
      hasZone = true
      return true
    }
    if month == nil, let number = Self.months[key] {
      month = number
      return true
    }
    return Self.weekdays.contains(key)
  }

  private mutating func readZone(
    _ input: Span<UInt8>,
    isWest: Bool,
    at offset: inout Int,
    before end: Int
  ) {
    let start = offset
    guard let number = Self.number(input, at: &offset, before: end), offset - start == 4,
      number % 100 < 60
    else { return }
    zoneMinutes = (number / 100 * 60 + number % 100) * (isWest ? -1 : 1)
    hasZone = true
  }

  private func skipComment(_ input: Span<UInt8>, at offset: inout Int, before end: Int) {
    var depth = 0
    while offset < end {
      switch input[offset] {
      case UInt8(ascii: "("): depth += 1
      case UInt8(ascii: ")"): depth -= 1
      case UInt8(ascii: "\\"): offset += 1
      default: break
      }
      offset += 1
      if depth == 0 { return }
    }
    offset = end
  }

  /// A number of at most nine digits.
  private static func number(_ input: Span<UInt8>, at offset: inout Int, before end: Int) -> Int? {
    let start = offset
    var value = 0
    while offset < end, input[offset].isDigit {
      guard offset - start < 9 else { return nil }
      value = value * 10 + Int(input[offset] - 0x30)
      offset += 1
    }
    return offset > start ? value : nil
  }

  private static func key(_ word: String) -> UInt32 {
    word.utf8.reduce(0) { $0 << 8 | UInt32($1) }
  }

  private static let months: [UInt32: Int] = {
    let names = [
      "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ]
    return Dictionary(uniqueKeysWithValues: names.enumerated().map { (key($1), $0 + 1) })
  }()

  private static let weekdays = Set(["mon", "tue", "wed", "thu", "fri", "sat", "sun"].map(key))

  private static let zones: [UInt32: Int] = {
    let hours = [
      "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
    ]
    return Dictionary(uniqueKeysWithValues: hours.map { (key($0), $1 * 60) })
  }()
}
