public import SeedCore

/// Random transactions over few records, so that many collide, dangle or change what is there: two
/// stores that were given the same must hold the same.
public struct RandomStoreWork {
  /// A change, and what came of it in words.
  private typealias Change = @Sendable (any StoreWriter) throws -> String

  private struct Undo: Error {}

  private var random: SplitMix64

  /// Starts the sequence that belongs to `seed`.
  public init(seed: UInt64) { random = SplitMix64(seed: seed) }

  /// Runs the next transaction in each store, and gives what came of it in each.
  public mutating func run(in stores: [any Store]) async throws -> [[String]] {
    let changes = (0..<number(1...6)).map { _ in change() }
    let isUndone = number(0...4) == 0
    var outcomes: [[String]] = []
    for store in stores {
      do {
        outcomes.append(
          try await store.write { writer in
            let words = try changes.map { change in
              do { return try change(writer) } catch is StoreError { return "refused" }
            }
            if isUndone { throw Undo() }
            return words
          }
        )
      } catch is Undo { outcomes.append(["undone"]) }
    }
    return outcomes
  }

  private mutating func number(_ range: ClosedRange<Int64>) -> Int64 {
    Int64.random(in: range, using: &random)
  }

  private mutating func id<Entity>(_ count: Int64 = 4) -> Identifier<Entity> {
    Identifier(rawValue: number(1...count))
  }

  private mutating func maybe<Value>(_ value: Value) -> Value? { number(0...2) == 0 ? nil : value }
  private mutating func time() -> Timestamp { RecordMaker.time(number(0...20)) }
  private mutating func digest() -> [UInt8] { [UInt8](repeating: UInt8(number(1...3)), count: 32) }
  private mutating func name() -> String { ["a", "b", "a\u{0}"][Int(number(0...2))] }

  private mutating func sender() -> Sender {
    Sender(
      domain: ["", "a.example", "b.example"][Int(number(0...2))],
      status: Sender.Status.allCases.randomElement(using: &random) ?? .none,
      platform: maybe("bulk.example")
    )
  }

  private mutating func change() -> Change {
    switch number(0...4) {
    case 0: registerChange()
    case 1: arrivalChange()
    case 2, 3: judgementChange()
    default: ledgerChange()
    }
  }
}

extension RandomStoreWork {
  private mutating func registerChange() -> Change {
    let organisation: Identifier<Organisation> = id(3)
    let (name, now, seedID): (String, Timestamp, Identifier<Seed>) = (name(), time(), id())
    let domain = OrganisationDomain(
      domain: name,
      role: .own,
      validFrom: maybe(time()),
      origin: number(0...1) == 0 ? .learned : .operator,
      reason: "",
      recordedAt: now,
      isApproved: number(0...1) == 0
    )
    switch number(0...7) {
    case 0:
      let new = Organisation(id: organisation, name: name, createdAt: now, domains: [domain])
      return { "\(try $0.insert(new))" }
    case 1: return { "\(try $0.rename(organisation, to: name))" }
    case 2: return { "\(try $0.add(domain, to: organisation))" }
    case 3: return { "\(try $0.revoke(name, of: organisation, at: now))" }
    case 4: return { "\(try $0.approve(name, of: organisation))" }
    case 5:
      let time = maybe(now)
      return { "\(try $0.setRetired(seedID, at: time))" }
    case 6:
      let time = maybe(now)
      return { "\(try $0.setWithdrawn(seedID, at: time))" }
    default:
      let seed = Seed(
        id: seedID,
        token: MatchToken(high: UInt64(number(1...5)), low: 0),
        organisation: maybe(organisation),
        scheme: .p80,
        control: maybe(.c1),
        mintedAt: now,
        leafIndex: maybe(number(0...3))
      )
      return { "\(try $0.insert(seed))" }
    }
  }

  private mutating func arrivalChange() -> Change {
    let (digest, name, now) = (digest(), name(), time())
    var facts = MessageFacts()
    facts.subject = "\(number(0...9))"
    let sighting = Sighting(
      id: id(),
      seed: id(),
      recipient: name,
      recipientSource: .to,
      messageDigest: digest,
      baseName: name,
      arrivedAt: time(),
      recordedAt: now,
      facts: facts
    )
    switch number(0...6) {
    case 0, 1:
      let file = FileIdentity(baseName: name, inode: 1, byteCount: number(1...2), modifiedAt: 1)
      let delivery = Delivery(
        messageDigest: digest,
        baseName: name,
        file: maybe(file),
        takenAt: now
      )
      return { "\(try $0.insert(delivery))" }
    case 2: return { "\(try $0.insertMessage(digest, digest: digest))" }
    case 3, 4, 5: return { "\(try $0.insert(sighting, dnsArchive: digest))" }
    default:
      return { [facts] in
        "\(try $0.append(facts, dnsArchive: [1], to: sighting.id, at: now))"
      }
    }
  }

  private mutating func judgementChange() -> Change {
    let messageClass = MessageClass.allCases.randomElement(using: &random) ?? .expected
    let (sender, now, organisation) = (sender(), time(), maybe(id(3) as Identifier<Organisation>))
    let key = SenderKey(messageClass, sender)
    let caseID: Identifier<Case> = id()
    let findingID: Identifier<Finding> = id()
    let state = Finding.State.allCases.randomElement(using: &random) ?? .open
    switch number(0...5) {
    case 0, 1:
      let judgement = Judgement(
        id: id(40),
        sighting: id(),
        madeAt: now,
        cause: .register,
        sender: sender,
        grade: .b,
        verdict: Verdict(messageClass, reasons: ["\(number(0...9))"])
      )
      return { "\(try $0.append(judgement))" }
    case 2:
      let new = Case(id: caseID, organisation: organisation, senderKey: key, openedAt: now)
      return { "\(try $0.insert(new))" }
    case 3:
      let finding = Finding(
        id: findingID,
        caseID: caseID,
        seed: id(),
        organisation: organisation,
        senderKey: key,
        sender: sender,
        messageClass: messageClass,
        grade: .c,
        severity: .low,
        state: state,
        firstSeen: now,
        lastSeen: now,
        sightingCount: Int(number(0...9)),
        reasons: []
      )
      return { "\(try $0.save(finding))" }
    case 4:
      let event = FindingEvent(finding: findingID, kind: .seenAgain, at: now, state: state)
      return { "\(try $0.append(event))" }
    default:
      let silence = Silence(
        id: id(),
        senderKey: maybe(key),
        organisation: organisation,
        reason: "",
        from: now,
        until: time()
      )
      return { "\(try $0.insert(silence))" }
    }
  }

  private mutating func ledgerChange() -> Change {
    let now = time()
    switch number(0...8) {
    case 8:
      let check = KeyCheck(
        id: Identifier(rawValue: number(1...9)),
        name: name(),
        askedAt: now,
        found: number(0...1) == 0 ? .absent : .keys([digest()])
      )
      return { "\(try $0.insert(check, dnsArchive: []))" }
    case 5: return checkpointChange()
    case 6:
      let token = RecordMaker.timestamp(number(0...6), name(), leafIndex: number(0...6))
      return { "\(try $0.insert(token))" }
    case 7:
      let log = RecordMaker.witnessedLog(name(), number(0...3), root: UInt8(number(0...1)))
      return { "\(try $0.save(log))" }
    case 0, 1:
      let leaf = Leaf(kind: .mint, bytes: digest(), subject: maybe(number(1...2)))
      return { "\(try $0.append(leaf))" }
    case 2:
      var counts = DayCounts(day: "2026-11-2\(number(0...2))")
      counts.near = Int(number(0...3))
      return { [counts] in "\(try $0.add(counts))" }
    case 3:
      let row = OutboxRow(
        channel: name(),
        key: name(),
        event: maybe(number(1...3)),
        payload: digest(),
        isUrgent: number(0...2) == 0,
        queuedAt: now,
        dueAt: time()
      )
      return { "\(String(describing: try $0.enqueue(row)))" }
    case 4:
      let name = name()
      var state = ChannelState(channel: name, failingSince: maybe(now))
      state.nextAttemptAt = maybe(now)
      return { [state] writer in
        try writer.setMemo(name, "\(now)")
        return "\(try writer.hasten(channel: name, at: now)) \(try writer.save(state))"
      }
    default:
      let states = OutboxRow.State.allCases
      let (index, newState) = (Int(number(0...2)), states[Int(number(0...4))])
      let (deliveredAt, joinedTo) = (maybe(now), maybe(number(1...4)))
      return { writer in
        let rows = try writer.outbox(.waiting, limit: 3)
        guard rows.indices.contains(index) else { return "none" }
        var row = rows[index]
        row.state = newState
        row.dueAt = now
        row.attemptCount += 1
        row.deliveredAt = deliveredAt
        row.retriedAt = deliveredAt
        row.joinedTo = joinedTo
        return "\(try writer.save(row)) \(row.key)"
      }
    }
  }

  private mutating func checkpointChange() -> Change {
    let (size, now, isWitnessed) = (number(0...6), time(), number(0...3) == 0)
    switch number(0...4) {
    case 0, 1:
      let checkpoint = RecordMaker.checkpoint(size, isWitnessed: isWitnessed)
      return { "\(try $0.insert(checkpoint))" }
    case 2:
      let signature = RecordMaker.signature("w.example", UInt8(number(0...2)))
      return {
        "\(try $0.append([signature], toCheckpoint: size, isWitnessed: isWitnessed))"
      }
    case 3:
      let restoration = Restoration(restoredAt: now, leafCount: size)
      return { "\(try $0.insert(restoration))" }
    default: return { "\(try $0.settleRestorations(at: now, reason: "\(size)"))" }
    }
  }
}

extension RandomStoreWork {
  /// Everything that a store holds of such work, in words.
  public static func contents(of store: any Store) async throws -> [String] {
    try await store.read { reader in
      var lines = try reader.organisations().map { "\($0)" }
      lines += try reader.seeds(after: nil, limit: 99, organisation: nil).map { "\($0)" }
      lines.append("\(try reader.seedCounts()) \(try reader.sightingSummary())")
      for number in 1...4 as ClosedRange<Int64> {
        let seed = Identifier<Seed>(rawValue: number)
        let sighting = Identifier<Sighting>(rawValue: number)
        lines += try reader.sightings(of: seed, after: nil, limit: 99).map { "\($0)" }
        for key in ["a.example", "(bounce)", "(unknown)", "(impersonating) b.example"] {
          let sender = SenderKey(stored: key)
          let gathered = try reader.sightings(of: seed, from: sender, after: nil, limit: 99)
          lines.append("\(key) \(gathered.map(\.sighting.id))")
          lines.append("\(String(describing: try reader.finding(of: seed, from: sender)))")
        }
        lines.append("\(String(describing: try reader.baseline(of: seed)))")
        lines.append("\(try reader.judgements(of: sighting))")
        lines.append("\(String(describing: try reader.dnsArchive(of: sighting)))")
        lines.append("\(try reader.leafIndices(kind: .mint, subject: number))")
        lines.append("\(try reader.silences(at: RecordMaker.time(4 * number)))")
        let digest = [UInt8](repeating: UInt8(number), count: 32)
        lines.append("\(String(describing: try reader.message(digest)))")
        for name in ["a", "b", "a\u{0}"] {
          lines.append("\(try reader.isTaken(messageDigest: digest, baseName: name))")
          let file = FileIdentity(baseName: name, inode: 1, byteCount: number, modifiedAt: 1)
          lines.append("\(try reader.knownFiles(among: [file]).count)")
        }
      }
      lines.append("\(try reader.pendingSightings(after: nil, limit: 99))")
      lines += try reader.findings(FindingQuery()).map { "\($0)" }
      for states in [[.open], [.open, .confirmed], [.explained, .closed, .open], []]
        as [Set<Finding.State>]
      {
        let found = try reader.findings(FindingQuery(states: states, limit: 3))
        lines.append("\(states.count) states: \(found.map(\.id))")
      }
      let counts = try reader.findingCounts()
      lines.append("\(Finding.State.allCases.map { counts[$0] ?? 0 })")
      lines += try reader.cases(limit: 99).map { "\($0)" }
      lines += try reader.events(after: 0, of: nil, limit: 999).map { "\($0)" }
      lines.append("\(try reader.lastEventSequence()) \(try reader.leafCount())")
      lines += try reader.leaves(from: 0, limit: 999).map { "\($0)" }
      lines += try reader.dayCounts(from: "").map { "\($0)" }
      lines += try reader.checkpoints(from: 0, limit: 99).map { "\($0)" }
      lines.append("\(String(describing: try reader.newestWitnessedCheckpoint()))")
      lines += try reader.restorations().map { "\($0)" }
      lines += try reader.timestamps(from: 0, limit: 99).map { "\($0)" }
      lines += try reader.witnessedLogs().map { "\($0)" }
      lines += try reader.keyChecks(of: "a", limit: 3).map { "\($0)" }
      for state in OutboxRow.State.allCases {
        lines += try reader.outbox(state, limit: 99).map { "\($0)" }
      }
      for channel in ["a", "b", "a\u{0}"] {
        let due = try reader.outbox(channel: channel, dueAt: RecordMaker.time(9), limit: 9)
        lines.append("\(due) \(String(describing: try reader.nextDue(channel: channel)))")
        for mayJoin in [nil, true, false] as [Bool?] {
          let wanted = WaitingRows(
            channel: channel,
            dueAt: RecordMaker.time(9),
            mayJoin: mayJoin
          )
          lines += try reader.waiting(wanted, limit: 3).map { "\($0)" }
        }
        let deliveries = try reader.deliveries(
          channel: channel,
          after: RecordMaker.time(3),
          upTo: RecordMaker.time(9)
        )
        let memo = try reader.memo(channel)
        let urgent = try reader.nextUrgentDue(channel: channel)
        lines.append("\(deliveries) \(String(describing: memo)) \(String(describing: urgent))")
      }
      lines += try reader.channelStates().map { "\($0)" }
      return lines
    }
  }
}
