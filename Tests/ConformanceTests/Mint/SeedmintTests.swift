import SeedCore
import SeedCrypto
import SeedMint
import SeedTesting
import Testing

/// `vectors/seedmint-v1`: every value of the scheme, byte by byte.
struct SeedmintTests {
  @Test func `seedmint v1`() throws {
    guard let suite = Suite.vectors("seedmint-v1") else { return }
    let file = try JSONValue(parsing: suite.bytes("mint.json"))
    let key = try MintKey(epoch: 0, secret: SecretBytes(bytes(file, "mint_epoch_key")))
    var misses: [String] = []
    if try key.next().secret.disclosed() != bytes(file, "next_epoch_key") {
      misses.append("next_epoch_key")
    }
    let cases = try #require(file["cases"]?.array)
    for (index, vector) in cases.enumerated() {
      misses += try compare(vector, key: key).filter { $0.expected != $0.actual }
        .map { "case \(index): \($0.name)" }
    }
    suite.report(
      passed: cases.count * 13 + 1 - misses.count,
      total: cases.count * 13 + 1,
      misses: misses
    )
    #expect(misses.isEmpty && cases.count >= 2)
  }

  private func compare(
    _ vector: JSONValue,
    key: MintKey
  ) throws -> [(name: String, expected: String, actual: String)] {
    let record = try #require(vector["record_jcs"]?.string)
    let value = try #require(vector["record"])
    let parsed = try MintRecord(parsing: Array(record.utf8))
    let nonce = try bytes(vector, "nonce")
    let minted = try key.mint(
      MintRequest(seed: Identifier(rawValue: 1), record: parsed),
      stem: #require(vector["stem"]?.string),
      nonce: nonce
    )
    let digest = SHA256.hash(minted.record)
    let commitment = minted.secret.commitment(recordDigest: digest, address: minted.address)
    let actual = [
      "record_jcs": CanonicalJSON.text(of: value),
      "record_sha256": digest.hex,
      "alias_secret": minted.secret.secret.disclosed().hex,
      "r_record": minted.secret.recordBlind.disclosed().hex,
      "r_address": minted.secret.addressBlind.disclosed().hex,
      "tag": minted.tag.text,
      "address": minted.address,
      "h_record": commitment.recordHash.hex,
      "h_address": commitment.addressHash.hex,
      "commitment": commitment.digest.hex,
      "leaf": String(decoding: minted.leaf.bytes, as: UTF8.self),
      "leaf_hash": SHA256.hash([0] + minted.leaf.bytes).hex,
    ]
    var results = try actual.map { ($0.key, try #require(vector[$0.key]?.string), $0.value) }
    let opening = "\(minted.aliasOpening.result(against: minted.leaf) == .valid(parsed))"
    results.append(("opening", "true", opening))
    return results
  }

  private func bytes(_ value: JSONValue, _ name: String) throws -> [UInt8] {
    try #require(value[name]?.string.flatMap { [UInt8](hex: $0) })
  }
}
