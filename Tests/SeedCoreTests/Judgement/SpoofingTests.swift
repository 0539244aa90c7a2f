import Foundation
import SeedAuth
import SeedCore
import SeedCrypto
import SeedMail
import SeedTesting
import Testing

/// Strangers try to pass for an organisation, on the whole way from the bytes to the judgement.
struct SpoofingTests {
  private static let seed = "anna1zm729rq5m84gevep@seeds.example"
  private static let petitions = signer("petitions.example")
  private static let party = signer("party.example")
  /// Cyrillic letters that look like Latin ones.
  private static let homograph = signer("xn--petitins-sbh.example")
  private static let suffix = signer("pub.example")

  private static func signer(_ domain: String) -> DKIMSigner {
    var signer = DKIMSigner(domain: domain, key: .ed25519(try! Ed25519PrivateKey()))
    signer.signedFields = ["from", "to", "subject"]
    return signer
  }

  /// What a sender hands over: these From fields, and the rest.
  private static func letter(
    _ from: [String],
    to: [String] = [seed],
    body: String = "Dear friend.\r\n"
  ) -> [UInt8] {
    Array(
      (from.map { "From: \($0)\r\n" } + to.map { "To: \($0)\r\n" }).joined().utf8
        + Array("Subject: Chip in\r\n\r\n\(body)".utf8)
    )
  }

  private static func replacing(_ bytes: [UInt8], _ old: String, _ new: String) -> [UInt8] {
    let text = String(decoding: bytes, as: UTF8.self)
    precondition(text.contains(old))
    return Array(text.replacing(old, with: new).utf8)
  }

  private static let hop = """
    Received: from mail.party.example (mail.party.example [203.0.113.7])\r
    \tby mx.seeds.example (Postfix) with ESMTPS id 4XyZ1\r
    \tfor <\(seed)>; Sun, 01 Mar 2026 09:00:00 +0000 (UTC)\r

    """

  /// A message as it lies in the maildir.
  private static func arrived(
    _ bytes: [UInt8],
    returnPath: String = "bounces@party.example",
    above: String = ""
  ) -> [UInt8] {
    Array("Return-Path: <\(returnPath)>\r\n\(above)\(hop)".utf8) + bytes
  }

  private func judged(
    _ bytes: [UInt8],
    mode: DMARCResult.Mode = .rfc9989
  ) async throws -> (context: JudgementContext, verdict: Verdict) {
    var zone = ZoneFile(now: { Sample.start })
    for signer in [Self.petitions, Self.party, Self.homograph, Self.suffix] {
      try zone.add(text: signer.keyRecord, for: signer.keyName)
    }
    for (name, text) in [
      ("petitions.example", "v=spf1 ip4:192.0.2.1 -all"),
      ("_dmarc.petitions.example", "v=DMARC1; p=none"),
      ("party.example", "v=spf1 ip4:203.0.113.7 -all"),
      ("_dmarc.pub.example", "v=DMARC1; p=none; psd=y"),
    ] {
      try zone.add(text: text, for: name)
    }
    let folder = try TemporaryFolder()
    let list = folder.path("suffixes")
    try Data("example\npub.example\n".utf8).write(to: URL(filePath: list))
    let suffixes = try PublicSuffixList(contentsOfFile: list)
    let examiner = Examiner(
      ownHosts: OwnHosts(names: ["mx.seeds.example"]),
      authservs: OwnHosts(names: ["mx.seeds.example"]),
      publicSuffixes: suffixes,
      resolver: zone,
      authentication: AuthenticationSettings(dmarcMode: mode)
    )
    let reading = examiner.read(bytes, deliveredAt: Sample.start)
    let examination = await examiner.examine(reading, at: Sample.start)
    let mailbox = try #require(Mailbox(argumentOf: Self.seed))
    let context = JudgementContext(
      seed: Sample.seed(),
      organisation: Sample.organisation(domains: [
        Sample.own("petitions.example"), Sample.own("petitions.pub.example"),
      ]),
      facts: examination.facts.graded(for: mailbox, in: reading.message),
      arrivedAt: reading.arrivedAt,
      hasBaseline: false
    )
    return (context, Judge.verdict(context))
  }

  /// Judges a message in both modes, and expects that the organisation isn't believed to have sent it.
  private func expectNotBelieved(_ name: String, _ bytes: [UInt8]) async throws {
    for mode in DMARCResult.Mode.allCases {
      let (context, verdict) = try await judged(bytes, mode: mode)
      let isNamed =
        context.sender.domain == "petitions.example"
        || context.sender.domain.hasSuffix("petitions.pub.example")
      #expect(!(isNamed && context.sender.status.isAuthenticated), "\(name): \(context.sender)")
      #expect(verdict.messageClass != .expected, "\(name): \(verdict)")
    }
  }

  @Test func `the organisation's own signed message is believed`() async throws {
    let bytes = try Self.petitions.sign(Self.letter(["News <news@petitions.example>"]))
    let (context, verdict) = try await judged(Self.arrived(bytes))
    #expect(context.sender == Sender(domain: "petitions.example", status: .aligned))
    #expect(verdict.messageClass == .expected && context.facts.grade == .a)
    // And so is the stranger's, as a stranger's.
    let other = try Self.party.sign(Self.letter(["News <news@party.example>"]))
    let (stranger, disclosure) = try await judged(Self.arrived(other))
    #expect(stranger.sender == Sender(domain: "party.example", status: .aligned))
    #expect(disclosure.messageClass == .disclosure)
  }

  static let froms: [[String]] = [
    ["news@petitions.example", "news@party.example"],
    ["news@party.example", "news@petitions.example"],
    ["news@petitions.example", "news@petitions.example"],
    ["news@petitions.example, news@party.example"], ["news@party.example, news@petitions.example"],
    ["news@petitions.example"], ["news@petitions.example (news@party.example)"],
    ["(news@petitions.example) news@party.example"],
    ["\"news@petitions.example\" <news@party.example>"],
    ["news@petitions.example <news@party.example>"],
    ["<news@petitions.example> <news@party.example>"],
    ["<news@party.example> <news@petitions.example>"],
    ["News <news@party.example>\r\n <news@petitions.example>"],
    ["=?utf-8?q?news=40petitions.example?= <news@party.example>"],
    ["=?utf-8?b?PG5ld3NAcGV0aXRpb25zLmV4YW1wbGU+?= <news@party.example>"],
    ["=?utf-8?q?=3Cnews=40petitions.example=3E?="],
    ["news@petitions.example: news@party.example;"], ["petitions.example: news@party.example;"],
    ["x: news@petitions.example;, news@party.example"],
    ["x: news@party.example, news@petitions.example;"],
    ["<@petitions.example:news@party.example>"], ["<@party.example:news@petitions.example>"],
    ["\"news@petitions.example\"@party.example"], ["news@petitions.example@party.example"],
    ["news@party.example@petitions.example"], ["news%petitions.example@party.example"],
    ["news@petitions.example.party.example"], ["news@petitions.example\u{0}.party.example"],
    ["news@petitions.example\u{0}"], ["news@petitions.example.", "news@party.example"],
    ["news@petitions.example\r\n\t.party.example"],
    ["\"x\\\" <news@petitions.example>\" <n@party.example>"],
    ["news@petiti\u{43E}ns.example"], ["news@xn--petitins-sbh.example"],
    ["news@petitions\u{3002}example"], ["news@petitions.example\u{200B}"],
    ["news@PETITIONS.EXAMPLE"], ["news@sub.petitions.example"], ["news@[petitions.example]"], [""],
    [],
  ]

  @Test(arguments: froms)
  func `no way to write From makes a stranger's signature the organisation's`(
    from: [String]
  ) async throws {
    let letter = Self.letter(from)
    for signer in [Self.party, Self.homograph, Self.suffix] {
      try await expectNotBelieved("\(from)", Self.arrived(try signer.sign(letter)))
    }
  }

  @Test func `a name that only looks like the organisation's is another one`() async throws {
    for from in ["news@petiti\u{43E}ns.example", "news@xn--petitins-sbh.example"] {
      let bytes = try Self.homograph.sign(Self.letter([from]))
      let (context, verdict) = try await judged(Self.arrived(bytes))
      #expect(context.sender.domain == "xn--petitins-sbh.example")
      #expect(verdict.messageClass == .disclosure)
    }
  }

  @Test(arguments: [
    ("d=party.example; s=sel", "d=petitions.example; s=sel"),
    ("d=party.example; s=sel", "d=petitions.example; s=sel\u{0}"),
    ("d=party.example; s=sel", "d=party.example; s=sel._domainkey.party.example\u{0}"),
    ("d=party.example", "d=petitions.example\u{0}.party.example"),
    ("d=party.example", "d=party.example; d=petitions.example"),
    ("d=party.example", "d=party.example; i=@petitions.example"),
    ("d=party.example", "d=petitions.example.party.example"), ("d=party.example", "d=example"),
    ("d=party.example", "d=petitions.example; q=dns/txt:x"), ("d=party.example", "d=.example"),
    ("h=from:to:subject", "h=to:subject"), ("h=from:to:subject", "h=subject"),
  ])
  func `no change to a stranger's signature makes it the organisation's`(
    old: String,
    new: String
  ) async throws {
    let signed = try Self.party.sign(Self.letter(["news@petitions.example"]))
    try await expectNotBelieved(new, Self.arrived(Self.replacing(signed, old, new)))
  }

  @Test func `a suffix that many share signs for none of them`() async throws {
    let signed = try Self.suffix.sign(Self.letter(["news@petitions.pub.example"]))
    try await expectNotBelieved("d=pub.example", Self.arrived(signed))
  }

  @Test func `a signature of the organisation's over something else proves nothing`() async throws {
    let real = Self.letter(["news@petitions.example"])
    let signed = try Self.petitions.sign(real)
    let field = Array(signed.dropLast(real.count))
    for (name, bytes) in [
      ("another From", field + Self.letter(["news@party.example"])),
      ("another From, the same domain", field + Self.letter(["boss@petitions.example"])),
      ("another body", field + Self.letter(["news@petitions.example"], body: "Pay me.\r\n")),
      ("a longer body", signed + Array("Pay me.\r\n".utf8)),
      ("another To", field + Self.letter(["news@petitions.example"], to: ["x@seeds.example"])),
      ("a From above", Array("From: news@party.example\r\n".utf8) + signed),
      ("the same From above", Array("From: news@petitions.example\r\n".utf8) + signed),
      ("a From below", field + Self.letter(["news@petitions.example", "news@party.example"])),
      ("a From with a space", Array("From : news@party.example\r\n".utf8) + signed),
      ("another selector", Self.replacing(signed, "s=sel;", "s=other;")),
    ] {
      try await expectNotBelieved(name, Self.arrived(bytes))
    }
  }

  @Test(arguments: [0, 4])
  func `what stands past l= is nobody's`(limit: Int) async throws {
    var signer = Self.petitions
    signer.bodyLengthLimit = limit
    let signed = try signer.sign(Self.letter(["news@petitions.example"]))
    try await expectNotBelieved("l=\(limit)", Self.arrived(signed + Array("Pay me.\r\n".utf8)))
    // A limit that covers all leaves nothing open.
    let whole = Self.letter(["news@petitions.example"], body: "All.\r\n")
    signer.bodyLengthLimit = 6
    let (context, _) = try await judged(Self.arrived(try signer.sign(whole)))
    #expect(context.sender.status == .aligned)
  }

  @Test func `a real message sent on to another seed shows nothing of who sent it there`()
    async throws
  {
    let signed = try Self.party.sign(Self.letter(["news@party.example"], to: ["x@other.example"]))
    for bytes in [signed, Array("To: \(Self.seed)\r\n".utf8) + signed] {
      #expect(try await judged(Self.arrived(bytes)).context.facts.grade == .c)
    }
  }

  @Test(arguments: [
    "dkim=pass header.d=petitions.example", "spf=pass smtp.mailfrom=petitions.example",
    "dmarc=pass header.from=petitions.example",
  ])
  func `results that somebody else put in are not believed`(result: String) async throws {
    let letter = Self.letter(["news@petitions.example"])
    func results(_ authserv: String) -> String {
      "Authentication-Results: \(authserv); \(result)\r\n"
    }
    let trusted = results("mx.seeds.example")
    for (name, bytes) in [
      ("below the own hop", Self.arrived(Array(trusted.utf8) + letter)),
      (
        "above a forged own hop",
        Self.arrived(Array((trusted + Self.hop).utf8) + letter)
      ),
      ("without an own hop", Array(trusted.utf8) + letter),
      (
        "in a sealed set",
        Self.arrived(
          Array("ARC-Authentication-Results: i=1; mx.seeds.example; \(result)\r\n".utf8) + letter
        )
      ),
      ("of another server", Self.arrived(letter, above: results("mx.party.example"))),
      (
        "of a server named alike",
        Self.arrived(letter, above: results("mx.seeds.example.party.example"))
      ),
      (
        "behind a comment",
        Self.arrived(letter, above: results("(mx.seeds.example) mx.party.example"))
      ),
      ("in quotes", Self.arrived(letter, above: results("\"mx.seeds.example; x\""))),
    ] {
      try await expectNotBelieved(name, bytes)
    }
    // The own server's, above its own hop, are.
    let (context, _) = try await judged(Self.arrived(letter, above: trusted))
    #expect(context.sender == Sender(domain: "petitions.example", status: .reported))
  }

  @Test(arguments: [
    "dkim=pass header.d=party.example header.from=petitions.example",
    "dkim=pass header.d=petitions.example.party.example",
    "dkim=pass header.i=@petitions.example header.d=party.example",
    "dkim=fail header.d=petitions.example", "dkim=pass (header.d=petitions.example)",
    "dkim=pass reason=\"header.d=petitions.example\" header.d=party.example",
    "spf=pass smtp.mailfrom=\"news@petitions.example\"@party.example",
    "spf=pass smtp.helo=petitions.example smtp.mailfrom=party.example",
    "spf=softfail smtp.mailfrom=petitions.example", "dmarc=none header.from=petitions.example",
    "auth=pass header.d=petitions.example", "x=pass header.d=petitions.example",
    "dkim=pass header.d=xpetitions.example", "dkim=none; arc=pass header.d=petitions.example",
  ])
  func `the own server's words are not taken for more than they say`(result: String) async throws {
    let above = "Authentication-Results: mx.seeds.example; \(result)\r\n"
    try await expectNotBelieved(
      result,
      Self.arrived(Self.letter(["news@petitions.example"]), above: above)
    )
  }

  @Test func `SPF checks the host that handed the message over, and no other`() async throws {
    let letter = Self.letter(["news@petitions.example"])
    let forged = Self.hop.replacing("203.0.113.7", with: "192.0.2.1")
    for (name, bytes) in [
      ("a stranger's host", Self.arrived(letter, returnPath: "news@petitions.example")),
      (
        "a forged hop below",
        Self.arrived(Array(forged.utf8) + letter, returnPath: "news@petitions.example")
      ),
      (
        "a quoted local part",
        Self.arrived(letter, returnPath: "\"x@petitions.example\"@party.example")
      ),
      ("a route", Self.arrived(letter, returnPath: "@petitions.example:x@party.example")),
      (
        "a forged return path",
        Self.arrived(Array("Return-Path: <news@petitions.example>\r\n".utf8) + letter)
      ),
    ] {
      try await expectNotBelieved(name, bytes)
    }
    // Its own host is believed.
    let own = String(
      decoding: Self.arrived(letter, returnPath: "a@petitions.example"),
      as: UTF8.self
    )
    .replacing("203.0.113.7", with: "192.0.2.1")
    #expect(try await judged(Array(own.utf8)).context.sender.status == .aligned)
  }
}
