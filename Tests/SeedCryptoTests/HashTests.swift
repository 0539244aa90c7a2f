import SeedCrypto
import SeedTesting
import Testing

struct HashTests {
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func `the examples of FIPS 180-4 come out`(message: String, digest: String) {
    #expect(SHA256.hash(Array(message.utf8)).hex == digest)
  }

  @Test(arguments: 0..<16 as Range<UInt64>)
  func `steps give the same digest as one call, again and again`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var hasher = SHA256()
    for _ in 0..<20 {
      let bytes = (0..<Int.random(in: 0...300, using: &random)).map {
        UInt8(truncatingIfNeeded: $0)
      }
      let cut = Int.random(in: 0...bytes.count, using: &random)
      hasher.update(Array(bytes[..<cut]).span)
      hasher.update(Array(bytes[cut...]).span)
      #expect(hasher.finalize() == SHA256.hash(bytes))
    }
  }
}

struct HMACTests {
  // RFC 4231 §4.3 and §4.7: a short key, and one longer than a block.
  @Test(arguments: [
    (
      Array("Jefe".utf8), "what do ya want for nothing?",
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    ),
    (
      [UInt8](repeating: 0xaa, count: 131),
      "Test Using Larger Than Block-Size Key - Hash Key First",
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
    ),
  ])
  func `the examples of RFC 4231 come out`(key: [UInt8], message: String, code: String) {
    #expect(HMACSHA256.code(for: Array(message.utf8), key: key).hex == code)
  }

  @Test func `a prepared key gives the same codes as one call, and their first words`() {
    let key = SecureRandom.bytes(32)
    let mac = MACKey(key.span)
    for count in 0..<200 {
      let message = [UInt8](repeating: 7, count: count)
      let code = HMACSHA256.code(for: message, key: key)
      let keyed = mac.code(for: message.span)
      #expect(keyed == code)
      let words = mac.leadingWords(for: message.span)
      #expect(words.high == code[..<8].reduce(0) { $0 << 8 | UInt64($1) })
      #expect(words.low == code[8..<16].reduce(0) { $0 << 8 | UInt64($1) })
    }
  }

  @Test func `many tasks may share a key`() async {
    let mac = MACKey(SecretBytes([1, 2, 3]))
    let expected = (0..<100).map { HMACSHA256.code(for: [UInt8($0)], key: [1, 2, 3]) }
    await withTaskGroup(of: [[UInt8]].self) { group in
      for _ in 0..<8 {
        group.addTask { (0..<100).map { mac.code(for: [UInt8($0)].span) } }
      }
      for await codes in group { #expect(codes == expected) }
    }
  }

  @Test func `an empty salt is the same as zeros`() {
    let key: [UInt8] = [1, 2, 3]
    let zeros = [UInt8](repeating: 0, count: 32)
    let none: [UInt8] = []
    let unsalted = HKDF.extract(inputKey: key.span, salt: none.span)
    let salted = HKDF.extract(inputKey: key.span, salt: zeros.span)
    #expect(unsalted == salted)
  }
}

struct SecretTests {
  @Test func `secrets don't print themselves`() {
    let secret = SecretBytes(Array("hunter2".utf8))
    var dumped = ""
    dump(secret, to: &dumped)
    for text in ["\(secret)", String(reflecting: secret), dumped, "\([secret])"] {
      #expect(!text.contains("hunter2") && !text.contains("104"))
    }
    #expect("\(MACKey(secret))" == "MACKey")
  }

  @Test func `secrets compare by their bytes`() {
    #expect(SecretBytes([1, 2]) == SecretBytes([1, 2]))
    #expect(SecretBytes([1, 2]) != SecretBytes([1, 3]))
    #expect(SecretBytes([1, 2]) != SecretBytes([1, 2, 3]))
    #expect(SecretBytes([]) == SecretBytes([]))
    #expect(SecretBytes([1, 2]).disclosed() == [1, 2])
  }

  @Test(
    arguments: [
      ([], [], true), ([1], [1], true), ([1], [2], false), ([1], [1, 2], false), ([], [0], false),
    ] as [([UInt8], [UInt8], Bool)]
  )
  func `bytes are compared`(left: [UInt8], right: [UInt8], isEqual: Bool) {
    #expect(constantTimeEqual(left, right) == isEqual)
  }

  @Test func `random bytes don't repeat`() {
    #expect(Set((0..<1000).map { _ in SecureRandom.bytes(16) }).count == 1000)
    #expect(SecureRandom.bytes(0).isEmpty)
  }

  // RFC 7914 §12.
  @Test func `an example of RFC 7914 comes out`() throws {
    let output = try Scrypt.derive(
      password: SecretBytes(Array("password".utf8)),
      salt: Array("NaCl".utf8),
      cost: 1024,
      blockSize: 8,
      parallelism: 16,
      count: 64
    )
    #expect(
      output.hex == """
        fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162\
        2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640
        """
    )
  }

  @Test func `a cost that needs too much memory is refused`() {
    #expect(throws: CryptoError.invalidParameters) {
      try Scrypt.derive(password: SecretBytes([1]), salt: [], cost: 1 << 22)
    }
  }
}
