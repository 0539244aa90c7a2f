import SeedMail
import SeedTesting
import Testing

struct Base64Tests {
  // RFC 4648 §10.
  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
    ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
  ])
  func `the RFC's examples are written and read`(text: String, encoded: String) throws {
    #expect(Base64.encode(Array(text.utf8)) == encoded)
    #expect(try Base64.decode(Array(encoded.utf8).span) == Array(text.utf8))
    #expect(try Base64.decode(Array(encoded.utf8).span, form: .folded) == Array(text.utf8))
  }

  @Test(arguments: [
    ("Zg", 2), ("Zg=", 3), ("Zg===", 4), ("Z", 1), ("Zh==", 4), ("Zm9", 3), ("Zm 9v", 2),
    ("=", 0), ("Zg==Zg==", 4), ("Zm9v=", 4), ("Zm-v", 2), ("Zm9v\u{0}", 4),
  ])
  func `what an encoder doesn't make is refused`(text: String, offset: Int) {
    let error = #expect(throws: GrammarError.self) { try Base64.decode(Array(text.utf8).span) }
    #expect(error == GrammarError(.malformedEncoding, at: offset))
  }

  @Test(arguments: ["Zm 9v\r\n\tYg = =", "Zm9vYg", "Zm9vYh=="])
  func `folding, absent padding and unused bits are forgiven where asked`(text: String) throws {
    #expect(try Base64.decode(Array(text.utf8).span, form: .folded) == Array("foob".utf8))
  }

  @Test(arguments: ["Zm9vYg=", "Zm9vY", "Zm9v*", "Zg=o"])
  func `a broken text is refused also when it is folded`(text: String) {
    #expect(throws: GrammarError.self) {
      try Base64.decode(Array(text.utf8).span, form: .folded)
    }
  }

  @Test func `the other alphabet has no padding`() throws {
    #expect(Base64.encode([0xFB, 0xFF], alphabet: .url) == "-_8")
    #expect(try Base64.decode(Array("-_8".utf8).span, alphabet: .url) == [0xFB, 0xFF])
    #expect(throws: GrammarError.self) {
      try Base64.decode(Array("-_8=".utf8).span, alphabet: .url)
    }
    #expect(throws: GrammarError.self) {
      try Base64.decode(Array("+/8".utf8).span, alphabet: .url)
    }
  }

  @Test(arguments: 0..<32 as Range<UInt64>)
  func `what was written is read again`(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    for count in 0..<50 {
      let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
      let padded = Array(Base64.encode(bytes).utf8)
      let url = Array(Base64.encode(bytes, alphabet: .url).utf8)
      #expect(try Base64.decode(padded.span) == bytes)
      #expect(try Base64.decode(url.span, alphabet: .url) == bytes)
    }
  }
}
