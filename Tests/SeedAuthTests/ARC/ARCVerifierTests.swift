import SeedCrypto
import SeedMail
import SeedTesting
import Testing

@testable import SeedAuth

struct ARCVerifierTests {
  private static let key = try! Ed25519PrivateKey()
  private static let keyRecord = "k=ed25519; p=" + Base64.encode(key.publicKey.bytes)
  private static let message = Array(
    "From: a@x.example\r\nTo: b@y.example\r\nSubject: Hi\r\n\r\nHello.\r\n".utf8
  )

  /// Adds an ARC set on top (RFC 8617 §5.1).
  private func sealed(
    _ message: [UInt8],
    _ instance: Int,
    by domain: String,
    cv: String? = nil
  )
    -> [UInt8]
  {
    let results = Array(
      "ARC-Authentication-Results: i=\(instance); \(domain); dkim=none\r\n".utf8
    )
    var body = CanonicalBody(.relaxed, of: Message(parsing: message).body)
    var piece: [UInt8] = []
    body.next(of: message, into: &piece)
    let head =
      "ARC-Message-Signature: i=\(instance); a=ed25519-sha256; c=relaxed/relaxed; d=\(domain);"
      + " s=arc; h=from:to:subject; bh=\(Base64.encode(SHA256.hash(piece))); b="
    let signature = signed(Array(head.utf8), over: message, names: ["from", "to", "subject"])
    let messageSignature = Array(head.utf8) + signature + [13, 10]
    let seal =
      "ARC-Seal: i=\(instance); a=ed25519-sha256; d=\(domain); s=arc;"
      + " cv=\(cv ?? (instance == 1 ? "none" : "pass")); b="
    var input: [UInt8] = []
    let lower = Message(parsing: messageSignature + results + message)
    for instance in 1...instance {
      for kind in [FieldName.arcAuthenticationResults, .arcMessageSignature, .arcSeal] {
        let fields = lower.fields(kind).reversed().dropFirst(instance - 1)
        guard let field = fields.first else { continue }
        Canonicalization.relaxed.append(field, of: lower.bytes, to: &input)
      }
    }
    let own = Message(parsing: Array(seal.utf8) + [13, 10, 13, 10])
    Canonicalization.relaxed.append(own.fields[0], of: own.bytes, to: &input)
    let sealSignature = Self.key.signature(for: SHA256.hash(Array(input.dropLast(2))))
    return Array(seal.utf8) + Array(Base64.encode(sealSignature).utf8) + [13, 10]
      + messageSignature + results + message
  }

  private func signed(_ head: [UInt8], over message: [UInt8], names: [String]) -> [UInt8] {
    let whole = Message(parsing: head + [13, 10] + message)
    var input: [UInt8] = []
    for index in whole.fieldIndices(signedBy: names, excluding: 0) + [0] {
      Canonicalization.relaxed.append(whole.fields[index], of: whole.bytes, to: &input)
    }
    let signature = Self.key.signature(for: SHA256.hash(Array(input.dropLast(2))))
    return Array(Base64.encode(signature).utf8)
  }

  private func verify(
    _ bytes: [UInt8],
    trusting sealers: Set<String> = [],
    failure: DNSAnswer.Status? = nil
  ) async throws -> ARCResult {
    var zone = ZoneFile(now: { Timestamp(seconds: 0) })
    for domain in ["one.example", "two.example"] {
      if let failure {
        try zone.add(.failure(failure), for: "arc._domainkey.\(domain)", .txt)
      } else {
        try zone.add(text: Self.keyRecord, for: "arc._domainkey.\(domain)")
      }
    }
    return await ARCVerifier(resolver: zone, trustedSealers: sealers)
      .verify(Message(parsing: bytes))
  }

  private func chain(_ count: Int) -> [UInt8] {
    (1...count).reduce(Self.message) {
      sealed($0, $1, by: $1 % 2 == 1 ? "one.example" : "two.example")
    }
  }

  @Test func `a message without a chain has none`() async throws {
    #expect(try await verify(Self.message) == ARCResult(result: .none, sealers: []))
  }

  @Test(arguments: [1, 2, 3, 49, 50])
  func `a chain of up to 50 instances passes`(count: Int) async throws {
    let result = try await verify(chain(count))
    #expect(result.result == .pass && result.reason == "")
    #expect(result.sealers.count == count && result.sealers[0] == "one.example")
    #expect(!result.isTrusted)
  }

  @Test func `a longer chain fails`() async throws {
    let result = try await verify(chain(51))
    #expect(result.result == .fail && result.reason == "i= is no instance")
  }

  @Test func `a chain is trusted when all of its sealers are`() async throws {
    let both: Set<String> = ["one.example", "two.example"]
    #expect(try await verify(chain(2), trusting: both).isTrusted)
    #expect(try await !verify(chain(2), trusting: ["one.example"]).isTrusted)
    #expect(try await !verify(chain(2), trusting: ["two.example"]).isTrusted)
    #expect(try await !verify(chain(2) + [33], trusting: both).isTrusted)
    #expect(try await !verify(Self.message, trusting: both).isTrusted)
  }

  @Test(arguments: [
    ("Hello", "Hallo", "the body hash does not match"),
    ("Subject: Hi", "Subject: Ho", "a signature does not match"),
    ("i=1; one.example; dkim=none", "i=1; one.example; dkim=pass", "a signature does not match"),
    ("i=2; two.example; dkim=none", "i=2; two.example; dkim=pass", "a signature does not match"),
    ("cv=none", "cv=pass", "cv= of instance 1 is pass"),
    ("cv=pass", "cv=fail", "cv= of instance 2 is fail"),
    ("cv=pass", "cv=none", "cv= of instance 2 is none"),
    ("cv=pass", "cv=maybe", "cv= is malformed"), ("cv=pass; ", "", "cv= is malformed"),
    ("cv=pass", "cv=pass; h=from", "a seal has h="), ("h=from:", "h=arc-seal:", "h= names a seal"),
    ("ARC-Seal: i=2", "ARC-Seal: i=3", "an instance lacks a field"),
    ("ARC-Seal: i=2", "ARC-Seal: i=1", "an instance has a field twice"),
    ("ARC-Seal: i=2", "X-Seal: i=2", "an instance lacks a field"),
    ("ARC-Seal: i=2", "ARC-Seal: i=0", "i= is no instance"),
    ("Results: i=2;", "Results: x=2;", "i= is no instance"),
    ("Results: i=2;", "Results: i=2", "i= is no instance"),
    ("Results: i=2;", "Results: i=\u{0}2;", "i= is no instance"),
  ])
  func `a chain that was changed fails, and says why`(
    old: String,
    new: String,
    reason: String
  ) async throws {
    let text = String(decoding: chain(2), as: UTF8.self)
    let changed = text.replacing(old, with: new)
    #expect(changed != text)
    let result = try await verify(Array(changed.utf8))
    #expect(result.result == .fail && result.reason == reason)
  }

  @Test(arguments: [
    (DNSAnswer.Status.servfail, AuthenticationResult.temperror), (.timeout, .temperror),
    (.nxdomain, .fail),
  ])
  func `a failing resolver is not a failing chain`(
    status: DNSAnswer.Status,
    expected: AuthenticationResult
  ) async throws {
    #expect(try await verify(chain(2), failure: status).result == expected)
  }

  @Test func `a flood of ARC fields takes no time`() async throws {
    let flood = String(repeating: "ARC-Seal: i=1; cv=none\r\n", count: 10_000)
    #expect(try await verify(Array(flood.utf8)).result == .fail)
  }
}
