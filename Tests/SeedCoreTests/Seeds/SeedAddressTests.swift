import SeedCore
import SeedCrypto
import SeedTesting
import Testing

struct SeedAddressTests {
  private func mailbox(_ address: String) -> Mailbox {
    let parts = address.split(separator: "@", omittingEmptySubsequences: false)
    return Mailbox(displayName: nil, localPart: String(parts[0]), domain: String(parts[1]))
  }

  @Test(arguments: [
    ("anna1zm729rq5m84gevep@seed.example", ["anna1zm729rq5m84gevep@seed.example"]),
    ("Anna1ZM729RQ5M84GEVEP@seed.example", ["anna1zm729rq5m84gevep@seed.example"]),
    (
      "annaLzm729rq5m84gevep@seed.example",
      ["annalzm729rq5m84gevep@seed.example", "anna1zm729rq5m84gevep@seed.example"]
    ),
    (
      "anna1zm729rq5m84gevep+x@seed.example",
      ["anna1zm729rq5m84gevep+x@seed.example", "anna1zm729rq5m84gevep@seed.example"]
    ),
    (
      "user+anna1zm729rq5m84gevep@mail.example", ["user+anna1zm729rq5m84gevep@mail.example"]
    ),
    (
      "user+annaIzm729rq5m84gevep+x@mail.example",
      [
        "user+annaizm729rq5m84gevep+x@mail.example",
        "user+anna1zm729rq5m84gevep@mail.example",
      ]
    ),
    ("kbcd2x9c73sjfr@seed.example", ["kbcd2x9c73sjfr@seed.example"]),
    ("k8cd2x9c73sjfr@seed.example", ["k8cd2x9c73sjfr@seed.example"]),
    // An adopted address isn't another with a detail behind it, nor with its letters read as digits.
    ("user+shop@mail.example", ["user+shop@mail.example"]),
    ("olivia.lo@mail.example", ["olivia.lo@mail.example"]),
    ("J\u{fc}rgen@xn--bcher-kva.example", ["j\u{fc}rgen@xn--bcher-kva.example"]),
    ("a@b\u{fc}cher.example", ["a@xn--bcher-kva.example"]),
    ("1zm729rq5m84gevep@seed.example", ["1zm729rq5m84gevep@seed.example"]),
    ("@seed.example", []), ("anna@", []),
    (String(repeating: "a", count: 257) + "@seed.example", []),
  ])
  func `a recipient may be a spelling of these addresses`(address: String, readings: [String]) {
    #expect(SeedAddress.readings(of: mailbox(address)).map(\.text) == readings)
  }

  private static let minted = ["anna1zm729rq5m84gevep", "k8cd2x9c73sjfr", "user+k8cd2x9c73sjfr"]

  @Test(arguments: minted) func `every single typing error is a near miss`(local: String) {
    let bytes = Array(local.utf8)
    let head = local.hasPrefix("user+") ? 5 : 0
    let typed = Array("0123456789abcdefghjkmnpqrstvwxyz-._u".utf8)
    var errors: Set<[UInt8]> = []
    for index in head..<bytes.count {
      errors.insert(Array(bytes[..<index] + bytes[(index + 1)...]))
      if index > head {
        var swapped = bytes
        swapped.swapAt(index - 1, index)
        errors.insert(swapped)
      }
      for byte in typed {
        errors.insert(bytes[..<index] + [byte] + bytes[(index + 1)...])
        errors.insert(bytes[..<index] + [byte] + bytes[index...])
        errors.insert(bytes + [byte])
      }
    }
    errors.remove(bytes)
    for error in errors {
      let written = String(decoding: error, as: UTF8.self)
      let misses = SeedAddress.nearMisses(of: mailbox(written + "@seed.example"))
      #expect(misses.contains { $0.localPart == bytes }, "\(written)")
      #expect(misses.count <= SeedAddress.nearMissCountMax)
      #expect(Set(misses).count == misses.count)
      #expect(!misses.contains { $0.localPart == error })
    }
  }

  @Test(arguments: [
    "info", "postmaster", "john.smith", "a", "+", "user+", "+anna1zm729rq5m84gevex",
    "anna1zm72--q5m84gevep", "anna1zm729rq5m84geve--",
  ])
  func `an ordinary local part is near nothing`(local: String) {
    #expect(SeedAddress.nearMisses(of: mailbox(local + "@seed.example")).isEmpty)
  }

  @Test func `near misses are few where the tag is wrong`() {
    let misses = SeedAddress.nearMisses(of: mailbox("anna1zm729rq5m84gevex@seed.example"))
    #expect((1...80).contains(misses.count))
  }

  @Test(arguments: 0..<64 as Range<UInt64>)
  func `any local part has bounded readings and near misses`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let alphabet = Array("anna+-019zx".utf8)
    for _ in 0..<20 {
      let local = (0..<Int.random(in: 0...60, using: &random)).map { _ in
        alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
      }
      let written = mailbox(String(decoding: local, as: UTF8.self) + "@seed.example")
      #expect(SeedAddress.readings(of: written).count <= 7)
      #expect(SeedAddress.nearMisses(of: written).count <= SeedAddress.nearMissCountMax)
    }
  }
}

struct MatchKeyTests {
  @Test func `a token is the code of the address, cut short`() throws {
    let secret = [UInt8](0..<32)
    let key = try MatchKey(SecretBytes(secret))
    let code = HMACSHA256.code(for: Array("anna1zm729rq5m84gevep@seed.example".utf8), key: secret)
    let recipient = Mailbox(
      displayName: nil,
      localPart: "Anna1zm729rq5m84gevep",
      domain: "seed.example"
    )
    let tokens = key.tokens(for: recipient)
    #expect(tokens.count == 1)
    #expect(tokens.first?.high == code[..<8].reduce(0) { $0 << 8 | UInt64($1) })
    #expect(tokens.first?.low == code[8..<16].reduce(0) { $0 << 8 | UInt64($1) })
    #expect(!key.nearMissTokens(for: recipient).contains { tokens.contains($0) })
  }

  @Test(arguments: [0, 16, 33]) func `a key of another length is refused`(count: Int) {
    #expect(throws: CryptoError.malformedKey) { try MatchKey(SecretBytes(randomCount: count)) }
  }
}
