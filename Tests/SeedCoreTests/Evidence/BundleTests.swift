import SeedAuth
import SeedCrypto
import SeedTesting
import Testing

@testable import SeedCore

struct BundleTests {
  @Test func `a whole bundle is supported by its own keys`() async throws {
    let (files, _, _) = try await BundleStory.plain.value
    let claims = await ClaimChecker.claims(of: files)
    #expect(
      claims.summary == "1 SUPPORTED, 2 SUPPORTED, 3 SUPPORTED, 4 SUPPORTED, 5 SUPPORTED",
      "\(claims.map(\.reasons))"
    )
  }

  @Test func `keys from elsewhere prove it`() async throws {
    let (files, story, _) = try await BundleStory.plain.value
    var trust = story.trust
    trust.keys = try files.dnsAnswers
    let claims = await ClaimChecker.claims(of: files, trust: trust)
    #expect(
      claims.summary == "1 PROVED, 2 SUPPORTED, 3 PROVED, 4 PROVED, 5 PROVED",
      "\(claims.map(\.reasons))"
    )
    #expect(claims[0].statement.contains("Example Petitions (petitions.example), between "))
  }

  @Test func `the authority's certificate alone proves times and not the ledger`() async throws {
    let (files, story, _) = try await BundleStory.plain.value
    let trust = BundleTrust(authorities: story.trust.authorities)
    let claims = await ClaimChecker.claims(of: files, trust: trust)
    #expect(claims.first?.verdict == .supported)
    #expect(
      claims.first?.reasons.contains { $0.hasSuffix("`--policy` names one from elsewhere.") }
        == true
    )
  }

  @Test func `counts of whole days prove that nothing was guessed`() async throws {
    let story = try BundleStory()
    let organisation = try await story.tellPlainCase()
    story.story.go(to: BundleStory.now.advanced(by: .seconds(86_400)))
    try await story.story.closeDays()
    try await story.stamp(story.sign())
    try await story.sign()
    let files = try await story.files(of: organisation, from: "party.example")
    let claims = await ClaimChecker.claims(of: files, trust: story.trust)
    #expect(claims[1].verdict == .proved, "\(claims[1].reasons)")
    #expect(claims[1].reasons.contains { $0.contains("1 addresses were tried") })
  }

  @Test func `a ledger under another key fails under a policy`() async throws {
    let (_, known, _) = try await BundleStory.plain.value
    let other = try BundleStory(key: 9)
    let organisation = try await other.tellPlainCase()
    let files = try await other.files(of: organisation, from: "party.example")
    #expect(await ClaimChecker.claims(of: files).first?.verdict == .supported)
    let claims = await ClaimChecker.claims(of: files, trust: known.trust)
    #expect(claims.allSatisfy { $0.verdict == .failed }, "\(claims.summary)")
  }

  @Test func `a checkpoint without enough witnesses proves nothing under a policy`() async throws {
    let story = try BundleStory()
    let organisation = try await story.story.add("Example", writingFrom: "petitions.example")
    let seed = try await story.story.mint(for: organisation)
    try await story.story.deliver(.init(from: "party.example"), to: seed)
    try await story.stamp(story.sign(isCosigned: false))
    try await story.sign(isCosigned: false)
    let files = try await story.files(of: organisation, from: "party.example")
    let claims = await ClaimChecker.claims(of: files, trust: story.trust)
    #expect(claims.summary == "1 NOT SHOWN, 2 SUPPORTED, 3 NOT SHOWN, 4 SUPPORTED, 5 NOT SHOWN")
  }

  @Test func `without a stamp and a witness no date is shown`() async throws {
    let story = try BundleStory()
    let organisation = try await story.story.add("Example", writingFrom: "petitions.example")
    let seed = try await story.story.mint(for: organisation)
    try await story.story.deliver(.init(from: "party.example"), to: seed)
    try await story.sign(isCosigned: false)
    let policy = Array("log \(story.ledgerKey.key.text)\nquorum none\n".utf8)
    let files = try await story.files(of: organisation, from: "party.example", policy: policy)
    let claims = await ClaimChecker.claims(of: files)
    #expect(claims.summary == "1 NOT SHOWN, 2 SUPPORTED, 3 NOT SHOWN, 4 SUPPORTED, 5 NOT SHOWN")
  }

  @Test func `leaves that no checkpoint covers are refused`() async throws {
    let story = try BundleStory()
    let organisation = try await story.story.add("Example", writingFrom: "petitions.example")
    let seed = try await story.story.mint(for: organisation)
    try await story.story.deliver(.init(from: "party.example"), to: seed)
    await #expect(throws: BundleError.unsigned(leaf: 0)) {
      try await story.writer(of: organisation, from: "party.example")
    }
    try await story.sign()
    try await story.story.deliver(.init(from: "party.example"), to: seed)
    await #expect(throws: BundleError.self) {
      try await story.writer(of: organisation, from: "party.example")
    }
  }

  @Test func `the same case gives the same bytes`() async throws {
    let (files, story, organisation) = try await BundleStory.plain.value
    let writer = try await story.writer(of: organisation, from: "party.example")
    let again = try await story.files(of: organisation, from: "party.example")
    #expect(again == files)
    #expect(try writer.archive(of: again) == writer.archive(of: files))
    let read = try ZipArchive.files(in: writer.archive(of: files))
    #expect(
      read == Dictionary(uniqueKeysWithValues: files.map { ("\(writer.name)/\($0.key)", $0.value) })
    )
  }

  @Test func `the reviewer's edition names nobody behind the address`() async throws {
    let (whole, story, organisation) = try await BundleStory.plain.value
    #expect(whole.mention("Jane Roe"))
    #expect(whole.keys.contains { $0.hasPrefix("data/notice/") })
    let files = try await story.files(of: organisation, from: "party.example", edition: .reviewer)
    #expect(!files.mention("Jane Roe"))
    #expect(!files.keys.contains { $0.hasPrefix("data/notice/") })
    #expect(
      await ClaimChecker.claims(of: files, trust: story.trust).summary
        == "1 PROVED, 2 SUPPORTED, 3 SUPPORTED, 4 SUPPORTED, 5 PROVED"
    )
  }

  @Test func `bodies can be withheld, and the claims say so`() async throws {
    let (_, story, organisation) = try await BundleStory.plain.value
    let files = try await story.files(
      of: organisation,
      from: "party.example",
      edition: .reviewer,
      withholdsBodies: true
    )
    #expect(!files.mention("Hello."))
    let claims = await ClaimChecker.claims(of: files, trust: story.trust)
    #expect(claims.summary == "1 PROVED, 2 SUPPORTED, 3 SUPPORTED, 4 SUPPORTED, 5 SUPPORTED")
    #expect(claims[3].reasons.contains { $0.contains("body withheld") })
    #expect(claims[3].reasons.contains { $0.contains("grade A") })
  }

  @Test func `the public edition holds no address and no message`() async throws {
    let (whole, story, organisation) = try await BundleStory.plain.value
    let files = try await story.files(of: organisation, from: "party.example", edition: .public)
    let dossier = try await story.story.dossier(of: organisation, from: "party.example")
    let address = dossier.address(of: dossier.seeds[0].seed.id)
    let localPart = String(address.prefix { $0 != "@" })
    #expect(whole.mention(localPart))
    for text in [
      localPart, "Jane Roe", "Hello.", "news@party.example", dossier.case.id.description,
      dossier.seeds[0].seed.id.description, "Message-ID",
    ] {
      #expect(!files.mention(text), "\(text)")
    }
    #expect(!files.keys.contains { $0.hasSuffix(".eml") || $0.contains("/dns/") })
    let claims = await ClaimChecker.claims(of: files, trust: story.trust)
    #expect(claims.summary == "1 PROVED, 2 NOT SHOWN, 3 NOT SHOWN, 4 NOT SHOWN, 5 NOT SHOWN")
  }

  @Test func `each seed of a case has its own claims`() async throws {
    let story = try BundleStory()
    let organisation = try await story.story.add("Example", writingFrom: "petitions.example")
    for stem in ["anna", "ben"] {
      let seed = try await story.story.mint(for: organisation, stem: stem)
      if stem == "ben" {
        try await story.story.deliver(.init(from: "petitions.example"), to: seed)
      }
      try await story.story.deliver(.init(from: "party.example"), to: seed)
    }
    try await story.sign()
    let files = try await story.files(of: organisation, from: "party.example")
    let claims = await ClaimChecker.claims(of: files)
    #expect(
      claims.summary
        == "1 SUPPORTED, 2 SUPPORTED, 3 NOT SHOWN, 4 SUPPORTED, 1 SUPPORTED, 2 SUPPORTED, 3 SUPPORTED, 4 SUPPORTED, 5 SUPPORTED"
    )
    #expect(
      claims.map(\.part).prefix(5) == ["mint/01", "mint/01", "mint/01", "mint/01", "mint/02"]
    )
    #expect(files["data/mint/02/record.json"] != nil)
  }

  @Test func `a message that only a platform signed doesn't show its author`() async throws {
    let story = try BundleStory()
    let organisation = try await story.story.add("Example", writingFrom: "petitions.example")
    let seed = try await story.story.mint(for: organisation)
    var letter = CaseStory.Letter(from: "party.example")
    letter.signedBy = "bulk.example"
    try await story.story.deliver(letter, to: seed)
    try await story.sign()
    let files = try await story.files(of: organisation, from: "party.example")
    let claims = await ClaimChecker.claims(of: files, trust: story.trust)
    #expect(claims[3].verdict == .notShown)
    #expect(claims[3].reasons.first?.contains("grade D. No aligned DKIM signature") == true)
  }

  @Test func `a message to somebody else shows no use of the address`() async throws {
    let story = try BundleStory()
    let organisation = try await story.story.add("Example", writingFrom: "petitions.example")
    let seed = try await story.story.mint(for: organisation)
    var letter = CaseStory.Letter(from: "party.example")
    letter.to = "list@party.example"
    try await story.story.deliver(letter, to: seed)
    try await story.sign()
    let files = try await story.files(of: organisation, from: "party.example")
    let claims = await ClaimChecker.claims(of: files, trust: story.trust)
    #expect(claims[3].verdict == .notShown)
    #expect(claims[3].reasons.first?.contains("grade C") == true)
  }
}

extension [String: [UInt8]] {
  /// Whether any file holds a text.
  func mention(_ text: String) -> Bool {
    contains { name, content in
      String(decoding: content, as: UTF8.self).contains(text) || name.contains(text)
    }
  }

  /// The archived answers of every message.
  var dnsAnswers: [DNSAnswer] {
    get throws {
      try filter { $0.key.hasSuffix("dns.json") }.flatMap { try DNSArchive.answers(in: $0.value) }
    }
  }
}
