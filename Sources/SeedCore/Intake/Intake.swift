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
  /// How many messages are worked on at once.
  public static let taskCountMax = 8

  private let store: any Store
  private let matchKey: MatchKey
  private let examiner: Examiner
  private let settings: IntakeSettings
  private let recorder: JudgementRecorder
  private let identifiers: IdentifierSource
  private let clock: @Sendable () -> Timestamp

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
    let readings = await inParallel(arrivals) { arrival in
      examiner.read(arrival.bytes, deliveredAt: arrival.deliveredAt)
    }
    var items = zip(arrivals, readings).map { Item(arrival: $0, reading: $1) }
    try await match(&items)
    let now = clock()
    let examinations = await inParallel(items) { item in
      item.seeds.isEmpty ? nil : await examiner.examine(item.reading, at: now)
    }
    for index in items.indices { items[index].examination = examinations[index] }
    let batch = items
    return try await store.write { store in
      var report = IntakeReport()
      var counts = DayCounts(day: now.day)
      for item in batch {
        report += try record(item, at: now, counts: &counts, in: store)
      }
      if counts.recipients > 0 { try store.add(counts) }
      return report
    }
  }

  /// Asks again about every sighting whose judgement waits for DNS.
  ///
  /// - Returns: How many are settled now.
  public func judgePending() async throws -> Int {
    var settled = 0
    var last: Identifier<Sighting>?
    while true {
      let after = last
      let page = try await store.read { try $0.pendingSightings(after: after, limit: 50) }
      guard let newest = page.last else { return settled }
      for entry in page { settled += try await judgeAgain(entry.sighting) ? 1 : 0 }
      last = newest.sighting.id
    }
  }

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
  /// A message on its way through a batch.
  private struct Item: Sendable {
    let arrival: Arrival
    let reading: Reading
    var isTaken = false
    /// The seeds that it reached, each once, with the first recipient that named it.
    var seeds: [(seed: Identifier<Seed>, recipient: Recipient)] = []
    var nearCount = 0
    var unknownCount = 0
    var examination: Examination?
  }

  /// Finds the seeds among the recipients; counts those in the catch-all domain that are none.
  private func match(_ items: inout [Item]) async throws {
    let key = matchKey
    let wanted = items.map { item in item.reading.recipients.map { key.tokens(for: $0.mailbox) } }
    let identities = items.map { ($0.reading.digest, $0.arrival.baseName) }
    let (taken, found) = try await store.read { store in
      (
        try identities.map { try store.isTaken(messageDigest: $0.0, baseName: $0.1) },
        try store.seeds(matching: wanted.flatMap(\.self).flatMap(\.self))
      )
    }
    var strangers: [(item: Int, tokens: [MatchToken])] = []
    for index in items.indices {
      items[index].isTaken = taken[index]
      guard !taken[index] else { continue }
      for (recipient, tokens) in zip(items[index].reading.recipients, wanted[index]) {
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
    _ item: Item,
    at now: Timestamp,
    counts: inout DayCounts,
    in store: any StoreWriter
  ) throws -> IntakeReport {
    var report = IntakeReport()
    report.read = 1
    let delivery = Delivery(
      messageDigest: item.reading.digest,
      baseName: item.arrival.baseName,
      file: item.arrival.file,
      takenAt: now
    )
    guard try store.insert(delivery), !item.isTaken else {
      report.duplicates = 1
      return report
    }
    report.nearMisses = item.nearCount
    report.unknown = item.unknownCount
    counts.recipients += item.seeds.count + item.nearCount + item.unknownCount
    counts.known += item.seeds.count
    counts.near += item.nearCount
    counts.unknown += item.unknownCount
    guard let examination = item.examination, !item.seeds.isEmpty else { return report }
    report.matched = 1
    try store.insertMessage(item.arrival.bytes, digest: item.reading.digest)
    let archive = try DNSArchive.bytes(of: examination.answers)
    for (seed, recipient) in item.seeds {
      let sighting = Sighting(
        id: identifiers.next(at: now),
        seed: seed,
        recipient: recipient.mailbox.address,
        recipientSource: recipient.source,
        messageDigest: item.reading.digest,
        baseName: item.arrival.baseName,
        arrivedAt: item.reading.arrivedAt,
        recordedAt: now,
        facts: examination.facts.graded(for: recipient.mailbox, in: item.reading.message)
      )
      try store.insert(sighting, dnsArchive: archive)
      // The receipt is committed to before anybody judges it, so that none can be left out.
      _ = try store.append(
        Commitment.receipt(
          messageDigest: item.reading.digest,
          meta: sighting.json,
          dnsArchive: archive,
          subject: sighting.id.rawValue
        )
      )
      if !archive.isEmpty {
        _ = try store.append(
          Commitment.salted(
            .dns,
            label: "seeddns/v1",
            content: archive,
            subject: sighting.id.rawValue
          )
        )
      }
      let judgement = try recorder.judgeArrival(of: sighting, at: now, in: store)
      report.recorded += 1
      if judgement.verdict.messageClass == .expected { report.expected += 1 }
      if judgement.verdict.messageClass.isFinding { report.findings += 1 }
    }
    return report
  }

  /// Examines a sighting's message once more; says whether its judgement no longer waits.
  private func judgeAgain(_ sighting: Sighting) async throws -> Bool {
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
    let archive = try DNSArchive.bytes(of: examination.answers)
    return try await store.write { store in
      guard let current = try store.sighting(examined.id),
        current.judgement.verdict.messageClass == .pending
      else { return false }
      if examined.facts != current.sighting.facts {
        try store.append(examined.facts, dnsArchive: archive, to: examined.id, at: now)
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

  /// Applies `work` to each element, a few at a time, and keeps their order.
  private func inParallel<Element: Sendable, Result: Sendable>(
    _ elements: [Element],
    _ work: @escaping @Sendable (Element) async -> Result
  ) async -> [Result] {
    if elements.count == 1 { return [await work(elements[0])] }
    return await withTaskGroup(of: (Int, Result).self) { group in
      var results = [Result?](repeating: nil, count: elements.count)
      var next = 0
      while next < min(Self.taskCountMax, elements.count) {
        let index = next
        group.addTask { (index, await work(elements[index])) }
        next += 1
      }
      for await (index, result) in group {
        results[index] = result
        guard next < elements.count else { continue }
        let following = next
        group.addTask { (following, await work(elements[following])) }
        next += 1
      }
      return results.compactMap(\.self)
    }
  }
}

extension Sighting {
  /// What an `rcpt` leaf commits to, besides the message and its DNS answers.
  var json: JSONValue {
    .object([
      .init("v", .integer(1)), .init("sighting", .string(id.description)),
      .init("seed", .string(seed.description)), .init("recipient", .string(recipient)),
      .init("recipient_source", .string(recipientSource.rawValue)),
      .init("base_name", .string(baseName)), .init("arrived", .string(arrivedAt.rfc3339)),
      .init("recorded", .string(recordedAt.rfc3339)),
    ])
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
