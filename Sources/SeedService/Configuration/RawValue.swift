import TOMLKit

/// A value as it stands in the file.
indirect enum RawValue: Hashable {
  case string(String)
  case integer(Int)
  case boolean(Bool)
  case array([RawValue])
  case table([String: RawValue])
  /// A date, a time or a fraction, which no key takes.
  case other

  init(_ value: any TOMLValueConvertible) {
    switch value.type {
    case .string: self = value.string.map(RawValue.string) ?? .other
    case .int: self = value.int.map(RawValue.integer) ?? .other
    case .bool: self = value.bool.map(RawValue.boolean) ?? .other
    case .array: self = .array(value.array?.map(RawValue.init) ?? [])
    case .table: self = value.table.map(RawValue.init(table:)) ?? .other
    case .double, .date, .time, .dateTime: self = .other
    }
  }

  init(table: TOMLTable) {
    var values: [String: RawValue] = [:]
    for key in table.keys { values[key] = table[key].map { RawValue($0) } ?? .other }
    self = .table(values)
  }

  /// As TOML writes it.
  var toml: String {
    switch self {
    case .string(let text): Self.quoted(text)
    case .integer(let number): String(number)
    case .boolean(let flag): String(flag)
    case .array(let values): "[" + values.map(\.toml).joined(separator: ", ") + "]"
    case .table, .other: "…"
    }
  }

  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\u{0}"..<" ", "\u{7F}":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
