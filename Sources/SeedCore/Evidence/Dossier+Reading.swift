import SeedMail

extension Dossier {
  private static let pageSize = 500

  /// The seeds of a case, whose openings a dossier takes.
  public static func seeds(
    of case: Identifier<Case>,
    in store: any StoreReader
  ) throws -> [Identifier<Seed>] {
    try findings(of: `case`, in: store).map(\.seed)
  }

  private static func findings(
    of case: Identifier<Case>,
    in store: any StoreReader
  ) throws -> [Finding] {
    try store.findings(FindingQuery(caseID: `case`, limit: Self.seedCountMax))
      .sorted { $0.id < $1.id }
  }

  /// Reads everything of a case inside one transaction. The cost grows with the sightings of its seeds,
  /// with the days, and with the timestamps of the ledger.
  ///
  /// - Parameter openings: What opens the commitments of its seeds, from the vault; a
  ///   ``MintOpening/alias(secret:record:address:)`` for each that is known.
  /// - Throws: ``StoreError/missing`` where the case has no finding at all, and what the store throws.
  public init(
    _ case: Case,
    openings: [Identifier<Seed>: MintOpening] = [:],
    in store: any StoreReader
  ) throws {
    let found = try Self.findings(of: `case`.id, in: store)
    guard !found.isEmpty else { throw StoreError.missing }
    let ids = found.map(\.seed)
    let (shown, count) = try Self.choose(of: ids, from: `case`.senderKey, in: store)
    var budget = Self.byteCountMax
    var messages: [Message] = []
    for entry in shown {
      guard let message = try Message(entry, in: store, budget: &budget) else { continue }
      messages.append(message)
    }
    messages.sort {
      ($0.sighting.arrivedAt, $0.sighting.id) < ($1.sighting.arrivedAt, $1.sighting.id)
    }
    var seeds: [SeedEntry] = []
    for id in ids {
      guard let seed = try store.seed(id) else { throw StoreError.dangling }
      seeds.append(try SeedEntry(seed, besides: `case`.senderKey, in: store, budget: &budget))
    }
    seeds.sort { ($0.seed.mintedAt, $0.seed.id) < ($1.seed.mintedAt, $1.seed.id) }
    self.case = `case`
    organisation = try `case`.organisation.flatMap { try store.organisation($0) }
    organisationSeedCount =
      try `case`.organisation.map { try store.seedCount(of: $0) } ?? seeds.count
    self.seeds = seeds
    findings = try found.map {
      FindingEntry(finding: $0, events: try store.events(after: 0, of: $0.id, limit: .max))
    }
    self.messages = messages
    omittedMessageCount = count - messages.count
    statistics = try Statistics(of: `case`.senderKey, in: store)
    let excerpt = try LedgerExcerpt(
      seeds: seeds,
      messages: messages + seeds.flatMap(\.baseline),
      days: statistics.days,
      openings: openings,
      in: store
    )
    checkpoints = excerpt.checkpoints
    timestamps = excerpt.timestamps
    self.openings = openings
    asOf = max(
      Self.newestTime(
        opened: `case`.openedAt,
        seeds: seeds,
        findings: findings,
        messages: messages
      ),
      checkpoints.last?.signedAt ?? `case`.openedAt
    )
  }

  /// The sightings to hold, and how many there are: for each seed in turn its best one, and the
  /// earliest among equals, until there are enough.
  private static func choose(
    of seeds: [Identifier<Seed>],
    from sender: SenderKey,
    in store: any StoreReader
  ) throws -> (chosen: [JudgedSighting], count: Int) {
    var queues: [[JudgedSighting]] = []
    for seed in seeds {
      let all = try pages {
        try store.sightings(of: seed, from: sender, after: $0, limit: pageSize)
      }
      queues.append(all.sorted { $0.isStronger(than: $1) })
    }
    let longest = queues.map(\.count).max() ?? 0
    var chosen: [JudgedSighting] = []
    for round in 0..<min(longest, messageCountMax) {
      for queue in queues where round < queue.count { chosen.append(queue[round]) }
      if chosen.count >= messageCountMax { break }
    }
    return (Array(chosen.prefix(messageCountMax)), queues.map(\.count).reduce(0, +))
  }

  /// Every page of sightings after another, up to ``sightingCountMax``.
  fileprivate static func pages(
    _ page: (Identifier<Sighting>?) throws -> [JudgedSighting]
  ) throws -> [JudgedSighting] {
    var all: [JudgedSighting] = []
    while all.count < sightingCountMax {
      let next = try page(all.last?.sighting.id)
      all += next
      guard next.count == pageSize else { break }
    }
    return all
  }

  private static func newestTime(
    opened: Timestamp,
    seeds: [SeedEntry],
    findings: [FindingEntry],
    messages: [Message]
  ) -> Timestamp {
    let all = messages + seeds.flatMap(\.baseline)
    var newest = opened
    for entry in seeds {
      newest = max(newest, entry.seed.mintedAt)
      newest = max(newest, entry.seed.withdrawnAt ?? newest, entry.seed.retiredAt ?? newest)
    }
    for event in findings.flatMap(\.events) { newest = max(newest, event.at) }
    for message in all {
      newest = max(newest, message.sighting.recordedAt)
      for look in message.looks { newest = max(newest, look.recorded.at) }
      for entry in message.judgements { newest = max(newest, entry.judgement.madeAt) }
    }
    return newest
  }
}

extension Dossier.SeedEntry {
  fileprivate init(
    _ seed: Seed,
    besides sender: SenderKey,
    in store: any StoreReader,
    budget: inout Int
  ) throws {
    self.seed = seed
    mint = try seed.leafIndex.map { try store.entry(at: $0) }
    notice = try seed.noticeDigest.flatMap { try store.notice($0) }
    let all = try Dossier.pages { try store.sightings(of: seed.id, after: $0, limit: 500) }
    let own = all.filter(\.judgement.mayBeBaseline).sorted { $0.isStronger(than: $1) }
    baselineCount = own.count
    baseline = try own.prefix(Dossier.baselineCountMax)
      .compactMap { try Dossier.Message($0, in: store, budget: &budget) }
    otherSenderCount =
      Set(all.compactMap(\.judgement.findingKey)).subtracting([sender]).count
  }
}

extension Dossier.Message {
  /// Reads all of a sighting; `nil` where its bytes are more than `budget` leaves room for.
  fileprivate init?(
    _ entry: JudgedSighting,
    in store: any StoreReader,
    budget: inout Int
  ) throws {
    sighting = entry.sighting
    judgement = entry.judgement
    guard let bytes = try store.message(sighting.messageDigest) else { throw StoreError.dangling }
    guard bytes.count <= budget || budget == Dossier.byteCountMax else { return nil }
    budget = max(0, budget - bytes.count)
    self.bytes = bytes
    receipt = try store.entries(.rcpt, subject: sighting.id.rawValue).first
    let answers = try store.entries(.dns, subject: sighting.id.rawValue)
    looks = try store.looks(of: sighting.id).map { look in
      Dossier.Look(
        recorded: look,
        dns: answers.first { Commitment.dns($0.leaf, opensTo: look.dnsArchive) }
      )
    }
    judgements = try store.judgements(of: sighting.id).map { judgement in
      Dossier.JudgementEntry(
        judgement: judgement,
        leaf: try store.entries(.judge, subject: judgement.id.rawValue).first
      )
    }
  }
}

extension Dossier.Statistics {
  fileprivate init(of sender: SenderKey, in store: any StoreReader) throws {
    let counts = try store.seedCounts()
    seedCount = counts.all - counts.controls
    controls = try store.controls()
    // A control has no organisation, so whoever writes to one has a case without one.
    let cases = try store.cases(limit: .max).filter { $0.organisation == nil }
    func controlsHit(in cases: [Case]) throws -> Set<Identifier<Seed>> {
      try cases.reduce(into: []) { hit, found in
        let findings = try store.findings(FindingQuery(caseID: found.id, limit: .max))
        hit.formUnion(findings.filter { $0.sightingCount > 0 }.map(\.seed))
      }
    }
    hitControls = try controlsHit(in: cases)
    controlsHitBySender = try controlsHit(in: cases.filter { $0.senderKey == sender })
    days = try store.dayCounts(from: "").compactMap { counts in
      let leaf = try store.entries(.stat, subject: counts.dayNumber).first
      return leaf.map { Dossier.DayEntry(counts: counts, leaf: $0) }
    }
  }
}

extension StoreReader {
  fileprivate func entry(at index: Int64) throws -> Dossier.LedgerEntry {
    guard let leaf = try leaves(from: index, limit: 1).first else { throw StoreError.dangling }
    return Dossier.LedgerEntry(index: index, leaf: leaf)
  }

  fileprivate func entries(_ kind: Leaf.Kind, subject: Int64) throws -> [Dossier.LedgerEntry] {
    try leafIndices(kind: kind, subject: subject).map { try entry(at: $0) }
  }

  fileprivate func seedCount(of organisation: Identifier<Organisation>) throws -> Int {
    var count = 0
    var last: Identifier<Seed>?
    while true {
      let page = try seeds(after: last, limit: 1000, organisation: organisation)
      count += page.count
      guard page.count == 1000 else { return count }
      last = page.last?.id
    }
  }
}

extension JudgedSighting {
  /// Whether it is to be held before the other one: the better grade, then the earlier arrival.
  fileprivate func isStronger(than other: JudgedSighting) -> Bool {
    (other.judgement.grade, sighting.arrivedAt, sighting.id)
      < (judgement.grade, other.sighting.arrivedAt, other.sighting.id)
  }
}
