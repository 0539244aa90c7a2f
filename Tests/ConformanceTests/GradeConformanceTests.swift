import Foundation
import SeedAuth
import SeedCore
import SeedMail
import SeedTesting
import Testing

struct GradeConformanceTests {
  private struct Expectation: Decodable {
    let dkim_valid: Bool
    let grade: String
  }

  @Test func `every message has the grade that it should have`() async throws {
    guard let suite = Suite.vectors("dkim-grades") else { return }
    let zone = try suite.zone("dns.json")
    let expected = try JSONDecoder().decode(
      [String: Expectation].self,
      from: Data(suite.bytes("expected.json"))
    )
    let seed = Mailbox(
      displayName: nil,
      localPart: "anna1zm729rq5m84gevep",
      domain: "seed.example"
    )
    let arrival = Timestamp(seconds: 1_795_311_742)
    var misses: [String] = []
    for (file, expectation) in expected.sorted(by: { $0.key < $1.key }) {
      let message = Message(parsing: try suite.bytes(file))
      let from = message.first(.from).flatMap { message.mailboxes(in: $0).first?.domain }
      let results = await DKIMVerifier(resolver: zone)
        .verify(message, fromDomain: from, arrivedAt: arrival, now: arrival)
      let isValid = results.contains { $0.result == .pass }
      var facts = MessageFacts()
      facts.authentication.dkim = results
      facts = facts.graded(for: seed, in: message)
      if isValid != expectation.dkim_valid || facts.grade.rawValue != expectation.grade
        || facts.gradeReasons.isEmpty
      {
        misses.append("\(file): \(facts.grade.rawValue) \(facts.gradeReasons)")
      }
    }
    suite.report(passed: expected.count - misses.count, total: expected.count, misses: misses)
    #expect(expected.count == 8)
    #expect(misses.isEmpty)
  }
}
