import Foundation
import SeedCrypto
import SeedMail
import SeedTesting
import Testing

@testable import SeedAuth

struct DKIMVerifierTests {
  static let rsa = try! RSAPrivateKey(bitCount: 2048)
  static let ed25519 = try! Ed25519PrivateKey()
  static let arrival = Timestamp(seconds: 1_800_000_000)

  static let message = Array(
    """
    From: News <news@mail.party.example>\r
    To: anna@seeds.example\r
    Subject: An offer\r
    Date: Sun, 22 Nov 2026 01:00:00 +0000\r
    Message-ID: <1@party.example>\r
    \r
    Hello \t Anna. \r
    \r
    Bye.\r
    \r

    """.utf8
  )

  private func signer(_ change: (inout DKIMSigner) -> Void = { _ in }) -> DKIMSigner {
    var signer = DKIMSigner(domain: "party.example", key: .rsa(Self.rsa))
    change(&signer)
    return signer
  }

  private func zone(_ records: (String, String)...) throws -> ZoneFile {
    var zone = ZoneFile(now: { Self.arrival })
    for (name, text) in records { try zone.add(text: text, for: name) }
    return zone
  }

  private func verify(
    _ bytes: [UInt8],
    _ zone: some Resolver,
    from domain: String? = "mail.party.example",
    arrivedAt: Timestamp = arrival,
    now: Timestamp = arrival
  ) async -> [DKIMResult] {
    await DKIMVerifier(resolver: zone).verify(
      Message(parsing: bytes),
      fromDomain: domain,
      arrivedAt: arrivedAt,
      now: now
    )
  }

  /// The one result for `message` signed by `signer`, then changed.
  private func verdict(
    _ signer: DKIMSigner,
    change: ([UInt8]) -> [UInt8] = { $0 },
    record: String? = nil
  ) async throws -> DKIMResult {
    let bytes = change(try signer.sign(Self.message))
    let zone = try zone((signer.keyName, record ?? signer.keyRecord))
    return try #require(await verify(bytes, zone).first)
  }

  private func replacing(_ old: String, _ new: String) -> ([UInt8]) -> [UInt8] {
    { Array(String(decoding: $0, as: UTF8.self).replacing(old, with: new).utf8) }
  }

  @Test(arguments: [Canonicalization.simple, .relaxed], [Canonicalization.simple, .relaxed])
  func `a signature verifies, also where line ends were stored as LF`(
    header: Canonicalization,
    body: Canonicalization
  ) async throws {
    for key in [DKIMSigner.Key.rsa(Self.rsa), .ed25519(Self.ed25519)] {
      let signer = signer {
        $0.key = key
        $0.headerCanonicalization = header
        $0.bodyCanonicalization = body
      }
      let result = try await verdict(signer)
      #expect(result.result == .pass && result.atArrival == .pass)
      #expect(result.reason == "" && result.isIntact && result.aligned && result.coversEveryFrom)
      #expect(result.keyDigest.count == 32)
      let stored = try await verdict(signer, change: replacing("\r\n", "\n"))
      #expect(stored.result == .pass)
    }
  }

  @Test func `a changed body and a changed field are told apart`() async throws {
    let body = try await verdict(signer(), change: replacing("Bye", "Buy"))
    #expect(body.result == .fail && body.atArrival == .fail)
    #expect(body.bodyHashMatches == false && body.headerSignatureMatches == true)
    let header = try await verdict(signer(), change: replacing("An offer", "No offer"))
    #expect(header.result == .fail)
    #expect(header.bodyHashMatches == true && header.headerSignatureMatches == false)
    let unsigned = try await verdict(signer(), change: { Array("X-Seen: 1\r\n".utf8) + $0 })
    #expect(unsigned.result == .pass)
  }

  @Test func `an expired signature was good when it arrived before`() async throws {
    let signer = signer { $0.extraTags = " t=1799999000; x=1800000100;" }
    let bytes = try signer.sign(Self.message)
    let zone = try zone((signer.keyName, signer.keyRecord))
    for (arrived, now, atArrival, result) in [
      (0, 0, AuthenticationResult.pass, AuthenticationResult.pass),
      (100, 100, .pass, .pass),
      (0, 101, .pass, .policy),
      (101, 200, .policy, .policy),
    ] {
      let verdict = await verify(
        bytes,
        zone,
        arrivedAt: Self.arrival.advanced(by: .seconds(arrived)),
        now: Self.arrival.advanced(by: .seconds(now))
      )[0]
      #expect(verdict.atArrival == atArrival && verdict.result == result)
    }
  }

  @Test(arguments: [
    ("v=DKIM1; p=", "key revoked"), ("v=spf1 -all", "key record of another version"),
    (
      "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
      "key of another type than a="
    ),
  ])
  func `a key that can't be used is a permanent error`(record: String, reason: String) async throws
  {
    let result = try await verdict(signer(), record: record)
    #expect(result.result == .permerror && result.atArrival == .permerror)
    #expect(result.reason == reason)
    #expect(result.bodyHashMatches == true && result.headerSignatureMatches == nil)
    #expect(result.isKeyWithdrawn == (reason == "key revoked"))
  }

  @Test(arguments: [
    ("s=chat;", "key is not for mail"), ("h=sha1;", "key does not allow the hash"),
    ("t=s;", "key does not allow a subdomain in i="),
  ])
  func `a key's limits are kept`(limit: String, reason: String) async throws {
    let signer = signer { $0.extraTags = " i=@mail.party.example;" }
    let result = try await verdict(signer, record: limit + signer.keyRecord.dropFirst(8))
    #expect(result.result == .permerror && result.reason == reason)
  }

  @Test func `a key for testing is said to be one`() async throws {
    let result = try await verdict(signer(), record: "t=y;" + signer().keyRecord.dropFirst(8))
    #expect(result.result == .pass && result.isTesting)
  }

  @Test(arguments: [
    (DNSAnswer.Status.servfail, AuthenticationResult.temperror, false),
    (.timeout, .temperror, false), (.nxdomain, .permerror, true), (.nodata, .permerror, true),
    (.malformedName, .permerror, false),
  ])
  func `a failing resolver is not a missing key`(
    status: DNSAnswer.Status,
    expected: AuthenticationResult,
    isWithdrawn: Bool
  ) async throws {
    var zone = ZoneFile(now: { Self.arrival })
    try zone.add(.failure(status), for: signer().keyName, .txt)
    let result = await verify(try signer().sign(Self.message), zone)[0]
    #expect(result.result == expected && result.atArrival == expected)
    #expect(result.isKeyWithdrawn == isWithdrawn)
    #expect(result.bodyHashMatches == true)
  }

  @Test func `of several keys the one that verifies is taken, in any order`() async throws {
    let other = DKIMSigner(domain: "x", key: .rsa(try RSAPrivateKey(bitCount: 1024))).keyRecord
    let bytes = try signer().sign(Self.message)
    for records in [
      [signer().keyRecord, other], [other, signer().keyRecord],
      ["v=spf1 -all", signer().keyRecord],
    ] {
      var zone = ZoneFile(now: { Self.arrival })
      for record in records { try zone.add(text: record, for: signer().keyName) }
      let result = await verify(bytes, zone)[0]
      #expect(result.result == .pass && result.keyBits == 2048)
    }
  }

  @Test(arguments: [512, 768, 1023])
  func `a short key is weak, whether its signature matches or not`(bitCount: Int) async throws {
    let signer = signer { $0.key = .rsa(try! RSAPrivateKey(bitCount: bitCount)) }
    let result = try await verdict(signer)
    #expect(result.result == .policy && result.atArrival == .policy)
    #expect(result.keyBits == bitCount && result.isIntact)
    #expect(result.reason == "an RSA key of \(bitCount) bits is too weak; the signature matches")
    let changed = try await verdict(signer, change: replacing("An offer", "No offer"))
    #expect(changed.result == .policy && !changed.isIntact)
  }

  @Test func `a key of a few bits is not computed with`() async throws {
    let key = "MAgCAwEAAQIBAw=="
    let result = try await verdict(signer(), record: "p=" + key)
    #expect(result.result == .policy && result.keyBits == 17)
    #expect(result.reason == "an RSA key of 17 bits is too weak")
    #expect(result.headerSignatureMatches == nil && !result.isIntact)
  }

  @Test func `a malformed signature keeps its name and verifies nothing`() async throws {
    let zone = try zone((signer().keyName, signer().keyRecord))
    let bytes = Array("DKIM-Signature: v=9; d=party.example; s=sel\r\n".utf8) + Self.message
    let result = await verify(bytes, zone)[0]
    #expect(result.result == .neutral && result.atArrival == .neutral)
    #expect(result.domain == "party.example" && !result.aligned && !result.isIntact)
  }

  @Test func `rsa-sha1 is weak and never computed`() async throws {
    let bytes = try signer().sign(Self.message)
    let text = String(decoding: bytes, as: UTF8.self).replacing("rsa-sha256", with: "rsa-sha1")
    let start = try #require(text.range(of: "bh="))
    let end = try #require(text[start.upperBound...].firstIndex(of: ";"))
    let weak = text.replacingCharacters(
      in: start.upperBound..<end,
      with: "a1tsxn+Nkk390KsMynntsb/bycM="
    )
    let zone = try zone((signer().keyName, signer().keyRecord))
    let result = await verify(Array(weak.utf8), zone)[0]
    #expect(result.result == .policy && result.reason == "rsa-sha1 is too weak")
    #expect(result.keyBits == 2048 && !result.isIntact)
  }

  @Test(arguments: [
    (0, AuthenticationResult.pass), (10, .pass), (24, .pass), (25, .permerror), (.max, .permerror),
  ])
  func `l= may not be past the body`(limit: Int, expected: AuthenticationResult) async throws {
    // The body is "Hello Anna.\r\n\r\nBye.\r\n" in relaxed form: 21 bytes and 3 of "\r\n" more.
    var canonical = CanonicalBody(.relaxed, of: Message(parsing: Self.message).body)
    var piece: [UInt8] = []
    canonical.next(of: Self.message, into: &piece)
    let limit = limit == 24 ? piece.count : limit == 25 ? piece.count + 1 : limit
    let result = try await verdict(signer { $0.bodyLengthLimit = limit })
    #expect(result.result == expected)
    #expect(result.bodyLengthLimit == limit)
    let longer = try await verdict(
      signer { $0.bodyLengthLimit = 10 },
      change: { $0 + Array("More.\r\n".utf8) }
    )
    #expect(longer.result == .pass)
  }

  @Test func `i= may hide its domain in quoted-printable, and must stay within d=`() async throws {
    let inside = try await verdict(signer { $0.extraTags = " i=j=40mail.party=2Eexample;" })
    #expect(inside.result == .pass)
    let outside = try await verdict(signer { $0.extraTags = " i=@example;" })
    #expect(outside.result == .permerror)
  }
}

/// One domain tries to pass for another.
struct DKIMSpoofingTests {
  private static let evil = DKIMSigner(
    domain: "evil.example",
    key: .ed25519(DKIMVerifierTests.ed25519)
  )
  private static let party = DKIMSigner(domain: "party.example", key: .rsa(DKIMVerifierTests.rsa))

  private func verify(
    _ bytes: [UInt8],
    from domain: String? = "party.example"
  ) async throws
    -> [DKIMResult]
  {
    var zone = ZoneFile(now: { DKIMVerifierTests.arrival })
    for signer in [Self.evil, Self.party] {
      try zone.add(text: signer.keyRecord, for: signer.keyName)
    }
    return await DKIMVerifier(resolver: zone).verify(
      Message(parsing: bytes),
      fromDomain: domain,
      arrivedAt: DKIMVerifierTests.arrival,
      now: DKIMVerifierTests.arrival
    )
  }

  private func namesParty(_ results: [DKIMResult]) -> Bool {
    results.contains { $0.aligned && ($0.result == .pass || $0.atArrival == .pass) }
  }

  @Test func `a From put above a signed one is not covered`() async throws {
    let signed = try Self.party.sign(DKIMVerifierTests.message)
    for name in ["From", "FROM", "from ", "fRoM\t"] {
      let results = try await verify(Array("\(name): Me <me@evil.example>\r\n".utf8) + signed)
      #expect(results[0].result == .policy && !results[0].coversEveryFrom)
      #expect(results[0].reason == "a From field is not signed")
    }
  }

  @Test func `a From signed twice can't be joined by another`() async throws {
    var signer = Self.party
    signer.signedFields = ["from", "from", "to"]
    let signed = try signer.sign(DKIMVerifierTests.message)
    #expect(try await verify(signed)[0].result == .pass)
    let results = try await verify(Array("From: me@evil.example\r\n".utf8) + signed)
    #expect(results[0].result == .fail)
  }

  @Test func `another domain's signature is not aligned`() async throws {
    let results = try await verify(try Self.evil.sign(DKIMVerifierTests.message))
    #expect(results[0].result == .pass && !results[0].aligned)
    #expect(!namesParty(results))
  }

  @Test(arguments: [
    "d=party.example\u{0}.evil.example", "d=party.example\\.evil.example", "d=party.example\u{0}",
    "d=evil.example;d=party.example", "d=party.example evil.example", "d=pa\u{AD}rty.example",
    "d=evil.example; s=sel\u{0}", "d=evil.example; s=sel._domainkey.evil.example\u{0}",
    "d=.party.example", "d=evil.example; i=@party.example",
    "d=evil.example; i=@evil.example@party.example",
  ])
  func `no trick with names makes a signature the other domain's`(tags: String) async throws {
    let signed = String(decoding: try Self.evil.sign(DKIMVerifierTests.message), as: UTF8.self)
    let forged = signed.replacing(
      "d=evil.example; s=sel;",
      with: tags + (tags.contains("s=") ? ";" : "; s=sel;")
    )
    #expect(forged != signed)
    #expect(!namesParty(try await verify(Array(forged.utf8))))
  }

  @Test func `a real signature over another message proves nothing`() async throws {
    let signed = try Self.party.sign(DKIMVerifierTests.message)
    let end = try #require(
      signed.indices.first { signed[$0...].starts(with: Array("From: ".utf8)) }
    )
    let other = Array("From: news@party.example\r\nTo: a@b.example\r\n\r\nPay me.\r\n".utf8)
    let results = try await verify(Array(signed[..<end]) + other)
    #expect(results[0].result == .fail && !namesParty(results))
  }

  @Test func `without a single From nothing is aligned`() async throws {
    let results = try await verify(try Self.party.sign(DKIMVerifierTests.message), from: nil)
    #expect(results[0].result == .pass && !results[0].aligned)
  }

  @Test func `a public suffix that signs is aligned with nobody`() async throws {
    #expect(!PublicSuffixList.builtIn.isAligned("co.uk", with: "party.co.uk"))
  }

  @Test func `a flood of signatures can't push out the one that counts`() async throws {
    var bytes = try Self.party.sign(DKIMVerifierTests.message)
    for _ in 0..<50 { bytes = try Self.evil.sign(bytes) }
    let results = try await verify(bytes)
    #expect(results.count == 51)
    #expect(results.last?.result == .pass && namesParty(results))
    let verified = results.count { $0.headerSignatureMatches != nil }
    #expect(verified == DKIMVerifier.signatureCountMax)
    #expect(
      results.count { $0.reason == "not verified: the message has too many signatures" } == 41
    )
  }

  @Test func `what is past the most that are reported is left out`() async throws {
    let bytes = Array(String(repeating: "DKIM-Signature: v=2\r\n", count: 2_000).utf8)
    #expect(try await verify(bytes).count == DKIMVerifier.reportedCountMax)
  }

  @Test(.timeLimit(.minutes(1)))
  func `a body of 100 MB with 50 signatures takes bounded time`() async throws {
    var body = Array("From: news@party.example\r\nTo: a@seeds.example\r\n\r\n".utf8)
    let line = Array("Some  words that are\tto be made canonical. \n".utf8)
    body.reserveCapacity(101_000_000)
    while body.count < 100_000_000 { body += line }
    var head: [UInt8] = []
    for index in 0..<50 {
      let text =
        "DKIM-Signature: v=1; a=ed25519-sha256; d=evil.example; s=sel; h=from; l=\(91_000_000 + index * 100_000);"
        + " c=relaxed/\(index % 2 == 0 ? "simple" : "relaxed"); b=QUJD;"
        + " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=\r\n"
      head += text.utf8
    }
    let clock = ContinuousClock()
    let bytes = head + body
    var results: [DKIMResult] = []
    let elapsed = try await clock.measure { results = try await verify(bytes) }
    print("100 MB with 50 signatures: \(elapsed)")
    #expect(results.count == 50)
    #expect(results.count { $0.bodyHashMatches == false } == DKIMVerifier.signatureCountMax)
  }
}
