import SeedTesting

@testable import SeedCore

/// Payloads for tests of what an alert says.
enum AlertSample {
  static let address = "anna4qk82c7x0m9d5tjw3@seeds.example"

  static func finding(
    _ messageClass: MessageClass = .disclosure,
    status: Sender.Status = .aligned,
    grade: Grade = .a,
    domain: String = "party.example",
    platform: String? = nil,
    organisation: String? = "Example Petitions",
    event: FindingEvent.Kind? = .found,
    reasons: [String] = ["The sender is party.example: SPF passes for party.example."]
  ) throws -> FindingSummary {
    let sender = Sender(domain: domain, status: status, platform: platform)
    let template = """
      {"address":"anna…@seeds.example","case":"case_200000000000","class":"disclosure",\
      "corroborated":false,"finding":"fnd_300000000000","firstSeen":"2026-11-22T10:00:00Z",\
      "form":"https://petitions.example/p/1","grade":"A","lastSeen":"2026-11-23T10:00:00Z",\
      "mintedAt":"2026-03-01T09:00:00Z","organisation":null,"reasons":[],\
      "seed":"seed_a00000000000",\
      "sender":{"domain":"","platform":null,"status":"none"},"severity":"high","sightings":1,\
      "state":"open"}
      """
    guard case .finding(var finding) = try AlertPayload(json: Array(template.utf8)) else {
      throw StoreError.damaged
    }
    finding.class = messageClass
    finding.sender = .init(sender)
    finding.grade = grade
    finding.organisation = organisation
    finding.event = event
    finding.reasons = reasons
    finding.purpose = ""
    finding.isAdopted = false
    finding.severity = Finding.Severity(messageClass, sender, grade, corroborated: false)
    return finding
  }

  /// Texts by which a sender might try to be more than a text.
  static let hostile = [
    "evil\r\nBcc: victim@victim.example\r\n\r\nbody", "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>", "https://evil.example/login", "www.evil.example/x",
    "[click](https://evil.example/)", "<https://evil.example|seeds.example>", "@everyone", "@here",
    "<!channel>", "<@U123>", "@room:evil.example", "**bold** _it_ `code` ~~no~~ ||spoiler||",
    "# heading", "\u{202E}elpmaxe.live\u{202C}", "a\u{200B}b\u{2060}c\u{FEFF}",
    "\u{1B}[31mred\u{1B}]0;x\u{07}",
    "\u{0}nul", "line\u{2028}separator\u{2029}", "z\u{0301}\u{0302}\u{0303}\u{0304}\u{0305}algo",
    "=?utf-8?q?=0d=0aBcc:_x?=", "{{7*7}} ${x} %s", "'; rm -rf / #", "$(reboot)", "`reboot`",
    "mailto:evil@evil.example", "\u{E0041}\u{E0042}tag", String(repeating: "x", count: 5000),
    String(repeating: "é ", count: 3000),
  ]

  /// A finding with one hostile text wherever one may come from outside.
  static func hostileFinding(_ text: String) throws -> FindingSummary {
    var finding = try finding(
      .stranger,
      status: .platform,
      grade: .d,
      domain: text,
      platform: text,
      organisation: text,
      reasons: [text, "Its field names the customer as \"\(text)\"."]
    )
    finding.form = text
    finding.purpose = text
    finding.address = text
    return finding
  }
}
