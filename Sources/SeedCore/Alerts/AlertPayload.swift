import FoundationEssentials
public import SeedMail

/// What a row of the outbox tells (`docs/formats/json-v1.md`): a finding, or something else that names
/// its `kind`.
public enum AlertPayload: Sendable, Hashable {
  /// One event of one finding.
  case finding(FindingSummary)
  /// What joined known findings since the last digest.
  case digest(AlertDigest)
  /// The findings for which a channel had no room in the hour.
  case overflow(AlertOverflow)
  /// Something about this installation.
  case notice(AlertNotice)

  /// The kinds that a payload names.
  private enum Kind: String, Codable { case digest, overflow, notice }

  private struct Envelope: Decodable { let kind: Kind? }

  /// Reads a row's payload.
  ///
  /// - Throws: When it is none.
  public init(json: [UInt8]) throws {
    let (decoder, data) = (JSONDecoder(), Data(json))
    self =
      switch try decoder.decode(Envelope.self, from: data).kind {
      case nil: .finding(try decoder.decode(FindingSummary.self, from: data))
      case .digest?: .digest(try decoder.decode(AlertDigest.self, from: data))
      case .overflow?: .overflow(try decoder.decode(AlertOverflow.self, from: data))
      case .notice?: .notice(try decoder.decode(AlertNotice.self, from: data))
      }
  }

  /// One line of JSON with sorted keys.
  public func json() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let data =
      switch self {
      case .finding(let finding): try encoder.encode(finding)
      case .digest(let digest): try encoder.encode(Named(kind: .digest, value: digest))
      case .overflow(let overflow): try encoder.encode(Named(kind: .overflow, value: overflow))
      case .notice(let notice): try encoder.encode(Named(kind: .notice, value: notice))
      }
    return Array(data)
  }

  /// A value with its kind beside its own keys.
  private struct Named<Value: Encodable>: Encodable {
    let kind: Kind
    let value: Value

    private enum Key: CodingKey { case kind }

    func encode(to encoder: any Encoder) throws {
      try value.encode(to: encoder)
      var container = encoder.container(keyedBy: Key.self)
      try container.encode(kind, forKey: .kind)
    }
  }

  /// How urgent it is to look.
  public var severity: Finding.Severity {
    switch self {
    case .finding(let finding): finding.severity
    case .digest: .low
    case .overflow(let overflow): overflow.severity
    case .notice(let notice): notice.severity
    }
  }

  /// What it is about, in a word that programs may rely on: `finding.found`, `digest`.
  public var type: String {
    switch self {
    case .finding(let finding): "finding." + (finding.event ?? .found).rawValue
    case .digest: "digest"
    case .overflow: "overflow"
    case .notice(let notice): "notice." + notice.topic.rawValue
    }
  }
}

/// What joined known findings in a day or a week.
public struct AlertDigest: Sendable, Hashable, Codable {
  /// One finding that more messages joined.
  public struct Entry: Sendable, Hashable, Codable {
    /// The finding as it was when the digest was made.
    public var finding: FindingSummary
    /// How many messages joined it.
    public var newSightings: Int

    /// Makes an entry.
    public init(finding: FindingSummary, newSightings: Int) {
      self.finding = finding
      self.newSightings = newSightings
    }
  }

  /// The most findings that are listed.
  public static let entryCountMax = 50

  /// The time that it covers.
  public var from: Timestamp, until: Timestamp
  /// The findings, those with most new messages first.
  public var entries: [Entry]
  /// How many findings there are, listed or not, and how many messages joined them.
  public var findings: Int, newSightings: Int

  /// Makes a digest; of more than ``entryCountMax`` entries the first are listed.
  public init(from: Timestamp, until: Timestamp, entries: [Entry]) {
    self.from = from
    self.until = until
    self.entries = Array(entries.prefix(Self.entryCountMax))
    findings = entries.count
    newSightings = entries.reduce(0) { $0 + $1.newSightings }
  }
}

/// The alerts that one message stands for, since a channel has had as many as it may in an hour.
public struct AlertOverflow: Sendable, Hashable, Codable {
  /// The most findings that are listed.
  public static let exampleCountMax = 10

  /// How many alerts it stands for.
  public var alerts: Int
  /// How many findings these are about.
  public var findings: Int
  /// When the first and the last of them were raised.
  public var from: Timestamp, until: Timestamp
  /// How many alerts there are of each class.
  public var classes: [String: Int]
  /// The gravest of them.
  public var examples: [FindingSummary]
  /// How urgent the gravest is.
  public var severity: Finding.Severity
}

/// Gathers the rows that an ``AlertOverflow`` stands for, one after another.
package struct AlertOverflowBuilder {
  private var alertCount = 0
  private var findings: Set<Identifier<Finding>> = []
  private var classes: [String: Int] = [:]
  private var examples: [FindingSummary] = []
  private var from: Timestamp?, until: Timestamp?
  private var severity = Finding.Severity.low

  /// Starts with no row.
  package init() {}

  /// Adds a row; one whose payload can't be read is counted all the same.
  package mutating func add(_ row: OutboxRow) {
    alertCount += 1
    from = min(from ?? row.queuedAt, row.queuedAt)
    until = max(until ?? row.queuedAt, row.queuedAt)
    guard case .finding(let finding)? = try? AlertPayload(json: row.payload) else { return }
    classes[finding.class.rawValue, default: 0] += 1
    severity = max(severity, finding.severity)
    guard findings.insert(finding.finding).inserted else { return }
    let place = examples.firstIndex { $0.severity < finding.severity } ?? examples.endIndex
    examples.insert(finding, at: place)
    if examples.count > AlertOverflow.exampleCountMax { examples.removeLast() }
  }

  /// What the rows amount to, at `now` where there are none.
  package func overflow(at now: Timestamp) -> AlertOverflow {
    AlertOverflow(
      alerts: alertCount,
      findings: findings.count,
      from: from ?? now,
      until: until ?? now,
      classes: classes,
      examples: examples,
      severity: severity
    )
  }
}

/// Something about this installation that its operator should know.
public struct AlertNotice: Sendable, Hashable, Codable {
  /// What it is about.
  public enum Topic: String, Sendable, Hashable, Codable, CaseIterable {
    /// A test of a channel.
    case test
    /// That all is well.
    case well
    /// A maildir has been silent for longer than its habit.
    case silence
    /// The clock jumped.
    case clock
    /// The disk is full, or nearly.
    case disk
    /// A witness hasn't cosigned for long.
    case witness
    /// A timestamp authority hasn't stamped for long.
    case timestamp
    /// A channel fails for long, or gave alerts up.
    case channel
    /// Messages were set aside.
    case quarantine
    /// Mail lies in a maildir and can't be read.
    case unreadable
  }

  /// What it is about.
  public var topic: Topic
  /// How urgent it is.
  public var severity: Finding.Severity
  /// When it was noticed.
  public var at: Timestamp
  /// One line that says it.
  public var title: String
  /// Sentences that say more.
  public var details: [String]
  /// Commands that help.
  public var commands: [String]

  /// Makes a notice.
  public init(
    _ topic: Topic,
    severity: Finding.Severity,
    at now: Timestamp,
    title: String,
    details: [String],
    commands: [String] = []
  ) {
    self.topic = topic
    self.severity = severity
    at = now
    self.title = title
    self.details = details
    self.commands = commands
  }
}
