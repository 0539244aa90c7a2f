public import SeedMail

/// Judges sightings and records what comes of it, inside one transaction.
public struct JudgementRecorder: Sendable {
  /// How long after a withdrawal of consent mail may still come.
  public let withdrawalGrace: Duration
  /// How long DNS answers are waited for.
  public static let pendingMax = Duration.seconds(72 * 3600)
  private static let pageSize = 200
  private let findings: FindingRecorder
  private let identifiers: IdentifierSource

  /// Makes a recorder that queues alerts for `channels`.
  public init(withdrawalGrace: Duration, channels: [String], identifiers: IdentifierSource) {
    self.withdrawalGrace = withdrawalGrace
    self.identifiers = identifiers
    findings = FindingRecorder(channels: channels, identifiers: identifiers)
  }

  /// Judges a sighting that has just been recorded.
  public func judgeArrival(
    of sighting: Sighting,
    at now: Timestamp,
    in store: any StoreWriter
  ) throws -> Judgement {
    let judgement = try judge(sighting, previous: nil, cause: .arrival, at: now, in: store)
    try findings.add(judgement, of: sighting, in: store)
    return judgement
  }

  /// Judges one sighting again; where its newest judgement says the same, nothing is recorded.
  ///
  /// - Returns: The judgement that holds.
  public func judgeAgain(
    _ entry: JudgedSighting,
    cause: Judgement.Cause,
    at now: Timestamp,
    in store: any StoreWriter
  ) throws -> Judgement {
    let judgement = try judge(
      entry.sighting,
      previous: entry.judgement,
      cause: cause,
      at: now,
      in: store
    )
    try reconcile([entry.judgement, judgement], seed: entry.sighting.seed, at: now, in: store)
    return judgement
  }

  /// Judges every sighting of a seed again.
  ///
  /// - Returns: How many judgements changed.
  public func judgeAgain(
    seed: Identifier<Seed>,
    cause: Judgement.Cause,
    at now: Timestamp,
    in store: any StoreWriter
  ) throws -> Int {
    var changed: [Judgement] = []
    var last: Identifier<Sighting>?
    while true {
      let page = try store.sightings(of: seed, after: last, limit: Self.pageSize)
      for entry in page {
        let judgement = try judge(
          entry.sighting,
          previous: entry.judgement,
          cause: cause,
          at: now,
          in: store
        )
        if judgement.id != entry.judgement.id { changed += [entry.judgement, judgement] }
      }
      guard page.count == Self.pageSize else { break }
      last = page.last?.sighting.id
    }
    try reconcile(changed, seed: seed, at: now, in: store)
    return changed.count / 2
  }

  /// Judges every sighting of an organisation's seeds again, after its register changed.
  ///
  /// - Returns: How many judgements changed.
  public func judgeAgain(
    organisation: Identifier<Organisation>,
    at now: Timestamp,
    in store: any StoreWriter
  ) throws -> Int {
    var changed = 0
    var last: Identifier<Seed>?
    while true {
      let seeds = try store.seeds(after: last, limit: Self.pageSize, organisation: organisation)
      for seed in seeds {
        changed += try judgeAgain(seed: seed.id, cause: .register, at: now, in: store)
      }
      guard seeds.count == Self.pageSize else { return changed }
      last = seeds.last?.id
    }
  }

  /// Records what a person decided about a sighting.
  public func review(
    _ entry: JudgedSighting,
    as messageClass: MessageClass,
    reason: String,
    at now: Timestamp,
    in store: any StoreWriter
  ) throws -> Judgement {
    let judgement = Judgement(
      id: identifiers.next(at: now),
      sighting: entry.sighting.id,
      madeAt: now,
      cause: .review,
      sender: entry.judgement.sender,
      grade: entry.judgement.grade,
      verdict: Verdict(messageClass, reasons: ["A reviewer decided: \(reason)"])
    )
    try record(judgement, in: store)
    try reconcile([entry.judgement, judgement], seed: entry.sighting.seed, at: now, in: store)
    return judgement
  }

  /// The judgement that holds from now on; it is recorded where it is a new one.
  private func judge(
    _ sighting: Sighting,
    previous: Judgement?,
    cause: Judgement.Cause,
    at now: Timestamp,
    in store: any StoreWriter
  ) throws -> Judgement {
    // What a person decided is only changed by a person.
    if let previous, previous.cause == .review { return previous }
    guard let seed = try store.seed(sighting.seed) else { throw StoreError.dangling }
    let organisation = try seed.organisation.flatMap { try store.organisation($0) }
    let baseline = try store.baseline(of: seed.id)
    let context = JudgementContext(
      seed: seed,
      organisation: organisation,
      facts: sighting.facts,
      arrivedAt: sighting.arrivedAt,
      hasBaseline: baseline.map { $0 != sighting.id } ?? false,
      withdrawalGrace: withdrawalGrace,
      mayLearn: cause == .arrival || cause == .authentication,
      isLastAttempt: now.duration(since: sighting.recordedAt) >= Self.pendingMax
    )
    let verdict = Judge.verdict(context)
    if let previous, previous.verdict == verdict, previous.sender == context.sender,
      previous.grade == sighting.facts.grade
    {
      return previous
    }
    let judgement = Judgement(
      id: identifiers.next(at: now),
      sighting: sighting.id,
      madeAt: now,
      cause: cause,
      sender: context.sender,
      grade: sighting.facts.grade,
      verdict: verdict
    )
    try record(judgement, in: store)
    if verdict.messageClass == .expected, context.wouldLearn, let organisation {
      try store.add(
        OrganisationDomain(
          domain: context.sender.domain,
          role: .own,
          origin: .learned,
          reason: "first authenticated sender to \(seed.id)",
          recordedAt: now,
          isApproved: false
        ),
        to: organisation.id
      )
    }
    return judgement
  }

  private func record(_ judgement: Judgement, in store: any StoreWriter) throws {
    try store.append(judgement)
    _ = try store.append(
      Commitment.salted(
        .judge,
        label: "seedjudge/v1",
        content: judgement.canonicalJSON,
        subject: judgement.id.rawValue
      )
    )
  }

  /// Brings every finding up to date that one of these judgements belongs to, each once.
  private func reconcile(
    _ judgements: [Judgement],
    seed: Identifier<Seed>,
    at now: Timestamp,
    in store: any StoreWriter
  ) throws {
    // In a fixed order, so that a replay gives the same events.
    let keys = Set(judgements.compactMap(\.findingKey))
    for key in keys.sorted(by: { $0.description < $1.description }) {
      try findings.reconcile(seed, key, at: now, in: store)
    }
  }
}

extension Judgement {
  /// What a `judge` leaf commits to, as RFC 8785 writes it, with sorted names.
  public var canonicalJSON: [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.member("cause", cause)
      writer.member("class", verdict.messageClass)
      writer.member("grade", grade)
      writer.member("id", id.description)
      writer.member("made", madeAt)
      writer.member("reasons", verdict.reasons)
      writer.name("sender")
      writer.object { writer in
        writer.member("domain", sender.domain)
        writer.name("platform")
        if let platform = sender.platform { writer.text(platform) } else { writer.null() }
        writer.member("status", sender.status)
      }
      writer.member("sighting", sighting.description)
      writer.member("v", 1)
    }
    return writer.bytes
  }

  /// The same as a value.
  public var json: JSONValue { get throws { try JSONValue(parsing: canonicalJSON) } }
}
