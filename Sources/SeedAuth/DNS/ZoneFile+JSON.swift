import FoundationEssentials
public import SeedMail

extension ZoneFile {
  /// Reads a table from JSON, such as
  /// `{"example.org.": {"TXT": ["v=spf1 -all"], "MX": ["10 mail.example.org."], "A": "SERVFAIL"}}`.
  ///
  /// Final dots are optional. A value is a list or a single one; a TXT value may itself be a list of
  /// the strings that make up the record. `"SERVFAIL"` and `"TIMEOUT"` may stand for the values of a
  /// type, or for all types of a name. Types that nobody asks for are passed over.
  ///
  /// - Throws: ``ZoneFileError``.
  public init(
    json: [UInt8],
    now: @escaping @Sendable () -> Timestamp
  ) throws(ZoneFileError) {
    let names: [String: NameValue]
    do {
      names = try JSONDecoder().decode([String: NameValue].self, from: Data(json))
    } catch DecodingError.typeMismatch(_, let context), DecodingError.dataCorrupted(let context),
      DecodingError.valueNotFound(_, let context)
    {
      let path = context.codingPath.map(\.stringValue).joined(separator: "/")
      throw .malformedJSON(path.isEmpty ? context.debugDescription : "at \(path)")
    } catch {
      throw .malformedJSON("no JSON object")
    }
    self.init(now: now)
    for (name, value) in names {
      switch value {
      case .all(let text):
        guard let failure = Self.failure(text) else { throw .malformedValue(key: name) }
        try add(name, failure: failure)
      case .types(let types):
        try add(name)
        for (typeName, values) in types {
          guard let type = Self.types[typeName.uppercased()] else { continue }
          guard let entry = Self.entry(type, values) else {
            throw .malformedValue(key: "\(name)/\(typeName)")
          }
          try add(entry, for: name, type)
        }
      }
    }
  }

  private enum NameValue: Decodable {
    case all(String)
    case types([String: TypeValue])

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let text = try? container.decode(String.self) {
        self = .all(text)
      } else {
        self = .types(try container.decode([String: TypeValue].self))
      }
    }
  }

  private enum TypeValue: Decodable {
    case one(String)
    case list([Value])

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let text = try? container.decode(String.self) {
        self = .one(text)
      } else {
        self = .list(try container.decode([Value].self))
      }
    }
  }

  private struct Value: Decodable {
    let strings: [String]

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let text = try? container.decode(String.self) {
        strings = [text]
      } else {
        strings = try container.decode([String].self)
      }
    }
  }

  static let types: [String: RecordType] = [
    "A": .a, "AAAA": .aaaa, "CNAME": .cname, "MX": .mx, "PTR": .ptr, "TXT": .txt,
  ]

  private static func failure(_ text: String) -> DNSAnswer.Status? {
    switch text {
    case "SERVFAIL": .servfail
    case "TIMEOUT": .timeout
    default: nil
    }
  }

  private static func entry(_ type: RecordType, _ value: TypeValue) -> Entry? {
    let values: [[String]]
    switch value {
    case .one(let text):
      if let failure = failure(text) { return .failure(failure) }
      values = [[text]]
    case .list(let list): values = list.map(\.strings)
    }
    var records: [[UInt8]] = []
    for value in values {
      guard let data = data(type, value.map { Array($0.utf8) }) else { return nil }
      records.append(data)
    }
    return .records(records)
  }
}
