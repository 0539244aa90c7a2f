import SeedMail

/// An alert in words, from which every channel takes what it has room for.
///
/// Its texts are single lines without control characters; nothing in them is escaped yet.
public struct AlertMessage: Sendable, Hashable {
  /// A part under a heading.
  public struct Section: Sendable, Hashable {
    /// The heading.
    public let heading: String
    /// What it says, top to bottom.
    public var blocks: [Block]
  }

  /// A piece of text of one kind.
  public enum Block: Sendable, Hashable {
    case paragraph(String)
    case list([String])
    /// A line to be typed, exactly so.
    case command(String)
  }

  /// How urgent it is to look.
  public let severity: Finding.Severity
  /// One line.
  public let subject: String
  /// The sentences that a person needs first, one paragraph each.
  public let lead: [String]
  /// The rest.
  public let sections: [Section]
  /// Where the web shows it; `nil` where there is no web.
  public let link: String?
  /// What it is about, for its last line: identifiers.
  public let reference: String

  /// Puts a payload into words.
  ///
  /// - Parameter site: The dashboard's address, where there is one.
  public init(_ payload: AlertPayload, site: String? = nil) {
    switch payload {
    case .finding(let finding): self.init(finding, site: site)
    case .digest(let digest): self.init(digest, site: site)
    case .overflow(let overflow): self.init(overflow, site: site)
    case .notice(let notice): self.init(notice)
    }
  }

  init(
    severity: Finding.Severity,
    subject: String,
    lead: [String],
    sections: [Section],
    link: String? = nil,
    reference: String
  ) {
    self.severity = severity
    self.subject = subject
    self.lead = lead
    self.sections = sections
    self.link = link
    self.reference = reference
  }

  /// The lead and the first command, for pushes.
  public var shortText: String {
    let commands = sections.flatMap(\.blocks).compactMap { block in
      if case .command(let command) = block { command } else { nil }
    }
    return (lead + (commands.first.map { [$0] } ?? []) + (link.map { [$0] } ?? []))
      .joined(separator: "\n\n")
  }
}

extension Timestamp {
  /// The day for a sentence, in UTC: `22 November 2026`.
  var dayInWords: String {
    let date = CivilDate(self)
    return "\(date.day) \(monthInWords) \(date.year)"
  }

  /// The month's English name, in UTC.
  var monthInWords: String {
    let months = [
      "January", "February", "March", "April", "May", "June", "July", "August", "September",
      "October", "November", "December",
    ]
    return months[CivilDate(self).month - 1]
  }
}

/// A number and its noun: `1 message`, `1,234 messages`.
func counted(_ count: Int, _ noun: String, _ plural: String? = nil) -> String {
  let digits = String(count)
  var grouped = ""
  for (index, digit) in digits.enumerated() {
    if index > 0, (digits.count - index) % 3 == 0 { grouped += "," }
    grouped.append(digit)
  }
  return "\(grouped) \(count == 1 ? noun : plural ?? noun + "s")"
}
