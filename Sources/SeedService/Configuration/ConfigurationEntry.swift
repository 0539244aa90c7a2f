/// One table of an array of tables.
struct ConfigurationEntry {
  /// Where it stands, such as `alerts.channel[0]`.
  let path: String
  let values: [String: RawValue]

  func string(_ key: String, in reader: inout ConfigurationReader) -> String? {
    switch values[key] {
    case nil: return nil
    case .string(let text)?: return text
    default:
      reader.report("\(path).\(key)", "must be a text in quotes")
      return nil
    }
  }

  /// A text that must be there and not empty.
  func required(_ key: String, in reader: inout ConfigurationReader) -> String {
    let text = string(key, in: &reader) ?? ""
    if text.isEmpty { reader.report("\(path).\(key)", "is missing") }
    return text
  }

  func strings(_ key: String, in reader: inout ConfigurationReader) -> [String] {
    guard let value = values[key] else { return [] }
    guard case .array(let elements) = value else {
      reader.report("\(path).\(key)", "must be a list of texts, such as [\"a\", \"b\"]")
      return []
    }
    return elements.compactMap {
      if case .string(let text) = $0 { return text }
      reader.report("\(path).\(key)", "must be a list of texts, such as [\"a\", \"b\"]")
      return nil
    }
  }

  func choice<Choice: RawRepresentable & CaseIterable>(
    _ key: String,
    default fallback: Choice?,
    in reader: inout ConfigurationReader
  ) -> Choice? where Choice.RawValue == String {
    guard let text = string(key, in: &reader) else {
      if fallback == nil { reader.report("\(path).\(key)", "is missing") }
      return fallback
    }
    guard let choice = Choice(rawValue: text) else {
      reader.report("\(path).\(key)", ConfigurationReader.mustBeOne(of: Choice.self))
      return fallback
    }
    return choice
  }
}
