import SeedAuth
import SeedMail
import SeedTesting
import Testing

struct SPFVerifierTests {
  private static let now = Timestamp(seconds: 1_800_000_000)

  private static func verify(
    _ record: String,
    client: String = "192.0.2.1",
    helo: String = "mta.example.net",
    mailFrom: String = "news@petitions.example",
    zone: String = ""
  ) async throws -> SPFResult {
    let json = """
      {"petitions.example": {"TXT": ["unrelated", "\(record)"], "A": ["192.0.2.9"]},
       "mta.example.net": {"TXT": ["v=spf1 a -all"], "A": ["192.0.2.1"]},
       "yes.example": {"TXT": ["v=spf1 +all"], "A": ["192.0.2.1"], "AAAA": ["2001:db8::1"]},
       "no.example": {"TXT": ["v=spf1 -all"]},
       "down.example": {"TXT": "TIMEOUT", "A": "SERVFAIL", "MX": "SERVFAIL"}\(zone)}
      """
    let resolver = try ZoneFile(json: Array(json.utf8), now: { now })
    return await SPFVerifier(resolver: resolver).verify(
      clientAddress: try #require(IPAddress(client)),
      helo: helo,
      mailFrom: mailFrom,
      now: now
    )
  }

  @Test(arguments: [
    ("v=spf1 ip4:192.0.2.0/24 -all", AuthenticationResult.pass),
    ("v=spf1 ip4:192.0.2.128/25 ~all", .softfail),
    ("v=spf1 ip4:192.0.2.1", .pass),
    ("v=spf1 ?ip4:192.0.2.1 -all", .neutral),
    ("V=SPF1 IP4:192.0.2.1 -ALL", .pass),
    ("v=spf1", .neutral),
    ("v=spf10 -all", .none),
    ("v=spf1 a -all", .fail),
    ("v=spf1 a/24 -all", .pass),
    ("v=spf1 include:yes.example -all", .pass),
    ("v=spf1 include:no.example ?all", .neutral),
    ("v=spf1 include:absent.example ?all", .permerror),
    ("v=spf1 include:down.example -all", .temperror),
    ("v=spf1 a:down.example -all", .temperror),
    ("v=spf1 mx:down.example -all", .temperror),
    ("v=spf1 redirect=yes.example", .pass),
    ("v=spf1 redirect=down.example", .temperror),
    ("v=spf1 redirect=absent.example", .permerror),
    ("v=spf1 include:petitions.example", .permerror),
    ("v=spf1 exists:%{ir}.absent.example -all", .fail),
    ("v=spf1 a:%{d0} -all", .permerror),
    ("v=spf1 a:%{d99999999999999999999} -all", .fail),
    ("v=spf1 ip4:192.0.2.1/99999999999999999999 -all", .permerror),
    ("v=spf1 ip4:192.0.2.01 -all", .permerror),
    ("v=spf1 ip6:fe80::1%25eth0 -all", .permerror),
    ("v=spf1 all:", .permerror),
    ("v=spf1\\tip4:192.0.2.1", .none),
    ("v=spf1 a\\u00e9 -all", .permerror),
    ("v=spf1 ipv4:192.0.2.1 -all", .permerror),
    ("v=spf1 unknown=%{d} ip4:192.0.2.1", .pass),
    ("v=spf1 unknown=%{ -all", .permerror),
  ])
  func `a record says what it says`(record: String, result: AuthenticationResult) async throws {
    let found = try await Self.verify(record)
    #expect(found.result == result, "\(found.explanation)")
    #expect(found.domain == "petitions.example")
    #expect(found.scope == .mailFrom)
    #expect(found.explanation.isEmpty == (result != .permerror && result != .temperror))
  }

  @Test(arguments: [
    ("2001:db8::1", "v=spf1 ip6:2001:db8::/32 -all", AuthenticationResult.pass),
    ("2001:db8::1", "v=spf1 a:yes.example -all", .pass),
    ("2001:db8::1", "v=spf1 ip4:0.0.0.0/0 -all", .fail),
    ("::ffff:192.0.2.1", "v=spf1 ip4:192.0.2.1 -all", .pass),
    ("::ffff:192.0.2.1", "v=spf1 ip6::: /0 -all", .permerror),
    ("::ffff:192.0.2.1", "v=spf1 ip6:::/0 -all", .fail),
    // A network of mapped addresses has no client (RFC 7208 §5).
    ("192.0.2.1", "v=spf1 ip6:::ffff:192.0.2.1/128 -all", .fail),
  ])
  func `a mapped client counts as IPv4`(
    client: String,
    record: String,
    result: AuthenticationResult
  ) async throws {
    #expect(try await Self.verify(record, client: client).result == result)
  }

  @Test(arguments: ["", "<>"])
  func `a null return path is checked by the HELO name`(mailFrom: String) async throws {
    let found = try await Self.verify("v=spf1 -all", mailFrom: mailFrom)
    #expect(found.result == .pass)
    #expect(found.scope == .helo)
    #expect(found.domain == "mta.example.net")
  }

  @Test(arguments: [
    "news", "news@", "news@localhost", "news@[192.0.2.1]", "news@192.0.2.1", "news@a..example",
    "news@\u{7f}.example", "news@\u{301}petitions.example", "news@exa mple.org", "@",
    "news@" + String(repeating: "a.", count: 130),
    String(repeating: "a", count: 5000) + "@petitions.example",
    "news@" + String(repeating: "a", count: 64) + ".example",
  ])
  func `an identity without a domain to ask has no verdict`(mailFrom: String) async throws {
    #expect(try await Self.verify("v=spf1 +all", mailFrom: mailFrom).result == .none)
  }

  @Test func `the domain is compared in A-labels and small letters`() async throws {
    let found = try await Self.verify(
      "v=spf1 -all",
      mailFrom: "<News@BÜCHER.example.>",
      zone: #", "xn--bcher-kva.example": {"TXT": ["v=spf1 +all"]}"#
    )
    #expect(found.result == .pass)
    #expect(found.domain == "xn--bcher-kva.example")
  }

  @Test func `a local part that is no ASCII matches no name`() async throws {
    let found = try await Self.verify(
      "v=spf1 exists:%{l}.yes.example -all",
      mailFrom: "né@petitions.example"
    )
    #expect(found.result == .fail)
  }

  @Test func `a fail is explained by its own record`() async throws {
    let zone = """
      , "why.example": {"TXT": ["%{i} may not send for %{d}: %{L} %{r} %{t} %%"]},
      "bomb.example": {"TXT": ["\(String(repeating: "%{s}", count: 5000))"]}
      """
    let found = try await Self.verify("v=spf1 exp=why.example -all", zone: zone)
    #expect(found.result == .fail)
    let text = "192.0.2.1 may not send for petitions.example: news unknown 1800000000 %"
    #expect(found.explanation == text)
    // An explanation that would grow too long is left out, and the verdict stands.
    let bomb = try await Self.verify("v=spf1 exp=bomb.example -all", zone: zone)
    #expect(bomb.result == .fail)
    #expect(bomb.explanation.isEmpty)
  }

  @Test func `MX hosts without an IPv6 address don't use up the void look-ups`() async throws {
    let zone = """
      , "mx.example": {"MX": ["1 a.mx.example", "2 b.mx.example", "3 c.mx.example", "4 yes.example"]},
      "a.mx.example": {"A": ["192.0.2.7"]}, "b.mx.example": {"A": ["192.0.2.7"]},
      "c.mx.example": {"A": ["192.0.2.7"]}
      """
    let found = try await Self.verify(
      "v=spf1 mx:mx.example -all",
      client: "2001:db8::1",
      zone: zone
    )
    #expect(found.result == .pass)
  }

  @Test func `the most questions that a message can cause are bounded`() async throws {
    let terms = (0..<20).map { "ptr:x\($0).example" }.joined(separator: " ")
    let mx = (0..<20).map { "mx:m.example mx:n\($0).example" }.joined(separator: " ")
    let hosts = (0..<10).map { "\"\($0) h\($0).example\"" }.joined(separator: ",")
    let zone = #", "m.example": {"MX": [\#(hosts)]}"#
    for record in ["v=spf1 \(terms)", "v=spf1 \(mx)"] {
      let json = #"{"petitions.example": {"TXT": ["\#(record)"]}\#(zone)}"#
      let counter = CountingResolver(try ZoneFile(json: Array(json.utf8), now: { Self.now }))
      let result = await SPFVerifier(resolver: counter).verify(
        clientAddress: try #require(IPAddress("192.0.2.1")),
        helo: "mta.example.net",
        mailFrom: "news@petitions.example",
        now: Self.now
      )
      #expect(result.result == .permerror)
      #expect(counter.count < 120)
    }
  }

  @Test(arguments: 0..<32 as Range<UInt64>)
  func `any record parses or is refused, and any verdict is reached`(seed: UInt64) async throws {
    var random = SplitMix64(seed: seed)
    let pieces = [
      " ", "a", "mx", "ptr", "exists:", "include:", "redirect=", "exp=", "%{", "%{d}", "}", "/",
      "//",
      "24", ":", "ip4:", "ip6:", "192.0.2.1", "::", "-", "~", "?", "+", ".", "all", "example", "%",
      "%%", "r", "=", "p", "%{p}", "%{l1r+-}", "\u{0}", "é", "_", "999",
    ]
    for _ in 0..<40 {
      let count = Int.random(in: 0..<30, using: &random)
      let body = (0..<count).map { _ in pieces[Int.random(in: 0..<pieces.count, using: &random)] }
      var zone = ZoneFile(now: { Self.now })
      try zone.add([Array(("v=spf1 " + body.joined()).utf8)], for: "petitions.example", .txt)
      let result = await SPFVerifier(resolver: zone).verify(
        clientAddress: try #require(IPAddress("192.0.2.1")),
        helo: "mta.example.net",
        mailFrom: "news@petitions.example",
        now: Self.now
      )
      #expect(result.result != .policy)
    }
  }
}
