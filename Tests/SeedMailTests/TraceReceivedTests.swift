import SeedMail
import SeedTesting
import Testing

struct TraceReceivedTests {
  private func read(_ text: String) throws -> Received {
    let hop = Received(parsing: Array(text.utf8).span)
    return try #require(hop)
  }

  @Test func `a hop written by Postfix is read`() throws {
    let hop = try read(
      """
       from mail.party.example (out.party.example [IPv6:2001:db8::25])
      \t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)
      \t key-exchange X25519 server-signature RSA-PSS (2048 bits) server-digest SHA256)
      \t(Client CN "by mx.evil.example", Issuer "x) by mx2.evil.example (" (not verified))
      \tby mx.seeds.example (Postfix) with ESMTPS id 4XyZ1A2b3C
      \tfor <anna7f@seeds.example>; Sun, 22 Nov 2026 08:15:00 +0000 (UTC)\n
      """
    )
    #expect(hop.from == "mail.party.example")
    #expect(hop.heloName == "mail.party.example")
    #expect(hop.hostName == "out.party.example")
    #expect(hop.clientAddress == "2001:db8::25")
    #expect(hop.by == "mx.seeds.example")
    #expect(hop.with == "ESMTPS")
    #expect(hop.id == "4XyZ1A2b3C")
    #expect(hop.recipient == "anna7f@seeds.example")
    #expect(hop.tlsVersion == "TLSv1.3")
    #expect(hop.tlsCipher == "TLS_AES_256_GCM_SHA384")
    #expect(hop.date?.rfc3339 == "2026-11-22T08:15:00Z")
  }

  struct Hop: Sendable {
    let text: String
    let helo, address, by, recipient: String?
  }

  @Test(arguments: [
    // Exim, with a name in DNS and without.
    Hop(
      text: "from out.a.example ([192.0.2.1] helo=me) by mx.b.example with esmtps (TLS1.3)"
        + " tls TLS_AES_128_GCM_SHA256 (Exim 4.96) (envelope-from <x@a.example>) id 1abc-0002-1Y"
        + " for u@b.example; Sun, 22 Nov 2026 08:15:00 +0000",
      helo: "me",
      address: "192.0.2.1",
      by: "mx.b.example",
      recipient: "u@b.example"
    ),
    Hop(
      text: "from [192.0.2.1] (helo=[10.0.0.1]) by mx.b.example with smtp (Exim 4.96) id 1",
      helo: "10.0.0.1",
      address: "192.0.2.1",
      by: "mx.b.example",
      recipient: nil
    ),
    // qmail.
    Hop(
      text: "from unknown (HELO me.example) (192.0.2.7) by mx.b.example with SMTP; 3 Mar 2026",
      helo: "me.example",
      address: "192.0.2.7",
      by: "mx.b.example",
      recipient: nil
    ),
    // Sendmail.
    Hop(
      text: "from me.a.example (root@out.a.example [192.0.2.9] (may be forged))"
        + " by mx.b.example (8.17.1/8.17.1) with ESMTP id 3AB for <u@b.example>; x",
      helo: "me.a.example",
      address: "192.0.2.9",
      by: "mx.b.example",
      recipient: "u@b.example"
    ),
    // Exchange.
    Hop(
      text: "from A.prod.outlook.example (2603:10a6:20b::5) by B.prod.outlook.example"
        + " (2603:10a6:10::8) with Microsoft SMTP Server (version=TLS1_2,"
        + " cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384) id 15.20; x",
      helo: "A.prod.outlook.example",
      address: "2603:10a6:20b::5",
      by: "B.prod.outlook.example",
      recipient: nil
    ),
    // A HELO that is an address, or a keyword, and a client without a name.
    Hop(
      text: "from [10.9.9.9] (unknown [192.0.2.3]) by mx.b.example (Postfix) with SMTP id 1",
      helo: "10.9.9.9",
      address: "192.0.2.3",
      by: "mx.b.example",
      recipient: nil
    ),
    Hop(
      text: "from by (unknown [192.0.2.3]) by mx.b.example (Postfix) with SMTP id 1",
      helo: "by",
      address: "192.0.2.3",
      by: "mx.b.example",
      recipient: nil
    ),
    // The recipient is the sender's choice, within the quotes of its local part.
    Hop(
      text: "from a.example (a.example [192.0.2.3]) by mx.b.example with SMTP id 1"
        + " for <\"> by evil.example (\"@b.example>; x",
      helo: "a.example",
      address: "192.0.2.3",
      by: "mx.b.example",
      recipient: "\"> by evil.example (\"@b.example"
    ),
    Hop(text: "", helo: nil, address: nil, by: nil, recipient: nil),
    Hop(text: "((((((", helo: nil, address: nil, by: nil, recipient: nil),
    Hop(text: "from", helo: nil, address: nil, by: nil, recipient: nil),
    Hop(text: "by x for <", helo: nil, address: nil, by: "x", recipient: nil),
  ])
  func `hops in many dialects are read`(_ hop: Hop) throws {
    let received = try read(hop.text)
    #expect(received.heloName == hop.helo)
    #expect(received.clientAddress == hop.address)
    #expect(received.by == hop.by)
    #expect(received.recipient == hop.recipient)
  }

  @Test(arguments: [
    ("192.0.2.1", "192.0.2.1"), ("192.0.2.256", nil), ("192.0.2", nil), ("192.0.2.01", nil),
    ("192.0.2.1.5", nil), ("192.0.2.1:25", "192.0.2.1"), ("IPv6:::1", "::1"), ("::", "::"),
    ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"), ("1:2:3:4:5:6:7", nil), ("1:2:3:4:5:6:7:8:9", nil),
    ("1::2::3", nil), (":1:2:3:4:5:6:7", nil), ("fe80::1%eth0", "fe80::1"), ("12345::", nil),
    ("::ffff:192.0.2.1", "::ffff:192.0.2.1"), ("1:2:3:4:5:6:7:192.0.2.1", nil), ("1:", nil),
  ])
  func `an address is read, and what is none isn't`(text: String, address: String?) throws {
    #expect(try read("from x ([\(text)]) by y").address == address)
  }

  @Test func `a field is read up to its limit`() {
    let limit = Received.byteCountMax
    for count in [limit - 1, limit, limit + 1] {
      let field = Array("by mx.b.example".utf8) + Array(repeating: 0x20, count: count - 15)
      let hop = Received(parsing: field.span)
      #expect(hop?.by == (count > limit ? nil : "mx.b.example"))
    }
  }

  @Test(arguments: 0..<64 as Range<UInt64>)
  func `any bytes give a hop`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let words = [
      "from", "by", "for", "id", "with", "via", "(", ")", "[", "]", "<", ">", ";", "\"", "\\", "=",
      "helo", "192.0.2.1", "::1", "TLSv1.2", "a@b.c", " ", "\r\n\t", "\u{0}", ":", "/", "é",
    ]
    for _ in 0..<100 {
      let text = (0..<Int.random(in: 0...30, using: &random))
        .map { _ in words[Int.random(in: 0..<words.count, using: &random)] }
        .joined(separator: Bool.random(using: &random) ? " " : "")
      let bytes = Array(text.utf8)
      for end in 0...bytes.count {
        let hop = Received(parsing: bytes.span.extracting(0..<end))
        #expect(hop != nil)
      }
    }
  }

  @Test(arguments: ["<", "\"", "(", "[", "\"<", "from ", "with ", "id <", "(from", "helo=", ":"])
  func `a long field takes linear time`(unit: String) {
    let count = Received.byteCountMax / unit.utf8.count
    let clock = ContinuousClock()
    let bytes = Array(String(repeating: unit, count: count).utf8)
    let time = clock.measure { _ = Received(parsing: bytes.span) }
    // Quadratic time would be minutes.
    #expect(time < .seconds(60))
  }
}

struct TraceEnvelopeAddressTests {
  @Test(arguments: [
    ("<a@b.example>", "a@b.example"), (" a@b.example\r\n", "a@b.example"), ("<>", nil), ("", nil),
    ("<@r.example,@s.example:a@b.example>", "a@b.example"), ("a", nil), ("@b", nil), ("a@", nil),
    ("<\"a b\"@c.example>", "\"a b\"@c.example"), ("<\"a>b\"@c.example>", "\"a>b\"@c.example"),
    ("\"a@b", nil), ("a@b.example (comment)", "a@b.example"), ("a@b.example, c@d", "a@b.example"),
    ("<a@b@c.example>", "a@b@c.example"), ("a\u{0}@b.example", nil), ("\"\\", nil),
  ])
  func `an envelope address is read with and without brackets`(text: String, address: String?) {
    let read = EnvelopeAddress.read(Array(text.utf8).span)
    #expect(read == address)
  }

  @Test func `an address is read up to its limit`() {
    let limit = EnvelopeAddress.byteCountMax
    for count in [limit - 1, limit, limit + 1] {
      let address = String(repeating: "a", count: count - 2) + "@b"
      let read = EnvelopeAddress.read(Array(address.utf8).span)
      #expect(read == (count > limit ? nil : address))
    }
  }
}
