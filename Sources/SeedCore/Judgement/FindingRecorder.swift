public import SeedMail

/// Turns judgements into findings, cases, events and outbox rows, inside one transaction.
public struct FindingRecorder: Sendable {
  /// The channels that alerts are queued for, by their names in the configuration.
  public let channels: [String]
  private let identifiers: IdentifierSource
  /// How many sightings of a finding are looked at again when a judgement was revised.
  private static let pageSize = 500

  /// Makes a recorder.
  public init(channels: [String], identifiers: IdentifierSource) {
    self.channels = channels
    self.identifiers = identifiers
  }

  /// Adds a new sighting to the finding that its judgement belongs to, or opens one.
  public func add(
    _ judgement: Judgement,
    of sighting: Sighting,
    in store: any StoreWriter
  ) throws {
    guard let key = judgement.findingKey else { return }
    if let finding = try store.finding(of: sighting.seed, from: key) {
      try join(finding, judgement, sighting, in: store)
    } else {
      try open(key, judgement, sighting, at: judgement.madeAt, in: store)
    }
  }

  /// Changes a finding's state by a person's decision.
  public func setState(
    _ state: Finding.State,
    of finding: Finding,
    reason: String,
    at now: Timestamp,
    in store: any StoreWriter
  ) throws {
    var changed = finding
    changed.state = state
    try store.save(changed)
    try store.append(
      FindingEvent(finding: finding.id, kind: .stateChanged, at: now, state: state, reason: reason)
    )
  }

  // MARK: - One more sighting

  private func open(
    _ key: SenderKey,
    _ judgement: Judgement,
    _ sighting: Sighting,
    at now: Timestamp,
    in store: any StoreWriter
  ) throws {
    guard let seed = try store.seed(sighting.seed) else { throw StoreError.dangling }
    let known = try store.case(of: seed.organisation, from: key)
    let ownCase =
      known
      ?? Case(
        id: identifiers.next(at: now),
        organisation: seed.organisation,
        senderKey: key,
        openedAt: now
      )
    if known == nil { try store.insert(ownCase) }
    let isCorroborated = try hasLiveFinding(ownCase.id, key, in: store)
    let finding = Finding(
      id: identifiers.next(at: now),
      caseID: ownCase.id,
      seed: seed.id,
      organisation: seed.organisation,
      senderKey: key,
      sender: judgement.sender,
      messageClass: judgement.verdict.messageClass,
      grade: judgement.grade,
      severity: Finding.Severity(
        judgement.verdict.messageClass,
        judgement.sender,
        judgement.grade,
        corroborated: isCorroborated
      ),
      firstSeen: sighting.arrivedAt,
      lastSeen: sighting.arrivedAt,
      sightingCount: 1,
      isCorroborated: isCorroborated,
      reasons: judgement.verdict.reasons
    )
    try store.save(finding)
    try record(.found, of: finding, at: now, in: store)
    try corroborate(ownCase.id, key, except: finding.id, at: now, in: store)
  }

  /// Whether a seed has met the sender of a case, who can be named.
  private func hasLiveFinding(
    _ caseID: Identifier<Case>,
    _ key: SenderKey,
    in store: any StoreWriter
  ) throws -> Bool {
    try key.namesSender && store.liveFindingCount(of: caseID, limit: 1) > 0
  }

  /// Brings `isCorroborated` up to date for every finding of a case: it holds while two seeds have
  /// met a sender who can be named. Who is told of `found` at the same time isn't told of this too.
  private func corroborate(
    _ caseID: Identifier<Case>,
    _ key: SenderKey,
    except found: Identifier<Finding>?,
    at now: Timestamp,
    in store: any StoreWriter
  ) throws {
    // With three and more, nothing changes: all of them are corroborated since there were two.
    guard key.namesSender, try store.liveFindingCount(of: caseID, limit: 3) < 3 else { return }
    let live = try store.findings(FindingQuery(caseID: caseID)).filter { $0.sightingCount > 0 }
    let isCorroborated = live.count > 1
    for var finding in live where finding.isCorroborated != isCorroborated {
      finding.isCorroborated = isCorroborated
      finding.severity = Finding.Severity(
        finding.messageClass,
        finding.sender,
        finding.grade,
        corroborated: isCorroborated
      )
      try store.save(finding)
      if isCorroborated, finding.id != found {
        try record(.corroborated, of: finding, at: now, in: store)
      }
    }
  }

  private func join(
    _ finding: Finding,
    _ judgement: Judgement,
    _ sighting: Sighting,
    in store: any StoreWriter
  ) throws {
    var joined = finding
    let wasEmpty = finding.sightingCount == 0
    joined.sightingCount += 1
    if wasEmpty {
      joined.state = .open
      joined.isCorroborated = try hasLiveFinding(finding.caseID, finding.senderKey, in: store)
      joined.firstSeen = sighting.arrivedAt
      joined.lastSeen = sighting.arrivedAt
      joined.show(judgement)
    } else {
      joined.firstSeen = min(finding.firstSeen, sighting.arrivedAt)
      joined.lastSeen = max(finding.lastSeen, sighting.arrivedAt)
      joined.show(ifStronger: judgement)
    }
    try store.save(joined)
    let kind: FindingEvent.Kind =
      if wasEmpty {
        .found
      } else if joined.messageClass.gravity > finding.messageClass.gravity {
        .escalated
      } else if joined.grade > finding.grade {
        .gradeImproved
      } else if finding.messageClass == .control {
        // judgement.md §5: a control that is hit alerts, each time.
        .escalated
      } else {
        .seenAgain
      }
    try record(kind, of: joined, at: judgement.madeAt, in: store)
    if wasEmpty {
      try corroborate(
        joined.caseID,
        joined.senderKey,
        except: joined.id,
        at: judgement.madeAt,
        in: store
      )
    }
  }

  // MARK: - Judged again

  /// Works a finding out anew from the judgements that hold, after some were revised. The cost is
  /// linear in its sightings.
  public func reconcile(
    _ seed: Identifier<Seed>,
    _ key: SenderKey,
    at now: Timestamp,
    in store: any StoreWriter
  ) throws {
    if try store.finding(of: seed, from: key) == nil,
      let first = try store.sightings(of: seed, from: key, after: nil, limit: 1).first
    {
      try open(key, first.judgement, first.sighting, at: now, in: store)
    }
    guard let before = try store.finding(of: seed, from: key) else { return }
    var after = before
    after.sightingCount = 0
    var last: Identifier<Sighting>?
    while true {
      let page = try store.sightings(of: seed, from: key, after: last, limit: Self.pageSize)
      for entry in page {
        after.firstSeen =
          after.sightingCount == 0
          ? entry.sighting.arrivedAt : min(after.firstSeen, entry.sighting.arrivedAt)
        after.lastSeen =
          after.sightingCount == 0
          ? entry.sighting.arrivedAt : max(after.lastSeen, entry.sighting.arrivedAt)
        if after.sightingCount == 0 {
          after.show(entry.judgement)
        } else {
          after.show(ifStronger: entry.judgement)
        }
        after.sightingCount += 1
      }
      guard page.count == Self.pageSize else { break }
      last = page.last?.sighting.id
    }
    guard after != before else { return }
    if after.sightingCount == 0 {
      after.state = .explained
      after.isCorroborated = false
      try store.save(after)
      try corroborate(after.caseID, key, except: nil, at: now, in: store)
      try store.append(
        FindingEvent(
          finding: after.id,
          kind: .withdrawn,
          at: now,
          state: .explained,
          reason: "Judged again: none of its messages is a finding any more."
        )
      )
    } else if before.sightingCount == 0 {
      after.state = .open
      after.isCorroborated = try hasLiveFinding(after.caseID, key, in: store)
      try store.save(after)
      try record(.found, of: after, at: now, in: store)
      try corroborate(after.caseID, key, except: after.id, at: now, in: store)
    } else {
      try store.save(after)
      if after.messageClass.gravity > before.messageClass.gravity {
        try record(.escalated, of: after, at: now, in: store)
      } else if after.grade > before.grade {
        try record(.gradeImproved, of: after, at: now, in: store)
      }
    }
  }

  // MARK: - Events

  private func record(
    _ kind: FindingEvent.Kind,
    of finding: Finding,
    at now: Timestamp,
    in store: any StoreWriter
  ) throws {
    let silence =
      kind.alertsAtOnce ? try store.silences(at: now).first { $0.covers(finding, at: now) } : nil
    let sequence = try store.append(
      FindingEvent(
        finding: finding.id,
        kind: kind,
        at: now,
        state: finding.state,
        reason: silence?.reason ?? "",
        isSilenced: silence != nil
      )
    )
    guard kind.alertsAtOnce, silence == nil, !channels.isEmpty else { return }
    let payload = try FindingSummary(finding, event: kind, in: store).withShortenedAddress.json()
    for channel in channels {
      try store.enqueue(
        OutboxRow(
          channel: channel,
          key: "\(finding.id)-\(sequence)",
          event: sequence,
          payload: payload,
          isUrgent: finding.severity == .critical,
          queuedAt: now,
          dueAt: now
        )
      )
    }
  }
}

extension SenderKey {
  /// Whether the key names a sender, so that another seed that meets it corroborates.
  var namesSender: Bool { !description.hasPrefix("(") }
}

extension Finding {
  /// Shows a judgement's sender, class, grade and reasons.
  fileprivate mutating func show(_ judgement: Judgement) {
    sender = judgement.sender
    messageClass = judgement.verdict.messageClass
    grade = judgement.grade
    reasons = judgement.verdict.reasons
    severity = Severity(messageClass, sender, grade, corroborated: isCorroborated)
  }

  /// Shows a judgement where it is graver, or as grave and better proved.
  fileprivate mutating func show(ifStronger judgement: Judgement) {
    let gravity = judgement.verdict.messageClass.gravity
    guard
      gravity > messageClass.gravity || gravity == messageClass.gravity && judgement.grade > grade
    else { return }
    show(judgement)
  }
}
