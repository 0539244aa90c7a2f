public import SeedAuth
public import SeedMail

/// What intake needs to know of its deployment.
public struct IntakeSettings: Sendable {
  /// The catch-all domain, as A-labels in lower case.
  public let domain: String
  /// The names that the own mail servers write after `by`.
  public let ownHosts: OwnHosts
  /// The authserv-ids whose `Authentication-Results` are believed.
  public let authservs: OwnHosts
  /// How long after a withdrawal of consent mail may still come.
  public let withdrawalGrace: Duration
  /// The channels that alerts are queued for.
  public let channels: [String]
  /// How mail is authenticated.
  public let authentication: AuthenticationSettings
  /// The bulk-mail platforms that are known.
  public let platforms: Platforms

  /// Makes settings.
  public init(
    domain: String,
    ownHosts: OwnHosts,
    authservs: OwnHosts,
    withdrawalGrace: Duration = .seconds(28 * 86_400),
    channels: [String] = [],
    authentication: AuthenticationSettings = AuthenticationSettings(),
    platforms: Platforms = .builtIn
  ) {
    self.domain = domain
    self.ownHosts = ownHosts
    self.authservs = authservs
    self.withdrawalGrace = withdrawalGrace
    self.channels = channels
    self.authentication = authentication
    self.platforms = platforms
  }
}

/// The main path: read, match, examine, judge, record.
public struct Intake: Sendable {
  /// How long a message that arrives may wait for DNS, and how many questions of its batch may go
  /// unanswered: it holds up what arrived with it. Then it is judged when answers come.
  static let arrivalTimeLimit = Duration.seconds(5), arrivalTimeoutCountMax = 16
  /// How many pending sightings are looked at together, and how many of their questions may go
  /// unanswered before the rest wait for the next round.
  static let pendingPageCount = 200, pendingTimeoutCountMax = 64

  private let store: any Store
  private let matchKey: MatchKey
  private let examiner: Examiner
  private let settings: IntakeSettings
  private let recorder: JudgementRecorder
  private let identifiers: IdentifierSource
  private let clock: @Sendable () -> Timestamp
  private let keyChecker: KeyChecker

  /// Makes the path for one store.
  public init(
    store: any Store,
    matchKey: MatchKey,
    settings: IntakeSettings,
    resolver: any Resolver,
    publicSuffixes: PublicSuffixList,
    identifiers: IdentifierSource,
    clock: @escaping @Sendable () -> Timestamp
  ) {
    self.store = store
    self.matchKey = matchKey
    self.settings = settings
    self.identifiers = identifiers
    self.clock = clock
    examiner = Examiner(
      ownHosts: settings.ownHosts,
      authservs: settings.authservs,
      publicSuffixes: publicSuffixes,
      resolver: resolver,
      authentication: settings.authentication,
      platforms: settings.platforms
    )
    keyChecker = KeyChecker(
      store: store,
      resolver: resolver,
      identifiers: identifiers,
      clock: clock
    )
    recorder = JudgementRecorder(
      withdrawalGrace: settings.withdrawalGrace,
      channels: settings.channels,
      identifiers: identifiers
    )
  }

  /// Takes in a batch: everything that comes of it is on disk when this returns.
  ///
  /// A message that was taken in before, by its bytes and base name, is counted as a duplicate and
  /// leaves no other trace. When this throws, nothing of the batch was recorded.
  public func take(_ arrivals: [Arrival]) async throws -> IntakeReport {
    try await record(examine(arrivals))
  }

  /// Reads, matches and examines a batch; nothing is recorded.
  public func examine(_ arrivals: [Arrival]) async throws -> ExaminedBatch {
    let (examiner, key) = (examiner, matchKey)
    var items = await arrivals.inParallel { arrival in
      let reading = examiner.read(arrival.bytes, deliveredAt: arrival.deliveredAt)
      return Item(
        arrival: arrival,
        reading: reading,
        tokens: reading.recipients.map { key.tokens(for: $0.mailbox) },
        isOwnAlert: key.alertMark.isOn(reading.message)
      )
    }
    try await match(&items)
    let now = clock()
    let hurried = examiner.hurried(
      timeLimit: Self.arrivalTimeLimit,
      timeoutCountMax: Self.arrivalTimeoutCountMax
    )
    let store = store
    let results = await items.inParallel { item -> Result<ExaminedMessage, any Error> in
      do {
        return .success(try await item.examined(by: hurried, packing: store, at: now))
      } catch { return .failure(error) }
    }
    return ExaminedBatch(messages: try results.map { try $0.get() }, examinedAt: now)
  }

  /// Records a batch that was examined, in one transaction: everything that comes of it is on disk when
  /// this returns.
  ///
  /// A message that was taken in meanwhile is counted as a duplicate. When this throws, nothing of the
  /// batch was recorded.
  public func record(_ batch: ExaminedBatch) async throws -> IntakeReport {
    try await store.write { store in
      var report = IntakeReport()
      var counts = DayCounts(day: batch.examinedAt.day)
      var keyNames: Set<String> = []
      for message in batch.messages {
        let part = try record(message, at: batch.examinedAt, counts: &counts, in: store)
        if part.recorded > 0 { keyNames.formUnion(message.keyNames) }
        report += part
      }
      try KeyChecker.enqueue(keyNames, at: batch.examinedAt, in: store)
      if counts.recipients > 0 { try store.add(counts) }
      return report
    }
  }

  /// Asks again about every sighting whose judgement waits for DNS.
  ///
  /// - Returns: How many are settled now, and how many wait on.
  public func judgePending() async throws -> PendingOutcome {
    var result = PendingOutcome()
    var last: Identifier<Sighting>?
    while true {
      try Task.checkCancellation()
      let after = last
      let page = try await store.read {
        try $0.pendingSightings(after: after, limit: Self.pendingPageCount)
      }
      guard let newest = page.last else { return result }
      let hurried = examiner.hurried(
        timeLimit: RecordingResolver.timeLimit,
        timeoutCountMax: Self.pendingTimeoutCountMax
      )
      // In another order each time: those that nobody answers for mustn't keep others from an answer.
      let outcomes = await page.shuffled().inParallel { entry -> Result<Bool, any Error> in
        do {
          return .success(try await judgeAgain(entry.sighting, with: hurried))
        } catch { return .failure(error) }
      }
      for outcome in outcomes {
        if try outcome.get() { result.settled += 1 } else { result.waiting += 1 }
      }
      last = newest.sighting.id
    }
  }

  /// Asks again for the DKIM keys of recorded mail that are due, after 1, 7, 30 and 90 days, and
  /// records what is there now.
  ///
  /// - Returns: How many checks were recorded.
  public func checkKeys() async throws -> Int { try await keyChecker.run() }

  /// Adds the `stat` leaf of every day that has ended.
  public func closeDays() async throws {
    let today = clock().day
    try await store.write { store in
      for counts in try store.dayCounts(from: "") where counts.day < today {
        let number = counts.dayNumber
        guard try store.leafIndices(kind: .stat, subject: number).isEmpty else { continue }
        _ = try store.append(
          Leaf(kind: .stat, bytes: CanonicalJSON.bytes(of: counts.json), subject: number)
        )
      }
    }
  }
}

extension Intake {
  /// Finds the seeds among the recipients; counts those in the catch-all domain that are none.
  private func match(_ items: inout [Item]) async throws {
    let key = matchKey
    let wanted = items.map { ($0.reading.digest, $0.arrival.baseName, $0.tokens) }
    let (taken, found) = try await store.read { store in
      (
        try wanted.map { try store.isTaken(messageDigest: $0.0, baseName: $0.1) },
        try store.seeds(matching: wanted.flatMap(\.2).flatMap(\.self))
      )
    }
    var strangers: [(item: Int, tokens: [MatchToken])] = []
    for index in items.indices {
      items[index].isTaken = taken[index]
      guard !taken[index], !items[index].isOwnAlert else { continue }
      for (recipient, tokens) in zip(items[index].reading.recipients, items[index].tokens) {
        if let seed = tokens.lazy.compactMap({ found[$0] }).first {
          if !items[index].seeds.contains(where: { $0.seed == seed.id }) {
            items[index].seeds.append((seed.id, recipient))
          }
        } else if recipient.mailbox.domain == settings.domain {
          strangers.append((index, key.nearMissTokens(for: recipient.mailbox)))
        }
      }
    }
    let candidates = strangers.flatMap(\.tokens)
    let near =
      candidates.isEmpty ? [:] : try await store.read { try $0.seeds(matching: candidates) }
    for stranger in strangers {
      if stranger.tokens.contains(where: { near[$0] != nil }) {
        items[stranger.item].nearCount += 1
      } else {
        items[stranger.item].unknownCount += 1
      }
    }
  }

  private func record(
    _ message: ExaminedMessage,
    at now: Timestamp,
    counts: inout DayCounts,
    in store: any StoreWriter
  ) throws -> IntakeReport {
    var report = IntakeReport()
    report.read = 1
    guard try store.insert(message.delivery), !message.isTaken else {
      report.duplicates = 1
      return report
    }
    if message.isOwnAlert { report.ownAlerts = 1 }
    report.nearMisses = message.nearCount
    report.unknown = message.unknownCount
    counts.recipients += message.sightings.count + message.nearCount + message.unknownCount
    counts.known += message.sightings.count
    counts.near += message.nearCount
    counts.unknown += message.unknownCount
    guard let packed = message.packed, !message.sightings.isEmpty else { return report }
    report.matched = 1
    try store.insertMessage(packed, digest: message.delivery.messageDigest)
    for found in message.sightings {
      let sighting = Sighting(
        id: identifiers.next(at: now),
        seed: found.seed,
        recipient: found.recipient.mailbox.address,
        recipientSource: found.recipient.source,
        messageDigest: message.delivery.messageDigest,
        baseName: message.delivery.baseName,
        arrivedAt: message.arrivedAt,
        recordedAt: now,
        facts: found.facts
      )
      let judgement = try record(sighting, message.dnsArchive, at: now, in: store)
      report.recorded += 1
      if judgement.verdict.messageClass == .expected { report.expected += 1 }
      if judgement.verdict.messageClass == .pending { report.pending += 1 }
      if judgement.verdict.messageClass.isFinding { report.findings += 1 }
    }
    return report
  }

  private func record(
    _ sighting: Sighting,
    _ dnsArchive: [UInt8],
    at now: Timestamp,
    in store: any StoreWriter
  ) throws -> Judgement {
    try store.insert(sighting, dnsArchive: dnsArchive)
    // The receipt is committed to before anybody judges it, so that none can be left out.
    _ = try store.append(
      Commitment.receipt(
        messageDigest: sighting.messageDigest,
        meta: sighting.canonicalJSON,
        dnsArchive: dnsArchive,
        subject: sighting.id.rawValue
      )
    )
    if !dnsArchive.isEmpty {
      _ = try store.append(
        Commitment.salted(
          .dns,
          label: "seeddns/v1",
          content: dnsArchive,
          subject: sighting.id.rawValue
        )
      )
    }
    return try recorder.judgeArrival(of: sighting, at: now, in: store)
  }

  /// Examines a sighting's message once more; says whether its judgement no longer waits.
  private func judgeAgain(_ sighting: Sighting, with examiner: Examiner) async throws -> Bool {
    guard let bytes = try await store.read({ try $0.message(sighting.messageDigest) }) else {
      throw StoreError.dangling
    }
    let now = clock()
    let reading = examiner.read(bytes, deliveredAt: sighting.arrivedAt)
    let examination = await examiner.examine(reading, at: now)
    guard let at = sighting.recipient.lastIndex(of: "@") else { return false }
    let mailbox = Mailbox(
      displayName: nil,
      localPart: String(sighting.recipient[..<at]),
      domain: String(sighting.recipient[sighting.recipient.index(after: at)...])
    )
    var renewed = sighting
    renewed.facts = examination.facts.graded(for: mailbox, in: reading.message)
    let examined = renewed
    let archive = DNSArchive.bytes(of: examination.answers)
    return try await store.write { store in
      guard let current = try store.sighting(examined.id),
        current.judgement.verdict.messageClass == .pending
      else { return false }
      if examined.facts != current.sighting.facts {
        try store.append(examined.facts, dnsArchive: archive, to: examined.id, at: now)
        let keyNames = KeyChecker.names(in: examined.facts.authentication.dkim)
        try KeyChecker.enqueue(keyNames, at: now, in: store)
        _ = try store.append(
          Commitment.salted(
            .dns,
            label: "seeddns/v1",
            content: archive,
            subject: examined.id.rawValue
          )
        )
      }
      let judgement = try recorder.judgeAgain(
        JudgedSighting(sighting: examined, judgement: current.judgement),
        cause: .authentication,
        at: now,
        in: store
      )
      return judgement.verdict.messageClass != .pending
    }
  }
}

extension Sighting {
  /// What an `rcpt` leaf commits to, besides the message and its DNS answers; as RFC 8785 writes it,
  /// with sorted names.
  var canonicalJSON: [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.member("arrived", arrivedAt)
      writer.member("base_name", baseName)
      writer.member("recipient", recipient)
      writer.member("recipient_source", recipientSource)
      writer.member("recorded", recordedAt)
      writer.member("seed", seed.description)
      writer.member("sighting", id.description)
      writer.member("v", 1)
    }
    return writer.bytes
  }
}

extension DayCounts {
  /// The day as a number that grows: `20261122`.
  var dayNumber: Int64 { Int64(day.filter { $0 != "-" }) ?? 0 }

  /// The `stat` leaf.
  var json: JSONValue {
    .object([
      .init("t", "stat"), .init("v", .integer(1)), .init("day", .string(day)),
      .init("rcpt", .integer(Int64(recipients))), .init("known", .integer(Int64(known))),
      .init("near", .integer(Int64(near))), .init("unknown", .integer(Int64(unknown))),
      .init("refused", .integer(Int64(refused))),
    ])
  }
}
