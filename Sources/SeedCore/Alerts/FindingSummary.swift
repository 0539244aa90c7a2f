import FoundationEssentials
public import SeedMail

/// A finding as commands print it and as alerts carry it (`docs/formats/json-v1.md`).
public struct FindingSummary: Sendable, Hashable, Codable {
  /// Who sent the mail.
  public struct SenderSummary: Sendable, Hashable, Codable {
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
  /// The address as the first sighting names it; shortened in what leaves this machine.
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
  /// What it was given for; `nil` in alerts of earlier versions.
  public var purpose: String?
  /// Whether the address existed before, so that nobody here knows when it was given away.
  public var isAdopted: Bool?
  /// Why the alert is sent; `nil` outside alerts.
  public var event: FindingEvent.Kind?

  /// Reads what a finding's summary needs from a store.
  public init(_ finding: Finding, event: FindingEvent.Kind? = nil, in store: any StoreReader) throws
  {
    guard let seed = try store.seed(finding.seed) else { throw StoreError.dangling }
    self.finding = finding.id
    self.case = finding.caseID
    self.seed = finding.seed
    address = try store.firstRecipient(of: finding.seed) ?? ""
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
    purpose = seed.purpose
    isAdopted = seed.scheme == .adopted
    self.event = event
  }

  /// The same with an address that can't be written to: `anna…@seeds.example`. Where a text quotes
  /// the address, as a sender can make it do, it is shortened too.
  public var withShortenedAddress: FindingSummary {
    guard let at = address.lastIndex(of: "@") else { return self }
    let local = String(address[..<at])
    let short = local.prefix(min(4, local.count / 3)) + "…"
    var copy = self
    copy.address = String(short + address[at...])
    // A shorter name might be a word.
    guard local.count >= Self.nameLengthMin else { return copy }
    func shortened(_ text: String) -> String { text.replacing(local, ignoringCaseWith: short) }
    copy.reasons = reasons.map(shortened)
    copy.form = shortened(form)
    copy.purpose = purpose.map(shortened)
    copy.sender.domain = shortened(sender.domain)
    copy.sender.platform = sender.platform.map(shortened)
    return copy
  }

  /// The least length of a local part that is looked for in texts.
  private static let nameLengthMin = 8

  /// One line of JSON with sorted keys.
  public func json() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(self))
  }
}

extension String {
  /// With every occurrence of an ASCII word, in whatever case, replaced.
  fileprivate func replacing(
    _ word: String,
    ignoringCaseWith replacement: some StringProtocol
  )
    -> String
  {
    let (bytes, wanted) = (Array(utf8), Array(word.lowercased().utf8))
    func folded(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }
    var result: [UInt8] = []
    var offset = 0
    while offset < bytes.count {
      let candidate = bytes[offset...].prefix(wanted.count)
      if candidate.lazy.map(folded).elementsEqual(wanted) {
        result += replacement.utf8
        offset += wanted.count
      } else {
        result.append(bytes[offset])
        offset += 1
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}
