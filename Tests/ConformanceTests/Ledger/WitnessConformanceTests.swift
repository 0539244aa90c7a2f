import SeedCore
import SeedCrypto
import SeedTesting
import Testing

/// `vectors/witness`: requests, one after the other, and the status that each must be answered with.
struct WitnessConformanceTests {
  private struct Exchange {
    let body: [UInt8]
    let status: Int
    /// What the answer's body must contain, or be.
    let assertion: String
  }

  @Test(
    arguments: [
      (
        "add-checkpoint",
        "sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562",
        "ffdc2d4d98e4124d3feaf788c0c2f9abfd796083d1f0495437f302ec79cf100f", nil, 9
      ),
      (
        "sumdb-add-checkpoint", "go.sum database tree", "",
        "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8", 1
      ),
    ] as [(String, String, String, String?, Int)]
  )
  func `add checkpoint`(
    file: String,
    origin: String,
    publicKey: String,
    verifierKey: String?,
    floor: Int
  ) throws {
    guard let suite = Suite.vectors("witness") else { return }
    let key =
      try verifierKey.map { try NoteKey(parsing: $0) }
      ?? NoteKey(
        name: origin,
        algorithm: .ed25519,
        publicKey: Ed25519PublicKey(#require([UInt8](hex: publicKey)))
      )
    let witness = LedgerWitness(
      logs: [.init(origin: origin, keys: [key])],
      key: try NoteSigningKey(
        name: "example.com/witness",
        algorithm: .cosignature,
        privateKey: Ed25519PrivateKey()
      )
    )
    var newest: TreeHead?
    var misses: [String] = []
    let exchanges = try exchanges(in: suite.bytes(file + ".hurl"))
    for (number, exchange) in exchanges.enumerated() {
      let answer: LedgerWitness.Answer
      do throws(GrammarError) {
        let request = try AddCheckpointRequest(parsing: exchange.body)
        answer = witness.answer(request, newest: newest, at: Timestamp(seconds: 1))
      } catch {
        answer = LedgerWitness.answer(to: error)
      }
      var body = ""
      if case .cosigned(let head, let signature) = answer {
        newest = head
        body = signature.line
      }
      if case .conflict(let size) = answer { body = "body == \"\(size)\\n\"" }
      let isRight =
        answer.status == exchange.status
        && (answer.status == 403 || answer.status == 422 || exchange.assertion.contains(body)
          || body.hasPrefix("\u{2014} example.com/witness"))
      if !isRight { misses.append("\(file) \(number): \(answer.status)") }
    }
    suite.report(
      file,
      passed: exchanges.count - misses.count,
      total: exchanges.count,
      misses: misses
    )
    #expect(misses.isEmpty && exchanges.count >= floor)
  }

  /// Takes a Hurl file apart: a body between three backquotes, `HTTP` and a status, an assertion.
  private func exchanges(in bytes: [UInt8]) throws -> [Exchange] {
    let parts = String(decoding: bytes, as: UTF8.self).split(
      separator: "```\n",
      omittingEmptySubsequences: false
    )
    return try stride(from: 1, to: parts.count - 1, by: 2).map { index in
      let lines = parts[index + 1].split(separator: "\n")
      return Exchange(
        body: Array(parts[index].utf8),
        status: try #require(lines.first.flatMap { Int($0.dropFirst("HTTP ".count)) }),
        assertion: String(try #require(lines.first { $0.hasPrefix("body ") }))
      )
    }
  }
}
