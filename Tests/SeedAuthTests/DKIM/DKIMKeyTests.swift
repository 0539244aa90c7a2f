import SeedCrypto
import SeedMail
import SeedTesting
import Testing

@testable import SeedAuth

struct DKIMKeyTests {
  /// The key of RFC 6376 §A.2, as a SubjectPublicKeyInfo.
  static let wrapped =
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYtIxN2SnFCjxOC"
    + "KG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9tf6mcwG"
    + "jaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB"
  static let ed25519 = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="

  private func key(_ text: String) throws(SignatureFault) -> DKIMKey {
    try DKIMKey(parsing: Array(text.utf8))
  }

  /// An RSA public key in DER whose modulus has `bitCount` bits.
  private func bare(bitCount: Int) -> [UInt8] {
    var modulus = [UInt8](repeating: 0xA5, count: (bitCount + 7) / 8)
    modulus[0] = 1 << UInt8((bitCount - 1) % 8)
    modulus[modulus.count - 1] |= 1
    let body = der(0x02, [0] + modulus) + der(0x02, [1, 0, 1])
    return der(0x30, body)
  }

  private func der(_ tag: UInt8, _ contents: [UInt8]) -> [UInt8] {
    let count = contents.count
    let length: [UInt8] =
      count < 0x80
      ? [UInt8(count)]
      : count < 0x100 ? [0x81, UInt8(count)] : [0x82, UInt8(count >> 8), UInt8(count & 255)]
    return [tag] + length + contents
  }

  @Test(arguments: [
    "v=DKIM1; k=rsa; p=\(wrapped)", "p=\(wrapped)", "k=rsa; t=s; p=\(wrapped);",
    " v = DKIM1 ;\tk = RSA; n=\u{fc} notes; x1 = extra; p = \(wrapped.prefix(40)) \(wrapped.dropFirst(40)) ; ",
  ])
  func `a key is read in the forms that are met`(text: String) throws {
    let key = try key(text)
    #expect(key.bitCount == 1024)
    #expect(key.hashes == nil)
    #expect(key.isForMail)
    #expect(!key.isTesting)
    #expect(key.digest == SHA256.hash(try Base64.decode(Array(Self.wrapped.utf8).span)))
  }

  @Test func `a bare key is the key that a wrapped one holds`() throws {
    let wrapped = try key("p=\(Self.wrapped)")
    let bare = try key(
      "p=\(Base64.encode(Array(try Base64.decode(Array(Self.wrapped.utf8).span)[22...])))"
    )
    #expect(bare.publicKey == wrapped.publicKey)
  }

  @Test func `the flags, the services and the hashes are read`() throws {
    let key = try key("v=DKIM1; t = y : s:other; s=web : email; h=sha1 :SHA256; p=\(Self.wrapped)")
    #expect(key.isTesting && key.requiresSameDomain && key.isForMail)
    #expect(key.hashes == ["sha1", "sha256"])
    #expect(try self.key("s=*; p=\(Self.wrapped)").isForMail)
    #expect(try !self.key("s=chat; p=\(Self.wrapped)").isForMail)
  }

  @Test func `an empty p= is a revoked key`() throws {
    #expect(try key("v=DKIM1; p=").publicKey == .revoked)
    #expect(try key("v=DKIM1; k=ed25519; p= ;").publicKey == .revoked)
  }

  @Test func `an Ed25519 key has 256 bits`() throws {
    let key = try key("v=DKIM1; k=ed25519; p=\(Self.ed25519)")
    #expect(key.bitCount == 256)
  }

  @Test(arguments: [
    ("v=DKIM1", "key record without p="),
    ("v=DKIM2; p=\(wrapped)", "key record of another version"),
    ("v=dkim1; p=\(wrapped)", "key record of another version"),
    ("p=\(wrapped); v=DKIM1", "key record of another version"),
    ("k=foobar; p=\(wrapped)", "key of an unknown type"), ("p=***", "key is no base64"),
    ("p=QUJD", "malformed key"), ("k=ed25519; p=QUJD", "malformed key"),
    ("k=ed25519; p=\(wrapped)", "malformed key"), ("p=\(ed25519)", "malformed key"),
    ("p=\(wrapped); p=", "malformed key record: duplicateTag at byte 220"),
    ("k=rsa; t; p=\(wrapped)", "malformed key record: missingEqualsSign at byte 8"),
    ("", "malformed key record: malformedTagName at byte 0"),
  ])
  func `a record that is no key says why`(text: String, reason: String) {
    let fault = #expect(throws: SignatureFault.self) { try key(text) }
    #expect(fault?.reason == reason)
    #expect(fault?.result == .permerror)
  }

  @Test(arguments: [1, 8, 511, 512, 1023, 1024, 16_383, 16_384])
  func `an RSA key may have from 1 to 16,384 bits`(bitCount: Int) throws {
    let key = try key("p=" + Base64.encode(bare(bitCount: bitCount)))
    #expect(key.bitCount == bitCount)
    #expect(
      !key.isValid(
        [UInt8](repeating: 0, count: (bitCount + 7) / 8),
        digest: .init(repeating: 0, count: 32)
      )
    )
  }

  @Test func `a longer RSA key is refused`() {
    let fault = #expect(throws: SignatureFault.self) {
      try key("p=" + Base64.encode(bare(bitCount: 16_385)))
    }
    #expect(fault?.reason == "key of more than 16384 bits")
  }

  @Test func `a remembered key is the key of its record`() throws {
    for _ in 0..<2 {
      for text in ["p=\(Self.wrapped)", "t=y; p=\(Self.wrapped)", "k=ed25519; p=\(Self.ed25519)"] {
        #expect(try DKIMKey.remembered(Array(text.utf8)) == key(text))
      }
    }
    #expect(throws: SignatureFault.self) { try DKIMKey.remembered([]) }
    for index in 0...RecordMemory<DKIMKey>.countMax {
      let text = "n=\(index); k=ed25519; p=\(Self.ed25519)"
      #expect(try DKIMKey.remembered(Array(text.utf8)).bitCount == 256)
    }
  }

  @Test(arguments: 0..<16 as Range<UInt64>)
  func `any record is a key or a fault`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let whole = Array("v=DKIM1; k=rsa; h=sha256; t=y:s; p=\(Self.wrapped)".utf8)
    for _ in 0..<100 {
      var record = Array(whole.prefix(Int.random(in: 0...whole.count, using: &random)))
      for _ in 0..<Int.random(in: 0...3, using: &random) where !record.isEmpty {
        record[Int.random(in: record.indices, using: &random)] = .random(
          in: 0...255,
          using: &random
        )
      }
      if let key = try? DKIMKey(parsing: record) { #expect((0...16_384).contains(key.bitCount)) }
    }
  }
}
