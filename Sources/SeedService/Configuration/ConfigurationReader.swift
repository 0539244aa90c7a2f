/// Takes values out of the file and the environment, and notes where each came from, what is wrong,
/// and which keys there are.
struct ConfigurationReader {
  private let tables: [String: RawValue]
  private let environment: [String: String]
  /// The keys that were asked for, by table; the table of `[[a.b]]` is `a.b[]`.
  private var knownKeys: [String: [String]] = [:]
  private var knownVariables: Set<String> = []
  private(set) var settings: [Configuration.Setting] = []
  private(set) var problems: [String] = []

  init(_ root: [String: RawValue], environment: [String: String]) {
    tables = root
    self.environment = environment
  }

  mutating func report(_ key: String, _ problem: String) { problems.append("\(key): \(problem)") }

  /// The value of `table.key`, or of its environment variable, if it is set at all.
  private mutating func value(_ table: String, _ key: String, asArray: Bool) -> RawValue? {
    knownKeys[table, default: []].append(key)
    let variable = "SEED_\(table)_\(key)".uppercased()
    knownVariables.insert(variable)
    let path = "\(table).\(key)"
    if let text = environment[variable] {
      let value: RawValue =
        asArray
        ? .array(
          text.split(separator: ",").map { RawValue.string(Self.trimmed($0)) }
        ) : .string(text)
      settings.append(.init(key: path, value: value.toml, origin: .environment(variable)))
      return value
    }
    guard case .table(let values)? = tables[table], let value = values[key] else { return nil }
    settings.append(.init(key: path, value: value.toml, origin: .file))
    return value
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return String(text)
  }

  private mutating func useDefault(_ table: String, _ key: String, _ value: RawValue) {
    settings.append(.init(key: "\(table).\(key)", value: value.toml, origin: .builtIn))
  }

  /// Whether the environment holds a secret that has no key of its own.
  func hasVariable(_ name: String) -> Bool { environment[name].map { !$0.isEmpty } ?? false }

  /// Lets `config show` print no more of a URL than its host.
  mutating func hideURL(_ key: String) {
    for index in settings.indices where settings[index].key == key {
      settings[index] = .init(
        key: key,
        value: RawValue.quoted(ConfiguredURL.shown(settings[index].value)),
        origin: settings[index].origin
      )
    }
  }

  mutating func string(_ table: String, _ key: String, default fallback: String) -> String {
    guard let value = value(table, key, asArray: false) else {
      useDefault(table, key, .string(fallback))
      return fallback
    }
    guard case .string(let text) = value else {
      report("\(table).\(key)", "must be a text in quotes")
      return fallback
    }
    return text
  }

  mutating func strings(_ table: String, _ key: String, default fallback: [String]) -> [String] {
    guard let value = value(table, key, asArray: true) else {
      useDefault(table, key, .array(fallback.map(RawValue.string)))
      return fallback
    }
    guard let texts = Self.strings(value) else {
      report("\(table).\(key)", "must be a list of texts, such as [\"a\", \"b\"]")
      return fallback
    }
    return texts
  }

  private static func strings(_ value: RawValue) -> [String]? {
    guard case .array(let values) = value else { return nil }
    let texts = values.compactMap { if case .string(let text) = $0 { text } else { nil } }
    return texts.count == values.count ? texts : nil
  }

  mutating func boolean(_ table: String, _ key: String, default fallback: Bool) -> Bool {
    switch value(table, key, asArray: false) {
    case nil:
      useDefault(table, key, .boolean(fallback))
      return fallback
    case .boolean(let flag)?: return flag
    case .string("true")? where isFromEnvironment: return true
    case .string("false")? where isFromEnvironment: return false
    default:
      report("\(table).\(key)", "must be true or false")
      return fallback
    }
  }

  mutating func integer(
    _ table: String,
    _ key: String,
    default fallback: Int,
    in range: ClosedRange<Int>
  ) -> Int {
    var number: Int?
    switch value(table, key, asArray: false) {
    case nil:
      useDefault(table, key, .integer(fallback))
      return fallback
    case .integer(let value)?: number = value
    case .string(let text)? where isFromEnvironment: number = Int(text)
    default: break
    }
    guard let number, range.contains(number) else {
      report(
        "\(table).\(key)",
        "must be a whole number from \(range.lowerBound) to \(range.upperBound)"
      )
      return fallback
    }
    return number
  }

  /// The text of the value that was read last came from the environment, where all values are texts.
  private var isFromEnvironment: Bool {
    if case .environment? = settings.last?.origin { true } else { false }
  }

  mutating func duration(
    _ table: String,
    _ key: String,
    default fallback: Duration,
    in range: ClosedRange<Duration>
  ) -> Duration {
    let text = string(table, key, default: DurationText.text(fallback))
    guard let duration = DurationText.parse(text), range.contains(duration) else {
      report(
        "\(table).\(key)",
        "must be a duration from \(DurationText.text(range.lowerBound)) to "
          + "\(DurationText.text(range.upperBound)), such as \"30s\", \"1h30m\" or \"28d\""
      )
      return fallback
    }
    return duration
  }

  mutating func choice<Choice: RawRepresentable & CaseIterable>(
    _ table: String,
    _ key: String,
    default fallback: Choice
  ) -> Choice where Choice.RawValue == String {
    let text = string(table, key, default: fallback.rawValue)
    guard let choice = Choice(rawValue: text) else {
      report("\(table).\(key)", Self.mustBeOne(of: Choice.self))
      return fallback
    }
    return choice
  }

  static func mustBeOne<Choice: RawRepresentable & CaseIterable>(of _: Choice.Type) -> String
  where Choice.RawValue == String {
    "must be one of " + Choice.allCases.map(\.rawValue).joined(separator: ", ")
  }

  /// Each table of `[[table.key]]`, with only the keys that are known; the environment has no say in
  /// them.
  mutating func tables(_ table: String, _ key: String, keys: [String]) -> [ConfigurationEntry] {
    knownKeys[table, default: []].append(key)
    guard case .table(let values)? = tables[table], let list = values[key] else { return [] }
    guard case .array(let elements) = list else {
      report("\(table).\(key)", "must be written as [[\(table).\(key)]]")
      return []
    }
    return elements.enumerated().map { index, element in
      let path = "\(table).\(key)[\(index)]"
      guard case .table(let values) = element else {
        report(path, "must be a table")
        return ConfigurationEntry(path: path, values: [:])
      }
      for name in values.keys.sorted() {
        if keys.contains(name) {
          let text = values[name]?.toml ?? ""
          settings.append(.init(key: "\(path).\(name)", value: text, origin: .file))
        } else {
          reportUnknown("\(path).\(name)", name, among: keys)
        }
      }
      return ConfigurationEntry(path: path, values: values)
    }
  }

  /// Reports every key that nobody asked for. To be called last.
  mutating func finish() {
    for (name, value) in tables.sorted(by: { $0.key < $1.key }) {
      guard let keys = knownKeys[name] else {
        reportUnknown(name, name, among: Array(knownKeys.keys))
        continue
      }
      guard case .table(let values) = value else {
        report(name, "must be a table, written as [\(name)]")
        continue
      }
      for key in values.keys.sorted() where !keys.contains(key) {
        reportUnknown("\(name).\(key)", key, among: keys)
      }
    }
  }

  /// The environment variables that look like ours and mean nothing.
  ///
  /// They don't stop the start: platforms set variables of their own, named after a service.
  var warnings: [String] {
    environment.keys.sorted().compactMap { name in
      guard !knownVariables.contains(name),
        knownKeys.keys.contains(where: { name.hasPrefix("SEED_\($0.uppercased())_") })
      else { return nil }
      let near = EditDistance.nearest(to: name, among: Array(knownVariables))
      return "\(name): no key has this environment variable" + (near.map { "; \($0)?" } ?? "")
    }
  }

  private mutating func reportUnknown(_ path: String, _ key: String, among keys: [String]) {
    let near = EditDistance.nearest(to: key, among: keys)
    report(path, "unknown" + (near.map { "; did you mean `\($0)`?" } ?? " key"))
  }
}
