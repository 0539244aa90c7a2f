import SeedCore
import Testing

extension StoreContract {
  static let intake: [StoreContract] = [
    StoreContract("a message is taken in once, by its digest and its base name") { store in
      var records = RecordMaker()
      let delivery = records.delivery()
      let otherName = Delivery(
        messageDigest: delivery.messageDigest,
        baseName: "other",
        file: nil,
        takenAt: delivery.takenAt
      )
      let otherBytes = records.delivery(baseName: delivery.baseName)
      try await store.write { writer throws in
        #expect(try writer.insert(delivery))
        #expect(try !writer.insert(delivery))
        #expect(try writer.insert(otherName))
        #expect(try writer.insert(otherBytes))
      }
      try await store.read { reader throws in
        for taken in [delivery, otherName, otherBytes] {
          #expect(
            try reader.isTaken(messageDigest: taken.messageDigest, baseName: taken.baseName)
          )
        }
        #expect(try !reader.isTaken(messageDigest: otherBytes.messageDigest, baseName: "other"))
      }
    },
    StoreContract("a file is known by all that the file system says of it") { store in
      var records = RecordMaker()
      let deliveries = (0..<3).map { _ in records.delivery() }
      let files = deliveries.compactMap(\.file)
      let copied = FileIdentity(baseName: files[0].baseName, inode: 5, byteCount: 6, modifiedAt: 7)
      try await store.write { writer throws in
        for delivery in deliveries { _ = try writer.insert(delivery) }
        let again = Delivery(
          messageDigest: deliveries[0].messageDigest,
          baseName: copied.baseName,
          file: copied,
          takenAt: RecordMaker.start
        )
        #expect(try !writer.insert(again))
        #expect(try !writer.insert(again))
      }
      let changed = [
        FileIdentity(
          baseName: files[1].baseName,
          inode: files[1].inode,
          byteCount: files[1].byteCount + 1,
          modifiedAt: files[1].modifiedAt
        ),
        FileIdentity(
          baseName: files[1].baseName,
          inode: files[1].inode,
          byteCount: files[1].byteCount,
          modifiedAt: files[1].modifiedAt + 1
        ),
        FileIdentity(
          baseName: files[1].baseName,
          inode: files[1].inode - 1,
          byteCount: files[1].byteCount,
          modifiedAt: files[1].modifiedAt
        ),
        FileIdentity(
          baseName: files[1].baseName + "2",
          inode: files[1].inode,
          byteCount: files[1].byteCount,
          modifiedAt: files[1].modifiedAt
        ),
      ]
      try await store.read { reader throws in
        #expect(try reader.knownFiles(among: files + changed + [copied]) == Set(files + [copied]))
        #expect(try reader.knownFiles(among: []) == [])
      }
    },
    StoreContract("a message is kept once, byte for byte") { store in
      var records = RecordMaker()
      let messages: [[UInt8]] = [
        [], [0], Array(repeating: 0x41, count: 300_000), (0...255).map { UInt8($0) },
      ]
      let digests = messages.map { _ in records.digest() }
      try await store.write { writer throws in
        for (bytes, digest) in zip(messages, digests) {
          try writer.insertMessage(bytes, digest: digest)
          try writer.insertMessage(bytes, digest: digest)
        }
      }
      try await store.read { reader throws in
        for (bytes, digest) in zip(messages, digests) {
          #expect(try reader.message(digest) == bytes)
        }
        #expect(try reader.message([1, 2, 3]) == nil)
      }
    },
    StoreContract("a sighting comes back as it was, with its answers from DNS") { store in
      var records = RecordMaker()
      let world = records.world()
      try await store.write { try world.insert(into: $0) }
      try await store.read { reader throws in
        let judged = JudgedSighting(sighting: world.sighting, judgement: world.judgement)
        #expect(try reader.sighting(world.sighting.id) == judged)
        #expect(try reader.judgements(of: world.sighting.id) == [world.judgement])
        #expect(try reader.judgement(world.judgement.id) == world.judgement)
        #expect(try reader.judgement(RecordMaker.unknown()) == nil)
        #expect(try reader.dnsArchive(of: world.sighting.id) == RecordMaker.World.dnsArchive)
        #expect(try reader.message(world.sighting.messageDigest) == RecordMaker.World.message)
        #expect(try reader.sightingSummary() == (1, world.sighting.arrivedAt))
        #expect(try reader.sighting(RecordMaker.unknown()) == nil)
        #expect(try reader.judgements(of: RecordMaker.unknown()).isEmpty)
        #expect(try reader.dnsArchive(of: RecordMaker.unknown()) == nil)
      }
    },
    StoreContract("there is no newest sighting where there is none") { store in
      let summary = try await store.read { try $0.sightingSummary() }
      #expect(summary == (0, nil))
    },
    StoreContract("one message is one sighting for each seed that it reaches") { store in
      var records = RecordMaker()
      let world = records.world()
      let otherSeed = records.seed(of: world.organisation)
      let second = records.sighting(of: otherSeed, by: world.delivery, at: RecordMaker.time(-9))
      let again = records.sighting(of: world.seed, by: world.delivery, at: RecordMaker.start)
      try await store.write { writer throws in
        try world.insert(into: writer)
        try writer.insert(otherSeed)
        try writer.insert(second, dnsArchive: [])
        #expect(throws: StoreError.exists) { try writer.insert(again, dnsArchive: []) }
        #expect(throws: StoreError.exists) { try writer.insert(world.sighting, dnsArchive: []) }
      }
      try await store.read { reader throws in
        #expect(try reader.sightingSummary() == (2, world.sighting.arrivedAt))
        #expect(try reader.sighting(second.id) == nil)
        #expect(try reader.dnsArchive(of: second.id) == [])
      }
    },
    StoreContract("a sighting without its seed, delivery or message is refused") { store in
      var records = RecordMaker()
      let seed = records.seed(of: nil)
      let deliveries = (0..<2).map { _ in records.delivery() }
      let sightings = [
        records.sighting(of: records.seed(of: nil), by: deliveries[0], at: RecordMaker.start),
        records.sighting(of: seed, by: deliveries[1], at: RecordMaker.start),
        records.sighting(of: seed, by: records.delivery(), at: RecordMaker.start),
      ]
      let judgement = records.judgement(of: sightings[0], .stranger)
      try await store.write { writer throws in
        try writer.insert(seed)
        for delivery in deliveries { _ = try writer.insert(delivery) }
        try writer.insertMessage([1], digest: deliveries[0].messageDigest)
        try writer.insertMessage([2], digest: sightings[2].messageDigest)
        for sighting in sightings {
          #expect(throws: StoreError.dangling) { try writer.insert(sighting, dnsArchive: []) }
        }
        #expect(throws: StoreError.dangling) { try writer.append(judgement) }
        #expect(throws: StoreError.dangling) {
          try writer.append(
            MessageFacts(),
            dnsArchive: [],
            to: sightings[0].id,
            at: RecordMaker.start
          )
        }
      }
      let summary = try await store.read { try $0.sightingSummary() }
      #expect(summary == (0, nil))
    },
  ]

  static let judged: [StoreContract] = [
    StoreContract("the judgement that was appended last holds, whatever its number") { store in
      var records = RecordMaker()
      let world = records.world()
      let first = records.judgement(of: world.sighting, .expected)
      let second = records.judgement(of: world.sighting, .stranger)
      try await store.write { writer throws in
        try world.insert(into: writer)
        try writer.append(second)
        try writer.append(first)
        #expect(throws: StoreError.exists) { try writer.append(second) }
      }
      try await store.read { reader throws in
        #expect(try reader.judgements(of: world.sighting.id) == [world.judgement, second, first])
        #expect(try reader.sighting(world.sighting.id)?.judgement == first)
      }
    },
    StoreContract("later facts replace a sighting's, and its judgement stays") { store in
      var records = RecordMaker()
      let world = records.world()
      var expected = world.sighting
      expected.facts.subject = "Read again"
      let facts = expected.facts
      try await store.write { writer throws in
        try world.insert(into: writer)
        try writer.append(
          facts,
          dnsArchive: [7],
          to: world.sighting.id,
          at: RecordMaker.time(99)
        )
      }
      let stored = try await store.read { try $0.sighting(world.sighting.id) }
      #expect(stored == JudgedSighting(sighting: expected, judgement: world.judgement))
      let archive = try await store.read { try $0.dnsArchive(of: world.sighting.id) }
      #expect(archive == [7])
      let looks = try await store.read { try $0.looks(of: world.sighting.id) }
      #expect(looks.map(\.dnsArchive) == [RecordMaker.World.dnsArchive, [7]])
      #expect(looks.map(\.facts) == [world.sighting.facts, facts])
      #expect(looks.map(\.at) == [world.sighting.recordedAt, RecordMaker.time(99)])
      #expect(try await store.read { try $0.looks(of: RecordMaker.unknown()) }.isEmpty)
    },
    StoreContract("a finding gathers sightings by seed and sender, as they are judged now") {
      store in
      var crowd = SightingCrowd()
      let strangers = crowd.sightings(3)
      let key = SenderKey(stored: "party.example")
      let judgements = strangers.map { crowd.records.judgement(of: $0, .stranger) }
      try await store.write { [crowd] writer throws in
        try crowd.insert(into: writer)
        for judgement in judgements { try writer.append(judgement) }
      }
      let seed = crowd.seed.id
      try await store.read { reader throws in
        var found: [Identifier<Sighting>] = []
        while true {
          let page = try reader.sightings(of: seed, from: key, after: found.last, limit: 2)
          if page.isEmpty { break }
          found += page.map(\.sighting.id)
        }
        #expect(found == strangers.map(\.id))
        #expect(try reader.sightings(of: seed, from: key, after: nil, limit: 0).isEmpty)
        #expect(
          try reader.sightings(of: RecordMaker.unknown(), from: key, after: nil, limit: 9).isEmpty
        )
      }

      // The first turns out to be the organisation's, the second an impersonation.
      let later = [
        crowd.records.judgement(of: strangers[0], .expected),
        crowd.records.judgement(of: strangers[1], .impersonation),
      ]
      try await store.write { writer throws in
        for judgement in later { try writer.append(judgement) }
      }
      try await store.read { reader throws in
        for (key, expected) in [
          ("party.example", [strangers[2].id]),
          ("(impersonating) party.example", [strangers[1].id]),
          ("party", []),
          ("party.example\u{0}", []),
        ] {
          let gathered = try reader.sightings(
            of: seed,
            from: SenderKey(stored: key),
            after: nil,
            limit: 9
          )
          #expect(gathered.map(\.sighting.id) == expected)
        }
        let all = try reader.sightings(of: seed, after: nil, limit: 9)
        #expect(all.map(\.sighting.id) == strangers.map(\.id))
        #expect(
          all.map(\.judgement.verdict.messageClass) == [.expected, .impersonation, .stranger]
        )
      }
    },
    StoreContract("sightings of a seed are paged to the end, when they are judged") { store in
      var crowd = SightingCrowd()
      let sightings = crowd.sightings(5)
      let judgements = sightings.dropLast().map { crowd.records.judgement(of: $0, .unverified) }
      try await store.write { [crowd] writer throws in
        try crowd.insert(into: writer)
        for judgement in judgements { try writer.append(judgement) }
      }
      let seed = crowd.seed.id
      try await store.read { reader throws in
        let pages = try [nil, sightings[1].id, sightings[3].id].map {
          try reader.sightings(of: seed, after: $0, limit: 2).map(\.sighting.id)
        }
        #expect(
          pages == [[sightings[0].id, sightings[1].id], [sightings[2].id, sightings[3].id], []]
        )
      }
    },
    StoreContract("sightings are pending until they are judged otherwise") { store in
      var crowd = SightingCrowd()
      let sightings = crowd.sightings(3)
      let judgements = sightings.map { crowd.records.judgement(of: $0, .pending, from: "", .none) }
      let later = crowd.records.judgement(of: sightings[1], .disclosure)
      try await store.write { [crowd] writer throws in
        try crowd.insert(into: writer)
        for judgement in judgements { try writer.append(judgement) }
        #expect(try writer.pendingSightings(after: nil, limit: 2).count == 2)
        try writer.append(later)
      }
      try await store.read { reader throws in
        let pending = try reader.pendingSightings(after: nil, limit: 9)
        #expect(pending.map(\.sighting.id) == [sightings[0].id, sightings[2].id])
        let rest = try reader.pendingSightings(after: sightings[0].id, limit: 9)
        #expect(rest.map(\.sighting.id) == [sightings[2].id])
        #expect(try reader.pendingSightingCount() == 2)
        #expect(try reader.pendingSightings(after: sightings[2].id, limit: 9).isEmpty)
        #expect(try reader.pendingSightings(after: nil, limit: 0).isEmpty)
      }
    },
    StoreContract("the baseline is what arrived first of all that is expected and authenticated") {
      store in
      var crowd = SightingCrowd()
      let sightings = crowd.sightings(5, arrivals: [1, 2, 9, 5, 5])
      let judgements = [
        crowd.records.judgement(of: sightings[0], .stranger),
        crowd.records.judgement(of: sightings[1], .expected, from: "party.example", .claimed),
        crowd.records.judgement(of: sightings[2], .expected, from: "party.example", .reported),
        crowd.records.judgement(of: sightings[3], .expected, from: "party.example", .aligned),
        crowd.records.judgement(of: sightings[4], .expected, from: "party.example", .aligned),
      ]
      let seed = crowd.seed.id
      try await store.write { [crowd] writer throws in
        try crowd.insert(into: writer)
        for judgement in judgements.prefix(2) { try writer.append(judgement) }
        #expect(try writer.baseline(of: seed) == nil)
        for judgement in judgements.dropFirst(2) { try writer.append(judgement) }
      }
      let baseline = try await store.read { try $0.baseline(of: seed) }
      #expect(baseline == sightings[3].id)

      let later = crowd.records.judgement(of: sightings[3], .disclosure)
      let moved = try await store.write { writer in
        try writer.append(later)
        return try writer.baseline(of: seed)
      }
      #expect(moved == sightings[4].id)
      let nobody = try await store.read { try $0.baseline(of: RecordMaker.unknown()) }
      #expect(nobody == nil)
    },
  ]
}

/// One seed and its many sightings.
private struct SightingCrowd {
  var records = RecordMaker()
  let seed: Seed
  private var arrived: [(delivery: Delivery, sighting: Sighting)] = []

  init() { seed = records.seed(of: nil) }

  /// Makes sightings, which arrive at these seconds.
  mutating func sightings(_ count: Int, arrivals: [Int64]? = nil) -> [Sighting] {
    (0..<count).map { index in
      let delivery = records.delivery()
      let arrival = RecordMaker.time(arrivals?[index] ?? Int64(index))
      let sighting = records.sighting(of: seed, by: delivery, at: arrival)
      arrived.append((delivery, sighting))
      return sighting
    }
  }

  /// Inserts the newest sighting first, so that order comes from their identifiers.
  func insert(into writer: any StoreWriter) throws {
    try writer.insert(seed)
    for (delivery, sighting) in arrived.reversed() {
      _ = try writer.insert(delivery)
      try writer.insertMessage([1], digest: delivery.messageDigest)
      try writer.insert(sighting, dnsArchive: [])
    }
  }
}
