public import SeedMail

/// One address, minted (or adopted) for one organisation and one sign-up.
///
/// It holds a token of the address and not the address: the receiving side doesn't know an address
/// before somebody has written to it.
public struct Seed: Sendable, Hashable, Identified {
  public static let identifierPrefix = "seed"

  /// How the address came about.
  public enum Scheme: String, Sendable, Hashable, Codable {
    /// `seedmint/v1` with 80 or 60 bits.
    case p80, p60
    /// An address that existed before, without a tag and without a commitment.
    case adopted
  }

  /// A seed that measures the base rate.
  public enum Control: String, Sendable, Hashable, Codable, CaseIterable {
    /// Given to nobody.
    case c0
    /// Entered only into the operator's own form.
    case c1
  }

  /// Whether the sign-up asked for consent, and how it was answered.
  public enum OptIn: String, Sendable, Hashable, Codable, CaseIterable {
    case yes, no
    case notAsked = "not-asked"
  }

  /// Its identifier.
  public let id: Identifier<Seed>
  /// What its address is recognised by.
  public let token: MatchToken
  /// The organisation that the address was given to; `nil` for a control.
  public let organisation: Identifier<Organisation>?
  /// How the address came about.
  public let scheme: Scheme
  /// What kind of control it is; `nil` for a seed that was given to an organisation.
  public let control: Control?
  /// The URL of the sign-up form; empty where it isn't known.
  public let form: String
  /// What the address was given for, as the form put it.
  public let purpose: String
  /// How consent to mail was answered.
  public let optIn: OptIn?
  /// SHA-256 of the privacy notice as it was at sign-up.
  public let noticeDigest: [UInt8]?
  /// Whose address it is, in an operator's own words.
  public let participant: String?
  /// When it was minted or adopted.
  public let mintedAt: Timestamp
  /// Until when the first authenticated sender is taken for the organisation.
  public let learnUntil: Timestamp?
  /// The mint leaf's place in the ledger; `nil` for an adopted address.
  public let leafIndex: Int64?
  /// When its owner stopped using it. It still matches for ever.
  public var retiredAt: Timestamp?
  /// When its owner withdrew consent or unsubscribed.
  public var withdrawnAt: Timestamp?

  /// Makes a seed.
  public init(
    id: Identifier<Seed>,
    token: MatchToken,
    organisation: Identifier<Organisation>?,
    scheme: Scheme,
    control: Control? = nil,
    form: String = "",
    purpose: String = "",
    optIn: OptIn? = nil,
    noticeDigest: [UInt8]? = nil,
    participant: String? = nil,
    mintedAt: Timestamp,
    learnUntil: Timestamp? = nil,
    leafIndex: Int64? = nil,
    retiredAt: Timestamp? = nil,
    withdrawnAt: Timestamp? = nil
  ) {
    self.id = id
    self.token = token
    self.organisation = organisation
    self.scheme = scheme
    self.control = control
    self.form = form
    self.purpose = purpose
    self.optIn = optIn
    self.noticeDigest = noticeDigest
    self.participant = participant
    self.mintedAt = mintedAt
    self.learnUntil = learnUntil
    self.leafIndex = leafIndex
    self.retiredAt = retiredAt
    self.withdrawnAt = withdrawnAt
  }
}
