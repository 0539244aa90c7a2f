import Foundation
import SeedTesting
import Testing

/// A case is told, printed and written about through the built commands.
@Suite(.timeLimit(.minutes(3)))
struct ReportTests {
  /// A home with one case of a stranger, and the case.
  private func told(in folder: borrowing TemporaryFolder) async throws -> (SeedHome, String) {
    let home = try await SeedHome(in: folder)
    let minted = try await home.mintForPetitions()
    try home.deliver(Letters.confirmation(to: minted.address))
    try home.deliver(Letters.authenticatedAppeal(to: minted.address))
    try await home.drain()
    let alert = try #require(try await home.alerts().first)
    return (home, alert.case)
  }

  @Test func `a report is a page, a document and a table`() async throws {
    let folder = try TemporaryFolder()
    let (home, found) = try await told(in: folder)
    let page = try await home.seedctl("report", found)
    #expect(page.output.hasPrefix("<!DOCTYPE html>") && page.output.contains(found))
    #expect(page.output.contains("What was not proved"))
    struct Document: Decodable {
      let version: Int
      let claims: [Claim]
      struct Claim: Decodable { let number: Int }
    }
    let document = try await home.json(Document.self, "report", found)
    #expect(document.version == 1 && Set(document.claims.map(\.number)).isSuperset(of: [1, 2, 4]))
    let table = try await home.seedctl("report", found, "--format", "csv")
    #expect(table.output.contains("party.example"))
    let path = folder.path("report.html")
    try await home.seedctl("report", found, "--output", path)
    try await home.seedctl("report", found, "--output", path, expecting: 4)
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    try await home.seedctl("report", "case_zzzzzzzzzzzz", expecting: 3)
  }

  @Test func `WeasyPrint prints it, and prints the same again`() async throws {
    guard Program.system("weasyprint") != nil, let reader = Program.system("pdftotext") else {
      print("WeasyPrint or pdftotext is absent: skipped")
      return
    }
    let folder = try TemporaryFolder()
    let (home, found) = try await told(in: folder)
    let paths = ["1.pdf", "2.pdf"].map { folder.path($0) }
    for path in paths {
      try await home.seedctl("report", found, "--format", "pdf", "--output", path)
    }
    let files = try paths.map { try Data(contentsOf: URL(filePath: $0)) }
    #expect(files[0].starts(with: Data("%PDF-".utf8)) && files[0] == files[1])
    let text = try await reader.run(["-layout", paths[0], "-"]).output
    for words in [
      "What was found", "Example Petitions", "party.example", "What was not proved",
      "A signature names a domain, not a person", "seedctl evidence verify", "Page 1 of",
    ] {
      #expect(text.contains(words), "\(words)")
    }
  }

  @Test func `each letter is drafted, and one that makes no sense is refused`() async throws {
    let folder = try TemporaryFolder()
    let (home, found) = try await told(in: folder)
    for kind in ["access-organisation", "access-sender", "complaint", "ico", "pecr"] {
      for jurisdiction in ["uk", "eu"] {
        let outcome = try await home.seedctl(
          "letter",
          found,
          "--kind",
          kind,
          "--jurisdiction",
          jurisdiction
        )
        #expect(outcome.output.contains("no legal advice"))
        #expect(outcome.output.contains("[[YOUR FULL NAME]]"))
      }
    }
    try await home.seedctl("letter", found, "--kind", "thanks", expecting: 2)
    let control = try await home.json(Minted.Control.self, "mint", "--control", "c0")
    try home.deliver(Letters.authenticatedAppeal(to: control.address), as: "control")
    try await home.drain()
    let hit = try #require(try await home.alerts().first { $0.class == "control" })
    try await home.seedctl("letter", hit.case, "--kind", "complaint", expecting: 4)
    let page = try await home.seedctl("report", hit.case)
    #expect(page.output.contains("given to nobody"))
  }
}

extension Minted {
  /// What `seedctl mint --control --json` prints.
  fileprivate struct Control: Decodable { let address: String }
}
