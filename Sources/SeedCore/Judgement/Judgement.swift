public import SeedMail

/// What a sighting means.
public enum MessageClass: String, Sendable, Hashable, Codable, CaseIterable {
  case bounce, withdrawn, control, expected, impersonation, unverified, related, disclosure
  case stranger, purpose
  /// DNS failed, and its answers could change the class: it is judged again when they come.
  case pending

  /// Whether its owner is alerted of it.
  public var isFinding: Bool {
    switch self {
    case .expected, .unverified, .pending: false
    case .bounce, .withdrawn, .control, .impersonation, .related, .disclosure, .stranger,
      .purpose:
      true
    }
  }
}

/// What a rule made of a sighting.
public struct Verdict: Sendable, Hashable {
  /// What the sighting means.
  public let messageClass: MessageClass
  /// Every fact that was used, in plain words.
  public let reasons: [String]

  /// Makes a verdict.
  public init(_ messageClass: MessageClass, reasons: [String]) {
    self.messageClass = messageClass
    self.reasons = reasons
  }
}

/// What a sighting means, at one time and with its reasons. A later judgement never erases an earlier
/// one: the newest holds.
public struct Judgement: Sendable, Hashable, Identified {
  public static let identifierPrefix = "jdg"

  /// What caused it.
  public enum Cause: String, Sendable, Hashable, Codable {
    /// The message arrived.
    case arrival
    /// The register of organisations changed.
    case register
    /// DNS answers came, or were given up.
    case authentication
    /// The seed's owner withdrew consent, or took that back.
    case withdrawal
    /// A person decided.
    case review
  }

  /// Its identifier.
  public let id: Identifier<Judgement>
  /// The sighting that it is about.
  public let sighting: Identifier<Sighting>
  /// When it was made.
  public let madeAt: Timestamp
  /// What caused it.
  public let cause: Cause
  /// Who sent the message.
  public let sender: Sender
  /// How good the evidence is.
  public let grade: Grade
  /// What the sighting means, and why.
  public let verdict: Verdict

  /// Makes a judgement.
  public init(
    id: Identifier<Judgement>,
    sighting: Identifier<Sighting>,
    madeAt: Timestamp,
    cause: Cause,
    sender: Sender,
    grade: Grade,
    verdict: Verdict
  ) {
    self.id = id
    self.sighting = sighting
    self.madeAt = madeAt
    self.cause = cause
    self.sender = sender
    self.grade = grade
    self.verdict = verdict
  }
}

extension Judgement {
  /// What the sender is known by in the finding that gathers the sighting; `nil` where there is none.
  public var findingKey: SenderKey? {
    verdict.messageClass.isFinding ? SenderKey(verdict.messageClass, sender) : nil
  }

  /// Whether the sighting can be its seed's baseline: the organisation wrote, and is authenticated.
  public var mayBeBaseline: Bool {
    verdict.messageClass == .expected && sender.status.isAuthenticated
  }
}
