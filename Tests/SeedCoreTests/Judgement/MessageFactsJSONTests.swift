import Foundation
import SeedCore
import Testing

/// What is kept with a sighting is written by hand and read by `Codable`: the two must agree.
struct MessageFactsJSONTests {
  @Test func `facts are written as Codable writes them, with every member`() throws {
    let facts = Self.full
    Self.expectNothingMissing(facts, at: "facts")
    #expect(try Self.canonical(facts.json) == Self.canonical(Array(JSONEncoder().encode(facts))))
    #expect(try JSONDecoder().decode(MessageFacts.self, from: Data(facts.json)) == facts)
  }

  @Test func `facts of which nothing is known are written and read`() throws {
    let facts = MessageFacts()
    #expect(try Self.canonical(facts.json) == Self.canonical(Array(JSONEncoder().encode(facts))))
    #expect(try JSONDecoder().decode(MessageFacts.self, from: Data(facts.json)) == facts)
  }

  @Test(arguments: ["", "\"\\/", "\u{0}\u{1F}\u{7F}", "é\u{301}😀\u{2028}", "a\r\n\tb"])
  func `any text comes back`(text: String) throws {
    var facts = MessageFacts()
    facts.subject = text
    facts.linkHosts = [text, "x", text]
    #expect(try JSONDecoder().decode(MessageFacts.self, from: Data(facts.json)) == facts)
  }

  @Test func `DNS answers are archived as Codable writes them, in canonical form`() throws {
    let answers = [
      DNSAnswer(
        name: "_dmarc.\"sender\".example",
        type: .txt,
        status: .nxdomain,
        wire: Array(0...255),
        timeToLive: .max,
        isSecure: true,
        receivedAt: Timestamp(milliseconds: 1_700_000_000_999),
        source: "zone file"
      ),
      DNSAnswer(
        name: "",
        type: .dnskey,
        status: .timeout,
        receivedAt: Timestamp(milliseconds: -1),
        source: "limit"
      ),
    ]
    let encoded = try JSONValue(parsing: Array(JSONEncoder().encode(answers)))
    let archive: JSONValue = .object([.init("v", 1), .init("answers", encoded)])
    #expect(DNSArchive.bytes(of: answers) == CanonicalJSON.bytes(of: archive))
  }

  private static func canonical(_ json: [UInt8]) throws -> String {
    CanonicalJSON.text(of: try JSONValue(parsing: json))
  }

  /// A new member of the facts must be in ``full``, or the comparison would not notice that it isn't
  /// written.
  private static func expectNothingMissing(_ value: Any, at path: String) {
    let mirror = Mirror(reflecting: value)
    if mirror.displayStyle == .optional || mirror.displayStyle == .collection {
      #expect(!mirror.children.isEmpty, "\(path) is empty")
    }
    guard mirror.displayStyle != .enum else { return }
    for (index, child) in mirror.children.enumerated() {
      expectNothingMissing(child.value, at: "\(path).\(child.label ?? "\(index)")")
    }
  }

  private static var full: MessageFacts {
    var facts = MessageFacts()
    facts.from = [
      .init(
        displayName: "A \"B\"",
        address: "a@b.example",
        domain: "b.example",
        organizationalDomain: "b.example"
      )
    ]
    facts.fromFieldCount = 1
    facts.subject = "Grüße"
    facts.date = Timestamp(seconds: 1_700_000_000)
    facts.messageID = "1@b.example"
    facts.nature = .autoReply
    facts.returnPath = ""
    facts.clientAddress = "192.0.2.1"
    facts.helo = "mx.b.example"
    facts.replyTo = "c@b.example"
    facts.listID = "list.b.example"
    facts.listUnsubscribeHosts = ["b.example"]
    facts.feedbackID = "1:2:3"
    facts.mailer = "M/1"
    facts.linkHosts = ["www.b.example", "c.example"]
    facts.imprints = ["Promoted by"]
    facts.otherVerifiedDomains = ["esp.example"]
    var platform = MessageFacts.Platform(
      name: "Esp",
      evidence: .signature,
      domain: "esp.example",
      domains: ["esp.example"]
    )
    platform.customerField = "X-Customer"
    platform.customer = "7"
    facts.platforms = [platform]
    facts.grade = .aESP
    facts.gradeReasons = ["because"]
    facts.authentication = AuthenticationReport(
      dkim: [
        DKIMResult(
          domain: "b.example",
          selector: "s",
          algorithm: "rsa-sha256",
          keyBits: 2048,
          result: .pass,
          atArrival: .policy,
          reason: "short",
          aligned: true,
          signedFields: ["from", "to"],
          bodyLengthLimit: 7,
          isTesting: true,
          signedAt: Timestamp(seconds: 1),
          expiresAt: Timestamp(seconds: 2),
          bodyCanonicalization: .relaxed,
          bodyHashMatches: true,
          headerSignatureMatches: false,
          leavesBodyUnsigned: true,
          coversEveryFrom: true,
          hadExpired: true,
          isKeyWithdrawn: true,
          keyDigest: [0, 255]
        )
      ],
      spf: SPFResult(
        result: .softfail,
        domain: "b.example",
        scope: .helo,
        explanation: "no",
        aligned: true
      ),
      dmarc: DMARCResult(
        result: .fail,
        organizationalDomain: "b.example",
        policy: .quarantine,
        mode: .rfc7489,
        reason: "neither"
      ),
      arc: ARCResult(result: .pass, sealers: ["c.example"], reason: "fine", isTrusted: true),
      authenticationResults: [
        ReportedAuthentication(
          authserv: "mx.example",
          trusted: true,
          results: [
            .init(
              method: "dkim",
              result: "pass",
              properties: [.init(name: "header.d", value: "b.example")],
              reason: "good"
            )
          ]
        )
      ]
    )
    return facts
  }
}
