import Foundation
import FoundationXML
import SeedCore
import SeedTesting
import Testing

/// Cases of every kind, told by real mail.
enum ReportedCase: String, CaseIterable, Sendable {
  case disclosure = "01-disclosure"
  case platform = "02-platform"
  case replayed = "03-replayed"
  case unsigned = "04-unsigned"
  case impersonation = "05-impersonation"
  case control = "06-control"
  case withdrawn = "07-withdrawn"
  case adopted = "08-adopted"
  case many = "09-many"
  case mixed = "13-mixed"

  /// What a dossier of the case is called.
  var sender: String {
    switch self {
    case .impersonation: "(impersonating) petitions.example"
    case .withdrawn: "petitions.example"
    default: "party.example"
    }
  }

  /// Tells the case; the organisation's name and the sender's text may be hostile.
  func dossier(
    organisation name: String = "Example Petitions",
    text: String = "An appeal"
  ) async throws -> Dossier {
    let story = try CaseStory()
    let petitions = try await story.add(name, writingFrom: "petitions.example")
    let control = try await story.mint(for: nil, stem: "dora")
    var seeds: [CaseStory.MintedSeed] = []
    switch self {
    case .adopted: seeds = [try await story.adopt("old.box@seeds.example", for: petitions)]
    case .control: seeds = [control]
    case .disclosure, .mixed:
      seeds = [
        try await story.mint(
          for: petitions,
          participant: "Ann \(text)",
          notice: "We keep it safe."
        ),
        try await story.mint(for: petitions, stem: "ben", participant: "Ben"),
      ]
    case .many:
      for _ in 0..<6 { seeds.append(try await story.mint(for: petitions, stem: "ed")) }
    default: seeds = [try await story.mint(for: petitions)]
    }
    story.go(to: Sample.day(1))
    if self != .control {
      for seed in seeds { try await story.deliver(.init(from: "petitions.example"), to: seed) }
    }
    try await story.guess("nobody")
    story.go(to: Sample.day(10))
    if self == .withdrawn { try await story.withdraw(seeds[0]) }
    for (index, seed) in seeds.enumerated() {
      story.go(to: Sample.day(50 + index))
      var letter = letter(text)
      if self == .mixed, index > 0 { letter.signedBy = nil }
      try await story.deliver(letter, to: seed)
    }
    if self == .disclosure {
      var weak = letter(text)
      weak.signedBy = nil
      try await story.deliver(weak, to: seeds[0])
    }
    story.go(to: Sample.day(60))
    try await story.closeDays()
    return try await story.dossier(of: self == .control ? nil : petitions, from: sender)
  }

  private func letter(_ text: String) -> CaseStory.Letter {
    let isOwn = self == .impersonation || self == .withdrawn
    var letter = CaseStory.Letter(from: isOwn ? "petitions.example" : "party.example")
    letter.name = CaseStory.encodedWords(text)
    letter.subject = CaseStory.encodedWords(text)
    letter.body = text
    switch self {
    case .platform: letter.signedBy = "bulk.example"
    case .replayed: letter.to = "somebody@elsewhere.example"
    case .unsigned, .impersonation: letter.signedBy = nil
    default: break
    }
    return letter
  }

  static let claims = [
    Claim(
      number: 1,
      part: "mint/01",
      verdict: .supported,
      statement: "The address was made for Example Petitions between two dates",
      reasons: ["The record opens the leaf."],
      refutedBy: "Another record that opens the same leaf."
    ),
    Claim(
      number: 2,
      verdict: .notShown,
      statement: "Nobody could guess the address",
      reasons: [],
      refutedBy: "A way to compute the tag."
    ),
  ]
}

struct ReportTests {
  /// What the summary, the timeline and the map say.
  private func words(_ report: Report) throws -> String {
    let json = try JSONValue(parsing: report.json())
    let lines =
      ["title", "class", "grade", "route"].compactMap { json[$0]?.string }
      + (json["summary"]?.array ?? []).compactMap(\.string)
      + (json["timeline"]?.array ?? []).compactMap { event in
        guard let at = event["at"]?.string, let text = event["text"]?.string else { return nil }
        return "\(at) \(event["kind"]?.string ?? "") \(text)"
      }
      + ["guessing", "controls"].flatMap { (json[$0]?["words"]?.array ?? []).compactMap(\.string) }
      + (json["messages"]?.array ?? []).flatMap { message in
        ["gradeWords", "class"].compactMap { message[$0]?.string }
          + ["signatures", "otherChecks", "reasons"].flatMap { key in
            (message[key]?.array ?? []).compactMap(\.string)
          }
      }
    return lines.joined(separator: "\n") + "\n"
  }

  @Test(arguments: ReportedCase.allCases)
  func `each kind of case is told in words that claim no more than is shown`(
    kind: ReportedCase
  ) async throws {
    let report = Report(try await kind.dossier(), claims: ReportedCase.claims)
    try Golden.expect(words(report), at: "report/\(kind.rawValue).expected")
  }

  @Test func `the page, the JSON and the table come out to the byte`() async throws {
    let report = Report(try await ReportedCase.disclosure.dossier(), claims: ReportedCase.claims)
    try Golden.expect(report.html(), at: "report/10-page.expected")
    try Golden.expect(String(decoding: report.json(), as: UTF8.self), at: "report/11-json.expected")
    try Golden.expect(report.csv(), at: "report/12-table.expected")
  }

  @Test(arguments: ReportedCase.allCases, BundleEdition.allCases)
  func `every caveat stands in every report`(
    kind: ReportedCase,
    edition: BundleEdition
  ) async throws {
    let html = try Report(try await kind.dossier(), claims: [], edition: edition).html()
    let caveats = [
      "names a domain, not a person", "A company that sends mail for others may hold",
      "does not say how the sender got the address", "could have given it away",
      "controls", "Art. 15(1)(g)", "A company that works for it", "a script on the form",
      "the mail host and the network", "not yet a finding of law",
      "weakens only signatures that are not dated", "Times from the local clock are claims",
      "received no mail does not prove", "not signed with DNSSEC",
    ]
    for caveat in caveats { #expect(html.contains(caveat), "\(caveat)") }
    #expect(html.contains(kind == .adopted ? "adopted, not minted" : "RFC 2104"))
  }

  @Test func `the domain that is abused is never named as a sender`() async throws {
    let report = Report(try await ReportedCase.impersonation.dossier(), claims: [])
    let text = try words(report) + report.html()
    for accusation in [
      "written to by petitions.example", "petitions.example writes", "petitions.example wrote",
      "signature of petitions.example",
    ] {
      #expect(!text.contains(accusation))
    }
    #expect(text.contains("somebody unknown who wrote in the name of petitions.example"))
  }

  @Test(arguments: [
    ReportedCase.replayed, .unsigned, .impersonation,
  ])
  func `weak evidence never says that somebody wrote`(kind: ReportedCase) async throws {
    let report = Report(try await kind.dossier(), claims: [])
    let text = try words(report)
    #expect(!text.contains("party.example writes") && !text.contains("written to by"))
    #expect(!text.contains("wrote to it on") && !text.contains("that key wrote"))
  }

  @Test func `the public edition holds no address, no message, no person and no day`() async throws
  {
    let dossier = try await ReportedCase.disclosure.dossier(text: "Particular words")
    let report = Report(dossier, claims: [], edition: .public)
    let all = try [report.html(), String(decoding: report.json(), as: UTF8.self), report.csv()]
    for text in all {
      #expect(!text.contains("@seeds.example") && !text.contains("Particular words"))
      #expect(!text.contains("Ben") && !text.contains("/p/1"))
      #expect(!text.contains("2026-03-01") && !text.contains("1 March"))
      #expect(!text.contains(dossier.messages[0].sighting.messageDigest.hex))
    }
    #expect(all[0].contains("March 2026"))
    let reviewer = try Report(dossier, claims: [], edition: .reviewer).html()
    #expect(
      !reviewer.contains(">Ben<")
        && reviewer.contains(dossier.address(of: dossier.seeds[0].seed.id))
    )
  }

  static let hostile = [
    "</title></style><script>alert(1)</script><img src=x onerror=alert(1)>",
    "\"><svg onload=alert(1)>' onmouseover='x",
    "{{{style}}} {{#messages}} &lt;b&gt; &#60;i&#62; ]]>",
    "\u{202E}elpmaxe.ytrap\u{2066} \u{200B}\u{0}\u{1B}[31m\u{7F}\u{2028}",
    "=HYPERLINK(\"https://evil.example\";1)\r\n+1,\"2\"",
    "A\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
    String(repeating: "W", count: 5000), String(repeating: "漢 ", count: 400), "مرحبا بالعالم",
  ]

  @Test(arguments: hostile)
  func `text from outside changes nothing of a page but its words`(text: String) async throws {
    let dossier = try await ReportedCase.disclosure.dossier(organisation: text, text: text)
    let claim = Claim(
      number: 4,
      part: text,
      verdict: .proved,
      statement: text,
      reasons: [text],
      refutedBy: text
    )
    let harmless = Claim(
      number: 4,
      part: "x",
      verdict: .proved,
      statement: "x",
      reasons: ["x"],
      refutedBy: "x"
    )
    let hostile = try Outline(of: Report(dossier, claims: [claim]).html())
    let plain = try Outline(
      of: Report(
        try await ReportedCase.disclosure.dossier(),
        claims: [harmless]
      ).html()
    )
    // Long names take more lines in the drawings; everything else has the same elements.
    func elements(_ outline: Outline) -> [String] {
      outline.elements.filter { !$0.hasPrefix("text") && !$0.hasPrefix("line") }
    }
    #expect(elements(hostile) == elements(plain))
    #expect(
      !hostile.text.unicodeScalars.contains {
        "\u{202E}\u{2066}\u{200B}\u{1B}".unicodeScalars.contains($0)
      }
    )
  }

  @Test func `a cell never begins a formula`() async throws {
    for text in ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1"] {
      let dossier = try await ReportedCase.unsigned.dossier(text: text)
      let csv = Report(dossier, claims: []).csv()
      for cell in csv.split(whereSeparator: { $0 == "," || $0 == "\r\n" }) {
        let first = cell.first { $0 != "\"" }
        #expect(!"=+-@".contains(first ?? "x"), "\(cell)")
      }
    }
  }

  @Test(arguments: ReportedCase.allCases)
  func `a page can be heard, printed, and loads nothing`(kind: ReportedCase) async throws {
    let html = try Report(try await kind.dossier(), claims: ReportedCase.claims).html()
    let outline = try Outline(of: html)
    // Headings go down one step at a time, from one first heading.
    let levels = outline.elements.compactMap { element in
      element.hasPrefix("h") ? Int(element.dropFirst().prefix(1)) : nil
    }
    #expect(levels.first == 1 && levels.filter { $0 == 1 }.count == 1)
    for (level, next) in zip(levels, levels.dropFirst()) { #expect(next <= level + 1) }
    for landmark in ["header", "nav", "main", "footer"] {
      #expect(outline.elements.filter { $0 == landmark }.count == 1)
    }
    #expect(Set(outline.identifiers).count == outline.identifiers.count)
    #expect(Set(outline.references).isSubset(of: outline.identifiers))
    #expect(outline.tableHeaders.allSatisfy { $0 == "col" || $0 == "row" })
    #expect(outline.drawings == 2 && outline.titles == 3 && outline.descriptions == 2)
    #expect(html.contains("<html lang=\"en\">"))
    #expect(outline.links.allSatisfy { $0.hasPrefix("#") } && outline.sources.isEmpty)
    #expect(
      !outline.elements.contains { ["script", "img", "iframe", "link", "object"].contains($0) }
    )
    #expect(outline.elements.filter { $0 == "style" }.count == 1)
  }

  @Test func `the same records give the same page`() async throws {
    let pages = try await [
      ReportedCase.disclosure.dossier(), ReportedCase.disclosure.dossier(),
    ].map { try Report($0, claims: []).html() }
    #expect(pages[0] == pages[1])
  }

  @Test(arguments: [
    (1.0, "1"), (999.9, "990"), (1000, "1 thousand"), (23_456_789, "23 million"),
    (1.2e24, "1 septillion"), (5e29, "500,000 septillion"), (1e40, "1,000,000 septillion"),
  ])
  func `large numbers are rounded down and named`(number: Double, words: String) {
    #expect(LargeNumber.words(number) == words)
  }
}

/// What a page is made of; a page that isn't well formed throws.
private final class Outline: NSObject, XMLParserDelegate {
  var elements: [String] = []
  var identifiers: [String] = []
  var references: [String] = []
  var links: [String] = []
  var sources: [String] = []
  var tableHeaders: [String?] = []
  var drawings = 0, titles = 0, descriptions = 0
  var text = ""

  init(of html: String) throws {
    super.init()
    let parser = XMLParser(data: Data(html.utf8))
    parser.delegate = self
    guard parser.parse() else {
      throw parser.parserError ?? CocoaError(.fileReadCorruptFile)
    }
  }

  func parser(
    _ parser: XMLParser,
    didStartElement element: String,
    namespaceURI: String?,
    qualifiedName: String?,
    attributes: [String: String]
  ) {
    elements.append(element)
    if let id = attributes["id"] { identifiers.append(id) }
    references += (attributes["aria-labelledby"] ?? "").split(separator: " ").map(String.init)
    if let link = attributes["href"] {
      links.append(link)
      references.append(String(link.dropFirst()))
    }
    if let source = attributes["src"] { sources.append(source) }
    switch element {
    case "th": tableHeaders.append(attributes["scope"])
    case "svg" where attributes["role"] == "img": drawings += 1
    case "title": titles += 1
    case "desc": descriptions += 1
    default: break
    }
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }
}
