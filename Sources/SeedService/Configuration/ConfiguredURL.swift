import SeedCore

/// What the configuration asks of a URL.
enum ConfiguredURL {
  /// The host of a URL with one of these schemes; `nil` for anything else, and where a user name or
  /// password stands in it: secrets have files of their own.
  static func host(_ url: String, schemes: [String]) -> String? {
    guard let scheme = schemes.first(where: { url.hasPrefix($0 + "://") }),
      url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
    else { return nil }
    let authority = url.dropFirst(scheme.count + 3).prefix { !"/?#".contains($0) }
    guard !authority.contains("@") else { return nil }
    if authority.hasPrefix("[") {
      guard let end = authority.firstIndex(of: "]") else { return nil }
      let host = String(authority[authority.index(after: authority.startIndex)..<end])
      let rest = authority[authority.index(after: end)...]
      guard IPAddress(host) != nil, rest.isEmpty || isPort(rest) else { return nil }
      return host
    }
    let host = authority.prefix { $0 != ":" }
    let rest = authority.dropFirst(host.count)
    guard !host.isEmpty, rest.isEmpty || isPort(rest) else { return nil }
    return String(host)
  }

  /// A URL, in quotes or not, without what may be a secret in it: `https://host/…`.
  static func shown(_ text: String) -> String {
    let url = text.filter { $0 != "\"" }
    guard let start = url.firstRange(of: "://")?.upperBound,
      let slash = url[start...].firstIndex(where: { "/?#".contains($0) }),
      url.index(after: slash) < url.endIndex
    else { return url }
    return url[..<slash] + "/…"
  }

  private static func isPort(_ text: Substring) -> Bool {
    text.hasPrefix(":") && UInt16(text.dropFirst()).map { $0 > 0 } ?? false
  }

  /// Whether nobody but this machine is asked.
  static func isLoopback(_ host: String) -> Bool {
    if host == "localhost" { return true }
    guard let address = IPAddress(host) else { return false }
    return address.isIPv4
      ? address.bytes.first == 127 : address.bytes == [UInt8](repeating: 0, count: 15) + [1]
  }
}
