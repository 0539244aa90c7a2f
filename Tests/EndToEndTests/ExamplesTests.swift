import Foundation
import SeedTesting
import Testing

/// The mailbox in `Examples/` means what its README says.
@Suite(.timeLimit(.minutes(1)))
struct ExamplesTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../Examples").standardizedFileURL
  private static let address = "anna4qk82c7x0m9d5tjw3@seeds.example"

  private struct Explanation: Decodable {
    struct Sender: Decodable {
      let domain: String
      let status: String
    }

    let sender: Sender
    let `class`: String
    let grade: String
  }

  @Test(arguments: [
    ("1-confirmation", "expected", "A", "petitions.example", "aligned"),
    ("2-newsletter", "expected", "A", "petitions.example", "aligned"),
    ("3-appeal", "disclosure", "A", "party.example", "aligned"),
    ("4-unsigned-appeal", "stranger", "D", "other.example", "claimed"),
    ("5-impersonation", "impersonation", "D", "petitions.example", "claimed"),
    ("6-bounce", "bounce", "D", "mail.example", "claimed"),
  ])
  func `each message is explained without a home, as the table says`(
    name: String,
    messageClass: String,
    grade: String,
    domain: String,
    status: String
  ) async throws {
    let outcome = try await Program.seedctl.run([
      "explain", Self.folder.appending(path: "mail/\(name).eml").path, "--json",
      "--zone", Self.folder.appending(path: "zone.json").path, "--at", "2026-11-21",
      "--seed", Self.address, "--org-domain", "petitions.example",
      "--trust-authserv", "mx.seeds.example",
    ])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let found = try JSONDecoder().decode(Explanation.self, from: Data(outcome.output.utf8))
    #expect(found.class == messageClass)
    #expect(found.grade == grade)
    #expect(found.sender.domain == domain)
    #expect(found.sender.status == status)
    let table = try Data(contentsOf: Self.folder.appending(path: "README.md"))
    #expect(
      String(decoding: table, as: UTF8.self)
        .contains("[\(name)](mail/\(name).eml) | `\(messageClass)` | \(grade) |")
    )
  }

  @Test func `all of them are taken in, and alert of what they are`() async throws {
    let folder = try TemporaryFolder()
    let home = try await SeedHome(in: folder)
    try await home.seedctl(
      "seed",
      "adopt",
      Self.address,
      "--org",
      "Example Petitions",
      "--org-domain",
      "petitions.example"
    )
    let report = try await home.json(
      Ingested.self,
      "ingest",
      Self.folder.appending(path: "mail").path,
      "--zone",
      Self.folder.appending(path: "zone.json").path
    )
    #expect(report.read == 6)
    #expect(report.recorded == 6)
    #expect(report.expected == 2)
    let classes = try await home.alerts().map(\.class).sorted()
    #expect(classes == ["bounce", "disclosure", "impersonation", "stranger"])
  }
}
