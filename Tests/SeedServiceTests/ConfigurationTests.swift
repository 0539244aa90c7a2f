import Foundation
import SeedCore
import SeedCrypto
import SeedTesting
import Testing

@testable import SeedService

struct ConfigurationTests {
  private static let least = "[mail]\ndomain = \"seeds.example\"\n"

  @Test func `the least file has every default`() throws {
    let configuration = try Configuration.parse(Self.least).configuration
    #expect(configuration.mail.domain == "seeds.example")
    #expect(configuration.mail.maildirs == [])
    #expect(configuration.mail.afterIngest == .keep)
    #expect(configuration.judging.withdrawalGrace == .seconds(28 * 86_400))
    #expect(configuration.dns == .init(servers: []))
    #expect(configuration.alerts.command == nil)
    #expect(configuration.alerts.digest == .daily)
    #expect(configuration.alerts.maxPerHour == 20)
    #expect(configuration.alerts.digestAt.description == "08:00")
    #expect(configuration.alerts.deadline == .seconds(7 * 86_400))
    #expect(configuration.alerts.quietHours == nil)
    #expect(!configuration.alerts.allIsWell)
    #expect(configuration.heartbeat == .init(url: "", interval: .seconds(300)))
    #expect(configuration.ledger.origin == "seeds.example/log")
    #expect(configuration.ledger.checkpointInterval == .seconds(60))
    #expect(
      configuration.web
        == .init(isEnabled: false, listen: "127.0.0.1:8025", url: "", mayMint: false)
    )
    #expect(configuration.log == .init(level: .info, format: .text))
  }

  @Test(arguments: [
    "[{ mail]", "# [\n[[ ]]\n[\n", "a = \"\"\"\n[$]\"\"\"\"\"\n  [$]", "'x' = [\n[1]\n]\n[\u{e9}]",
    "a = 1979-05-27T:2300Z", "a = [1, 1979-05-27t:07]", "a = [}]", "a = 1979-05-27 0,",
    "a = 1979-05-27\(String(repeating: "_", count: 117)) 07:00:00", "a = [\u{85}]",
    "a = \"\\u0000\"", "\"\\U00000000\" = 1",
  ])
  func `what the parser can't be given is an error, and no end of the process`(
    text: String
  ) {
    #expect(throws: ConfigurationError.self) { try Configuration.parse(text) }
  }

  @Test func `what lies too deep is one, too`() {
    let key = "a" + String(repeating: ".a", count: 200_000)
    let arrays = String(repeating: "[", count: 200_000)
    let tables = String(repeating: "{a = ", count: 200_000)
    for text in ["[\(key)]", "\(key) = 1", "a = \(arrays)", "a = \(tables)"] {
      #expect(throws: ConfigurationError.self) { try Configuration.parse(text) }
    }
  }

  @Test(
    arguments: [
      ("a = '''\n[$]'''\nb = [\n1]\n # \"\n[=]", .namelessTable, 6),
      ("a = \"\\\"\n[%]", .namelessTable, 2), ("\u{feff}\t[[\t.]]", .namelessTable, 1),
      ("a = [\n{b = 1]}", .mismatchedBracket, 2), ("\na = 1979-05-27Tx", .bareValue, 2),
      ("a = [1,\n+-1]", .bareValue, 2), ("a = {b = 1\"2\"}", .bareValue, 1),
    ] as [(String, TOMLForms.Fault, Int)]
  )
  func `what the parser can't be given is named, with its line`(
    text: String,
    fault: TOMLForms.Fault,
    line: Int
  ) throws {
    let found = try #require(TOMLForms.firstFault(in: Array(text.utf8)))
    #expect(found == (fault, line))
  }

  @Test(arguments: [
    "[a]\n[[b]]\n[ \"c\"]\n[-]", "[", "[]", "[[a.'b.c'.\"]\"]] # [}",
    "a = 1\r\nb.c = [ # ]\n'}', ]",
    "a = [[1, +0x_F], [-1.5e5, true, inf]]\nb = { c = {}, 1.2 = \"\"\"\\\"\n}\"\"\"\"\" }",
  ])
  func `what it can be given isn't refused before`(text: String) {
    #expect(TOMLForms.firstFault(in: Array(text.utf8)) == nil)
  }

  @Test(arguments: [
    (
      TOMLForms.keyPartCountMax, TOMLForms.Fault.keyTooLong, "b = [1.0, 1.0, 1.0]\nb.", "c.",
      "d = 1"
    ),
    (TOMLForms.keyPartCountMax, .keyTooLong, "[[b.", "c . ", "\"d\"]]"),
    (TOMLForms.depthMax, .nestedTooDeep, "b = {c = [[1], [1]]}\nd = [1, {c = [", "[", "2"),
    (TOMLForms.bareValueByteCountMax, .bareValue, "b = 1", "0", "2 # 3"),
  ])
  func `each limit is kept`(
    limit: Int,
    fault: TOMLForms.Fault,
    start: String,
    part: String,
    end: String
  ) {
    let known = fault == .nestedTooDeep ? 3 : 2
    for count in limit - 1...limit + 1 {
      let text = start + String(repeating: part, count: count - known) + end
      #expect(TOMLForms.firstFault(in: Array(text.utf8))?.fault == (count > limit ? fault : nil))
    }
  }

  @Test func `the template says what holds without it`() throws {
    let text = Configuration.template(
      domain: "seeds.example",
      maildirs: ["/var/mail/\"odd\"\\name", "/b"],
      trustedAuthserv: ["mx.seeds.example"]
    )
    let loaded = try Configuration.parse(text)
    var expected = try Configuration.parse(Self.least).configuration
    expected.mail.maildirs = ["/var/mail/\"odd\"\\name", "/b"]
    expected.mail.trustedAuthserv = ["mx.seeds.example"]
    expected.mail.ownHosts = ["mx.seeds.example"]
    #expect(loaded.configuration == expected)
    // Every key stands in it, but the one that follows another.
    #expect(loaded.settings.filter { $0.origin == .builtIn }.map(\.key) == ["mail.own_hosts"])
  }

  @Test func `the commented tables of the template are right, too`() throws {
    var keys = [try Self.vkey("watchdog", .cosignature), try Self.vkey("other", .ed25519)]
    let text = Configuration.template(domain: "seeds.example", maildirs: [], trustedAuthserv: [])
      .split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.hasPrefix("#") && !$0.hasPrefix("# ") ? $0.dropFirst() : $0 }
      .map { $0.hasPrefix("key = \"\"") ? "key = \"\(keys.removeFirst())\"" : $0 }
      .joined(separator: "\n")
    let configuration = try Configuration.parse(text).configuration
    #expect(configuration.alerts.channels.map(\.name) == ["me", "hook"])
    #expect(configuration.alerts.channels.map(\.kind) == [.smtp, .webhook])
    #expect(configuration.ledger.timestamps.map(\.caFile) == ["tsa-ca.pem"])
    #expect(configuration.ledger.timestamps.map(\.digest) == [.sha256])
    #expect(configuration.ledger.witnesses.map(\.name) == ["watchdog"])
    #expect(configuration.witnessing.logs.map(\.origin) == ["other.example/log"])
  }

  /// A verifier key that nobody has the private half of.
  static func vkey(_ name: String, _ algorithm: NoteKey.Algorithm) throws -> String {
    try NoteKey(
      name: name,
      algorithm: algorithm,
      publicKey: Ed25519PublicKey([UInt8](repeating: 1, count: 32))
    ).text
  }

  @Test func `the keys of one ledger to witness are gathered, and its origin may be left out`()
    throws
  {
    let (old, new) = (try Self.vkey("a.example/log", .ed25519), try Self.vkey("new", .ed25519))
    let configuration = try Configuration.parse(
      Self.least + """
        [witness]
        enabled = true
        [[witness.log]]
        key = "\(old)"
        [[witness.log]]
        origin = "a.example/log"
        key = "\(new)"

        """
    ).configuration
    #expect(configuration.witnessing.isEnabled)
    #expect(configuration.witnessing.name.hasSuffix("/witness"))
    #expect(configuration.witnessing.logs.map(\.origin) == ["a.example/log"])
    #expect(configuration.witnessing.logs.first?.keys.map(\.text) == [old, new])
  }

  @Test(
    arguments: [
      (
        "[[ledger.timestamp]]\nname = \"a/b\"\nurl = \"https://t.example\"\nca_file = \"c\"", "name"
      ),
      (
        "[[ledger.timestamp]]\nname = \"a\"\nurl = \"https://t.example\"\nca_file = \"c\"\ndigest = \"md5\"",
        "digest"
      ),
      ("[[ledger.timestamp]]\nname = \"a\"\nurl = \"ftp://t.example\"\nca_file = \"c\"", "url"),
      ("[[ledger.witness]]\nname = \"w\"\nurl = \"https://w.example\"\nkey = \"LOGKEY\"", "key"),
      ("[[witness.log]]\norigin = \"o\"\nkey = \"WITNESSKEY\"", "key"),
      ("[witness]\nname = \"two words\"", "witness.name"),
      ("[ledger]\ntimestamp_interval = \"1s\"", "timestamp_interval"),
    ]
  )
  func `a wrong authority, witness or ledger is refused and the key named`(
    text: String,
    key: String
  ) throws {
    let text = text.replacingOccurrences(of: "LOGKEY", with: try Self.vkey("o", .ed25519))
      .replacingOccurrences(of: "WITNESSKEY", with: try Self.vkey("o", .cosignature))
    let error = #expect(throws: ConfigurationError.self) {
      try Configuration.parse(Self.least + text + "\n")
    }
    #expect(error?.problems.count == 1)
    #expect(error?.problems.first?.contains(key) == true)
  }

  @Test func `the environment goes over the file, and settings say so`() throws {
    let loaded = try Configuration.parse(
      Self.least + "[web]\nlisten = \"127.0.0.1:1\"\n",
      environment: [
        "SEED_WEB_LISTEN": "127.0.0.1:2", "SEED_WEB_ENABLED": "true", "SEED_WEB_MINT": "false",
        "SEED_MAIL_MAILDIRS": "/a//, /b", "SEED_ALERTS_MAX_PER_HOUR": "7", "SEED_DNS_SERVERS": "",
        "SEED_MAIL_DOMAIN": "Other.Example", "SEED_LEDGER_CHECKPOINT_INTERVAL": "90s",
        "PATH": "/bin", "SEED_HOME": "/h",
      ]
    )
    let configuration = loaded.configuration
    #expect(
      configuration.web == .init(isEnabled: true, listen: "127.0.0.1:2", url: "", mayMint: false)
    )
    #expect(configuration.mail.maildirs == ["/a", "/b"])
    #expect(configuration.mail.domain == "other.example")
    #expect(configuration.alerts.maxPerHour == 7)
    #expect(configuration.dns.servers == [])
    #expect(configuration.ledger.checkpointInterval == .seconds(90))
    #expect(loaded.warnings == [])
    let listen = loaded.settings.first { $0.key == "web.listen" }
    #expect(listen?.value == "\"127.0.0.1:2\"")
    #expect(listen?.origin.description == "environment SEED_WEB_LISTEN")
    #expect(loaded.settings.first { $0.key == "dns.zone" }?.origin == .builtIn)
  }

  @Test func `an environment variable that means no key is a warning`() throws {
    let loaded = try Configuration.parse(Self.least, environment: ["SEED_WEB_LISTN": "x"])
    #expect(
      loaded.warnings == ["SEED_WEB_LISTN: no key has this environment variable; SEED_WEB_LISTEN?"]
    )
  }

  @Test func `an internationalised domain becomes A-labels`() throws {
    let text = "[mail]\ndomain = \"Köder.example\"\n"
    #expect(try Configuration.parse(text).configuration.mail.domain == "xn--kder-5qa.example")
  }

  @Test(arguments: [
    ("", "mail.domain: is missing"),
    ("[mail]\ndomain = 7\n", "mail.domain: must be a text"),
    ("[mail]\ndomain = \"localhost\"\n", "mail.domain: is not a domain name"),
    ("[mail]\ndomain = \"-a.example\"\n", "mail.domain: is not a domain name"),
    ("[mail]\ndomain = \"a b.example\"\n", "mail.domain: is not a domain name"),
    ("[mail]\ndomain = \"192.0.2.1\"\n", "mail.domain: is not a domain name"),
    ("[mail]\ndomain = \"seeds.1\"\n", "mail.domain: is not a domain name"),
    ("[mail]\ndomain = \"co.uk\"\n", "mail.domain: is a public suffix"),
    ("mail = 3\n", "mail: must be a table"),
    (least + "maildirs = [\"mail\"]\n", "mail.maildirs: each must be an absolute path"),
    (least + "maildirs = [\"\"]\n", "mail.maildirs: each must be an absolute path"),
    (least + "maildirs = [\"/m\", \"/m/\"]\n", "mail.maildirs: names the same maildir twice"),
    (least + "maildirs = \"/m\"\n", "mail.maildirs: must be a list"),
    (least + "maildirs = [\"/m\", 1]\n", "mail.maildirs: must be a list"),
    (least + "maildir = [\"/m\"]\n", "mail.maildir: unknown; did you mean `maildirs`?"),
    (least + "colour = 1\n", "mail.colour: unknown key"),
    (least + "[wep]\n", "wep: unknown; did you mean `web`?"),
    (least + "trusted_authserv = [\"a b\"]\n", "mail.trusted_authserv: each must be a name"),
    (
      least + "after_ingest = \"delete\"\n", "mail.after_ingest: must be one of keep, seen, archive"
    ),
    (
      least + "[judgement]\nwithdrawal_grace = \"28\"\n",
      "judgement.withdrawal_grace: must be a dur"
    ),
    (least + "[dns]\nservers = [\"dns.example\"]\n", "dns.servers: each must be an address"),
    (least + "[dns]\nservers = [\"127.0.0.1@0\"]\n", "dns.servers: each must be an address"),
    (least + "[alerts]\ndigest = \"hourly\"\n", "alerts.digest: must be one of daily, weekly, off"),
    (least + "[alerts]\nmax_per_hour = 0\n", "alerts.max_per_hour: must be a whole number from 1"),
    (least + "[alerts]\nmax_per_hour = \"9\"\n", "alerts.max_per_hour: must be a whole number"),
    (least + "[alerts]\ndigest_at = \"8\"\n", "alerts.digest_at: must be a time of day"),
    (least + "[alerts]\ndeadline = \"1m\"\n", "alerts.deadline: must be a duration from 1h"),
    (least + "[alerts]\nquiet_hours = \"22-7\"\n", "alerts.quiet_hours: must be FROM-UNTIL"),
    (least + "[alerts]\ntime_zone = \"Moon/Sea\"\n", "alerts.time_zone: is no zone"),
    (least + "[heartbeat]\nurl = \"x\"\n", "heartbeat.url: must be https://"),
    (least + "[heartbeat]\nurl = \"http://x.example\"\n", "heartbeat.url: may be http on loop"),
    (
      least + "[heartbeat]\nurl = \"https://x.example\"\nurl_file = \"f\"\n",
      "heartbeat.url_file: stands beside url"
    ),
    (least + "[web]\nurl = \"seed.example\"\n", "web.url: must be https://"),
    (least + "[alerts]\nchannel = 1\n", "alerts.channel: must be written as [[alerts.channel]]"),
    (least + "[web]\nenabled = \"true\"\n", "web.enabled: must be true or false"),
    (least + "[web]\nlisten = \"8025\"\n", "web.listen: must be ADDRESS:PORT"),
    (least + "[web]\nlisten = 1.5\n", "web.listen: must be a text"),
    (least + "[web]\nlisten = 2026-11-22\n", "line 4: a value without quotes is no number"),
    (least + "[ledger]\norigin = \"a b\"\n", "ledger.origin: must not hold spaces"),
    (least + "[ledger]\ncheckpoint_interval = \"0s\"\n", "ledger.checkpoint_interval: must be a"),
    (
      least + "[[ledger.witness]]\nname = \"w\"\nkey = \"k\"\n", "ledger.witness[0].url: is missing"
    ),
    (least + "[log]\nlevel = \"loud\"\n", "log.level: must be one of trace, debug"),
    (least + "domain = \"twice.example\"\n", "line 3"),
    ("[mail\n", "line 1"),
    (least + "x = \"\u{0}\"\n", "it holds a NUL byte"),
  ])
  func `a wrong file is refused and the key named`(text: String, problem: String) {
    let error = #expect(throws: ConfigurationError.self) { try Configuration.parse(text) }
    #expect(error?.problems.contains { $0.hasPrefix(problem) } == true, "\(error?.problems ?? [])")
    #expect(error?.description.contains("\n") == false)
  }

  @Test(arguments: [
    ("kind = \"pigeon\"", "kind: must be one of smtp"),
    ("url = \"https://x.example\"", "kind: is missing"),
    (
      "kind = \"smtp\"\nurl = \"x\"\nfrom = \"a@b.example\"\nto = [\"c@d.example\"]",
      "url: must be smtp"
    ),
    ("kind = \"smtp\"\nurl = \"smtp://x\"\nto = [\"c@d.example\"]", "from: is missing"),
    (
      "kind = \"smtp\"\nurl = \"smtp://x\"\nfrom = \"a@b.example\"\nto = [\"c@Seeds.Example\"]",
      "to: must not lie in the seeds' own domain"
    ),
    (
      "kind = \"smtp\"\nurl = \"smtp://x\"\nfrom = \"a@b.example\"\nto = [\"c@x.seeds.example\"]",
      "to: must not lie in the seeds' own domain"
    ),
    (
      "kind = \"smtp\"\nurl = \"smtp://x\"\nfrom = \"a@b.example\"\nto = [\"c\"]",
      "to: each must be"
    ),
    (
      "kind = \"smtp\"\nurl = \"smtp://x\"\nfrom = \"a@b.example\"\nto = [\"c@d.example\"]\ntls = \"none\"",
      "tls: may be \"none\" on loopback alone"
    ),
    ("kind = \"webhook\"\nurl = \"https://user:pass@x.example/\"", "url: must be https"),
    ("kind = \"webhook\"\nurl = \"http://x.example/\"", "url: may be http on loopback alone"),
    ("kind = \"webhook\"\nurl = \"https://x.example:99999/\"", "url: must be https"),
    ("kind = \"command\"", "command: is missing"),
    ("kind = \"webhook\"\nurl = \"https://x.example\"", "secret_file: is missing, and so is SEED_"),
    ("kind = \"slack\"", "url: must be https"),
    (
      "kind = \"slack\"\nurl = \"https://x.example\"\nurl_file = \"f\"",
      "url_file: stands beside url"
    ),
    ("kind = \"ntfy\"\nurl = \"https://x.example\"", "url: must end in a topic"),
    (
      "kind = \"matrix\"\nurl = \"https://x.example\"\nroom = \"!a:b\"",
      "password_file: is missing"
    ),
    (
      "kind = \"matrix\"\nurl = \"https://x.example\"\npassword_file = \"f\"\nroom = \"#a:b\"",
      "room: must be a room's id"
    ),
    (
      "kind = \"apprise\"\nurl = \"https://x.example\"\nusername = \"u\"",
      "password_file: is missing"
    ),
    ("kind = \"sendmail\"\nfrom = \"a\\r\\nb@c.example\"\nto = [\"d@e.example\"]", "from: must be"),
    (
      "kind = \"sendmail\"\nfrom = \"a@c.example\"\nto = [\"d@e.example, f@g.example\"]", "to: each"
    ),
    ("kind = \"webhook\"\nurl = \"https://x.example\"\nsecret = \"s\"", "secret: unknown"),
  ])
  func `a wrong channel is refused and the key named`(entry: String, problem: String) {
    let text = Self.least + "[[alerts.channel]]\nname = \"n\"\n" + entry + "\n"
    let error = #expect(throws: ConfigurationError.self) { try Configuration.parse(text) }
    #expect(
      error?.problems.contains { $0.hasPrefix("alerts.channel[0]." + problem) } == true,
      "\(error?.problems ?? [])"
    )
  }

  @Test(arguments: ["log", "command", "a b", ""])
  func `a channel's name is a plain word of its own`(name: String) {
    let text = Self.least + "[[alerts.channel]]\nkind = \"ntfy\"\nurl = \"https://x.example/t\"\n"
    #expect(throws: ConfigurationError.self) {
      try Configuration.parse(text + "name = \"\(name)\"\n")
    }
    #expect(throws: Never.self) { try Configuration.parse(text + "name = \"logs-2\"\n") }
  }

  @Test func `what may be a secret is not shown`() throws {
    let text = """
      \(Self.least)
      [heartbeat]
      url = "https://hc.example/2b1c"
      [[alerts.channel]]
      name = "chat"
      kind = "slack"
      url = "https://hooks.example/services/T0/B0/secret"
      [[alerts.channel]]
      name = "hook"
      kind = "webhook"
      url_file = "keys/url"
      """
    let loaded = try Configuration.parse(
      text,
      environment: ["SEED_CHANNEL_HOOK_SECRET": "whsec_c2VjcmV0"]
    )
    #expect(loaded.warnings.isEmpty)
    #expect(loaded.configuration.alerts.channels[0].url.hasSuffix("/secret"))
    let shown = loaded.settings.map { "\($0.key)=\($0.value)" }
    #expect(shown.contains("heartbeat.url=\"https://hc.example/…\""))
    #expect(shown.contains("alerts.channel[0].url=\"https://hooks.example/…\""))
    #expect(!shown.joined().contains("2b1c") && !shown.joined().contains("secret\""))
  }

  @Test func `two channels of one name are refused`() {
    let channel =
      "[[alerts.channel]]\nname = \"n\"\nkind = \"ntfy\"\nurl = \"https://x.example/t\"\n"
    let error = #expect(throws: ConfigurationError.self) {
      try Configuration.parse(Self.least + channel + channel)
    }
    #expect(error?.problems == ["alerts.channel[1].name: is used twice"])
  }

  @Test func `all problems are reported, and the first is the line`() {
    let error = #expect(throws: ConfigurationError.self) {
      try Configuration.parse(
        "[mail]\ndomain = \"x\"\nafter_ingest = \"x\"\n",
        path: "/h/seed.toml"
      )
    }
    #expect(error?.problems.count == 2)
    #expect(error?.description.hasPrefix("/h/seed.toml: mail.domain") == true)
    #expect(error?.description.hasSuffix("(and 1 more)") == true)
  }

  @Test func `a missing file, one that others can change, and one that isn't text are refused`()
    throws
  {
    let folder = try TemporaryFolder()
    let path = folder.path("seed.toml")
    #expect(throws: ConfigurationError.self) {
      try Configuration.load(path: path, environment: [:])
    }
    try Data(Self.least.utf8).write(to: URL(filePath: path))
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
    #expect(throws: Never.self) { try Configuration.load(path: path, environment: [:]) }
    try FileManager.default.setAttributes([.posixPermissions: 0o664], ofItemAtPath: path)
    #expect(throws: ConfigurationError.self) {
      try Configuration.load(path: path, environment: [:])
    }
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    try Data([0xFF, 0xFE]).write(to: URL(filePath: path))
    #expect(throws: ConfigurationError.self) {
      try Configuration.load(path: path, environment: [:])
    }
  }

  @Test func `the mode of DMARC and the trusted sealers are handed on`() throws {
    let plain = try Configuration.parse(Self.least).configuration.intakeSettings
    #expect(plain.authentication == AuthenticationSettings())
    #expect(plain.platforms == .builtIn)
    let text = Self.least + "dmarc = \"rfc7489\"\ntrusted_sealers = [\"Lists.Example\"]\n"
    let settings = try Configuration.parse(text).configuration.intakeSettings
    #expect(
      settings.authentication
        == AuthenticationSettings(dmarcMode: .rfc7489, trustedSealers: ["lists.example"])
    )
  }

  @Test(arguments: [
    "dmarc = \"rfc1\"", "trusted_sealers = [\"a b.example\"]", "trusted_sealers = [\"\"]",
  ])
  func `a wrong way to authenticate names its key`(line: String) {
    let error = #expect(throws: ConfigurationError.self) {
      try Configuration.parse(Self.least + line + "\n")
    }
    #expect(error?.description.contains("mail.\(line.prefix { $0 != " " })") == true)
  }

  @Test func `a file of platforms extends those that are built in`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("seed.toml")
    func write(_ text: String, _ name: String) throws {
      let path = folder.path(name)
      try Data(text.utf8).write(to: URL(filePath: path))
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    }
    func settings() throws -> IntakeSettings {
      try Configuration.load(path: path, environment: [:]).configuration.intakeSettings
    }
    try write(Self.least + "platforms = \"platforms.json\"\n", "seed.toml")
    let missing = #expect(throws: ConfigurationError.self) { try settings() }
    #expect(missing?.description.contains("mail.platforms: platforms.json: there is no") == true)
    try write(#"{"platforms": [{"name": "Ours", "signing": ["com"]}]}"#, "platforms.json")
    let malformed = #expect(throws: ConfigurationError.self) { try settings() }
    #expect(malformed?.description.contains("platforms[0] (Ours): signing[0]") == true)
    try write(#"{"platforms": [{"name": "Ours", "signing": ["a.example"]}]}"#, "platforms.json")
    #expect(try settings().platforms.all.first?.name == "Ours")
    #expect(try settings().platforms.all.count == Platforms.builtIn.all.count + 1)
  }

  @Test(
    arguments: [
      ("30s", 30_000), ("1m", 60_000), ("1h30m", 5_400_000), ("28d", 2_419_200_000),
      ("2w", 1_209_600_000),
      ("500ms", 500), ("1m5ms", 60_005), ("0s", 0),
    ] as [(String, Int64)]
  )
  func `a duration reads and writes`(text: String, milliseconds: Int64) {
    #expect(DurationText.parse(text) == .milliseconds(milliseconds))
    let written = DurationText.text(.milliseconds(milliseconds))
    #expect(DurationText.parse(written) == .milliseconds(milliseconds))
  }

  @Test(arguments: [
    "", "5", "m", "1m1m", "1s1m", "-1s", "1.5s", " 1s", "1 s", "99999999999999999999s", "9999999d",
    "1y",
  ])
  func `what is no duration is refused`(text: String) {
    #expect(DurationText.parse(text) == nil)
  }
}
