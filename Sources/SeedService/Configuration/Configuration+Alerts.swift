import SeedCore

extension Configuration.Alerts {
  init(_ reader: inout ConfigurationReader, domain: String) {
    let text = reader.string("alerts", "command", default: "")
    command = text.isEmpty ? nil : text
    commandTimeout = reader.duration(
      "alerts",
      "command_timeout",
      default: .seconds(30),
      in: .seconds(1)...(.seconds(3600))
    )
    digest = reader.choice("alerts", "digest", default: .daily)
    digestAt = Self.time(&reader)
    allIsWell = reader.boolean("alerts", "all_is_well", default: false)
    maxPerHour = reader.integer("alerts", "max_per_hour", default: 20, in: 1...100_000)
    deadline = reader.duration(
      "alerts",
      "deadline",
      default: .seconds(7 * 86_400),
      in: .seconds(3600)...(.seconds(366 * 86_400))
    )
    let hours = reader.string("alerts", "quiet_hours", default: "")
    quietHours = QuietHours(hours)
    if !hours.isEmpty, quietHours == nil {
      reader.report("alerts.quiet_hours", "must be FROM-UNTIL, such as \"22:00-07:00\"")
    }
    timeZone = reader.string("alerts", "time_zone", default: "")
    if LocalZone(identifier: timeZone) == nil {
      reader.report("alerts.time_zone", "is no zone such as \"Europe/London\"")
    }
    channels = []
    for entry in reader.tables("alerts", "channel", keys: Configuration.Channel.keys) {
      guard let channel = Configuration.Channel(entry, domain: domain, in: &reader) else {
        continue
      }
      if channels.contains(where: { $0.name == channel.name }) {
        reader.report("\(entry.path).name", "is used twice")
      }
      channels.append(channel)
    }
  }

  private static func time(_ reader: inout ConfigurationReader) -> TimeOfDay {
    let text = reader.string("alerts", "digest_at", default: TimeOfDay.eight.description)
    guard let time = TimeOfDay(text) else {
      reader.report("alerts.digest_at", "must be a time of day such as \"08:00\"")
      return .eight
    }
    return time
  }
}

extension Configuration.Heartbeat {
  init(_ reader: inout ConfigurationReader) {
    url = reader.string("heartbeat", "url", default: "")
    urlFile = Configuration.DNS.nonEmpty(reader.string("heartbeat", "url_file", default: ""))
    interval = reader.duration(
      "heartbeat",
      "interval",
      default: .seconds(300),
      in: .seconds(10)...(.seconds(86_400))
    )
    reader.hideURL("heartbeat.url")
    if !url.isEmpty, urlFile != nil { reader.report("heartbeat.url_file", "stands beside url") }
    if !url.isEmpty { ConfiguredURL.check(url, "heartbeat.url", in: &reader) }
  }
}

extension Configuration.Channel {
  /// The channels that need no entry.
  static let reservedNames = Set(
    ["log", "command"] + ReservedChannel.allCases.map(\.name)
  )

  static let keys = [
    "name", "kind", "url", "url_file", "ca_file", "room", "tls", "from", "to", "username",
    "password_file", "secret_file", "command",
  ]

  init?(
    _ entry: ConfigurationEntry,
    domain: String,
    in reader: inout ConfigurationReader
  ) {
    name = entry.required("name", in: &reader)
    let kind: Kind? = entry.choice("kind", default: nil, in: &reader)
    func file(_ key: String) -> String? {
      entry.string(key, in: &reader).flatMap { $0.isEmpty ? nil : $0 }
    }
    url = entry.string("url", in: &reader) ?? ""
    urlFile = file("url_file")
    caFile = file("ca_file")
    room = entry.string("room", in: &reader) ?? ""
    tls = entry.choice("tls", default: .starttls, in: &reader) ?? .starttls
    from = entry.string("from", in: &reader) ?? ""
    to = entry.strings("to", in: &reader)
    username = entry.string("username", in: &reader) ?? ""
    passwordFile = file("password_file")
    secretFile = file("secret_file")
    command = file("command")
    guard let kind else { return nil }
    self.kind = kind
    let isName = name.utf8.allSatisfy {
      (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20)
        || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
    }
    if !isName || name.utf8.count > 64 || Self.reservedNames.contains(name) {
      reader.report(
        "\(entry.path).name",
        "must be of at most 64 letters, digits, - and _, and none of "
          + Self.reservedNames.sorted().joined(separator: ", ")
      )
    }
    // For these, whoever knows the URL may write there.
    switch kind {
    case .webhook, .ntfy, .apprise, .slack, .discord, .teams: reader.hideURL("\(entry.path).url")
    case .smtp, .sendmail, .matrix, .command: break
    }
    checkTarget(entry.path, in: &reader)
    for address in to { checkRecipient(address, entry.path, domain: domain, in: &reader) }
  }

  /// The variable in which the environment may hold a secret of this channel.
  func variable(_ secret: String) -> String { ChannelSecret.variable(channel: name, secret) }

  private func checkTarget(_ path: String, in reader: inout ConfigurationReader) {
    switch kind {
    case .command:
      if command == nil { reader.report("\(path).command", "is missing") }
    case .smtp, .sendmail:
      if !Self.isAddress(from) {
        reader.report("\(path).from", from.isEmpty ? "is missing" : "must be an address")
      }
      if to.isEmpty { reader.report("\(path).to", "is missing") }
      if kind == .smtp { checkServer(path, in: &reader) }
    case .webhook, .ntfy, .apprise, .slack, .discord, .matrix, .teams:
      checkURL(path, in: &reader)
    }
    func require(_ file: String?, _ key: String, _ secret: String) {
      if file == nil, !reader.hasVariable(variable(secret)) {
        reader.report("\(path).\(key)", "is missing, and so is \(variable(secret))")
      }
    }
    if kind == .webhook { require(secretFile, "secret_file", "SECRET") }
    if kind == .matrix {
      require(passwordFile, "password_file", "PASSWORD")
      if !room.hasPrefix("!") || room.utf8.contains(where: { $0 <= 0x20 || $0 >= 0x7F }) {
        reader.report("\(path).room", "must be a room's id, such as \"!abc:example.org\"")
      }
    }
    if !username.isEmpty { require(passwordFile, "password_file", "PASSWORD") }
  }

  private func checkServer(_ path: String, in reader: inout ConfigurationReader) {
    guard let host = ConfiguredURL.host(url, schemes: ["smtp", "smtps"]) else {
      reader.report("\(path).url", "must be smtp://HOST[:PORT] or smtps://HOST[:PORT]")
      return
    }
    if tls == .none, !ConfiguredURL.isLoopback(host) {
      reader.report("\(path).tls", "may be \"none\" on loopback alone")
    }
  }

  private func checkURL(_ path: String, in reader: inout ConfigurationReader) {
    if url.isEmpty, urlFile != nil || reader.hasVariable(variable("URL")) { return }
    guard ConfiguredURL.check(url, "\(path).url", in: &reader) else { return }
    if urlFile != nil { reader.report("\(path).url_file", "stands beside url") }
    if kind == .ntfy, NtfyFormat.target(url) == nil {
      reader.report("\(path).url", "must end in a topic, such as https://ntfy.sh/my-topic")
    }
  }

  private func checkRecipient(
    _ address: String,
    _ path: String,
    domain: String,
    in reader: inout ConfigurationReader
  ) {
    guard Self.isAddress(address), let host = address.split(separator: "@").last,
      let ascii = IDNA.toASCII(String(host))
    else {
      reader.report("\(path).to", "each must be an address")
      return
    }
    // An alert about a seed that went to a seed would be a sighting, and alert again.
    if !domain.isEmpty, ascii == domain || ascii.hasSuffix("." + domain) {
      reader.report("\(path).to", "must not lie in the seeds' own domain")
    }
  }

  /// Whether a text is an address that needs no quotes (RFC 5322 §3.4.1), so that it can stand in a
  /// header and in a command as it is.
  private static func isAddress(_ text: String) -> Bool {
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, parts[0].utf8.count <= 64, !parts[1].isEmpty else {
      return false
    }
    let others = Set("!#$%&'*+-/=?^_`{|}~.".utf8)
    func isWord(_ byte: UInt8) -> Bool {
      (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
    }
    return parts[0].utf8.allSatisfy { isWord($0) || others.contains($0) }
      && parts[1].utf8.allSatisfy {
        isWord($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
      }
  }
}

extension ConfiguredURL {
  /// Reports what is wrong with a URL that secrets may go to; says whether nothing is.
  @discardableResult
  static func check(_ url: String, _ key: String, in reader: inout ConfigurationReader) -> Bool {
    guard let host = host(url, schemes: ["https", "http"]) else {
      reader.report(key, "must be https://HOST/… without a user name or password")
      return false
    }
    if url.hasPrefix("http:"), !isLoopback(host) {
      reader.report(key, "may be http on loopback alone; use https")
      return false
    }
    return true
  }
}
