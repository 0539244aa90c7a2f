import SeedMail

/// Why a file of platforms can't be used.
public struct PlatformsError: Error, Hashable, CustomStringConvertible {
  /// What is wrong, and at which entry.
  public let description: String
}

extension Platforms {
  private static let keys: Set<String> = [
    "name", "signing", "return_path", "sites", "fields", "customer",
  ]

  /// Reads a file of platforms: `{"platforms": [{"name": …, "signing": […], …}, …]}`.
  ///
  /// `signing` and `return_path` are domains; one that is left out is the same as the other. `sites`
  /// are further domains of the platform's own, `fields` the beginnings of its header fields' names,
  /// `customer` the places where it names its customer: `d=`, a field, or `Feedback-ID:2` for a part
  /// of one.
  ///
  /// - Throws: ``PlatformsError``, which names the entry.
  public init(parsing bytes: [UInt8]) throws(PlatformsError) {
    let root: JSONValue
    do {
      root = try JSONValue(parsing: bytes)
    } catch {
      throw PlatformsError(description: "it is not JSON: \(error)")
    }
    guard let members = root.members, members.count == 1,
      case .array(let entries)? = root["platforms"]
    else { throw PlatformsError(description: "it must be an object with the one list `platforms`") }
    guard entries.count <= Self.platformCountMax else {
      throw PlatformsError(description: "it has more than \(Self.platformCountMax) platforms")
    }
    var platforms: [Platform] = []
    for (index, entry) in entries.enumerated() {
      let place = "platforms[\(index)]"
      let platform = try Self.platform(entry, place)
      guard !platforms.contains(where: { $0.name == platform.name }) else {
        throw PlatformsError(description: "\(place): the name \"\(platform.name)\" is used twice")
      }
      platforms.append(platform)
    }
    self.init(platforms)
  }

  private static func platform(
    _ entry: JSONValue,
    _ path: String
  ) throws(PlatformsError) -> Platform {
    guard let name = entry["name"]?.string, !name.isEmpty, name.utf8.count <= 64,
      !name.unicodeScalars.contains(where: { $0.value < 0x20 || $0.properties.isBidiControl })
    else { throw PlatformsError(description: "\(path): `name` must be a short text") }
    let place = "\(path) (\(name))"
    for member in entry.members ?? [] where !keys.contains(member.name) {
      throw PlatformsError(description: "\(place): unknown key `\(member.name)`")
    }
    let signing = try domains(entry, "signing", place)
    let returnPath = try domains(entry, "return_path", place)
    guard signing != nil || returnPath != nil else {
      throw PlatformsError(description: "\(place): neither `signing` nor `return_path` is there")
    }
    return Platform(
      name: name,
      signingDomains: signing ?? returnPath ?? [],
      returnPathDomains: returnPath ?? signing ?? [],
      sites: try domains(entry, "sites", place) ?? [],
      fieldPrefixes: try list(entry, "fields", place, "the beginning of a field's name", fieldName)
        ?? [],
      customerMarks: try list(
        entry,
        "customer",
        place,
        "`d=`, a field or a field and `:` part",
        mark
      )
        ?? []
    )
  }

  private static func domains(
    _ entry: JSONValue,
    _ key: String,
    _ place: String
  ) throws(PlatformsError) -> [String]? {
    try list(entry, key, place, "a domain name", DomainText.normalized)
  }

  private static func list<Element>(
    _ entry: JSONValue,
    _ key: String,
    _ place: String,
    _ what: String,
    _ element: (String) -> Element?
  ) throws(PlatformsError) -> [Element]? {
    guard let value = entry[key] else { return nil }
    guard case .array(let values) = value, values.count <= nameCountMax else {
      throw PlatformsError(
        description: "\(place): `\(key)` must be a list of at most \(nameCountMax) texts"
      )
    }
    var elements: [Element] = []
    for (index, value) in values.enumerated() {
      guard let text = value.string, let made = element(text) else {
        throw PlatformsError(description: "\(place): \(key)[\(index)] must be \(what)")
      }
      elements.append(made)
    }
    return elements
  }

  /// RFC 5322 §2.2; three bytes at least, since most names begin with `X-`.
  private static func fieldName(_ text: String) -> String? {
    guard text.utf8.count >= 3, text.utf8.count <= 64,
      text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ":") })
    else { return nil }
    return text.lowercased()
  }

  private static func mark(_ text: String) -> CustomerMark? {
    if text == "d=" { return .signingDomain }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard let name = parts.first.flatMap({ fieldName(String($0)) }), parts.count <= 2 else {
      return nil
    }
    guard parts.count == 2 else { return .field(name, part: nil) }
    guard let part = Int(parts[1]), (1...9).contains(part) else { return nil }
    return .field(name, part: part)
  }
}
