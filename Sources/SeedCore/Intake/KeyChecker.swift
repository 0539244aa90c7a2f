import SeedAuth
import SeedMail

/// Asks again for the DKIM keys that signed recorded mail, so that a withdrawal is on record.
struct KeyChecker: Sendable {
  /// How many days after a message its keys are asked for again.
  static let days = [1, 7, 30, 90]
  /// How many keys are asked for at once, and recorded together.
  static let pageCount = 32
  /// How often a key is asked for while DNS fails; then that is what is recorded. With the delays
  /// this is about three days.
  static let attemptCountMax = 10
  /// The delay after the first failure, which doubles, and the longest one.
  static let delayMin = Duration.seconds(900), delayMax = Duration.seconds(12 * 3600)
  private static let daySeconds: Int64 = 86_400

  let store: any Store
  let resolver: any Resolver
  let identifiers: IdentifierSource
  let clock: @Sendable () -> Timestamp

  /// The names of the keys that verify a message, and are asked for again.
  static func names(in results: [DKIMResult]) -> Set<String> {
    Set(results.lazy.filter(\.isIntact).map(\.keyName))
  }

  /// Queues the checks of keys that verify messages which are recorded at `now`.
  ///
  /// They are due at the first midnight (UTC) when enough days have passed, and their rows bear that
  /// day: a key that signs every message of a day is asked for once.
  static func enqueue(
    _ names: Set<String>,
    at now: Timestamp,
    in store: any StoreWriter
  ) throws {
    let today = now.seconds / daySeconds
    let dueTimes = days.map { day in
      let due = Timestamp(seconds: (today + Int64(day) + 1) * daySeconds)
      return (time: due, day: due.day)
    }
    for name in names.sorted() {
      for due in dueTimes {
        try store.enqueue(
          OutboxRow(
            channel: ReservedChannel.dkimKey.name,
            key: "\(name)/\(due.day)",
            event: nil,
            payload: Array(name.utf8),
            queuedAt: now,
            dueAt: due.time
          )
        )
      }
    }
  }

  /// Asks for every key that is due; what is found is on disk when this returns.
  ///
  /// - Returns: How many checks were recorded.
  func run() async throws -> Int {
    var recorded = 0
    while true {
      try Task.checkCancellation()
      let now = clock()
      let rows = try await store.read { try Self.due(at: now, in: $0) }
      guard !rows.isEmpty else { return recorded }
      let looks = await rows.inParallel { row in await look(row) }
      recorded += try await store.write { store in
        // Another process may have come first.
        let waiting = Set(try Self.due(at: now, in: store).map(\.id))
        return try looks.filter { waiting.contains($0.row.id) }
          .count { try record($0, in: store) }
      }
    }
  }

  /// A row, and what DNS said.
  private struct Look: Sendable {
    var row: OutboxRow
    let found: PublishedKeys
    let answers: [DNSAnswer]
    let askedAt: Timestamp

    var name: String { String(decoding: row.payload, as: UTF8.self) }
  }

  private static func due(at now: Timestamp, in store: any StoreReader) throws -> [OutboxRow] {
    try store.outbox(channel: ReservedChannel.dkimKey.name, dueAt: now, limit: pageCount)
  }

  private func look(_ row: OutboxRow) async -> Look {
    let recorder = RecordingResolver(resolver, now: clock)
    let answer = await recorder.resolve(String(decoding: row.payload, as: UTF8.self), .txt)
    await recorder.recordAuthenticationChains()
    return Look(
      row: row,
      found: PublishedKeys(answer),
      answers: recorder.answers,
      askedAt: clock()
    )
  }

  /// Records what a look found, or puts it off; says whether it was recorded.
  private func record(_ look: Look, in store: any StoreWriter) throws -> Bool {
    var row = look.row
    row.attemptCount += 1
    let isPutOff = look.found == .unanswered && row.attemptCount < Self.attemptCountMax
    if isPutOff {
      let delay = min(Self.delayMin * (1 << min(row.attemptCount - 1, 16)), Self.delayMax)
      row.dueAt = look.askedAt.advanced(by: delay)
      row.lastError = "DNS failed"
    } else {
      row.state = .delivered
      row.lastError = ""
      let check = KeyCheck(
        id: identifiers.next(at: look.askedAt),
        name: look.name,
        askedAt: look.askedAt,
        found: look.found
      )
      let archive = DNSArchive.bytes(of: look.answers)
      try store.insert(check, dnsArchive: archive)
      _ = try store.append(
        Commitment.salted(.dns, label: "seeddns/v1", content: archive, subject: check.id.rawValue)
      )
    }
    try store.save(row)
    return !isPutOff
  }
}

extension DKIMResult {
  /// Where the key is published (RFC 6376 §3.6.2.1).
  public var keyName: String { "\(selector)._domainkey.\(domain)" }
}
