public import SeedMail

/// A data controller that seeds are given to (UK GDPR Art. 4(7)), as the person signing up sees it.
public struct Organisation: Sendable, Hashable, Identified {
  public static let identifierPrefix = "org"

  /// Its identifier.
  public let id: Identifier<Organisation>
  /// Its name.
  public var name: String
  /// When it was entered.
  public let createdAt: Timestamp
  /// Who may write for it, in the order in which it was entered; revoked entries stay.
  public var domains: [OrganisationDomain]

  /// Makes an organisation.
  public init(
    id: Identifier<Organisation>,
    name: String,
    createdAt: Timestamp,
    domains: [OrganisationDomain] = []
  ) {
    self.id = id
    self.name = name
    self.createdAt = createdAt
    self.domains = domains
  }

  /// The entry that lets mail from `domain` at `time` count as this organisation's.
  ///
  /// An entry covers its domain and everything below it. Of several the strongest role wins.
  public func entry(covering domain: String, at time: Timestamp) -> OrganisationDomain? {
    domains.filter { $0.covers(domain) && $0.isValid(at: time) }
      .min { $0.role.rank < $1.role.rank }
  }
}

/// A statement that mail from a domain comes from an organisation, or for it.
public struct OrganisationDomain: Sendable, Hashable, Codable {
  /// How a domain's holder stands to the organisation.
  public enum Role: String, Sendable, Hashable, Codable, CaseIterable {
    /// The organisation itself.
    case own
    /// A processor that writes on its behalf (UK GDPR Art. 28).
    case processor
    /// A joint controller (Art. 26).
    case joint
    /// Who took the organisation over.
    case successor
    /// Another controller in the same group.
    case affiliate

    /// Whether mail under this role is the organisation's own use of the address.
    public var isExpected: Bool { self == .own || self == .processor || self == .joint }

    var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
  }

  /// Who said so.
  public enum Origin: String, Sendable, Hashable, Codable {
    case `operator`, learned, imported
  }

  /// The domain as A-labels in lower case.
  public let domain: String
  /// How its holder stands to the organisation.
  public let role: Role
  /// The first moment at which this holds; `nil` for always.
  public let validFrom: Timestamp?
  /// The first moment at which it no longer holds; `nil` for never.
  public let validUntil: Timestamp?
  /// Who said so.
  public let origin: Origin
  /// Why.
  public let reason: String
  /// When it was entered.
  public let recordedAt: Timestamp
  /// Whether a person has looked at it; a learned entry waits for that.
  public var isApproved: Bool
  /// When it was taken back, as though it had never held.
  public var revokedAt: Timestamp?

  /// Makes an entry.
  public init(
    domain: String,
    role: Role,
    validFrom: Timestamp? = nil,
    validUntil: Timestamp? = nil,
    origin: Origin = .operator,
    reason: String,
    recordedAt: Timestamp,
    isApproved: Bool = true,
    revokedAt: Timestamp? = nil
  ) {
    self.domain = domain
    self.role = role
    self.validFrom = validFrom
    self.validUntil = validUntil
    self.origin = origin
    self.reason = reason
    self.recordedAt = recordedAt
    self.isApproved = isApproved
    self.revokedAt = revokedAt
  }

  func covers(_ other: String) -> Bool {
    !domain.isEmpty && (other == domain || other.hasSuffix("." + domain))
  }

  func isValid(at time: Timestamp) -> Bool {
    revokedAt == nil && validFrom.map { $0 <= time } ?? true && validUntil.map { time < $0 } ?? true
  }
}
