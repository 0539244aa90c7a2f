import SeedAuth
import SeedMail
import Testing

struct DMARCVerifierTests {
  private static let zone = """
    {"_dmarc.petitions.example": {"TXT": ["v=DMARC1; p=reject; sp=quarantine; np=none"]},
     "news.petitions.example": {"A": ["192.0.2.1"]},
     "_dmarc.strict.example": {"TXT": ["v=DMARC1;p=reject;adkim=s;aspf=s"]},
     "_dmarc.testing.example": {"TXT": ["v=DMARC1; p=reject; t=y"]},
     "_dmarc.percent.example": {"TXT": ["v=DMARC1; p=reject; pct=0"]},
     "_dmarc.half.example": {"TXT": ["v=DMARC1; p=reject; pct=50"]},
     "_dmarc.twice.example": {"TXT": ["v=DMARC1; p=reject", "v=DMARC1; p=none"]},
     "_dmarc.bare.example": {"TXT": ["v=DMARC1"]},
     "_dmarc.odd.example": {"TXT": ["v=DMARC1; p=rejct; rua=mailto:d@odd.example"]},
     "_dmarc.mute.example": {"TXT": ["v=DMARC1; p=rejct; rua=d"]},
     "_dmarc.late.example": {"TXT": ["p=reject; v=DMARC1"]},
     "_dmarc.small.example": {"TXT": ["v=dmarc1; p=reject"]},
     "_dmarc.down.example": {"TXT": "SERVFAIL"},
     "_dmarc.own.wide.example": {"TXT": ["v=DMARC1; p=none; psd=n"]},
     "_dmarc.wide.example": {"TXT": ["v=DMARC1; p=reject"]},
     "_dmarc.bank": {"TXT": ["v=DMARC1; p=none; sp=reject; np=reject; psd=y"]},
     "_dmarc.city.bank": {"TXT": ["v=DMARC1; p=quarantine"]},
     "village.bank": {}, "deep.village.bank": {},
     "_dmarc.cut": "TIMEOUT", "_dmarc.firm.cut": {"TXT": ["v=DMARC1; p=reject"]},
     "_dmarc.co.uk": {"TXT": ["v=DMARC1; p=reject"]}
    }
    """

  private static func verify(
    _ from: String,
    dkim: [(String, AuthenticationResult)] = [],
    spf: (String, AuthenticationResult)? = nil,
    mode: DMARCResult.Mode = .rfc9989
  ) async throws -> DMARCResult {
    let now = Timestamp(seconds: 1_800_000_000)
    let resolver = try ZoneFile(json: Array(zone.utf8), now: { now })
    return await DMARCVerifier(resolver: resolver, mode: mode).verify(
      fromDomain: from,
      dkim: dkim.map { DKIMResult(domain: $0.0, result: .fail, atArrival: $0.1) },
      spf: spf.map { SPFResult(result: $0.1, domain: $0.0, scope: .mailFrom) }
    )
  }

  @Test(arguments: [
    ("petitions.example", "petitions.example", DMARCResult.Policy.reject),
    ("News.Petitions.example.", "petitions.example", .quarantine),
    // The name doesn't exist.
    ("gone.petitions.example", "petitions.example", DMARCResult.Policy.none),
    ("own.wide.example", "own.wide.example", DMARCResult.Policy.none),
    ("a.own.wide.example", "own.wide.example", DMARCResult.Policy.none),
    ("b.wide.example", "wide.example", .reject),
    ("testing.example", "testing.example", .quarantine),
    ("bare.example", "bare.example", DMARCResult.Policy.none),
    ("odd.example", "odd.example", DMARCResult.Policy.none),
    // Public suffix domains: the policy from above, and the organizational domain one below it.
    ("village.bank", "village.bank", .reject),
    ("deep.village.bank", "village.bank", .reject),
    ("city.bank", "city.bank", .quarantine),
    ("www.city.bank", "city.bank", .quarantine),
    ("a.b.c.d.e.f.g.h.i.j.petitions.example", "petitions.example", DMARCResult.Policy.none),
  ])
  func `a message without an aligned domain fails under the policy that applies`(
    from: String,
    organizationalDomain: String,
    policy: DMARCResult.Policy
  ) async throws {
    let found = try await Self.verify(from, dkim: [("stranger.example", .pass)])
    #expect(found.result == .fail, "\(found.reason)")
    #expect(found.organizationalDomain == organizationalDomain)
    #expect(found.policy == policy)
    #expect(found.mode == .rfc9989)
  }

  @Test(arguments: [
    "nothing.example", "twice.example", "mute.example", "late.example", "small.example",
    "", "[192.0.2.1]", "192.0.2.1", "a..example",
  ])
  func `without a record DMARC has no verdict`(from: String) async throws {
    let found = try await Self.verify(from, spf: (from, .pass))
    #expect(found.result == .none)
    #expect(found.policy == nil)
  }

  @Test(arguments: [
    ("petitions.example", "petitions.example", true),
    ("petitions.example", "MAIL.petitions.example.", true),
    ("news.petitions.example", "petitions.example", true),
    ("petitions.example", "xpetitions.example", false),
    ("petitions.example", "example", false),
    ("strict.example", "strict.example", true),
    ("strict.example", "mail.strict.example", false),
    ("wide.example", "own.wide.example", false),
    ("own.wide.example", "wide.example", false),
    ("village.bank", "city.bank", false),
    ("village.bank", "bank", false),
    ("village.bank", "deep.village.bank", true),
    ("petitions.example", "", false),
    ("petitions.example", "petitions.example\u{0}.evil.example", false),
  ])
  func `an aligned domain that passes is enough`(
    from: String,
    domain: String,
    passes: Bool
  ) async throws {
    let expected: AuthenticationResult = passes ? .pass : .fail
    #expect(try await Self.verify(from, dkim: [(domain, .pass)]).result == expected)
    #expect(try await Self.verify(from, spf: (domain, .pass)).result == expected)
    #expect(try await Self.verify(from, dkim: [(domain, .fail)]).result == .fail)
    #expect(try await Self.verify(from, dkim: [(domain, .policy)]).result == .fail)
    #expect(try await Self.verify(from, spf: (domain, .softfail)).result == .fail)
  }

  @Test func `what DNS leaves open is no failure`() async throws {
    #expect(try await Self.verify("down.example").result == .temperror)
    #expect(try await Self.verify("a.down.example").result == .temperror)
    let open = try await Self.verify(
      "petitions.example",
      dkim: [("petitions.example", .temperror), ("stranger.example", .pass)]
    )
    #expect(open.result == .temperror)
    #expect(open.policy == .reject)
    // A stranger's broken DNS keeps nobody's verdict open.
    let closed = try await Self.verify(
      "petitions.example",
      dkim: [("stranger.example", .temperror)]
    )
    #expect(closed.result == .fail)
    let settled = try await Self.verify(
      "petitions.example",
      dkim: [("petitions.example", .temperror)],
      spf: ("petitions.example", .pass)
    )
    #expect(settled.result == .pass)
  }

  @Test func `a walk that is cut short leaves open what it would have decided`() async throws {
    let same = try await Self.verify("firm.cut", dkim: [("firm.cut", .pass)])
    #expect(same.result == .pass)
    // Nothing passes at all: no walk could align it.
    let none = try await Self.verify("firm.cut", spf: ("firm.cut", .fail))
    #expect(none.result == .fail)
    #expect(none.policy == .reject)
    let other = try await Self.verify("firm.cut", dkim: [("mail.firm.cut", .pass)])
    #expect(other.result == .temperror)
    let below = try await Self.verify("www.firm.cut", dkim: [("www.firm.cut", .pass)])
    #expect(below.result == .temperror)
  }

  @Test(arguments: [
    ("petitions.example", "petitions.example", DMARCResult.Policy.reject),
    ("gone.petitions.example", "petitions.example", .quarantine),
    ("own.wide.example", "wide.example", DMARCResult.Policy.none),
    ("percent.example", "percent.example", .quarantine),
    ("half.example", "half.example", .reject),
    ("testing.example", "testing.example", .reject),
    ("odd.example", "odd.example", DMARCResult.Policy.none),
  ])
  func `RFC 7489 takes the organizational domain from the list`(
    from: String,
    organizationalDomain: String,
    policy: DMARCResult.Policy
  ) async throws {
    let found = try await Self.verify(from, mode: .rfc7489)
    #expect(found.result == .fail)
    #expect(found.organizationalDomain == organizationalDomain)
    #expect(found.policy == policy)
    #expect(found.mode == .rfc7489)
  }

  @Test func `RFC 7489 asks no public suffix, and wants a policy`() async throws {
    for from in ["village.bank", "bare.example", "a.co.uk"] {
      #expect(try await Self.verify(from, mode: .rfc7489).result == .none)
    }
    let aligned = try await Self.verify(
      "own.wide.example",
      dkim: [("wide.example", .pass)],
      mode: .rfc7489
    )
    #expect(aligned.result == .pass)
  }

  @Test func `a long name costs eight questions`() async throws {
    let now = Timestamp(seconds: 1_800_000_000)
    let counter = CountingResolver(ZoneFile(now: { now }))
    let name = String(repeating: "a.", count: 100) + "example"
    _ = await DMARCVerifier(resolver: counter).verify(fromDomain: name, dkim: [], spf: nil)
    #expect(counter.count == 8)
  }
}

struct AlignmentTests {
  @Test(arguments: [
    ("news.example.org", "example.org", true, false),
    ("Example.ORG.", "example.org", true, true),
    ("bücher.example.de", "www.example.de", true, false),
    ("one.github.io", "two.github.io", false, false),
    ("co.uk", "co.uk", true, true),
    ("a.co.uk", "b.co.uk", false, false),
    ("192.0.2.1", "192.0.2.1", false, false),
    ("", "", false, false),
    ("example.org\u{0}", "example.org", false, false),
  ])
  func `domains are aligned by the public suffixes`(
    domain: String,
    from: String,
    relaxed: Bool,
    strict: Bool
  ) {
    #expect(PublicSuffixList.builtIn.isAligned(domain, with: from) == relaxed)
    #expect(PublicSuffixList.builtIn.isAligned(domain, with: from, .strict) == strict)
  }
}

struct DMARCRecordTests {
  @Test func `tags may be in any order, and what is odd falls back to its default`() throws {
    let text = " V = DMARC1 ;; x=1; P = Quarantine; adkim=S;aspf=x; t=Y; psd=q; rua=,, mailto:a@b "
    let record = try DMARCRecord(parsing: Array(text.utf8))
    #expect(record.policy == .quarantine)
    #expect(record.dkimAlignment == .strict)
    #expect(record.spfAlignment == .relaxed)
    #expect(record.isTesting)
    #expect(record.publicSuffixDomain == .unknown)
    #expect(record.hasReportAddress)
    #expect(!record.hasMalformedPolicy)
    #expect(record.percentage == 100)
  }

  @Test(arguments: [
    "", ";", "v", "v=", "v=DMARC2; p=none", "v=dmarc1", "p=none; v=DMARC1", "v=DMARC1\u{0}",
    "v=DMARC1 p=none", "xv=DMARC1", "v=DMARC1; p=none" + String(repeating: " ", count: 5000),
  ])
  func `what doesn't start with the version is refused`(text: String) {
    #expect(throws: GrammarError.self) { try DMARCRecord(parsing: Array(text.utf8)) }
  }
}
