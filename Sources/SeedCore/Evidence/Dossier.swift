public import SeedMail

/// Everything that a bundle, a report or a letter says of one case, read from one state of the store.
///
/// All of it was recorded, so that the same state gives the same dossier at any time and anywhere.
public struct Dossier: Sendable {
  /// The most seeds of a case that a dossier holds.
  public static let seedCountMax = 500
  /// The most messages of the sender that a dossier holds.
  public static let messageCountMax = 100
  /// The most messages of the organisation itself that a dossier holds for each seed.
  public static let baselineCountMax = 3
  /// The most bytes of messages that a dossier holds; the first message is held however long it is.
  public static let byteCountMax = 128 << 20
  /// How many sightings of a seed are looked at, at most, in search of those to hold.
  public static let sightingCountMax = 10_000

  /// The case.
  public let `case`: Case
  /// The organisation that the seeds were given to, with every domain that ever wrote for it; `nil`
  /// for controls.
  public let organisation: Organisation?
  /// How many seeds were given to the organisation in all, those included that nobody else wrote to.
  public let organisationSeedCount: Int
  /// The seeds that the sender wrote to, in the order in which they were minted.
  public let seeds: [SeedEntry]
  /// The findings of the case, oldest first, those included that later judgements emptied.
  public let findings: [FindingEntry]
  /// The messages that the findings gather, in the order in which they arrived.
  public let messages: [Message]
  /// How many more there are than a dossier holds.
  public let omittedMessageCount: Int
  /// What guessing and leaks of our own are measured by.
  public let statistics: Statistics
  /// The checkpoints that bracket its leaves in time: the first one over each mint and each receipt,
  /// the first one over each leaf that an authority stamped, those that its mint records name, and the
  /// newest ones. The smallest first.
  public let checkpoints: [SignedCheckpoint]
  /// The tokens over these checkpoints, and those whose own leaves are older than a seed. The smallest
  /// checkpoint first.
  public let timestamps: [TimestampToken]
  /// What opens the commitments of its seeds, as far as the caller's vault knew them.
  public let openings: [Identifier<Seed>: MintOpening]
  /// The newest time that is recorded in it: the dossier says how things stood then.
  public let asOf: Timestamp
}

extension Dossier {
  /// A leaf in its place in the ledger.
  public struct LedgerEntry: Sendable, Hashable {
    /// Its index.
    public let index: Int64
    /// Its bytes, and what opens its commitment.
    public let leaf: Leaf
  }

  /// A seed with what is known of its sign-up.
  public struct SeedEntry: Sendable {
    /// The seed.
    public let seed: Seed
    /// The leaf that commits to it; `nil` for an adopted address.
    public let mint: LedgerEntry?
    /// The privacy notice as it was at sign-up; `nil` where none was kept.
    public let notice: [UInt8]?
    /// The organisation's own authenticated messages to it: the best grade first, then the earliest.
    public let baseline: [Message]
    /// How many of them there are in all.
    public let baselineCount: Int
    /// How many other senders there are among its findings, in other cases.
    public let otherSenderCount: Int
  }

  /// A finding with everything that happened to it.
  public struct FindingEntry: Sendable {
    /// The finding.
    public let finding: Finding
    /// What happened to it, oldest first.
    public let events: [FindingEvent]
  }

  /// One look at a message: what it showed, and the DNS answers that this rests on.
  public struct Look: Sendable {
    /// What was recorded of it.
    public let recorded: SightingLook
    /// The leaf that commits to the answers; `nil` where there were none.
    public let dns: LedgerEntry?
  }

  /// A judgement with the leaf that commits to it.
  public struct JudgementEntry: Sendable {
    /// The judgement.
    public let judgement: Judgement
    /// Its leaf.
    public let leaf: LedgerEntry?
  }

  /// A message that reached a seed, with all that was made of it.
  public struct Message: Sendable {
    /// What arrived, with its newest facts.
    public let sighting: Sighting
    /// The bytes as they were received.
    public let bytes: [UInt8]
    /// The leaf that commits to its receipt.
    public let receipt: LedgerEntry?
    /// Every look at it, oldest first; the receipt commits to the answers of the first.
    public let looks: [Look]
    /// Every judgement of it, oldest first, and the one that holds.
    public let judgements: [JudgementEntry], judgement: Judgement
  }

  /// What tells a leak from a guess, and from a leak of our own.
  public struct Statistics: Sendable {
    /// How many seeds there are that are no controls.
    public let seedCount: Int
    /// Every control, oldest first.
    public let controls: [Seed]
    /// The controls that somebody wrote to.
    public let hitControls: Set<Identifier<Seed>>
    /// Those among them that the sender of the case wrote to.
    public let controlsHitBySender: Set<Identifier<Seed>>
    /// What was counted on each day that is over and in the ledger, oldest first.
    public let days: [DayEntry]
  }

  /// A day's counts with the leaf that holds them.
  public struct DayEntry: Sendable {
    /// The counts.
    public let counts: DayCounts
    /// Their leaf.
    public let leaf: LedgerEntry
  }
}

extension Dossier {
  /// The finding that speaks for the case: the most urgent one, then the one that is proved best.
  public var strongest: Finding? {
    let live = findings.map(\.finding).filter { $0.sightingCount > 0 }
    return (live.isEmpty ? findings.map(\.finding) : live)
      .max { ($0.severity, $0.grade, $1.id) < ($1.severity, $1.grade, $0.id) }
  }

  /// A seed's address: as its commitment opens, else as a message names it; empty where none does.
  public func address(of id: Identifier<Seed>) -> String {
    if case .alias(_, _, let address)? = openings[id] { return address }
    let own = messages + seeds.flatMap(\.baseline)
    return own.first { $0.sighting.seed == id }?.sighting.recipient ?? ""
  }

  /// A seed's mint record, where the commitment is opened and the record can be read.
  public func record(of id: Identifier<Seed>) -> MintRecord? {
    guard case .alias(_, let record, _)? = openings[id] else { return nil }
    return try? MintRecord(parsing: record)
  }

  /// The messages of the sender to one seed, in the order in which they arrived.
  public func messages(to id: Identifier<Seed>) -> [Message] {
    messages.filter { $0.sighting.seed == id }
  }
}

extension Dossier.Statistics {
  /// How many addresses in our domain were written to, and matched no seed (`G`).
  public var guessCount: Int {
    days.reduce(0) { $0 + $1.counts.near + $1.counts.unknown + $1.counts.refused }
  }

  /// How long controls have been watched in all, up to `time`.
  public func controlDuration(until time: Timestamp) -> Duration {
    controls.reduce(.zero) { $0 + max(.zero, time.duration(since: $1.mintedAt)) }
  }
}
