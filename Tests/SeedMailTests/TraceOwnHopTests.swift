import SeedMail
import Testing

struct TraceOwnHopTests {
  private let hosts = OwnHosts(
    names: ["MX.seeds.example", "inner.seeds.example.", "127.0.0.1"]
  )

  private static let own =
    "Received: from mail.party.example (unknown [203.0.113.5])\r\n"
    + "\tby mx.seeds.example (Postfix) with ESMTPS id 1 for <anna@seeds.example>;\r\n"
    + "\tSun, 22 Nov 2026 08:15:00 +0000\r\n"
  private static let refiltered =
    "Received: from localhost (localhost [127.0.0.1]) by mx.seeds.example (Postfix) id 2; x\r\n"
  private static let filter =
    "Received: from mx.seeds.example ([127.0.0.1]) by localhost (amavisd-new) with ESMTP id 3; x\r\n"
  private static let lmtp =
    "Received: from mx.seeds.example by inner.seeds.example with LMTP id 4; x\r\n"
  private static let qmail = "Received: (qmail 7 invoked from network); x\r\n"
  private static let stranger =
    "Received: from a.example (a.example [192.0.2.1]) by mail.party.example with SMTP id 5; x\r\n"

  /// A field that says `n`, so that a test can tell which were believed.
  private static func results(_ n: Int, _ authserv: String = "mx.seeds.example") -> String {
    "Authentication-Results: \(authserv); x-test=pass header.n=\(n)\r\n"
  }

  private func message(_ lines: [String]) -> Message {
    Message(parsing: Array((lines.joined() + "From: a@party.example\r\n\r\nText\r\n").utf8))
  }

  private func believed(_ lines: [String]) -> [String]? {
    let message = message(lines)
    return OwnHop(in: message, hosts: hosts).map { hop in
      hop.authenticationResults(in: message, authservs: hosts)
        .flatMap { $0.field.results.flatMap(\.properties).map(\.value) }
    }
  }

  @Test func `what the own server wrote above its own hop is believed, and no more`() {
    #expect(
      believed([
        Self.results(1), Self.results(2, "other.example"), Self.own, Self.results(3), Self.stranger,
        Self.results(4),
      ]) == ["1"]
    )
  }

  @Test func `a hop that the sender wrote into the message is not an own one`() throws {
    // The sender repeats what our server would write, below what it did write.
    let lines = [Self.results(1), Self.own, Self.results(2), Self.own, Self.results(3)]
    #expect(believed(lines) == ["1"])
    #expect(OwnHop(in: message(lines), hosts: hosts)?.fieldIndex == 1)
    #expect(believed([Self.own, Self.results(1), Self.refiltered, Self.own]) == [])
  }

  @Test func `own servers in a row are all believed`() throws {
    let lines = [
      Self.results(1), Self.lmtp, Self.results(2), Self.refiltered, Self.results(3), Self.filter,
      Self.results(4), Self.own, Self.results(5),
    ]
    #expect(believed(lines) == ["1", "2", "3", "4"])
    let hop = try #require(OwnHop(in: message(lines), hosts: hosts))
    #expect(hop.received.clientAddress == "203.0.113.5")
    #expect(hop.received.recipient == "anna@seeds.example")
  }

  @Test func `a client on this machine is followed only where it is configured`() {
    // A proxy on the machine makes every stranger come from there.
    let lines = [Self.results(1), Self.refiltered, Self.results(2), Self.own, Self.results(3)]
    let message = message(lines)
    let plain = OwnHosts(names: ["mx.seeds.example"])
    let hop = OwnHop(in: message, hosts: plain)
    #expect(hop?.fieldIndex == 1)
    #expect(hop?.clientAddress == nil)
    #expect(hop?.authenticationResults(in: message, authservs: plain).count == 1)
    #expect(OwnHop(in: message, hosts: hosts)?.clientAddress == "203.0.113.5")
  }

  @Test func `a gateway of one's own counts by its address`() {
    let lines = [
      "Received: from gw (gw [10.1.1.1]) by mx.seeds.example; x\r\n", Self.own, Self.results(1),
      "Received: from x (x [192.0.2.66]) by inner.seeds.example; x\r\n",
    ]
    #expect(OwnHop(in: message(lines), hosts: hosts)?.clientAddress == "10.1.1.1")
    let named = OwnHosts(names: ["mx.seeds.example", "10.1.1.1"])
    #expect(OwnHop(in: message(lines), hosts: named)?.clientAddress == "203.0.113.5")
  }

  @Test func `a note of qmail's above the hop is passed over`() {
    #expect(believed([Self.results(1), Self.qmail, Self.own, Self.results(2)]) == ["1"])
  }

  @Test(arguments: [
    [], [results(1)], [results(1), stranger], [results(1), stranger, own, results(2)], [qmail],
    ["Received: x\r\n", results(1), stranger],
  ])
  func `without an own hop on top nothing is believed`(lines: [String]) {
    #expect(believed(lines) == nil)
  }

  @Test func `hops are followed up to a limit`() throws {
    let limit = OwnHop.hopCountMax
    for count in [limit - 1, limit, limit + 1] {
      let lines = Array(repeating: Self.refiltered, count: count)
      let hop = try #require(OwnHop(in: message(lines), hosts: hosts))
      #expect(hop.fieldIndex == min(count, limit) - 1)
    }
  }

  @Test func `a message cut at any byte is read`() {
    let bytes = message([Self.results(1), Self.refiltered, Self.own, Self.results(2)]).bytes
    for end in 0...bytes.count {
      let message = Message(parsing: Array(bytes[..<end]))
      guard let hop = OwnHop(in: message, hosts: hosts) else { continue }
      #expect(message.fields[hop.fieldIndex].kind == .received)
    }
  }
}
