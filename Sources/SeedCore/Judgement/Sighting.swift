public import SeedMail

/// One message that reached one seed.
public struct Sighting: Sendable, Hashable, Identified {
  public static let identifierPrefix = "sgt"

  /// Which field named the seed.
  public enum RecipientSource: String, Sendable, Hashable, Codable {
    case deliveredTo = "Delivered-To"
    case xOriginalTo = "X-Original-To"
    case envelopeTo = "Envelope-To"
    case received = "Received"
    case to = "To"
    case cc = "Cc"
    case resentTo = "Resent-To"
    case resentCc = "Resent-Cc"
  }

  /// Its identifier.
  public let id: Identifier<Sighting>
  /// The seed that the message reached.
  public let seed: Identifier<Seed>
  /// The address as the message names it.
  public let recipient: String
  /// Which field named it.
  public let recipientSource: RecipientSource
  /// SHA-256 of the message's bytes.
  public let messageDigest: [UInt8]
  /// The base name in the maildir, or what stands for it elsewhere.
  public let baseName: String
  /// When the message arrived, as the own MTA or the maildir says.
  public let arrivedAt: Timestamp
  /// When it was recorded here.
  public let recordedAt: Timestamp
  /// What its judgement rests on; a later look at the same bytes may replace it.
  public var facts: MessageFacts

  /// Makes a sighting.
  public init(
    id: Identifier<Sighting>,
    seed: Identifier<Seed>,
    recipient: String,
    recipientSource: RecipientSource,
    messageDigest: [UInt8],
    baseName: String,
    arrivedAt: Timestamp,
    recordedAt: Timestamp,
    facts: MessageFacts
  ) {
    self.id = id
    self.seed = seed
    self.recipient = recipient
    self.recipientSource = recipientSource
    self.messageDigest = messageDigest
    self.baseName = baseName
    self.arrivedAt = arrivedAt
    self.recordedAt = recordedAt
    self.facts = facts
  }
}
