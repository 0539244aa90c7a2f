import Foundation
import SeedCore
import SeedCrypto
import SeedTesting
import Synchronization
import Testing

@testable import SeedService

@Suite(.timeLimit(.minutes(1)))
struct ChannelTests {
  private static let hostile =
    "<!channel> @everyone <@U1> [x](https://evil.example) **b** \u{202E}\r\nX: y <script>"
  private static func row(key: String = "fnd_300000000000-7") throws -> OutboxRow {
    let template = """
      {"address":"anna…@seeds.example","case":"case_200000000000","class":"stranger",\
      "corroborated":false,"event":"found","finding":"fnd_300000000000",\
      "firstSeen":"2026-11-22T10:00:00Z","form":"","grade":"D","lastSeen":"2026-11-22T10:00:00Z",\
      "mintedAt":"2026-03-01T09:00:00Z","organisation":"Example","reasons":[],\
      "seed":"seed_a00000000000",\
      "sender":{"domain":"party.example","platform":null,"status":"claimed"},\
      "severity":"critical","sightings":1,"state":"open"}
      """
    guard case .finding(var finding) = try AlertPayload(json: Array(template.utf8)) else {
      throw StoreError.damaged
    }
    finding.organisation = hostile
    finding.sender.domain = hostile
    finding.reasons = [hostile]
    return OutboxRow(
      channel: "me",
      key: key,
      event: 1,
      payload: try finding.json(),
      queuedAt: Sample.start,
      dueAt: Sample.start
    )
  }

  private func secret(_ text: String, key: String = "secret_file") -> ChannelSecret {
    ChannelSecret(key: key, file: nil, variable: "V", environment: ["V": text])
  }

  private func channel(_ url: String, _ format: any PushFormat, site: String? = nil) -> HTTPChannel
  {
    HTTPChannel(
      name: "me",
      url: secret(url, key: "url"),
      format: format,
      caFile: nil,
      site: site,
      clock: { Sample.day(1) }
    )
  }

  /// What a receiver of this format is told.
  private func told(
    _ format: any PushFormat,
    path: String
  ) async throws -> (
    LoopbackHTTPServer.Request, [String: Any]
  ) {
    let server = try LoopbackHTTPServer { _ in LoopbackHTTPServer.response(200) }
    defer { server.close() }
    let channel = channel(server.url(path), format, site: "https://seed.example/")
    try await channel.deliver(Self.row())
    let request = try #require(server.requests.first)
    let json = try JSONSerialization.jsonObject(with: Data(request.body)) as? [String: Any]
    return (request, try #require(json))
  }

  @Test func `a webhook is signed, and carries the finding byte for byte`() async throws {
    let key = [UInt8](repeating: 5, count: 32)
    let format = WebhookFormat(secret: secret("whsec_" + Base64.encode(key)))
    let (request, json) = try await told(format, path: "/hook?x=1")
    let head = request.head + "\r\n"
    #expect(head.hasPrefix("POST /hook?x=1 "))
    #expect(head.contains("webhook-id: fnd_300000000000-7\r\n"))
    let seconds = String(Sample.day(1).seconds)
    #expect(head.contains("webhook-timestamp: \(seconds)\r\n"))
    let signed = Array("fnd_300000000000-7.\(seconds).".utf8) + request.body
    let code = Base64.encode(HMACSHA256.code(for: signed, key: key))
    #expect(head.contains("webhook-signature: v1,\(code)\r\n"))
    #expect(json["type"] as? String == "finding.found")
    #expect(json["timestamp"] as? String == Sample.start.rfc3339)
    let body = String(decoding: request.body, as: UTF8.self)
    #expect(body.contains(String(decoding: try Self.row().payload, as: UTF8.self)))
  }

  @Test(arguments: ["", "whsec_", "whsec_c2hvcnQ=", "whsec_!", "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"])
  func `a webhook's secret is one`(text: String) {
    #expect(WebhookFormat.key(text) == nil)
  }

  @Test func `ntfy is told on its topic, with a priority and a stable identifier`() async throws {
    let login = HTTPLogin(user: "", password: secret("tk_1"))
    let (request, json) = try await told(NtfyFormat(login: login), path: "/base/my-topic")
    #expect(request.head.hasPrefix("POST /base/ "))
    #expect(request.head.contains("Authorization: Bearer tk_1"))
    #expect(json["topic"] as? String == "my-topic")
    #expect(json["priority"] as? Int == 5)
    #expect(json["sequence_id"] as? String == "fnd_300000000000-7")
    #expect(json["click"] as? String == "https://seed.example/findings/fnd_300000000000")
    #expect((json["message"] as? String)?.contains("https://evil") == false)
  }

  @Test func `Apprise is told title, body and type`() async throws {
    let login = HTTPLogin(user: "u", password: secret("p"))
    let (request, json) = try await told(AppriseFormat(login: login), path: "/notify/key")
    #expect(request.head.hasPrefix("POST /notify/key "))
    #expect(request.head.contains("Authorization: Basic dTpw"))
    #expect(Set(json.keys) == ["title", "body", "type", "format"])
    #expect(json["type"] as? String == "failure" && json["format"] as? String == "text")
  }

  @Test func `Slack reads no markup`() async throws {
    let (_, json) = try await told(SlackFormat(), path: "/services/x")
    let text = try #require(json["text"] as? String)
    #expect(!text.contains("<") && !text.contains("https://evil"))
    #expect(json["mrkdwn"] as? Bool == false && json["unfurl_links"] as? Bool == false)
    let blocks = try #require(json["blocks"] as? [[String: Any]])
    #expect(blocks.map { $0["type"] as? String } == ["header", "section", "context"])
    for block in blocks.prefix(2) {
      let text = try #require(block["text"] as? [String: Any])
      #expect(text["type"] as? String == "plain_text" && text["emoji"] as? Bool == false)
    }
  }

  @Test func `Discord calls nobody`() async throws {
    let (request, json) = try await told(DiscordFormat(), path: "/api/webhooks/1/x")
    #expect(request.path == "/api/webhooks/1/x?wait=true")
    let content = try #require(json["content"] as? String)
    #expect(content.unicodeScalars.count <= 2000)
    #expect(
      !content.contains("<@U1") && !content.contains(" **b**") && !content.contains("x](http")
    )
    let mentions = try #require(json["allowed_mentions"] as? [String: [String]])
    #expect(mentions == ["parse": []])
    #expect(json["flags"] as? Int == 4)
  }

  @Test func `a Matrix room is told under one transaction`() async throws {
    let format = MatrixFormat(
      room: "!a/b:example.org",
      login: HTTPLogin(user: "", password: secret("syt"))
    )
    let (request, json) = try await told(format, path: "/")
    #expect(
      request.head.hasPrefix(
        "PUT /_matrix/client/v3/rooms/%21a%2Fb%3Aexample.org/send/m.room.message/fnd_300000000000-7 "
      )
    )
    #expect(json["msgtype"] as? String == "m.text")
    #expect((json["m.mentions"] as? [String: Any])?.isEmpty == true)
    let html = try #require(json["formatted_body"] as? String)
    #expect(!html.contains("<script") && html.hasPrefix("<p><strong>"))
  }

  @Test func `a Teams card has no Markdown`() async throws {
    let (_, json) = try await told(TeamsFormat(), path: "/workflows/x")
    let attachments = try #require(json["attachments"] as? [[String: Any]])
    let card = try #require(attachments.first?["content"] as? [String: Any])
    let body = try #require(card["body"] as? [[String: Any]])
    #expect(!body.isEmpty && body.allSatisfy { $0["type"] as? String == "RichTextBlock" })
    #expect((card["actions"] as? [[String: Any]])?.count == 1)
  }

  @Test(
    arguments: [
      (200, "", nil), (202, "", nil), (204, "", nil), (301, "", true), (400, "", false),
      (401, "", true), (403, "", true), (404, "", true), (408, "", true), (410, "", false),
      (413, "", false), (425, "", true), (429, "Retry-After: 120\r\n", true), (500, "", true),
      (503, "", true),
    ] as [(Int, String, Bool?)]
  )
  func `a status says whether to try again`(
    status: Int,
    headers: String,
    isTemporary: Bool?
  ) async throws {
    let server = try LoopbackHTTPServer { _ in
      LoopbackHTTPServer.response(status, headers: headers)
    }
    defer { server.close() }
    let channel = channel(server.url("/secret-path"), SlackFormat())
    do throws(DeliveryError) {
      try await channel.deliver(try! Self.row())
      #expect(isTemporary == nil)
    } catch {
      switch error {
      case .temporary(let words, let pause):
        #expect(isTemporary == true)
        #expect(!words.contains("secret-path"))
        #expect(pause == (status == 429 ? .seconds(120) : nil))
      case .permanent: #expect(isTemporary == false)
      }
    }
  }

  @Test func `Apprise that told nobody has not delivered`() async throws {
    let server = try LoopbackHTTPServer { _ in LoopbackHTTPServer.response(204) }
    defer { server.close() }
    let channel = channel(server.url("/notify/x"), AppriseFormat(login: nil))
    await #expect(throws: DeliveryError.self) { try await channel.deliver(Self.row()) }
  }

  @Test func `nobody there is temporary`() async throws {
    let channel = channel("http://127.0.0.1:1/x", SlackFormat())
    let error = await #expect(throws: DeliveryError.self) { try await channel.deliver(Self.row()) }
    guard case .temporary = error else { throw StoreError.damaged }
  }

  @Test func `a secret is read anew each time, from a file for its owner alone`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("secret")
    let secret = ChannelSecret(key: "password_file", file: path, variable: "V", environment: [:])
    func words() -> String {
      do throws(DeliveryError) { return try secret.read() } catch {
        if case .temporary(let words, _) = error { return words }
        return "permanent"
      }
    }
    #expect(words() == "password_file: there is no such file")
    func write(_ text: String, _ mode: Int) throws {
      try Data(text.utf8).write(to: URL(filePath: path))
      try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }
    try write("first\n", 0o640)
    #expect(words() == "password_file: other users can read it; run chmod 600")
    try write("first\r\n", 0o600)
    #expect(words() == "first")
    try write("second", 0o400)
    #expect(words() == "second")
    for wrong in ["", "\n", "two\nlines", "a\u{0}b"] {
      try FileManager.default.removeItem(atPath: path)
      try write(wrong, 0o600)
      #expect(words() == "password_file holds no secret of one line")
    }
    let other = ChannelSecret(key: "k", file: path, variable: "V", environment: ["V": "third"])
    #expect(try other.read() == "third")
    #expect("\(other)".contains("third") == false)
  }

  @Test(arguments: [
    ("https://ntfy.sh/topic", "https://ntfy.sh/", "topic"),
    ("https://host/base/a_b-1", "https://host/base/", "a_b-1"),
  ])
  func `an ntfy address names a server and a topic`(url: String, server: String, topic: String) {
    let target = NtfyFormat.target(url)
    #expect(target?.server == server && target?.topic == topic)
  }

  @Test(arguments: ["https://ntfy.sh", "https://ntfy.sh/", "https://ntfy.sh/a?b", "x", "a://b/c d"])
  func `other addresses name none`(url: String) { #expect(NtfyFormat.target(url) == nil) }
}
