public import SeedMail

/// A message as it was found, before it is read.
public struct Arrival: Sendable {
  /// Every byte of it.
  public let bytes: [UInt8]
  /// The base name in the maildir, or what stands for it elsewhere.
  public let baseName: String
  /// Its file; `nil` for a message out of an mbox.
  public let file: FileIdentity?
  /// When it was delivered, as the maildir or the mbox says.
  public let deliveredAt: Timestamp

  /// Makes an arrival.
  public init(bytes: [UInt8], baseName: String, file: FileIdentity?, deliveredAt: Timestamp) {
    self.bytes = bytes
    self.baseName = baseName
    self.file = file
    self.deliveredAt = deliveredAt
  }
}

/// What became of a batch of messages.
public struct IntakeReport: Sendable, Hashable, Codable {
  /// Messages that were read.
  public var read = 0
  /// Sightings that were recorded.
  public var recorded = 0
  /// Messages that had been taken in before.
  public var duplicates = 0
  /// Messages that reached a seed.
  public var matched = 0
  /// Sightings from the organisation itself.
  public var expected = 0
  /// Sightings that are, or join, a finding.
  public var findings = 0
  /// Sightings whose judgement waits for DNS.
  public var pending = 0
  /// Recipients that are a typing error away from a seed.
  public var nearMisses = 0
  /// Recipients in the catch-all domain that are no seed.
  public var unknown = 0
  /// Messages that were set aside because they could not be taken in.
  public var quarantined = 0
  /// Alerts of this installation that came back; they are no sightings.
  public var ownAlerts = 0

  /// A report of nothing.
  public init() {}

  /// Adds another batch's numbers.
  public static func += (left: inout Self, right: Self) {
    left.read += right.read
    left.recorded += right.recorded
    left.duplicates += right.duplicates
    left.matched += right.matched
    left.expected += right.expected
    left.findings += right.findings
    left.pending += right.pending
    left.nearMisses += right.nearMisses
    left.unknown += right.unknown
    left.quarantined += right.quarantined
    left.ownAlerts += right.ownAlerts
  }
}

/// What became of the sightings that waited for DNS.
public struct PendingOutcome: Sendable, Hashable {
  /// How many are judged now, and how many wait on.
  public var settled = 0, waiting = 0

  /// Nothing waited.
  public init() {}
}
