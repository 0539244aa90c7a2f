import SeedAuth
import SeedCore
import SeedCrypto
import SeedMail
import SeedTesting
import Testing

struct GradeTests {
  private static let key = DKIMSigner.Key.ed25519(try! Ed25519PrivateKey())
  private static let arrival = Timestamp(seconds: 1_800_000_000)
  private static let seed = "anna1zm729rq5m84gevep@seeds.example"

  private func message(
    to recipient: String = "list@party.example",
    _ body: String = "Hello.\r\n"
  )
    -> [UInt8]
  {
    Array("From: news@party.example\r\nTo: \(recipient)\r\nSubject: Hi\r\n\r\n\(body)".utf8)
  }

  private func grade(
    _ bytes: [UInt8],
    by change: (inout DKIMSigner) -> Void = { _ in },
    flags: String = "",
    adjusted: (inout DKIMResult) -> Void = { _ in },
    altered: ([UInt8]) -> [UInt8] = { $0 }
  ) async throws -> Grade {
    var signer = DKIMSigner(domain: "party.example", key: Self.key)
    signer.signedFields = ["from", "to", "subject"]
    change(&signer)
    var zone = ZoneFile(now: { Self.arrival })
    try zone.add(text: flags + signer.keyRecord.dropFirst(8), for: signer.keyName)
    let message = Message(parsing: altered(try signer.sign(bytes)))
    var results = await DKIMVerifier(resolver: zone).verify(
      message,
      fromDomain: "party.example",
      arrivedAt: Self.arrival,
      now: Self.arrival
    )
    for index in results.indices { adjusted(&results[index]) }
    let seed = Mailbox(
      displayName: nil,
      localPart: "anna1zm729rq5m84gevep",
      domain: "seeds.example"
    )
    var facts = MessageFacts()
    facts.authentication.dkim = results
    facts = facts.graded(for: seed, in: message)
    #expect(!facts.gradeReasons.isEmpty)
    return facts.grade
  }

  @Test(arguments: [
    seed, "Anna <\(seed.uppercased())>", "list@party.example, \"x, y\" <\(seed)>",
    "team: a@b.example, \(seed);", "anna1zm729rq5m84gevep+news@seeds.example",
  ])
  func `a seed in the signed To is grade A`(recipient: String) async throws {
    #expect(try await grade(message(to: recipient)) == .a)
  }

  @Test func `a platform's signature is grade A-esp`() async throws {
    #expect(try await grade(message(to: Self.seed), by: { $0.domain = "esp.example" }) == .aESP)
  }

  @Test(arguments: [
    "Sent to \(seed).", "https://x.example/?e=anna1zm729rq5m84gevep%40seeds.example&x=1",
    "ANNA1ZM729RQ5M84GEVEP@SEEDS.EXAMPLE", "anna1zm729rq5m84gevep&#64;seeds&#x2e;example",
    "https://t.example/?u=https%3A%2F%2Fx.example%2F%3Fe%3Danna1zm729rq5m84gevep%2540seeds.example",
    "https://x.example/u/\(Base64.encode(Array(seed.utf8), alphabet: .url))",
    "https://x.example/u/\(Base64.encode(Array("{\"e\":\"\(seed)\"}".utf8), alphabet: .url))",
    "=\r\nanna1zm729rq5m84gevep=40seeds.exam=\r\nple", "mailto:\(seed)",
  ])
  func `a seed in the signed body is grade B, however it is written`(text: String) async throws {
    let isQuoted = text.hasPrefix("=")
    let head = isQuoted ? "Content-Transfer-Encoding: quoted-printable\r\n" : ""
    let bytes = Array(
      "\(head)From: n@party.example\r\nTo: x@y.example\r\nSubject: \r\n\r\n\(text)\r\n".utf8
    )
    #expect(try await grade(bytes) == .b)
  }

  @Test func `a seed in a signed part in base64 is grade B`() async throws {
    let text = Base64.encode(Array("<p>You get this as \(Self.seed) because</p>".utf8))
    let body =
      "--b\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n"
      + text.prefix(30) + "\r\n" + text.dropFirst(30) + "\r\n--b--\r\n"
    let bytes = Array(
      "Content-Type: multipart/mixed; boundary=b\r\nFrom: n@party.example\r\nTo: x@y.example\r\nSubject: \r\n\r\n\(body)"
        .utf8
    )
    #expect(try await grade(bytes) == .b)
    #expect(try await grade(bytes, by: { $0.bodyLengthLimit = 40 }) == .c)
  }

  @Test func `a seed in another signed field is grade B`() async throws {
    let bytes =
      Array("List-Unsubscribe: <mailto:u@x.example?subject=\(Self.seed)>\r\n".utf8) + message()
    #expect(try await grade(bytes, by: { $0.signedFields.append("list-unsubscribe") }) == .b)
    #expect(try await grade(bytes) == .c)
  }

  @Test(arguments: [
    "x\(seed)", "my.\(seed)", "\(seed).evil.example", "\(seed)x", "\(seed)-x",
    "anna1zm729rq5m84geveq@seeds.example", "anna1zm729rq5m84gevep @seeds.example",
  ])
  func `a part of another address is not the seed`(text: String) async throws {
    #expect(try await grade(message("Sent to <\(text)>.\r\n")) == .c)
    #expect(try await grade(message(to: text.contains(" ") ? "a@b.example" : text)) == .c)
  }

  @Test func `what is not signed doesn't count`() async throws {
    let more = Array("Sent to \(Self.seed).\r\n".utf8)
    #expect(
      try await grade(message(), by: { $0.bodyLengthLimit = 8 }, altered: { $0 + more }) == .c
    )
    let field = Array("To: \(Self.seed)\r\nX-Original-To: \(Self.seed)\r\n".utf8)
    #expect(try await grade(message(), altered: { field + $0 }) == .c)
    #expect(try await grade(message(to: Self.seed), by: { $0.signedFields = ["from"] }) == .c)
    #expect(try await grade(message(to: Self.seed), by: { $0.bodyLengthLimit = 0 }) == .a)
  }

  @Test func `a changed message is grade D`() async throws {
    #expect(try await grade(message(to: Self.seed), altered: { $0 + Array("More.".utf8) }) == .d)
    let from = Array("From: x@y.example\r\n".utf8)
    #expect(try await grade(message(to: Self.seed), altered: { from + $0 }) == .d)
  }

  @Test func `what weakens a signature costs a grade`() async throws {
    let weak = DKIMSigner.Key.rsa(try RSAPrivateKey(bitCount: 1023))
    let strong = DKIMSigner.Key.rsa(try RSAPrivateKey(bitCount: 1024))
    let bytes = message(to: Self.seed)
    #expect(try await grade(bytes, by: { $0.key = weak }) == .b)
    #expect(try await grade(bytes, by: { $0.key = strong }) == .a)
    #expect(try await grade(bytes, flags: "t=y;") == .b)
    #expect(try await grade(bytes, by: { $0.extraTags = " x=1799999999;" }) == .b)
    #expect(try await grade(bytes, by: { $0.extraTags = " x=1800000000;" }) == .a)
    #expect(try await grade(bytes, adjusted: { $0.isKeyWithdrawn = true }) == .b)
    #expect(try await grade(message(Self.seed), flags: "t=y;") == .c)
    #expect(try await grade(message(), flags: "t=y;") == .d)
    let esp = try await grade(bytes, by: { $0.domain = "esp.example" }, flags: "t=y;")
    #expect(esp == .b)
  }
}
