import SeedCore
import SeedCrypto
import SeedTesting
import Testing

struct PlatformTests {
  private static let file = """
    {"platforms": [
      {"name": "Mailer", "signing": ["mailer.example", "mlr.example"], "return_path": ["bounces.example"],
       "sites": ["mailer-shop.example"], "fields": ["X-Mailer-App-"],
       "customer": ["X-Mailer-App-User", "Feedback-ID:2", "List-Id"]},
      {"name": "Tenants", "signing": ["tenants.example"], "customer": ["d="]}
    ]}
    """
  private static let platforms = try! Platforms(parsing: Array(file.utf8))

  private func traces(
    _ fields: String = "",
    signedBy domains: [String] = [],
    returnPath: String? = nil
  ) -> [MessageFacts.Platform] {
    let message = Message(parsing: Array("\(fields)From: news@party.example\r\n\r\nHi.\r\n".utf8))
    let report = AuthenticationReport(
      dkim: domains.flatMap { Sample.signed(by: $0, aligned: false).dkim }
    )
    return Self.platforms.traces(in: message, report: report, returnPath: returnPath)
  }

  @Test func `a signature, a return path and a field each show the platform`() throws {
    let signed = traces(signedBy: ["other.example", "k1.mlr.example"])
    #expect(signed.map(\.name) == ["Mailer"])
    #expect(signed.map(\.evidence) == [.signature])
    #expect(signed.map(\.domain) == ["k1.mlr.example"])
    #expect(
      signed.map(\.domains)
        == [["mailer.example", "mlr.example", "bounces.example", "mailer-shop.example"]]
    )
    for path in ["b-1@eu.bounces.example", "<b-1@BOUNCES.example>"] {
      #expect(traces(returnPath: path).map(\.evidence) == [.returnPath])
    }
    #expect(traces("X-MAILER-APP-Sid: 1\r\n").map(\.evidence) == [.field])
    let both = traces("X-Mailer-App-Sid: 1\r\n", signedBy: ["a.tenants.example", "mlr.example"])
    #expect(both.map(\.name) == ["Tenants", "Mailer"])
    #expect(both.map(\.customer) == ["a.tenants.example", nil])
  }

  @Test(arguments: [
    nil, "", "bounces.example", "a@notbounces.example", "a@bounces.example.net", "a@mlr.example",
  ])
  func `what is no platform's shows none`(returnPath: String?) {
    #expect(
      traces("X-Mailer: App\r\n", signedBy: ["notmlr.example", "example"], returnPath: returnPath)
        .isEmpty
    )
  }

  @Test func `a signature that didn't verify, or is From's own, shows nothing`() {
    let message = Message(parsing: Array("From: news@mlr.example\r\n\r\n".utf8))
    for report in [
      Sample.signed(by: "mlr.example"),
      AuthenticationReport(dkim: [
        DKIMResult(domain: "mlr.example", result: .pass, atArrival: .fail)
      ]),
    ] {
      #expect(Self.platforms.traces(in: message, report: report, returnPath: nil).isEmpty)
    }
  }

  @Test(
    arguments: [
      ("X-Mailer-App-User: 42\r\nFeedback-ID: a:b:c\r\n", "42"),
      ("Feedback-ID: a:b:c\r\nList-Id: News <news.party.example>\r\n", "b"),
      ("Feedback-ID: a\r\nList-Id: News <news.party.example>\r\n", "news.party.example"),
      (
        "X-Mailer-App-User: \(String(repeating: "x", count: 200))\r\n",
        String(repeating: "x", count: 200)
      ),
      ("X-Mailer-App-User: \(String(repeating: "x", count: 201))\r\n", nil),
      ("X-Mailer-App-User: a\u{1b}[2Jb\r\n", nil), ("X-Mailer-App-User: a\".\r\n", nil),
      ("X-Mailer-App-User: é\r\n", nil), ("Subject: x\r\n", nil),
    ] as [(String, String?)]
  )
  func `the first mark that is short and plain names the customer`(
    fields: String,
    customer: String?
  ) {
    #expect(traces(fields, signedBy: ["mlr.example"]).map(\.customer) == [customer])
  }

  private func judge(
    from domain: String,
    signedBy signer: String,
    processor: String?
  ) -> (Verdict, Sender) {
    var facts = Sample.facts(
      from: domain,
      authentication: Sample.signed(by: signer, aligned: false),
      otherVerifiedDomains: [signer]
    )
    facts.platforms = traces("X-Mailer-App-User: 42\r\n", signedBy: [signer])
    let context = JudgementContext(
      seed: Sample.seed(),
      organisation: Sample.organisation(
        domains: [Sample.own("petitions.example")]
          + (processor.map { [Sample.own($0, role: .processor)] } ?? [])
      ),
      facts: facts,
      arrivedAt: Sample.day(40),
      hasBaseline: false
    )
    return (Judge.verdict(context), context.sender)
  }

  @Test(
    arguments: [
      ("petitions.example", "mlr.example", nil, MessageClass.unverified),
      ("petitions.example", "mlr.example", "mlr.example", .expected),
      ("petitions.example", "mlr.example", "mailer.example", .expected),
      ("petitions.example", "mlr.example", "mailer-shop.example", .expected),
      ("petitions.example", "mlr.example", "tenants.example", .unverified),
      ("petitions.example", "mlr.example", "a.mlr.example", .unverified),
      ("petitions.example", "ours.tenants.example", "ours.tenants.example", .expected),
      ("petitions.example", "theirs.tenants.example", "ours.tenants.example", .unverified),
      ("party.example", "mlr.example", "mailer.example", .stranger),
      ("party.example", "mlr.example", nil, .stranger),
    ] as [(String, String, String?, MessageClass)]
  )
  func `a platform is the organisation's only where the register says so`(
    from: String,
    signer: String,
    processor: String?,
    expected: MessageClass
  ) {
    let (verdict, sender) = judge(from: from, signedBy: signer, processor: processor)
    #expect(verdict.messageClass == expected)
    #expect(sender == Sender(domain: from, status: .platform, platform: signer))
  }

  @Test func `a return path or a field alone makes nobody a processor`() {
    for platforms in [traces(returnPath: "a@bounces.example"), traces("X-Mailer-App-User: 1\r\n")] {
      var facts = Sample.facts(
        from: "petitions.example",
        authentication: Sample.signed(by: "other.example", aligned: false),
        otherVerifiedDomains: ["other.example"]
      )
      facts.platforms = platforms
      #expect(platforms.count == 1)
      let context = JudgementContext(
        seed: Sample.seed(),
        organisation: Sample.organisation(domains: [
          Sample.own("petitions.example"), Sample.own("mailer.example", role: .processor),
        ]),
        facts: facts,
        arrivedAt: Sample.day(40),
        hasBaseline: false
      )
      #expect(Judge.verdict(context).messageClass == .unverified)
    }
  }

  @Test func `the reason names the platform and its customer`() {
    let reasons = judge(from: "party.example", signedBy: "mlr.example", processor: nil).0.reasons
    #expect(
      reasons.first
        == "From names party.example, and only mlr.example signed the message. It went through Mailer, which signed it (d=mlr.example); its X-Mailer-App-User names the platform's customer as \"42\"."
    )
  }

  @Test func `an examined message says its platform`() async throws {
    var signer = DKIMSigner(domain: "mlr.example", key: .ed25519(try Ed25519PrivateKey()))
    signer.signedFields = ["from"]
    var zone = ZoneFile(now: { Sample.start })
    try zone.add(text: String(signer.keyRecord.dropFirst(8)), for: signer.keyName)
    let bytes = try signer.sign(
      Array("From: news@party.example\r\nX-Mailer-App-User: 7\r\n\r\nHello.\r\n".utf8)
    )
    let examiner = Examiner(
      ownHosts: OwnHosts(names: []),
      authservs: OwnHosts(names: []),
      publicSuffixes: .builtIn,
      resolver: zone,
      platforms: Self.platforms
    )
    let facts = await examiner.examine(
      examiner.read(bytes, deliveredAt: Sample.start),
      at: Sample.start
    ).facts
    #expect(facts.platforms?.map(\.evidence) == [.signature])
    #expect(facts.platforms?.map(\.customer) == ["7"])
  }

  @Test func `the built-in list holds, and a file extends it`() {
    let builtIn = Platforms.builtIn
    #expect(builtIn.all.count >= 20)
    var seen: Set<String> = []
    #expect(builtIn.all.flatMap(\.domains).filter { !seen.insert($0).inserted } == [])
    let more = builtIn.extended(by: Self.platforms)
    #expect(more.all.count == builtIn.all.count + 2)
    #expect(more.all.first?.name == "Mailer")
    #expect(more.extended(by: Self.platforms) == more)
  }

  @Test(arguments: [
    ("[", "it is not JSON"), ("[]", "one list `platforms`"), ("{\"platforms\": 1}", "one list"),
    ("{\"platforms\": [], \"x\": 1}", "one list"), ("{\"platforms\": [1]}", "platforms[0]: `name`"),
    ("{\"platforms\": [{\"name\": \"\"}]}", "platforms[0]: `name`"),
    ("{\"platforms\": [{\"name\": \"A\"}]}", "platforms[0] (A): neither"),
    ("{\"platforms\": [{\"name\": \"A\", \"singing\": []}]}", "(A): unknown key `singing`"),
    (
      "{\"platforms\": [{\"name\": \"A\", \"signing\": \"a.example\"}]}",
      "(A): `signing` must be a list"
    ),
    (
      "{\"platforms\": [{\"name\": \"A\", \"signing\": [\"a.example\", \"com\"]}]}",
      "(A): signing[1]"
    ),
    ("{\"platforms\": [{\"name\": \"A\", \"signing\": [\"a b.example\"]}]}", "(A): signing[0]"),
    ("{\"platforms\": [{\"name\": \"A\", \"signing\": [\"192.0.2.1\"]}]}", "(A): signing[0]"),
    ("{\"platforms\": [{\"name\": \"A\", \"signing\": [\"a..example\"]}]}", "(A): signing[0]"),
    (
      "{\"platforms\": [{\"name\": \"A\", \"signing\": [], \"fields\": [\"X\"]}]}", "(A): fields[0]"
    ),
    (
      "{\"platforms\": [{\"name\": \"A\", \"signing\": [], \"customer\": [\"Feedback-ID:0\"]}]}",
      "(A): customer[0]"
    ),
    (
      "{\"platforms\": [{\"name\": \"A\", \"signing\": []}, {\"name\": \"A\", \"signing\": []}]}",
      "platforms[1]: the name"
    ),
  ])
  func `a malformed file is refused, naming the entry`(text: String, problem: String) {
    let error = #expect(throws: PlatformsError.self) { try Platforms(parsing: Array(text.utf8)) }
    #expect(error?.description.contains(problem) == true)
  }

  @Test func `limits refuse`() throws {
    func names(_ count: Int) -> String {
      (0..<count).map { "\"d\($0).example\"" }.joined(separator: ",")
    }
    func file(_ count: Int) -> String {
      let entries = (0..<count).map { "{\"name\":\"\($0)\",\"signing\":[\"a.example\"]}" }
      return "{\"platforms\":[\(entries.joined(separator: ","))]}"
    }
    func one(_ count: Int) -> String {
      "{\"platforms\":[{\"name\":\"A\",\"signing\":[\(names(count))]}]}"
    }
    for text in [file(Platforms.platformCountMax), one(Platforms.nameCountMax)] {
      _ = try Platforms(parsing: Array(text.utf8))
    }
    for text in [file(Platforms.platformCountMax + 1), one(Platforms.nameCountMax + 1)] {
      #expect(throws: PlatformsError.self) { try Platforms(parsing: Array(text.utf8)) }
    }
  }
}
