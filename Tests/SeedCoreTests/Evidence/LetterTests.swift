import Foundation
import SeedCore
import SeedTesting
import Testing

struct LetterTests {
  static let kinds: [ReportedCase] = [
    .disclosure, .unsigned, .platform, .impersonation, .withdrawn, .control,
  ]

  /// Which letters a case has none of, and why.
  private func refusal(_ kind: LetterKind, _ reported: ReportedCase) -> Letter.Refusal? {
    switch (kind, reported) {
    case (.accessOrganisation, .control), (.complaint, .control), (.ico, .control):
      .noOrganisation
    case (.accessSender, .impersonation), (.pecr, .impersonation): .noSender
    case (.accessSender, .withdrawn): .senderIsOrganisation
    default: nil
    }
  }

  @Test(arguments: kinds)
  func `each letter comes out to the byte`(reported: ReportedCase) async throws {
    let dossier = try await reported.dossier()
    for jurisdiction in Jurisdiction.allCases {
      for kind in LetterKind.allCases {
        if let refusal = refusal(kind, reported) {
          #expect(throws: refusal) { try Letter(kind, about: dossier, under: jurisdiction) }
          continue
        }
        let name = "\(jurisdiction)-\(kind.rawValue)-\(reported)"
        let letter = try Letter(kind, about: dossier, under: jurisdiction)
        try Golden.expect(letter.text, at: "letter/\(name).expected")
      }
    }
  }

  @Test(arguments: LetterKind.allCases)
  func `every letter names its articles and says that it is no legal advice`(
    kind: LetterKind
  ) async throws {
    let dossier = try await ReportedCase.disclosure.dossier()
    let articles: [LetterKind: [String]] = [
      .accessOrganisation: ["Article 15(1)(c)", "Article 12(3)", "within one month"],
      .accessSender: ["Article 15(1)(g)", "Article 12(3)", "within one month"],
      .complaint: ["section 164A", "Data (Use and Access) Act 2025", "within 30 days"],
      .ico: ["UK GDPR Article 5(1)(a), (b) and (f)", "of at most 2000 characters"],
      .pecr: ["Regulation 22", "individual subscriber"],
    ]
    let uk = try Letter(kind, about: dossier).text
    for article in try #require(articles[kind]) { #expect(uk.contains(article), "\(article)") }
    let european: [LetterKind: [String]] = [
      .accessOrganisation: ["Article 15(1)(c)", "C-154/21", "2016/679"],
      .accessSender: ["Article 15(1)(g)", "2016/679"],
      .complaint: ["Article 77", "2016/679"], .ico: ["Article 77", "2016/679"],
      .pecr: ["Article 13", "2002/58/EC"],
    ]
    let eu = try Letter(kind, about: dossier, under: .eu).text
    for article in try #require(european[kind]) { #expect(eu.contains(article), "\(article)") }
    for word in ["UK GDPR", "164A", "ICO", "PECR", "egulation 22", "Information Commissioner"] {
      #expect(!eu.contains(word))
    }
    for text in [uk, eu] {
      #expect(text.contains("no legal advice"))
      for place in ["[[YOUR FULL NAME]]", "[[YOUR POSTAL ADDRESS]]"] {
        #expect(text.contains(place))
      }
    }
  }

  @Test(arguments: [ReportedCase.unsigned, .replayed, .platform, .impersonation])
  func `a weak case accuses nobody`(reported: ReportedCase) async throws {
    let dossier = try await reported.dossier()
    for jurisdiction in Jurisdiction.allCases {
      for kind in LetterKind.allCases where refusal(kind, reported) == nil {
        let text = try Letter(kind, about: dossier, under: jurisdiction).text
          .replacing("No signature proves that party.example wrote to", with: "")
          .replacing("no signature shows that party.example wrote to", with: "")
        #expect(text.contains("The evidence is weak"))
        for accusation in [
          "party.example wrote", "petitions.example wrote", "you wrote", "shows that party",
          "passed on for a purpose", "sold",
        ] {
          #expect(!text.contains(accusation), "\(kind): \(accusation)")
        }
      }
    }
  }

  @Test func `the letter to the sender doesn't name the organisation`() async throws {
    let dossier = try await ReportedCase.disclosure.dossier()
    for jurisdiction in Jurisdiction.allCases {
      let text = try Letter(.accessSender, about: dossier, under: jurisdiction).text
      #expect(!text.contains("Example Petitions") && !text.contains("petitions.example"))
    }
  }

  @Test(arguments: [
    "An appeal", String(repeating: "W", count: 5000), String(repeating: "\u{1F333}", count: 3000),
    String(repeating: "漢", count: 3000), "[[FORGED]] line\r\n\r\nnew paragraph",
  ])
  func `an account fits into the authority's form, whatever it is filled with`(
    text: String
  ) async throws {
    for reported in [ReportedCase.disclosure, .many, .unsigned, .withdrawn] {
      let dossier = try await reported.dossier(organisation: text, text: text)
      let letter = try Letter(.ico, about: dossier).text
      let start = try #require(letter.range(of: " of at most 2000 characters):\n\n"))
      let end = try #require(letter.range(of: "\n\nWhat would you like to happen:"))
      let account = letter[start.upperBound..<end.lowerBound]
      let count =
        account.utf16.count + account.split(separator: "\n", omittingEmptySubsequences: false).count
        - 1
      #expect(count <= 2000)
      #expect(letter.contains("(\(count) of at most 2000"))
      #expect(account.contains("[[CONFIRM OR DELETE"))
      #expect(!letter.contains("[[FORGED") && !letter.contains("\nnew paragraph"))
    }
  }

  @Test func `regulation 22 comes with a warning, and a louder one for a company's domain`()
    async throws
  {
    let dossier = try await ReportedCase.disclosure.dossier()
    let unsaid = try Letter(.pecr, about: dossier).text
    #expect(unsaid.contains("protects individual subscribers"))
    #expect(unsaid.contains("[[WHOSE DOMAIN IT IS") && !unsaid.contains("WARNING"))
    let company = try Letter(.pecr, about: dossier, subscriber: .company).text
    #expect(company.contains("WARNING: YOU SAID THAT THE DOMAIN"))
    let person = try Letter(.pecr, about: dossier, subscriber: .individual).text
    #expect(!person.contains("[[WHOSE DOMAIN") && !person.contains("WARNING"))
  }
}
