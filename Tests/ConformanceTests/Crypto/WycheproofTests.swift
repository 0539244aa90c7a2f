import Foundation
import SeedCrypto
import SeedTesting
import Testing

/// `vectors/wycheproof`: what libcrypto, and our face over it, must accept and refuse.
struct WycheproofTests {
  private struct File<Group: Decodable>: Decodable { let testGroups: [Group] }

  private struct SignatureGroup: Decodable {
    struct Key: Decodable { let pk: String }
    struct Case: Decodable { let tcId: Int, msg: String, sig: String, result: String }
    let publicKey: Key
    let tests: [Case]
  }

  private struct DerivationGroup: Decodable {
    struct Case: Decodable {
      let tcId: Int, ikm: String, salt: String, info: String, size: Int, okm: String
      let result: String
    }
    let tests: [Case]
  }

  private struct CodeGroup: Decodable {
    struct Case: Decodable { let tcId: Int, key: String, msg: String, tag: String, result: String }
    let tagSize: Int
    let tests: [Case]
  }

  @Test func `ed25519`() throws {
    try check("ed25519", floor: 151) { (group: SignatureGroup) in
      try group.tests.map { test in
        let key = try Ed25519PublicKey(bytes(group.publicKey.pk))
        let isValid = try key.isValid(bytes(test.sig), for: bytes(test.msg))
        return (test.tcId, isValid == (test.result == "valid"))
      }
    }
  }

  @Test func `hkdf`() throws {
    try check("hkdf_sha256", floor: 86) { (group: DerivationGroup) in
      try group.tests.map { test in
        // The invalid cases ask for more than RFC 5869 allows, which is a precondition here.
        guard test.size <= HKDF.outputByteCountMax else {
          return (test.tcId, test.result == "invalid")
        }
        // Spans of temporary arrays in one expression make the compiler fail.
        let (inputKey, salt) = try (bytes(test.ikm), bytes(test.salt))
        let key = HKDF.extract(inputKey: inputKey.span, salt: salt.span)
        let output = try HKDF.expand(key, info: bytes(test.info), count: test.size)
        return (test.tcId, try (output.disclosed() == bytes(test.okm)) == (test.result == "valid"))
      }
    }
  }

  @Test func `hmac`() throws {
    try check("hmac_sha256", floor: 174) { (group: CodeGroup) in
      try group.tests.map { test in
        let code = try HMACSHA256.code(for: bytes(test.msg), key: bytes(test.key))
        let isEqual = try constantTimeEqual(Array(code.prefix(group.tagSize / 8)), bytes(test.tag))
        return (test.tcId, isEqual == (test.result == "valid"))
      }
    }
  }

  private func bytes(_ hex: String) throws -> [UInt8] { try #require([UInt8](hex: hex)) }

  private func check<Group: Decodable>(
    _ name: String,
    floor: Int,
    _ run: (Group) throws -> [(number: Int, isRight: Bool)]
  ) throws {
    guard let suite = Suite.vectors("wycheproof") else { return }
    let file = try JSONDecoder().decode(
      File<Group>.self,
      from: Data(suite.bytes(name + "_test.json"))
    )
    let results = try file.testGroups.flatMap(run)
    let misses = results.filter { !$0.isRight }.map { "\(name) \($0.number)" }
    let passed = results.count - misses.count
    suite.report(name, passed: passed, total: results.count, misses: misses)
    #expect(passed == results.count && passed >= floor)
  }
}
