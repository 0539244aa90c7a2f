import SeedCore
import SeedCrypto
import SeedTesting
import Testing

/// `vectors/rfc3161-local`: tokens over a checkpoint, and when they hold.
struct TimestampConformanceTests {
  @Test func `timestamp tokens`() throws {
    guard let suite = Suite.vectors("rfc3161-local") else { return }
    let message = try suite.bytes("checkpoint")
    let trusted = try CertificateBundle(pem: suite.bytes("ca.pem"))
    let signer = try CertificateBundle(pem: suite.bytes("tsa.pem"))
    func token(_ name: String) throws -> RFC3161Token? {
      guard case .granted(let token) = try RFC3161Reply(parsing: suite.bytes(name)) else {
        return nil
      }
      return token
    }
    let good = try #require(try token("good.tsr"))
    let unsorted = try #require(try token("good-certs-not-der-sorted.tsr"))
    func holds(
      _ token: RFC3161Token,
      _ message: [UInt8],
      at time: String? = nil,
      chain: CertificateBundle = .empty
    ) throws -> Bool {
      let time = try time.map { try #require(Timestamp(rfc3339: $0)).milliseconds }
      let verdict = token.verdict(on: message, trusting: trusted, chain: chain, at: time)
      return (try? verdict.get()) != nil
    }
    let query = try suite.bytes("q.tsq")
    let nonce = try #require(good.nonce)
    let checks: [(String, Bool)] = [
      ("good at its time", try holds(good, message)),
      ("good while the certificate lasts", try holds(good, message, at: "2026-12-22T00:00:00Z")),
      ("expired", try !holds(good, message, at: "2026-12-23T00:00:00Z")),
      (
        "its time",
        good.milliseconds == Timestamp(rfc3339: "2026-11-22T01:29:51Z")?.milliseconds
      ),
      ("with the chain beside it", try holds(good, message, chain: signer)),
      ("other data", try !holds(good, message + [0x0a])),
      ("no data", try !holds(good, [])),
      ("data of another file", try !holds(good, query)),
      ("certificates out of order", try holds(unsorted, message)),
      (
        "their time",
        unsorted.milliseconds == Timestamp(rfc3339: "2026-11-22T01:28:45Z")?.milliseconds
      ),
      ("the nonce of the query", query.indices.contains { query[$0...].starts(with: nonce) }),
      ("its policy", good.policy == "1.2.3.4.1"),
      ("its accuracy", good.accuracy == .seconds(1)),
    ]
    let misses = checks.filter { !$0.1 }.map(\.0)
    suite.report(passed: checks.count - misses.count, total: checks.count, misses: misses)
    #expect(misses.isEmpty)
  }
}
