public import SeedMail

/// What an owner is alerted of: one seed and one sender that is not the organisation.
public struct Finding: Sendable, Hashable, Identified {
  public static let identifierPrefix = "fnd"

  /// Where triage stands.
  public enum State: String, Sendable, Hashable, Codable, CaseIterable {
    case open, confirmed, explained, closed
  }

  /// How urgent it is to look.
  public enum Severity: String, Sendable, Hashable, Codable, CaseIterable, Comparable {
    case low, medium, high, critical

    public static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }
    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
  }

  /// Its identifier.
  public let id: Identifier<Finding>
  /// The case that it belongs to.
  public let caseID: Identifier<Case>
  /// The seed that was written to.
  public let seed: Identifier<Seed>
  /// The organisation that the seed was given to; `nil` for a control.
  public let organisation: Identifier<Organisation>?
  /// What tells this sender from others.
  public let senderKey: SenderKey
  /// The sender, as the strongest sighting shows it.
  public var sender: Sender
  /// The gravest class among its sightings.
  public var messageClass: MessageClass
  /// The best grade among its sightings.
  public var grade: Grade
  /// How urgent it is.
  public var severity: Severity
  /// Where triage stands.
  public var state: State
  /// When its first and its last sighting arrived.
  public var firstSeen: Timestamp, lastSeen: Timestamp
  /// How many sightings it gathers.
  public var sightingCount: Int
  /// Whether another seed of the organisation met the same sender.
  public var isCorroborated: Bool
  /// The reasons of the judgement that it shows.
  public var reasons: [String]

  /// Makes a finding.
  public init(
    id: Identifier<Finding>,
    caseID: Identifier<Case>,
    seed: Identifier<Seed>,
    organisation: Identifier<Organisation>?,
    senderKey: SenderKey,
    sender: Sender,
    messageClass: MessageClass,
    grade: Grade,
    severity: Severity,
    state: State = .open,
    firstSeen: Timestamp,
    lastSeen: Timestamp,
    sightingCount: Int,
    isCorroborated: Bool = false,
    reasons: [String]
  ) {
    self.id = id
    self.caseID = caseID
    self.seed = seed
    self.organisation = organisation
    self.senderKey = senderKey
    self.sender = sender
    self.messageClass = messageClass
    self.grade = grade
    self.severity = severity
    self.state = state
    self.firstSeen = firstSeen
    self.lastSeen = lastSeen
    self.sightingCount = sightingCount
    self.isCorroborated = isCorroborated
    self.reasons = reasons
  }
}

/// What tells one sender from another: a domain, or the words for one that can't be named.
///
/// Backscatter and impersonation never share a key with the domain that they abuse: its owner did not
/// send them.
public struct SenderKey: Sendable, Hashable, Codable, CustomStringConvertible {
  /// The key's text, such as `party.example`, `(bounce)` or `(impersonating) petitions.example`.
  public let description: String

  /// A key as it was stored.
  public init(stored: String) { description = stored }

  /// The key for a judgement of that class and sender.
  public init(_ messageClass: MessageClass, _ sender: Sender) {
    description =
      switch messageClass {
      case .bounce: "(bounce)"
      case .impersonation: "(impersonating) " + sender.domain
      default: sender.domain.isEmpty ? "(unknown)" : sender.domain
      }
  }
}

/// One organisation and one sender, across seeds: what is reported.
public struct Case: Sendable, Hashable, Identified {
  public static let identifierPrefix = "case"

  /// Its identifier.
  public let id: Identifier<Case>
  /// The organisation; `nil` for controls.
  public let organisation: Identifier<Organisation>?
  /// What tells this sender from others.
  public let senderKey: SenderKey
  /// When it was opened.
  public let openedAt: Timestamp

  /// Makes a case.
  public init(
    id: Identifier<Case>,
    organisation: Identifier<Organisation>?,
    senderKey: SenderKey,
    openedAt: Timestamp
  ) {
    self.id = id
    self.organisation = organisation
    self.senderKey = senderKey
    self.openedAt = openedAt
  }
}

/// A change of a finding: what was alerted, and what people decided, kept for ever.
public struct FindingEvent: Sendable, Hashable {
  /// What happened.
  public enum Kind: String, Sendable, Hashable, Codable {
    /// The first sighting.
    case found
    /// Another seed met the same sender.
    case corroborated
    /// Better evidence came.
    case gradeImproved = "grade-improved"
    /// Its class became graver.
    case escalated
    /// One more sighting, for the digest.
    case seenAgain = "seen-again"
    /// Triage changed its state.
    case stateChanged = "state-changed"
    /// Later judgements left it without a sighting.
    case withdrawn

    /// Whether it alerts at once.
    public var alertsAtOnce: Bool {
      switch self {
      case .found, .corroborated, .gradeImproved, .escalated: true
      case .seenAgain, .stateChanged, .withdrawn: false
      }
    }
  }

  /// Its place in the order of all events; 0 before it is stored.
  public let sequence: Int64
  /// The finding.
  public let finding: Identifier<Finding>
  /// What happened.
  public let kind: Kind
  /// When.
  public let at: Timestamp
  /// The state after it.
  public let state: Finding.State
  /// Why, in the words of whoever decided; for a silenced alert, the silence's reason.
  public let reason: String
  /// Whether a silence kept it from being alerted.
  public let isSilenced: Bool

  /// Makes an event.
  public init(
    sequence: Int64 = 0,
    finding: Identifier<Finding>,
    kind: Kind,
    at: Timestamp,
    state: Finding.State,
    reason: String = "",
    isSilenced: Bool = false
  ) {
    self.sequence = sequence
    self.finding = finding
    self.kind = kind
    self.at = at
    self.state = state
    self.reason = reason
    self.isSilenced = isSilenced
  }
}

/// A wish not to be alerted of a sender, or of an organisation's findings, for a while.
public struct Silence: Sendable, Hashable, Identified {
  public static let identifierPrefix = "sil"

  /// Its identifier.
  public let id: Identifier<Silence>
  /// The sender that it covers; `nil` for every sender.
  public let senderKey: SenderKey?
  /// The organisation that it covers; `nil` for every organisation.
  public let organisation: Identifier<Organisation>?
  /// Why.
  public let reason: String
  /// From when until when it holds.
  public let from: Timestamp, until: Timestamp

  /// Makes a silence.
  public init(
    id: Identifier<Silence>,
    senderKey: SenderKey?,
    organisation: Identifier<Organisation>?,
    reason: String,
    from: Timestamp,
    until: Timestamp
  ) {
    self.id = id
    self.senderKey = senderKey
    self.organisation = organisation
    self.reason = reason
    self.from = from
    self.until = until
  }

  /// Whether it covers a finding at `now`. A control is never silenced.
  public func covers(_ finding: Finding, at now: Timestamp) -> Bool {
    finding.messageClass != .control && from <= now && now < until
      && senderKey.map { $0 == finding.senderKey } ?? true
      && organisation.map { $0 == finding.organisation } ?? true
      && (senderKey != nil || organisation != nil)
  }
}
