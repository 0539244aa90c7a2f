import SeedAuth
import SeedCrypto
import SeedMail
import SeedTesting

/// Gives one answer to every question of a kind, whatever name is asked for.
struct SameAnswer: Resolver {
  static let now = Timestamp(seconds: 1_800_000_000)
  private static let name = "any.example"
  private var zone = ZoneFile(now: { Self.now })

  /// - Parameter texts: The TXT records.
  init(_ texts: [[UInt8]]) {
    for text in texts { try? zone.add([text], for: Self.name, .txt) }
    try? zone.add([Array("192.0.2.9".utf8)], for: Self.name, .a)
    try? zone.add([Array("2001:db8::9".utf8)], for: Self.name, .aaaa)
    try? zone.add([Array("10 any.example".utf8)], for: Self.name, .mx)
    try? zone.add([Array("any.example".utf8)], for: Self.name, .ptr)
  }

  func resolve(_ name: String, _ type: RecordType) async -> DNSAnswer {
    await zone.resolve(Self.name, type)
  }
}

extension FuzzEntry {
  /// A message that a key signed, with the key's record on the line before it.
  static func signedMail() throws -> [[UInt8]] {
    let mail = Array(
      """
      From: News <news@party.example>\r
      To: anna@seeds.example\r
      Subject: An appeal\r
      Date: 1 Mar 2026 09:00:00 +0000\r
      Message-ID: <1@party.example>\r
      \r
      Hello. \r
      \r

      """.utf8
    )
    let seed = SecretBytes([UInt8](repeating: 3, count: 32))
    var signer = DKIMSigner(
      domain: "party.example",
      key: .ed25519(try Ed25519PrivateKey(seed: seed))
    )
    var seeds: [[UInt8]] = []
    for (header, body) in [
      (Canonicalization.simple, Canonicalization.relaxed), (.relaxed, .simple),
    ] {
      signer.headerCanonicalization = header
      signer.bodyCanonicalization = body
      signer.bodyLengthLimit = header == .simple ? 5 : nil
      seeds.append(Array(signer.keyRecord.utf8) + [10] + (try signer.sign(mail)))
    }
    return seeds
  }

  private static let tags = [
    "DKIM-Signature: v=1; a=rsa-sha256; d=", "a=ed25519-sha256", "c=relaxed/simple", "; h=from:to",
    "; bh=", "; b=", "; l=1", "; i=@", "; t=1", "; x=2", "; s=", "k=rsa; p=",
    "ARC-Seal: i=1; cv=none",
    "ARC-Message-Signature: i=1; ", "ARC-Authentication-Results: i=1; ", "\r\n\t",
  ]

  /// The message behind the first line, and that line.
  private static func halves(_ bytes: [UInt8]) -> (record: [UInt8], message: Message) {
    let record = Array(bytes.prefix { $0 != 10 })
    return (record, Message(parsing: Array(bytes.dropFirst(record.count + 1))))
  }

  /// A whole message with DKIM fields; the first line is the record of every key.
  static let dkim = FuzzEntry("dkim", words: tags, seeds: { try signedMail() }) { bytes in
    let (record, message) = halves(bytes)
    let results = await DKIMVerifier(resolver: SameAnswer([record])).verify(
      message,
      fromDomain: "party.example",
      arrivedAt: SameAnswer.now,
      now: SameAnswer.now
    )
    try require(results.count <= DKIMVerifier.reportedCountMax, "verdicts are few")
    for result in results {
      try require(!result.domain.utf8.contains(0), "a domain is a name")
      try require(!result.aligned || !result.domain.isEmpty, "who is aligned has a name")
      let content = SignedContent(of: message, by: result)
      try require(content.body, within: message.body)
      try require(
        Set(content.fieldIndices).count == content.fieldIndices.count,
        "a field is signed once"
      )
    }
  }

  private static let signature = Array(
    "DKIM-Signature: v=1; a=rsa-sha256; d=a.example; s=s; h=from; bh=AAAA; b=AAAA\nFrom: x@a.example\n\n"
      .utf8
  )

  /// Records of keys alone, for both kinds.
  static let dkimKey = FuzzEntry(
    "dkimkey",
    words: ["v=DKIM1", "; k=rsa", "; k=ed25519", "; p=", "; h=sha256", "; t=y:s", "; s=email"],
    seeds: {
      try signedMail().map { Array($0.prefix { $0 != 10 }) }
        + [
          "v=DKIM1; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQ==; t=y:s; s=email; h=sha256", "p=",
          "k=rsa; p=MAkCAQECAQM=",
        ].map { Array($0.utf8) }
    }
  ) { bytes in
    let results = await DKIMVerifier(resolver: SameAnswer([bytes])).verify(
      Message(parsing: signature),
      fromDomain: nil,
      arrivedAt: SameAnswer.now,
      now: SameAnswer.now
    )
    try require(results.count == 1 && results[0].result != .pass, "nobody signed it")
    _ = try? RSAPublicKey(parsing: bytes)
  }

  /// ARC sets: any fields make a chain or none, and nobody is trusted.
  static let arc = FuzzEntry(
    "arc",
    words: tags,
    seeds: {
      let record = Array(try signedMail()[0].prefix { $0 != 10 })
      let sets = (1...2).map { number in
        """
        ARC-Seal: i=\(number); a=ed25519-sha256; cv=\(number == 1 ? "none" : "pass"); d=l.example; s=s; b=AAAA
        ARC-Message-Signature: i=\(number); a=ed25519-sha256; c=relaxed/relaxed; d=l.example; s=s;
         h=from; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA
        ARC-Authentication-Results: i=\(number); mx.l.example; spf=pass smtp.mailfrom=x@a.example

        """
      }
      let mail = sets.reversed().joined() + "From: x@a.example\n\n"
      return [record + [10] + Array(mail.utf8), record + [10] + Array(sets.joined().utf8)]
    }
  ) { bytes in
    let (record, message) = halves(bytes)
    let verifier = ARCVerifier(resolver: SameAnswer([record]), trustedSealers: [])
    let result = await verifier.verify(message)
    try require(!result.isTrusted, "nobody is trusted")
    try require(result.sealers.count <= 50, "sealers are few")
  }

  private static let client = IPAddress("192.0.2.1")

  private static func evaluate(_ texts: [[UInt8]], _ identity: String) async throws {
    guard let client else { return }
    let recorder = RecordingResolver(SameAnswer(texts), now: { SameAnswer.now })
    let result = await SPFVerifier(resolver: recorder).verify(
      clientAddress: client,
      helo: "mta.example.net",
      mailFrom: identity,
      now: SameAnswer.now
    )
    try require(result.result != .policy, "SPF has no such verdict")
    try require(recorder.answers.count <= 123, "the questions are bounded")
  }

  private static let terms = [
    "ip4:192.0.2.0/24", "ip6:2001:db8::/32", " include:", " redirect=", " exists:", " a", " mx",
    " ptr",
    "%{i}", "%{lr-}", "%{d2r}", "%{h}", " -all", " ~all", " exp=", "//64", "a.example",
  ]

  /// SPF records: any record is refused or evaluated, with a bounded number of questions. Every name
  /// has the same record, so that includes recurse.
  static let spf = FuzzEntry(
    "spf",
    words: terms,
    seeds: [
      "ip4:192.0.2.0/24 include:b.example a:%{d}/24//64 mx ptr exists:%{ir}.%{l1r-}.c.example -all",
      "redirect=%{d2} exp=e.%{p}.example", "a a a a a a a a a a a mx mx",
      "+ip6:2001:db8::1 ?all x=y",
    ]
  ) { bytes in
    guard bytes.count <= 60_000 else { return }
    try await evaluate([Array("v=spf1 ".utf8) + bytes], "news@petitions.example")
  }

  /// SPF identities, and records that stand beside each other: a line each, the identity first.
  static let spfTree = FuzzEntry(
    "spftree",
    words: terms + ["v=spf1", "\n", "@"],
    seeds: [
      "\"a b\"@petitions.example\nv=spf1 a -all\nv=spf1 mx\n", "@\nv=spf10 a", "<x@[192.0.2.1]>",
    ]
  ) { bytes in
    let lines = bytes.split(separator: 10, omittingEmptySubsequences: false).prefix(8).map(
      Array.init
    )
    guard let identity = lines.first else { return }
    try await evaluate(Array(lines.dropFirst()), String(decoding: identity, as: UTF8.self))
  }

  /// DMARC records: any text is refused or read, and a record gives a verdict.
  static let dmarc = FuzzEntry(
    "dmarc",
    words: [
      "p=reject", "; sp=none", "; np=", "; psd=y", "; t=y", "; adkim=s", "; pct=1", "; rua=mailto:",
    ],
    seeds: ["p=reject; sp=none; np=quarantine; adkim=s; aspf=r; psd=n; t=y", "p=x; pct=100; ri=1"]
  ) { bytes in
    let text = Array("v=DMARC1;".utf8) + bytes
    _ = try? DMARCRecord(parsing: bytes)
    guard (try? DMARCRecord(parsing: text)) != nil else { return }
    for mode in [DMARCResult.Mode.rfc9989, .rfc7489] {
      let result = await DMARCVerifier(resolver: SameAnswer([text]), mode: mode).verify(
        fromDomain: "news.petitions.example",
        dkim: [],
        spf: nil
      )
      try require(result.result == .fail || result.result == .none, "nothing is aligned")
    }
  }
}
