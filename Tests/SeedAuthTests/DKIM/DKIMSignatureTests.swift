import SeedMail
import SeedTesting
import Testing

@testable import SeedAuth

struct DKIMSignatureTests {
  private static let hash = "2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8="

  private func parse(_ tags: String) throws(SignatureFault) -> DKIMSignature {
    try parse(Array("DKIM-Signature: \(tags)\r\n\r\n".utf8))
  }

  private func parse(_ bytes: [UInt8]) throws(SignatureFault) -> DKIMSignature {
    try DKIMSignature(SignatureTags(Message(parsing: bytes).fields[0], of: bytes), .dkim)
  }

  /// A signature in which each of `changes` replaces the tag of its name, or is added.
  private func tags(_ changes: String...) -> String {
    var tags = [
      ("v", "1"), ("a", "rsa-sha256"), ("d", "x.example"), ("s", "sel"), ("h", "from:to"),
      ("bh", Self.hash), ("b", "QUJD"),
    ]
    for change in changes {
      let name = String(change.prefix { $0 != "=" })
      tags.removeAll { $0.0 == name }
      if change != name { tags.append((name, String(change.dropFirst(name.count + 1)))) }
    }
    return tags.map { "\($0.0)=\($0.1)" }.joined(separator: "; ")
  }

  @Test func `every tag is read`() throws {
    let signature = try parse(
      " v=1 ; a=RSA-SHA256; d=X.Example;\r\n s=A.b; c=relaxed/simple; q=dns/txt:other;"
        + " h=From : TO:\r\n\tto; i=j=6Fe@mail.x.example; l=12; t=100; x=200; z=From:a@b|To:c;"
        + " bh=\(Self.hash.prefix(9)) \r\n \(Self.hash.dropFirst(9)); b= QU\r\n JD ;"
    )
    #expect(signature.algorithm == .rsaSHA256)
    #expect(signature.domain == "x.example")
    #expect(signature.keyName == "a.b._domainkey.x.example")
    #expect(signature.headerCanonicalization == .relaxed)
    #expect(signature.bodyCanonicalization == .simple)
    #expect(signature.signedFields == ["from", "to", "to"])
    #expect(signature.identityDomain == "mail.x.example")
    #expect(signature.bodyLengthLimit == 12)
    #expect(signature.signedAt == Timestamp(seconds: 100))
    #expect(signature.expiresAt == Timestamp(seconds: 200))
    #expect(signature.bodyHash.count == 32)
    #expect(signature.signature == Array("ABC".utf8))
  }

  @Test func `what is absent has its default`() throws {
    let signature = try parse(tags())
    #expect(signature.headerCanonicalization == .simple)
    #expect(signature.bodyCanonicalization == .simple)
    #expect(signature.identityDomain == "x.example")
    #expect(signature.bodyLengthLimit == nil)
    #expect(signature.signedAt == nil && signature.expiresAt == nil)
    #expect(try parse(tags("c=relaxed")).bodyCanonicalization == .simple)
  }

  @Test func `a domain may be written in U-labels`() throws {
    #expect(try parse(tags("d=b\u{fc}cher.example")).domain == "xn--bcher-kva.example")
  }

  @Test(arguments: [
    ("v", "v= is not 1"), ("v=2", "v= is not 1"), ("v=", "v= is not 1"), ("a", "a= is missing"),
    ("a=rsa-md5", "a= is an unknown algorithm"), ("d", "d= is missing"),
    ("d=", "d= is no domain name"), ("d=example", "d= is no domain name"),
    ("d=x.example.", "d= is no domain name"), ("d=x..example", "d= is no domain name"),
    ("d=x.exa mple", "d= is no domain name"), ("d=x.example/", "d= is no domain name"),
    ("d=\(String(repeating: "a", count: 64)).example", "d= is no domain name"),
    ("s", "s= is missing"), ("s=a b", "s= is no domain name"), ("s=.a", "s= is no domain name"),
    ("s=a\\000b", "s= is no domain name"), ("s=a%00", "s= is no domain name"),
    ("h", "h= is missing"), ("h=fr om", "malformed h="), ("bh", "bh= is missing"),
    ("bh=QUJD", "bh= has the wrong length"), ("bh=*", "bh= is no base64"), ("b", "b= is missing"),
    ("b=", "b= is no base64"), ("c=other", "c= is an unknown canonicalization"),
    ("c=simple/simple/simple", "c= is an unknown canonicalization"),
    ("c=/simple", "c= is an unknown canonicalization"), ("l=-1", "l= is no number"),
    ("l=", "l= is no number"), ("l=0x10", "l= is no number"), ("t=now", "t= is no number"),
    ("q=dns", "q= names no known method"), ("i=x.example", "i= is no identity"),
    ("i=@x.example=ZZ", "i= is no identity"),
    ("B", "malformed tag list: missingEqualsSign at byte 109"),
  ])
  func `a signature that breaks the grammar is neutral, and says why`(
    change: String,
    reason: String
  ) {
    let text = change == "B" ? tags() + "; B" : tags(change)
    let fault = #expect(throws: SignatureFault.self) { try parse(text) }
    #expect(fault == .syntax(reason))
  }

  @Test(arguments: [
    ("h=to:subject", "h= leaves From unsigned"), ("h=", "h= leaves From unsigned"),
    ("h=from-to", "h= leaves From unsigned"), ("i=@y.example", "i= is not within d="),
    ("i=@xx.example", "i= is not within d="), ("i=@evilx.example", "i= is not within d="),
    ("i=a@x.example@y.example", "i= is not within d="), ("i=@example", "i= is not within d="),
  ])
  func `a signature that asks for what can't be is a permanent error`(
    change: String,
    reason: String
  ) {
    let fault = #expect(throws: SignatureFault.self) { try parse(tags(change)) }
    #expect(fault == .permanent(reason))
  }

  @Test(arguments: [("t=5; x=5", false), ("t=6; x=5", false), ("t=5; x=6", true), ("x=5", true)])
  func `a signature expires after it was made`(times: String, isAccepted: Bool) {
    #expect(((try? parse(tags() + "; " + times)) != nil) == isAccepted)
  }

  @Test(arguments: (0...0x20).filter { $0 != 0x0A } + [0x7F, 0x80, 0xFF] as [UInt8])
  func `no stray byte gets into a selector or a domain`(byte: UInt8) {
    for name in ["s", "d"] {
      let marked = tags("\(name)=a#b.example")
      let bytes = Array("DKIM-Signature: \(marked)\r\n\r\n".utf8).map {
        $0 == UInt8(ascii: "#") ? byte : $0
      }
      #expect(throws: SignatureFault.self) { try parse(bytes) }
    }
  }

  @Test func `numbers too large for a machine are the largest`() throws {
    let digits = String(repeating: "9", count: 76)
    let signature = try parse(tags("l=\(digits)", "x=\(digits)", "t=1"))
    #expect(signature.bodyLengthLimit == .max)
    #expect(signature.expiresAt == Timestamp(milliseconds: .max))
  }

  @Test(arguments: [
    (DKIMSignature.signedFieldCountMax, true), (DKIMSignature.signedFieldCountMax + 1, false),
  ])
  func `h= has as many names as the limit says`(count: Int, isAccepted: Bool) {
    let names = ["from"] + (1..<count).map { "x\($0)" }
    let signature = try? parse(tags("h=" + names.joined(separator: ":")))
    #expect(signature?.signedFields.count == (isAccepted ? count : nil))
  }

  @Test func `a signature of 10,000 tags is refused`() {
    let text = tags() + (0..<10_000).map { "; t\($0)=1" }.joined()
    let fault = #expect(throws: SignatureFault.self) { try parse(text) }
    #expect(fault?.result == .neutral)
  }

  @Test func `a signature that is cut anywhere is read or refused`() {
    let whole = Array("DKIM-Signature: \(tags("i=@x.example", "l=1", "t=1", "x=2"))".utf8)
    for count in 16...whole.count {
      let bytes = Array(whole.prefix(count))
      guard let signature = try? parse(bytes) else { continue }
      #expect(signature.signatureRange.upperBound <= bytes.count)
    }
  }
}
