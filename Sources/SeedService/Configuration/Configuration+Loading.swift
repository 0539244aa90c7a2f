import Glibc
import SeedCore
import SeedCrypto
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
      // The parser takes and gives C strings, and would stop at a NUL.
      guard !text.utf8.contains(0), !text.contains("\\u0000"), !text.contains("\\U00000000") else {
        throw ConfigurationError(path: path, problems: ["it holds a NUL byte"])
      }
      if let (fault, line) = TOMLForms.firstFault(in: Array(text.utf8)) {
        throw ConfigurationError(path: path, problems: ["line \(line): \(fault.rawValue)"])
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
    heartbeat = Heartbeat(&reader)
    ledger = Ledger(&reader, domain: mail.domain)
    witnessing = Witnessing(&reader, domain: mail.domain)
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

  static func nonEmpty(_ text: String) -> String? { text.isEmpty ? nil : text }
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
    timestampInterval = reader.duration(
      "ledger",
      "timestamp_interval",
      default: .seconds(86_400),
      in: .seconds(60)...(.seconds(366 * 86_400))
    )
    let authorityKeys = ["name", "url", "ca_file", "digest"]
    timestamps = reader.tables("ledger", "timestamp", keys: authorityKeys).map {
      Configuration.TimestampAuthority(
        name: Self.name($0, in: &reader),
        url: Self.url($0, in: &reader),
        caFile: $0.required("ca_file", in: &reader),
        digest: $0.choice("digest", default: .sha256, in: &reader) ?? .sha256
      )
    }
    witnesses = []
    for entry in reader.tables("ledger", "witness", keys: ["name", "url", "key"]) {
      let name = Self.name(entry, in: &reader)
      let url = Self.url(entry, in: &reader)
      guard let key = entry.noteKey("key", .cosignature, in: &reader) else { continue }
      witnesses.append(Configuration.Witness(name: name, url: url, key: key))
    }
    let lists = [("timestamp", timestamps.map(\.name)), ("witness", witnesses.map(\.name))]
    for (list, names) in lists where Set(names).count < names.count {
      reader.report("ledger.\(list)", "two have the same name")
    }
  }

  /// A name that files can have, too.
  private static func name(
    _ entry: ConfigurationEntry,
    in reader: inout ConfigurationReader
  ) -> String {
    let name = entry.required("name", in: &reader)
    if !Configuration.isPlainName(name) {
      reader.report("\(entry.path).name", "must be of letters, digits, - and _")
    }
    return name
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

extension Configuration {
  /// Whether a name is made of letters, digits, `-` and `_`, up to 64 of them.
  fileprivate static func isPlainName(_ name: String) -> Bool {
    name.utf8.count <= 64
      && name.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20)
          || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
      }
  }
}

extension ConfigurationEntry {
  /// A verifier key of one use, which must be there.
  fileprivate func noteKey(
    _ key: String,
    _ algorithm: NoteKey.Algorithm,
    in reader: inout ConfigurationReader
  ) -> NoteKey? {
    let text = required(key, in: &reader)
    guard !text.isEmpty else { return nil }
    guard let parsed = try? NoteKey(parsing: text), parsed.algorithm == algorithm else {
      let use = algorithm == .cosignature ? "a witness's" : "a ledger's"
      reader.report("\(path).\(key)", "must be \(use) verifier key, NAME+ID+KEY")
      return nil
    }
    return parsed
  }
}

extension Configuration.Witnessing {
  fileprivate init(_ reader: inout ConfigurationReader, domain: String) {
    isEnabled = reader.boolean("witness", "enabled", default: false)
    name = reader.string("witness", "name", default: domain.isEmpty ? "" : domain + "/witness")
    if !domain.isEmpty, !NoteKey.isName(name) {
      reader.report("witness.name", "must be a name without spaces and +")
    }
    var keys: [(origin: String, key: NoteKey)] = []
    for entry in reader.tables("witness", "log", keys: ["origin", "key"]) {
      guard let key = entry.noteKey("key", .ed25519, in: &reader) else { continue }
      // C2SP tlog-checkpoint: the origin and the key's name should be the same.
      let origin = entry.string("origin", in: &reader) ?? key.name
      if origin.isEmpty { reader.report("\(entry.path).origin", "must not be empty") }
      keys.append((origin, key))
    }
    // A ledger that changes its key has an entry for each.
    var logs: [LedgerWitness.Log] = []
    for (origin, _) in keys where !logs.contains(where: { $0.origin == origin }) {
      logs.append(.init(origin: origin, keys: keys.filter { $0.origin == origin }.map(\.key)))
    }
    self.logs = logs
  }
}

extension Configuration.Web {
  fileprivate init(_ reader: inout ConfigurationReader) {
    isEnabled = reader.boolean("web", "enabled", default: false)
    listen = reader.string("web", "listen", default: "127.0.0.1:8025")
    url = reader.string("web", "url", default: "")
    mayMint = reader.boolean("web", "mint", default: false)
    if !url.isEmpty, ConfiguredURL.host(url, schemes: ["https", "http"]) == nil {
      reader.report("web.url", "must be https://HOST/…")
    }
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
