import SeedMail
import SeedTesting
import Testing

struct TraceAuthenticationResultsTests {
  /// A field in one canonical line: `id; method/version=result reason="…" a.b="…"`.
  private func describe(_ text: String) throws -> String {
    let field = try AuthenticationResultsField(parsing: Array(text.utf8).span)
    return
      ([field.authserv]
      + field.results.map { statement in
        let version = statement.methodVersion == 1 ? "" : "/\(statement.methodVersion)"
        let reason = statement.reason.isEmpty ? "" : " reason=\(statement.reason)"
        let properties = statement.properties.map { " \($0.ptype).\($0.property)=\($0.value)" }
        return "\(statement.method)\(version)=\(statement.result)\(reason)\(properties.joined())"
      })
      .joined(separator: "; ")
  }

  @Test(arguments: [
    (" mx.seeds.example; none", "mx.seeds.example"),
    (
      "MX.Seeds.Example 1; spf=pass smtp.mailfrom=a@B.example",
      "mx.seeds.example; spf=pass smtp.mailfrom=a@B.example"
    ),
    (
      "a; dkim=pass (good; sig) header.d=b.example header.b=Qgi/FoC0==;\r\n\tdmarc=none\r\n",
      "a; dkim=pass header.d=b.example header.b=Qgi/FoC0==; dmarc=none"
    ),
    (
      "a(x) 1 (y); DKIM(z)/ 2 (c) = (\\)) Fail policy (d) . (e) Expired = 13",
      "a; dkim/2=fail policy.expired=13"
    ),
    (
      "\"a b\"; iprev=pass policy.iprev=\"2001:db8::1\" (c)",
      "a b; iprev=pass policy.iprev=2001:db8::1"
    ),
    (
      "a; dkim=fail reason=\"bad; \\\"sig\\\"\" header.i=@b.example",
      "a; dkim=fail reason=bad; \"sig\" header.i=@b.example"
    ),
    // Words that aren't registered for a method that is.
    ("a; dkim=hardfail header.d=b; spf=pass", "a; spf=pass"),
    ("a; x-new=whatever", "a; x-new=whatever"),
    // What servers in use write.
    ("a; spf=pass smtp.mailfrom=b.example;", "a; spf=pass smtp.mailfrom=b.example"),
    ("a; spf=none smtp.mailfrom=;dkim=none", "a; spf=none smtp.mailfrom=; dkim=none"),
    ("a; dmarc=none action=none header.from=b.example", "a; dmarc=none header.from=b.example"),
    ("a; x-tls=pass version=TLSv1.2 smtp.x_y=1", "a; x-tls=pass smtp.x_y=1"),
  ])
  func `a field is read`(text: String, expected: String) throws {
    #expect(try describe(text) == expected)
  }

  @Test(arguments: [
    "", ";", "; spf=pass", "a b; none", "a 2; spf=pass", "a; none; spf=pass", "a; spf=pass; none",
    "a; spf", "a; spf=", "a; =pass", "a; spf=pass smtp.mailfrom", "a; spf=pass smtp.=x",
    "a; dkim=pass (open header.d=b", "a; dkim=pass (x)) header.d=b", "a; spf=pass reason=\"open",
    // The second authserv-id is no statement.
    "a; dkim=none header.d=none;a; dmarc=pass header.from=b",
    "a; iprev=pass policy.iprev=2001:db8::1", "a; spf=none smtp.mailfrom= smtp.helo=x", "a/1; none",
  ])
  func `a field that breaks the grammar is refused`(text: String) {
    #expect(throws: GrammarError.self) { try describe(text) }
  }

  @Test func `each limit holds at its border`() {
    func count(_ text: String) -> Int? {
      (try? AuthenticationResultsField(parsing: Array(text.utf8).span))?.results.count
    }
    let statements = AuthenticationResultsField.resultCountMax
    let properties = AuthenticationResultsField.propertyCountMax
    let bytes = AuthenticationResultsField.byteCountMax
    for (extra, fits) in [(-1, true), (0, true), (1, false)] {
      let many = "a" + String(repeating: "; spf=pass", count: statements + extra)
      #expect((count(many) != nil) == fits)
      let long = "a; spf=pass" + String(repeating: " a.b=c", count: properties + extra)
      #expect((count(long) != nil) == fits)
      let wide = "a; spf=pass" + String(repeating: " ", count: bytes + extra - 11)
      #expect((count(wide) != nil) == fits)
    }
  }

  @Test(arguments: 0..<64 as Range<UInt64>)
  func `any bytes parse or throw`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let words = [
      "a", "spf", "=", "pass", ";", ".", "/", "1", "(", ")", "\"", "\\", " ", "none", "@", "reason",
      "\u{0}", "é", "\r\n ",
    ]
    for _ in 0..<100 {
      let text = (0..<Int.random(in: 0...30, using: &random))
        .map { _ in words[Int.random(in: 0..<words.count, using: &random)] }
        .joined()
      let bytes = Array("a; spf=pass a.b=\"c\" ".utf8) + Array(text.utf8)
      for end in 0...bytes.count {
        do {
          let field = try AuthenticationResultsField(parsing: bytes.span.extracting(0..<end))
          #expect(!field.authserv.isEmpty)
        } catch {
          #expect((0...end).contains(error.offset))
        }
      }
    }
  }
}
