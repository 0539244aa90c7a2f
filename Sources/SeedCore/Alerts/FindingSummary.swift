import FoundationEssentials
public import SeedMail

/// A finding as commands print it and as alerts carry it (`docs/formats/json-v1.md`).
public struct FindingSummary: Sendable, Hashable, Encodable {
  /// Who sent the mail.
  public struct SenderSummary: Sendable, Hashable, Encodable {
    public var domain: String
    public var status: Sender.Status
    @ExplicitNull public var platform: String?

    /// The sender of a finding.
    public init(_ sender: Sender) {
      domain = sender.domain
      status = sender.status
      platform = sender.platform
    }
  }

  public var finding: Identifier<Finding>
  public var `case`: Identifier<Case>
  public var seed: Identifier<Seed>
  /// The address as the newest sighting names it; shortened in what leaves this machine.
  public var address: String
  /// The organisation's name; `nil` for a control.
  @ExplicitNull public var organisation: String?
  public var sender: SenderSummary
  public var `class`: MessageClass
  public var grade: Grade
  public var severity: Finding.Severity
  public var firstSeen: Timestamp
  public var lastSeen: Timestamp
  public var sightings: Int
  public var corroborated: Bool
  public var state: Finding.State
  public var reasons: [String]
  /// When the address was minted, and for which form.
  public var mintedAt: Timestamp
  public var form: String
  /// Why the alert is sent; `nil` outside alerts.
  public var event: FindingEvent.Kind?

  /// Reads what a finding's summary needs from a store.
  public init(_ finding: Finding, event: FindingEvent.Kind? = nil, in store: any StoreReader) throws
  {
    guard let seed = try store.seed(finding.seed) else { throw StoreError.dangling }
    self.finding = finding.id
    self.case = finding.caseID
    self.seed = finding.seed
    address =
      try store.sightings(of: finding.seed, after: nil, limit: 1).first?.sighting.recipient ?? ""
    organisation = try finding.organisation.flatMap { try store.organisation($0) }?.name
    sender = SenderSummary(finding.sender)
    self.class = finding.messageClass
    grade = finding.grade
    severity = finding.severity
    firstSeen = finding.firstSeen
    lastSeen = finding.lastSeen
    sightings = finding.sightingCount
    corroborated = finding.isCorroborated
    state = finding.state
    reasons = finding.reasons
    mintedAt = seed.mintedAt
    form = seed.form
    self.event = event
  }

  /// The same with an address that can't be written to: `anna…@seeds.example`.
  public var withShortenedAddress: FindingSummary {
    var copy = self
    if let at = address.lastIndex(of: "@") {
      let local = address[..<at]
      copy.address = local.prefix(min(4, local.count / 3)) + "…" + address[at...]
    }
    return copy
  }

  /// One line of JSON with sorted keys.
  public func json() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(self))
  }
}
