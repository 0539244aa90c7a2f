import Foundation
import SeedCore
import SeedTesting
import Testing

/// Alerts reach people: every kind of channel with a real receiver, or one that writes down what comes.
@Suite(
  .enabled(if: Receivers.canRun, "needs python3"),
  .timeLimit(.minutes(4))
)
struct AlertDeliveryTests {
  private static let whsec = "whsec_" + Base64.encode([UInt8](repeating: 7, count: 32))

  /// Every kind of channel, all with the same receivers.
  private func configure(_ home: SeedHome, _ receivers: Receivers, file: String) throws {
    let url = "http://127.0.0.1:\(receivers.httpPort)"
    let secret = try home.secret("hook.secret", Self.whsec)
    let password = try home.secret("password", "open sesame")
    try home.configure(
      """
      [[alerts.channel]]
      name = "mail"
      kind = "smtp"
      url = "smtp://127.0.0.1:\(receivers.smtpPort)"
      tls = "none"
      from = "seed@watch.example"
      to = ["me@owner.example", "you@owner.example"]
      username = "seed"
      password_file = "\(password)"

      [[alerts.channel]]
      name = "pipe"
      kind = "sendmail"
      command = "test -e \(file) && cat >> \(file)"
      from = "seed@watch.example"
      to = ["me@owner.example"]

      [[alerts.channel]]
      name = "hook"
      kind = "webhook"
      url = "\(url)/hook"
      secret_file = "\(secret)"

      [[alerts.channel]]
      name = "phone"
      kind = "ntfy"
      url = "\(url)/my-topic"

      [[alerts.channel]]
      name = "many"
      kind = "apprise"
      url = "\(url)/notify/key"

      [[alerts.channel]]
      name = "slack"
      kind = "slack"
      url = "\(url)/slack"

      [[alerts.channel]]
      name = "discord"
      kind = "discord"
      url = "\(url)/discord"

      [[alerts.channel]]
      name = "room"
      kind = "matrix"
      url = "\(url)"
      room = "!abc:owner.example"
      password_file = "\(password)"

      [[alerts.channel]]
      name = "teams"
      kind = "teams"
      url = "\(url)/teams"
      """
    )
  }

  private struct Channel: Decodable {
    let channel: String
    let waiting: Int
    let dead: Int
    let failingSince: Date?
  }

  @Test func `each alert arrives once by every channel, though all were down when it was raised`()
    async throws
  {
    let folder = try TemporaryFolder()
    let receivers = try Receivers(in: folder)
    let home = try await SeedHome(in: folder)
    let file = folder.path("piped")
    try configure(home, receivers, file: file)
    let names = ["mail", "pipe", "hook", "phone", "many", "slack", "discord", "room", "teams"]

    // The first half: nobody answers.
    let daemon = try await home.startDaemon()
    var findings: Set<String> = []
    var addresses: [String] = []
    let watch = try await home.watchAlerts()
    for number in 0..<3 {
      let minted = try await home.mintForPetitions()
      addresses.append(minted.address)
      // A sender each, so that none corroborates another.
      let sender = "news@party\(number).example"
      let sent = Letters.sent(from: sender, to: minted.address, subject: "Hi", id: "1")
      try home.deliver(Letters.arrived(sent, for: minted.address, from: sender))
      findings.insert(try await watch.nextAlert().finding)
    }
    var states: [Channel] = []
    for _ in 0..<100 {
      states = try await home.json([Channel].self, "channel", "list")
      if states.count(where: { $0.failingSince != nil }) == names.count { break }
      try await Task.sleep(for: .milliseconds(200))
    }
    #expect(Set(states.filter { $0.failingSince != nil }.map(\.channel)) == Set(names))
    try await home.seedctl("channel", "check", expecting: 0)
    #expect(daemon.errors.contains("an alert was not delivered"))

    // The second half.
    try Data().write(to: URL(filePath: file))
    let server = try await receivers.start()
    for name in names { try await home.seedctl("alert", "retry", "--channel", name) }
    _ = try await receivers.wait(for: 8 * 3)
    for _ in 0..<100 {
      states = try await home.json([Channel].self, "channel", "list")
      if states.allSatisfy({ $0.waiting == 0 }) { break }
      try await Task.sleep(for: .milliseconds(200))
    }
    #expect(states.allSatisfy { $0.waiting == 0 && $0.dead == 0 && $0.failingSince == nil })
    #expect(await daemon.end(by: SIGTERM) == 0, "\(daemon.errors)")

    let entries = try receivers.entries()
    #expect(entries.count == 8 * 3)
    func bodies(_ path: String) -> [Receivers.Entry] {
      entries.filter { $0.path == path || $0.path.hasPrefix(path + "?") }
    }
    // Each has its identifier, and each finding came once.
    let mail = bodies("seed open sesame")
    #expect(mail.count == 3)
    #expect(mail.allSatisfy { $0.headers["envelope"]?.contains("<you@owner.example>") == true })
    let piped = String(decoding: try Data(contentsOf: URL(filePath: file)), as: UTF8.self)
    for texts in [mail.map(\.body), [piped]] {
      let ids = texts.flatMap {
        $0.matches(of: /Message-ID: <(fnd_\w+)-\d+\./).map { String($0.1) }
      }
      #expect(ids.count == 3 && Set(ids) == findings)
    }
    let hooks = bodies("/hook")
    #expect(
      Set(hooks.compactMap { $0.headers["webhook-id"]?.prefix(16) }.map(String.init)) == findings
    )
    let topics = bodies("/").compactMap { $0.json["sequence_id"] as? String }
    #expect(Set(topics.map { String($0.prefix(16)) }) == findings && topics.count == 3)
    let room = entries.filter { $0.method == "PUT" }
    #expect(
      Set(room.compactMap { $0.path.split(separator: "/").last?.prefix(16) }.map(String.init))
        == findings
    )
    for path in ["/notify/key", "/slack", "/discord", "/teams"] {
      let texts = bodies(path).map(\.body)
      #expect(texts.count == 3, "\(path)")
      for finding in findings {
        #expect(
          texts.contains {
            $0.contains(finding) || $0.contains(finding.replacing("_", with: #"\\_"#))
          }
        )
      }
    }
    // No message says the whole address.
    for entry in entries {
      let body = entry.body.replacing("=\r\n", with: "")
      #expect(!addresses.contains { body.contains($0) })
    }
    await server.end(by: SIGKILL)
  }

  @Test func `a test goes through a channel at once, and a failure says what to mend`() async throws
  {
    let folder = try TemporaryFolder()
    let receivers = try Receivers(in: folder)
    let home = try await SeedHome(in: folder)
    try configure(home, receivers, file: folder.path("absent"))
    let refused = try await home.seedctl("alert", "test", "hook", expecting: 75)
    #expect(refused.errors.hasPrefix("seedctl: channel hook: "))
    #expect(!refused.errors.contains("/hook"))
    let server = try await receivers.start()
    for name in ["hook", "mail", "room"] { try await home.seedctl("alert", "test", name) }
    #expect(try receivers.entries().count == 3)
    try await home.seedctl("alert", "test", "nobody", expecting: 3)
    let shown = try await home.seedctl("config", "show")
    #expect(shown.output.contains("http://127.0.0.1"))
    #expect(!shown.output.contains("\(receivers.httpPort)/hook"))
    try await home.seedctl("channel", "check", "hook")
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o644],
      ofItemAtPath: home.path + "/keys/hook.secret"
    )
    let open = try await home.seedctl("channel", "check", "hook", expecting: 1)
    #expect(open.output.contains("other users can read it"))
    await server.end(by: SIGKILL)
  }

  @Test func `the libraries that receivers use take what is sent`() async throws {
    guard let python = Program.system("python3") else { throw Failure("no python3") }
    let folder = try TemporaryFolder()
    let peers = folder.path("peers")
    let made = try await python.run(["-m", "venv", peers], environment: ["HOME": peers])
    #expect(made.status == 0, "\(made.errors)")
    let installed = try await Program(path: peers + "/bin/pip").run(
      ["install", "-q", "standardwebhooks==1.1.0", "apprise==2.2.0"],
      environment: ProcessInfo.processInfo.environment
    )
    guard installed.status == 0 else {
      print("skipped: the packages standardwebhooks and apprise can't be had here")
      return
    }
    let receivers = try Receivers(in: folder)
    let server = try await receivers.start()
    let home = try await SeedHome(in: folder)
    try configure(home, receivers, file: folder.path("absent"))
    let minted = try await home.mintForPetitions()
    try home.deliver(Letters.appeal(to: minted.address))
    try await home.drain()
    #expect(try receivers.entries().count == 8)
    let verified = try await Program(path: peers + "/bin/python").run([
      fixtures.appending(path: "alerts/verify.py").path, folder.path("received.json"), Self.whsec,
      "\(receivers.httpPort)",
    ])
    #expect(verified.output == "1 webhooks, 1 messages\n", "\(verified.errors)")
    let passedOn = try #require(try receivers.entries().last { $0.path == "/passed-on" })
    #expect((passedOn.json["title"] as? String)?.contains("party.example") == true)
    await server.end(by: SIGKILL)
  }

  private struct Queued: Decodable {
    let id: Int
    let channel: String
    let state: String
    let subject: String
  }

  @Test func `what is given up is listed, shown, tried again and dropped`() async throws {
    let folder = try TemporaryFolder()
    let home = try await SeedHome(in: folder)
    try home.configure(
      """
      [[alerts.channel]]
      name = "pipe"
      kind = "command"
      command = "exit 1"
      """
    )
    let minted = try await home.mintForPetitions()
    try home.deliver(Letters.appeal(to: minted.address))
    try await home.drain()
    let waiting = try await home.json([Queued].self, "alert", "list")
    #expect(waiting.map(\.channel) == ["pipe"] && waiting.map(\.state) == ["waiting"])
    let id = "\(try #require(waiting.first).id)"
    let shown = try await home.seedctl("alert", "show", id)
    #expect(shown.output.contains("WHAT TO DO NEXT") && shown.output.contains("exited with 1"))
    try await home.seedctl("alert", "retry", id)
    try await home.seedctl("alert", "drop", id, "--reason", "seen")
    #expect(try await home.json([Queued].self, "alert", "list").isEmpty)
    let dropped = try await home.json([Queued].self, "alert", "list", "--state", "dropped")
    #expect(dropped.count == 1)
    try await home.seedctl("alert", "retry", id)
    try await home.seedctl("alert", "show", "9999", expecting: 3)
    try await home.seedctl("alert", "retry", expecting: 2)
  }

  @Test func `a heartbeat is heard while all goes well`() async throws {
    let folder = try TemporaryFolder()
    let receivers = try Receivers(in: folder)
    let server = try await receivers.start()
    let home = try await SeedHome(in: folder)
    let file = URL(filePath: home.path).appending(path: "seed.toml")
    let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
    let url = "http://127.0.0.1:\(receivers.httpPort)/ping"
    let section = try #require(text.range(of: "[heartbeat]\nurl = \"\""))
    try Data(text.replacingCharacters(in: section, with: "[heartbeat]\nurl = \"\(url)\"").utf8)
      .write(to: file)
    let daemon = try await home.startDaemon()
    let entries = try await receivers.wait(for: 1)
    #expect(entries.first?.method == "GET" && entries.first?.path == "/ping")
    #expect(await daemon.end(by: SIGTERM) == 0, "\(daemon.errors)")
    await server.end(by: SIGKILL)
  }
}

/// An alert as a mail, from a stranger's mail over SMTP to the owner's mailbox.
@Suite(
  .enabled(if: PostfixServer.canRun, "needs root, and Debian's postfix and curl"),
  .timeLimit(.minutes(3))
)
struct AlertMailTests {
  private func configure(
    _ home: SeedHome,
    _ server: PostfixServer,
    tls: String = "none",
    more: String = ""
  ) throws {
    try home.configure(
      """
      [[alerts.channel]]
      name = "me"
      kind = "smtp"
      url = "smtp://127.0.0.1:\(server.port)"
      tls = "\(tls)"
      from = "seed@watch.example"
      to = ["me@owner.example"]
      \(more)
      """
    )
  }

  /// Waits for the next mail in the owner's mailbox.
  private func nextMail(
    _ server: PostfixServer,
    after known: Set<String> = []
  ) async throws -> (
    name: String, message: Message
  ) {
    let folder = server.ownerMaildir + "/new/"
    for _ in 0..<300 {
      let names = Set(try FileManager.default.contentsOfDirectory(atPath: folder))
      if let name = names.subtracting(known).first {
        let data = try Data(contentsOf: URL(filePath: folder + name))
        return (name, Message(parsing: Array(data)))
      }
      try await Task.sleep(for: .milliseconds(100))
    }
    throw Failure("no mail came")
  }

  @Test func `a stranger's mail comes in, and an alert goes out that reads in text and in HTML`()
    async throws
  {
    try await PostfixServer.run { server in
      let folder = try TemporaryFolder()
      let home = try await SeedHome(in: folder, watching: server.maildir)
      try configure(home, server)
      let minted = try await home.mintForPetitions()
      let daemon = try await home.startDaemon()
      try await server.send(
        Letters.sent(
          from: "\"=?utf-8?q?Evil=0D=0ABcc:_x?=\" <news@party.example>",
          to: minted.address,
          subject: "Chip in",
          id: "1"
        ),
        from: "news@party.example",
        to: [minted.address]
      )
      let (name, message) = try await nextMail(server)
      #expect(message.first(.autoSubmitted).map(message.text) == "auto-generated")
      let subject = try #require(message.first(.subject).map(message.text))
      #expect(
        subject
          == "A message that claims to be from party.example reached the address given to Example Petitions"
      )
      let structure = MIMEStructure(of: message)
      let parts = structure.children(of: 0).compactMap { structure.decodedText(of: $0) }
      #expect(parts.count == 2)
      for part in parts {
        #expect(part.contains("seedctl finding show fnd_"))
        #expect(!part.contains(minted.address))
      }

      // It comes back into the watched maildir, as by a forwarding: no sighting, and no alert.
      let alert = try Data(contentsOf: URL(filePath: server.ownerMaildir + "/new/" + name))
      let back = String(decoding: alert, as: UTF8.self)
      try await server.send(back, from: "seed@watch.example", to: [minted.address])
      // A forged mark hides nothing.
      let mark = try #require(back.firstMatch(of: /Seed-Alert: v1\s+\S+\s+\S+/)).output
      try await server.send(
        "\(mark)\n"
          + Letters.sent(from: "x@other.example", to: minted.address, subject: "Hi", id: "2"),
        from: "x@other.example",
        to: [minted.address]
      )
      let second = try await nextMail(server, after: [name]).message
      #expect(second.first(.subject).map(second.text)?.contains("other.example") == true)
      #expect(await daemon.end(by: SIGTERM) == 0, "\(daemon.errors)")
      try await home.drain()
      #expect(
        Set(try await home.alerts().map(\.sender.domain)) == ["party.example", "other.example"]
      )
      #expect(try await home.alerts().allSatisfy { $0.sightings == 1 })
      if let keep = ProcessInfo.processInfo.environment["SEED_KEEP_ALERT"] {
        try alert.write(to: URL(filePath: keep))
      }
    }
  }

  @Test func `mail goes over TLS to a server whose certificate is trusted, and to no other`()
    async throws
  {
    guard let openssl = Program.system("openssl") else { throw Failure("no openssl") }
    let folder = try TemporaryFolder()
    for (name, host) in [("right", "IP:127.0.0.1"), ("wrong", "DNS:mx.other.example")] {
      let made = try await openssl.run([
        "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=mx",
        "-addext", "subjectAltName=\(host)", "-keyout", folder.path("\(name).key"),
        "-out", folder.path("\(name).pem"),
      ])
      #expect(made.status == 0, "\(made.errors)")
    }
    for (name, status) in [("right", 0), ("wrong", 75)] as [(String, Int32)] {
      try await PostfixServer.run(settings: [
        "smtpd_tls_security_level=may", "smtpd_tls_cert_file=\(folder.path("\(name).pem"))",
        "smtpd_tls_key_file=\(folder.path("\(name).key"))",
      ]) { server in
        let place = try TemporaryFolder()
        let home = try await SeedHome(in: place, watching: server.maildir)
        try configure(
          home,
          server,
          tls: "starttls",
          more: "ca_file = \"\(folder.path("\(name).pem"))\""
        )
        try await home.seedctl("alert", "test", "me", expecting: status)
        guard status == 0 else { return }
        let message = try await nextMail(server).message
        let received = message.fields(.received).map(message.text).joined()
        #expect(received.contains("with ESMTPS"))
      }
    }
  }
}
