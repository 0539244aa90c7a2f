import SeedCrypto
import SeedTesting
import Testing

struct Ed25519Tests {
  // RFC 8032 §7.1, test 2.
  @Test func `an example of RFC 8032 comes out`() throws {
    let seed = try #require(
      [UInt8](hex: "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
    )
    let key = try Ed25519PrivateKey(seed: SecretBytes(seed))
    #expect(
      key.publicKey.bytes.hex == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
    )
    let signature = key.signature(for: [0x72])
    #expect(
      signature.hex == """
        92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
        085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00
        """
    )
    #expect(key.publicKey.isValid(signature, for: [0x72]))
  }

  @Test func `a flipped bit anywhere makes a signature invalid`() throws {
    let key = try Ed25519PrivateKey()
    let message: [UInt8] = [1, 2, 3]
    let signature = key.signature(for: message)
    for bit in 0..<512 {
      var forged = signature
      forged[bit / 8] ^= 1 << (bit % 8)
      #expect(!key.publicKey.isValid(forged, for: message))
    }
    #expect(!key.publicKey.isValid(signature, for: [1, 2]))
    #expect(!key.publicKey.isValid([], for: message))
    #expect(try !Ed25519PrivateKey().publicKey.isValid(signature, for: message))
  }

  @Test(arguments: [0, 31, 33]) func `a key of a wrong length is refused`(count: Int) {
    let bytes = [UInt8](repeating: 1, count: count)
    #expect(throws: CryptoError.malformedKey) { try Ed25519PublicKey(bytes) }
    #expect(throws: CryptoError.malformedKey) { try Ed25519PrivateKey(seed: SecretBytes(bytes)) }
  }
}

struct RSATests {
  private static let shared = Result { try RSAPrivateKey(bitCount: 1024) }

  @Test func `what a key signs, its public half verifies`() throws {
    let key = try Self.shared.get()
    let digest = SHA256.hash([1, 2, 3])
    let signature = try key.signPKCS1v15(sha256Digest: digest)
    #expect(key.publicKey.bitCount == 1024)
    #expect(key.publicKey.verifyPKCS1v15(signature: signature, sha256Digest: digest))

    #expect(!key.publicKey.verifyPKCS1v15(signature: signature, sha256Digest: SHA256.hash([])))
    #expect(!key.publicKey.verifyPKCS1v15(signature: signature, sha256Digest: []))
    #expect(!key.publicKey.verifyPKCS1v15(signature: [], sha256Digest: digest))
    #expect(!key.publicKey.verifyPKCS1v15(signature: [0] + signature, sha256Digest: digest))
    for bit in stride(from: 0, to: 1024, by: 7) {
      var forged = signature
      forged[bit / 8] ^= 1 << (bit % 8)
      #expect(!key.publicKey.verifyPKCS1v15(signature: forged, sha256Digest: digest))
    }
    #expect(throws: CryptoError.invalidParameters) { try key.signPKCS1v15(sha256Digest: [1]) }
  }

  @Test func `a key reads back from both of its forms`() throws {
    let key = try Self.shared.get().publicKey
    let information = key.subjectPublicKeyInfo
    #expect(try RSAPublicKey(parsing: information) == key)
    // The bare key starts after two headers, the algorithm (15 bytes) and the bit string's header.
    let bare = Array(information[22...])
    #expect(bare.first == 0x30)
    #expect(try RSAPublicKey(parsing: bare) == key)
    #expect(try RSAPublicKey(parsing: bare + [0, 0]) == key)
    #expect(try RSAPublicKey(modulus: [0, 0] + key.modulus, exponent: [0, 1, 0, 1]) == key)
  }

  @Test(arguments: [(1, 1), (511, 64), (16_392, 2049)])
  func `a size out of the limits is refused and named`(bits: Int, byteCount: Int) {
    var modulus = [UInt8](repeating: 0xff, count: byteCount)
    modulus[0] = UInt8(truncatingIfNeeded: (1 << (bits - (byteCount - 1) * 8)) - 1)
    #expect(throws: CryptoError.unsupportedKeySize(bits: bits)) {
      try RSAPublicKey(modulus: modulus, exponent: [3])
    }
  }

  @Test func `sizes at both limits work`() throws {
    for byteCount in [64, 2048] {
      let modulus = [UInt8](repeating: 0xff, count: byteCount)
      let key = try RSAPublicKey(modulus: modulus, exponent: [1, 0, 1])
      #expect(key.bitCount == byteCount * 8)
      #expect(!key.verifyPKCS1v15(signature: modulus, sha256Digest: SHA256.hash([])))
    }
  }

  @Test(
    arguments: [
      ([], .malformedKey), ([0], .malformedKey), ([1], .malformedKey), ([2], .malformedKey),
      ([1, 0, 0, 0, 0, 0, 0, 0, 1], .unsupportedExponent),
    ] as [([UInt8], CryptoError)]
  )
  func `an exponent that makes no key is refused`(exponent: [UInt8], error: CryptoError) {
    let modulus = [UInt8](repeating: 0xff, count: 128)
    #expect(throws: error) { try RSAPublicKey(modulus: modulus, exponent: exponent) }
  }

  @Test func `numbers that are zero, negative or even make no key`() {
    let length: [UInt8] = [0x30, 0x46, 0x02, 0x41]
    let end: [UInt8] = [0x02, 0x01, 0x03]
    let odd = [UInt8](repeating: 0x7f, count: 65)
    #expect(throws: Never.self) { try RSAPublicKey(parsing: length + odd + end) }
    #expect(throws: CryptoError.malformedKey) {
      try RSAPublicKey(parsing: length + [0xff] + odd.dropFirst() + end)
    }
    #expect(throws: CryptoError.malformedKey) {
      try RSAPublicKey(parsing: length + odd.dropLast() + [0x7e] + end)
    }
    #expect(throws: CryptoError.malformedKey) {
      try RSAPublicKey(parsing: length + [UInt8](repeating: 0, count: 65) + end)
    }
  }

  @Test func `another algorithm's key is refused as such`() throws {
    let ed25519 = try #require([UInt8](hex: "302a300506032b6570032100"))
    #expect(throws: CryptoError.unsupportedAlgorithm) {
      try RSAPublicKey(parsing: ed25519 + [UInt8](repeating: 1, count: 32))
    }
  }

  @Test(arguments: 0..<64 as Range<UInt64>)
  func `any damage to a key parses or throws`(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let whole = try Self.shared.get().publicKey.subjectPublicKeyInfo
    for _ in 0..<50 {
      var damaged = Array(whole.prefix(Int.random(in: 0...whole.count, using: &random)))
      for _ in 0..<3 where !damaged.isEmpty {
        let index = Int.random(in: 0..<min(40, damaged.count), using: &random)
        damaged[index] = UInt8.random(in: 0...255, using: &random)
      }
      guard let key = try? RSAPublicKey(parsing: damaged) else { continue }
      #expect(RSAPublicKey.bitCountRange.contains(key.bitCount))
    }
  }

  @Test func `a private key in DER signs for its public half`() throws {
    #expect(throws: CryptoError.malformedKey) {
      try RSAPrivateKey(parsing: SecretBytes([0x30, 0x00]))
    }
    #expect(throws: CryptoError.unsupportedKeySize(bits: 100)) { try RSAPrivateKey(bitCount: 100) }
  }
}
