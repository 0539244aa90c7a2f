public import SeedCore
public import Testing

/// One promise of ``Store``, to be kept by every store: a test passes each of ``all`` an empty one.
public struct StoreContract: Sendable, CustomTestStringConvertible {
  /// What is promised.
  public let testDescription: String
  private let body: @Sendable (any Store) async throws -> Void

  init(_ promise: String, _ body: @escaping @Sendable (any Store) async throws -> Void) {
    testDescription = promise
    self.body = body
  }

  /// Looks whether an empty store keeps the promise; failures are recorded with the running test.
  public func check(_ store: any Store) async throws { try await body(store) }

  /// Puts at least one record of every kind into an empty store.
  public static func fill(_ store: any Store) async throws {
    var records = RecordMaker()
    let entry = OrganisationDomain(
      domain: "petitions.example",
      role: .own,
      origin: .learned,
      reason: "",
      recordedAt: RecordMaker.start,
      isApproved: false
    )
    let organisation = records.organisation(domains: [entry])
    let world = records.world()
    let silence = Silence(
      id: records.id(),
      senderKey: world.ownCase.senderKey,
      organisation: nil,
      reason: "Known.",
      from: RecordMaker.start,
      until: RecordMaker.time(1)
    )
    let check = records.keyCheck("sel._domainkey.party.example")
    try await store.write { writer in
      try writer.insert(organisation)
      try world.insert(into: writer)
      try writer.insertNotice([1], digest: world.delivery.messageDigest)
      try writer.insert(silence)
      try writer.add(DayCounts(day: "2026-11-22"))
      try writer.insert(RecordMaker.checkpoint(1))
      try writer.insert(RecordMaker.timestamp(1, "tsa", leafIndex: 0))
      try writer.insert(Restoration(restoredAt: RecordMaker.start, leafCount: 1))
      try writer.save(RecordMaker.witnessedLog("log.example/a", 1))
      try writer.insert(check, dnsArchive: [1])
      try writer.enqueue(
        OutboxRow(
          channel: "me",
          key: "1",
          event: 1,
          payload: [1],
          queuedAt: RecordMaker.start,
          dueAt: RecordMaker.start
        )
      )
    }
  }

  /// Everything that is promised.
  public static let all: [StoreContract] =
    transactions + register + seeds + intake + judged + findings + cases + ledger + checkpoints
    + keys + outbox

  static let transactions: [StoreContract] = [
    StoreContract("a write that throws leaves nothing behind") { store in
      struct Stop: Error {}
      var records = RecordMaker()
      let world = records.world()
      try await store.write { try world.insert(into: $0) }
      let more = records.world()
      await #expect(throws: Stop.self) {
        try await store.write { writer throws in
          try more.insert(into: writer)
          _ = try writer.append(Leaf(kind: .note, bytes: [1], subject: nil))
          try writer.setRetired(world.seed.id, at: RecordMaker.start)
          try writer.rename(world.organisation.id, to: "Other")
          throw Stop()
        }
      }
      try await store.read { reader throws in
        #expect(try reader.organisations() == [world.organisation])
        #expect(try reader.seed(world.seed.id) == world.seed)
        #expect(try reader.seed(more.seed.id) == nil)
        #expect(try reader.seeds(matching: [more.seed.token]).isEmpty)
        #expect(try reader.leafCount() == 1)
        #expect(try reader.sightingSummary().count == 1)
        #expect(try reader.message(more.sighting.messageDigest) == nil)
        #expect(try reader.finding(more.finding.id) == nil)
        #expect(try reader.lastEventSequence() == 1)
      }
      let index = try await store.write {
        try $0.append(Leaf(kind: .note, bytes: [2], subject: nil))
      }
      #expect(index == 1)
    },
    StoreContract("a refused change can be caught, and the rest is kept") { store in
      var records = RecordMaker()
      let world = records.world()
      let other = records.seed(of: world.organisation, token: 77)
      try await store.write { writer throws in
        try world.insert(into: writer)
        #expect(throws: StoreError.exists) { try writer.insert(world.seed) }
        #expect(throws: StoreError.dangling) {
          try writer.rename(RecordMaker.unknown(), to: "Nobody")
        }
        try writer.insert(other)
      }
      let seeds = try await store.read { try $0.seeds(after: nil, limit: 9, organisation: nil) }
      #expect(seeds == [world.seed, other])
    },
    StoreContract("a transaction sees its own changes") { store in
      var records = RecordMaker()
      let world = records.world()
      try await store.write { writer throws in
        try world.insert(into: writer)
        #expect(try writer.seed(world.seed.id) == world.seed)
        #expect(try writer.sighting(world.sighting.id)?.judgement == world.judgement)
        #expect(try writer.leafCount() == 1)
      }
    },
    StoreContract("writes at the same time follow each other") { store in
      let indices = try await withThrowingTaskGroup(of: Int64.self) { group in
        for number in 0..<40 as Range<UInt8> {
          group.addTask {
            try await store.write { writer throws in
              let count = try writer.leafCount()
              let index = try writer.append(Leaf(kind: .note, bytes: [number], subject: nil))
              #expect(index == count)
              return index
            }
          }
        }
        return try await group.reduce(into: Set()) { $0.insert($1) }
      }
      #expect(indices == Set(0..<40))
    },
  ]
}
