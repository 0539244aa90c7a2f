import Glibc
import SeedCore
import TOMLKit

extension Configuration {
  /// Reads `seed.toml` and puts the environment over it.
  ///
  /// - Parameters:
  ///   - path: The file; it must not be writable by others, since it names commands to run.
  ///   - environment: The environment: `[web] listen` is `SEED_WEB_LISTEN`.
  /// - Throws: ``ConfigurationError`` with every problem.
  public static func load(path: String, environment: [String: String]) throws -> Loaded {
    func failure(_ problem: String) -> ConfigurationError {
      ConfigurationError(path: path, problems: [problem])
    }
    let bytes: [UInt8]
    do {
      guard let status = try PathStatus.read(path),
        let found = try DurableFile.read(path, byteCountMax: Home.configurationByteCountMax)
      else { throw failure("there is no such file; `seedctl init` writes one") }
      guard status.st_mode & 0o022 == 0 else {
        throw failure("other users can change it; run `chmod go-w \(path)`")
      }
      bytes = found
    } catch let error as SystemError {
      throw failure(error.description)
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw failure("it is not UTF-8")
    }
    var loaded = try parse(text, path: path, environment: environment)
    if let file = loaded.configuration.mail.platformsFile {
      loaded.configuration.mail.platforms = try platforms(in: file, of: path)
    }
    return loaded
  }

  /// The longest file of platforms that is read.
  private static let platformsByteCountMax = 1 << 20

  /// The built-in platforms with those of a file, which a relative path finds beside `seed.toml`.
  private static func platforms(in file: String, of path: String) throws -> Platforms {
    func failure(_ problem: String) -> ConfigurationError {
      ConfigurationError(path: path, problems: ["mail.platforms: \(file): \(problem)"])
    }
    let folder = path.lastIndex(of: "/").map { path[...$0] } ?? ""
    do {
      let found = try DurableFile.read(
        file.hasPrefix("/") ? file : folder + file,
        byteCountMax: platformsByteCountMax
      )
      guard let bytes = found else { throw failure("there is no such file") }
      return Platforms.builtIn.extended(by: try Platforms(parsing: bytes))
    } catch let error as SystemError {
      throw failure(error.description)
    } catch let error as PlatformsError {
      throw failure(error.description)
    }
  }

  /// Reads the text of a `seed.toml`.
  ///
  /// - Throws: ``ConfigurationError`` with every problem; `path` is only for its text.
  public static func parse(
    _ text: String,
    path: String = "seed.toml",
    environment: [String: String] = [:]
  ) throws -> Loaded {
    let root: [String: RawValue]
    do {
      // The parser takes a C string, and would stop at a NUL.
      guard !text.utf8.contains(0) else {
        throw ConfigurationError(path: path, problems: ["it holds a NUL byte"])
      }
      guard case .table(let values) = RawValue(table: try TOMLTable(string: text)) else {
        throw ConfigurationError(path: path, problems: ["it is not TOML"])
      }
      root = values
    } catch let error as TOMLParseError {
      let line = error.source.begin.line
      throw ConfigurationError(path: path, problems: ["line \(line): \(error.description)"])
    }
    var reader = ConfigurationReader(root, environment: environment)
    let configuration = Configuration(&reader)
    reader.finish()
    guard reader.problems.isEmpty else {
      throw ConfigurationError(path: path, problems: reader.problems)
    }
    return Loaded(
      configuration: configuration,
      settings: reader.settings,
      warnings: reader.warnings
    )
  }

  private init(_ reader: inout ConfigurationReader) {
    mail = Mail(&reader)
    judging = Judging(
      withdrawalGrace: reader.duration(
        "judgement",
        "withdrawal_grace",
        default: .seconds(28 * 86_400),
        in: .zero...(.seconds(366 * 86_400))
      )
    )
    dns = DNS(&reader)
    alerts = Alerts(&reader, domain: mail.domain)
    ledger = Ledger(&reader, domain: mail.domain)
    web = Web(&reader)
    log = Log(
      level: reader.choice("log", "level", default: .info),
      format: reader.choice("log", "format", default: .text)
    )
  }
}

extension Configuration.Mail {
  fileprivate init(_ reader: inout ConfigurationReader) {
    let name = reader.string("mail", "domain", default: "")
    switch MailDomain.check(name) {
    case .success(let ascii): domain = ascii
    case .failure(let problem):
      reader.report("mail.domain", problem.description)
      domain = ""
    }
    maildirs = reader.strings("mail", "maildirs", default: []).map { path in
      var path = path
      while path.count > 1, path.hasSuffix("/") { path.removeLast() }
      return path
    }
    for path in maildirs where !path.hasPrefix("/") {
      reader.report("mail.maildirs", "each must be an absolute path")
    }
    if Set(maildirs).count < maildirs.count {
      reader.report("mail.maildirs", "names the same maildir twice")
    }
    trustedAuthserv = reader.strings("mail", "trusted_authserv", default: [])
    ownHosts = reader.strings("mail", "own_hosts", default: trustedAuthserv)
    for (key, names) in [("trusted_authserv", trustedAuthserv), ("own_hosts", ownHosts)] {
      for name in names where !Self.isToken(name) {
        reader.report("mail.\(key)", "each must be a name without spaces")
      }
    }
    afterIngest = reader.choice("mail", "after_ingest", default: .keep)
    dmarc = reader.choice("mail", "dmarc", default: .rfc9989)
    trustedSealers = reader.strings("mail", "trusted_sealers", default: []).map { name in
      guard let ascii = IDNA.toASCII(name), Self.isToken(ascii), ascii.contains(".") else {
        reader.report("mail.trusted_sealers", "each must be a domain name")
        return ""
      }
      return ascii
    }
    let file = reader.string("mail", "platforms", default: "")
    platformsFile = file.isEmpty ? nil : file
  }

  private static func isToken(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: ";") }
  }
}

extension Configuration.DNS {
  fileprivate init(_ reader: inout ConfigurationReader) {
    servers = reader.strings("dns", "servers", default: [])
    for server in servers where !Self.isServer(server) {
      reader.report("dns.servers", "each must be an address, or address@port as in 127.0.0.1@5353")
    }
    zone = Self.nonEmpty(reader.string("dns", "zone", default: ""))
    publicSuffixList = Self.nonEmpty(reader.string("dns", "public_suffix_list", default: ""))
    let anchor = reader.string("dns", "trust_anchor", default: "auto")
    trustAnchor = anchor.isEmpty ? .none : anchor == "auto" ? .automatic : .file(anchor)
  }

  private static func isServer(_ text: String) -> Bool {
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count <= 2, let address = parts.first, IPAddress(String(address)) != nil else {
      return false
    }
    return parts.count == 1 || UInt16(parts[1]).map { $0 > 0 } ?? false
  }

  fileprivate static func nonEmpty(_ text: String) -> String? { text.isEmpty ? nil : text }
}

extension Configuration.Alerts {
  fileprivate init(_ reader: inout ConfigurationReader, domain: String) {
    let text = reader.string("alerts", "command", default: "")
    command = text.isEmpty ? nil : text
    commandTimeout = reader.duration(
      "alerts",
      "command_timeout",
      default: .seconds(30),
      in: .seconds(1)...(.seconds(3600))
    )
    digest = reader.choice("alerts", "digest", default: .daily)
    maxPerHour = reader.integer("alerts", "max_per_hour", default: 20, in: 1...100_000)
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
}

extension Configuration.Channel {
  /// The channels that need no entry, and those that are no alerts.
  static let reservedNames = Set(["log", "command"] + ReservedChannel.allCases.map(\.name))

  fileprivate static let keys = [
    "name", "kind", "url", "tls", "from", "to", "username", "password_file", "secret_file",
    "command",
  ]

  fileprivate init?(
    _ entry: ConfigurationEntry,
    domain: String,
    in reader: inout ConfigurationReader
  ) {
    name = entry.required("name", in: &reader)
    let kind: Kind? = entry.choice("kind", default: nil, in: &reader)
    url = entry.string("url", in: &reader) ?? ""
    tls = entry.choice("tls", default: .starttls, in: &reader) ?? .starttls
    from = entry.string("from", in: &reader) ?? ""
    to = entry.strings("to", in: &reader)
    username = entry.string("username", in: &reader) ?? ""
    passwordFile = entry.string("password_file", in: &reader).flatMap { $0.isEmpty ? nil : $0 }
    secretFile = entry.string("secret_file", in: &reader).flatMap { $0.isEmpty ? nil : $0 }
    command = entry.string("command", in: &reader)
    guard let kind else { return nil }
    self.kind = kind
    let isName = name.utf8.allSatisfy {
      (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20)
        || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
    }
    if !isName || Self.reservedNames.contains(name) {
      reader.report(
        "\(entry.path).name",
        "must be of letters, digits, - and _, and none of "
          + Self.reservedNames.sorted().joined(separator: ", ")
      )
    }
    checkTarget(entry.path, in: &reader)
    for address in to { checkRecipient(address, entry.path, domain: domain, in: &reader) }
  }

  private func checkTarget(_ path: String, in reader: inout ConfigurationReader) {
    switch kind {
    case .command:
      if command?.isEmpty ?? true { reader.report("\(path).command", "is missing") }
    case .smtp, .sendmail:
      if from.isEmpty { reader.report("\(path).from", "is missing") }
      if to.isEmpty { reader.report("\(path).to", "is missing") }
      guard kind == .smtp else { return }
      guard let host = ConfiguredURL.host(url, schemes: ["smtp", "smtps"]) else {
        reader.report("\(path).url", "must be smtp://HOST[:PORT] or smtps://HOST[:PORT]")
        return
      }
      if tls == .none, !ConfiguredURL.isLoopback(host) {
        reader.report("\(path).tls", "may be \"none\" on loopback alone")
      }
    case .webhook, .ntfy, .apprise, .slack, .discord, .matrix, .teams:
      guard let host = ConfiguredURL.host(url, schemes: ["https", "http"]) else {
        reader.report("\(path).url", "must be https://HOST/… without a user name or password")
        return
      }
      if url.hasPrefix("http:"), !ConfiguredURL.isLoopback(host) {
        reader.report("\(path).url", "may be http on loopback alone; use https")
      }
    }
  }

  private func checkRecipient(
    _ address: String,
    _ path: String,
    domain: String,
    in reader: inout ConfigurationReader
  ) {
    let parts = address.split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, let host = IDNA.toASCII(String(parts[1])),
      !host.isEmpty
    else {
      reader.report("\(path).to", "each must be an address")
      return
    }
    // An alert about a seed that went to a seed would be a sighting, and alert again.
    if !domain.isEmpty, host == domain || host.hasSuffix("." + domain) {
      reader.report("\(path).to", "must not lie in the seeds' own domain")
    }
  }
}

extension Configuration.Ledger {
  fileprivate init(_ reader: inout ConfigurationReader, domain: String) {
    origin = reader.string("ledger", "origin", default: domain.isEmpty ? "" : domain + "/log")
    // C2SP tlog-checkpoint: an origin is a non-empty line, and key names hold no space and no plus.
    if origin.unicodeScalars.contains(where: { $0.properties.isWhitespace || $0 == "+" }) {
      reader.report("ledger.origin", "must not hold spaces or +")
    } else if origin.isEmpty, !domain.isEmpty {
      reader.report("ledger.origin", "must not be empty")
    }
    checkpointInterval = reader.duration(
      "ledger",
      "checkpoint_interval",
      default: .seconds(60),
      in: .seconds(1)...(.seconds(86_400))
    )
    timestamps = reader.tables("ledger", "timestamp", keys: ["name", "url", "ca_file"]).map {
      Configuration.TimestampAuthority(
        name: $0.required("name", in: &reader),
        url: Self.url($0, in: &reader),
        caFile: $0.required("ca_file", in: &reader)
      )
    }
    witnesses = reader.tables("ledger", "witness", keys: ["name", "url", "key"]).map {
      Configuration.Witness(
        name: $0.required("name", in: &reader),
        url: Self.url($0, in: &reader),
        key: $0.required("key", in: &reader)
      )
    }
  }

  private static func url(
    _ entry: ConfigurationEntry,
    in reader: inout ConfigurationReader
  ) -> String {
    let url = entry.required("url", in: &reader)
    if !url.isEmpty, ConfiguredURL.host(url, schemes: ["https", "http"]) == nil {
      reader.report("\(entry.path).url", "must be https://HOST/…")
    }
    return url
  }
}

extension Configuration.Web {
  fileprivate init(_ reader: inout ConfigurationReader) {
    isEnabled = reader.boolean("web", "enabled", default: false)
    listen = reader.string("web", "listen", default: "127.0.0.1:8025")
    mayMint = reader.boolean("web", "mint", default: false)
    if !Self.isEndpoint(listen) {
      reader.report("web.listen", "must be ADDRESS:PORT, such as 127.0.0.1:8025 or [::1]:8025")
    }
  }

  private static func isEndpoint(_ text: String) -> Bool {
    guard let colon = text.lastIndex(of: ":"), UInt16(text[text.index(after: colon)...]) != nil
    else {
      return false
    }
    let host = text[..<colon]
    guard host.hasPrefix("["), host.hasSuffix("]") else {
      return host == "localhost" || IPAddress(String(host)).map(\.isIPv4) ?? false
    }
    return IPAddress(String(host.dropFirst().dropLast())) != nil
  }
}
