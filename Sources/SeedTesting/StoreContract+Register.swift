import SeedCore
import Testing

extension StoreContract {
  static let register: [StoreContract] = [
    StoreContract("organisations come back as they were, oldest first") { store in
      var records = RecordMaker()
      let entry = OrganisationDomain(
        domain: "petitions.example",
        role: .own,
        validFrom: RecordMaker.time(1),
        validUntil: RecordMaker.time(9),
        origin: .imported,
        reason: "The form says so.",
        recordedAt: RecordMaker.time(2)
      )
      let first = records.organisation(domains: [entry])
      let second = records.organisation()
      try await store.write { writer throws in
        try writer.insert(second)
        try writer.insert(first)
      }
      try await store.read { reader throws in
        #expect(try reader.organisations() == [first, second])
        #expect(try reader.organisation(first.id) == first)
        #expect(try reader.organisation(RecordMaker.unknown()) == nil)
      }
      await #expect(throws: StoreError.exists) { try await store.write { try $0.insert(first) } }
    },
    StoreContract("an organisation is renamed, and gains entries in their order") { store in
      var records = RecordMaker()
      var organisation = records.organisation()
      let entries = ["b.example", "a.example"].map {
        OrganisationDomain(domain: $0, role: .processor, reason: "", recordedAt: RecordMaker.start)
      }
      try await store.write { [organisation] writer in
        try writer.insert(organisation)
        #expect(try writer.organisation(organisation.id) == organisation)
        try writer.rename(organisation.id, to: "New")
        #expect(try writer.organisation(organisation.id)?.name == "New")
        for entry in entries {
          try writer.add(entry, to: organisation.id)
          #expect(try writer.organisation(organisation.id)?.domains.last == entry)
        }
        #expect(throws: StoreError.dangling) {
          try writer.add(entries[0], to: RecordMaker.unknown())
        }
        #expect(throws: StoreError.dangling) { try writer.rename(RecordMaker.unknown(), to: "") }
      }
      organisation.name = "New"
      organisation.domains = entries
      let stored = try await store.read { [organisation] in try $0.organisation(organisation.id) }
      #expect(stored == organisation)
    },
    StoreContract("an entry is revoked once and approved once, and stays") { store in
      var records = RecordMaker()
      func entry(_ domain: String, _ origin: OrganisationDomain.Origin) -> OrganisationDomain {
        OrganisationDomain(
          domain: domain,
          role: .own,
          origin: origin,
          reason: "",
          recordedAt: RecordMaker.start,
          isApproved: origin != .learned
        )
      }
      let organisation = records.organisation(domains: [
        entry("a.example", .learned), entry("a.example", .operator), entry("b.example", .learned),
      ])
      let other = records.organisation(domains: [entry("a.example", .learned)])
      let now = RecordMaker.time(50)
      try await store.write { writer throws in
        try writer.insert(organisation)
        try writer.insert(other)
        #expect(try writer.organisation(organisation.id) == organisation)
        #expect(try writer.approve("a.example", of: organisation.id) == 1)
        #expect(try writer.organisation(organisation.id)?.domains[0].isApproved == true)
        #expect(try writer.approve("a.example", of: organisation.id) == 0)
        #expect(try writer.revoke("a.example", of: organisation.id, at: now) == 2)
        #expect(try writer.organisation(organisation.id)?.domains[0].revokedAt == now)
        #expect(try writer.revoke("a.example", of: organisation.id, at: now) == 0)
        #expect(try writer.revoke("b.example", of: organisation.id, at: now) == 1)
        #expect(try writer.approve("b.example", of: organisation.id) == 0)
        #expect(try writer.revoke("a.example", of: RecordMaker.unknown(), at: now) == 0)
      }
      try await store.read { reader throws in
        let domains = try #require(try reader.organisation(organisation.id)).domains
        #expect(domains.map(\.domain) == ["a.example", "a.example", "b.example"])
        #expect(domains.map(\.revokedAt) == [now, now, now])
        #expect(domains.map(\.isApproved) == [true, true, false])
        #expect(try reader.organisation(other.id) == other)
      }
    },
  ]

  static let seeds: [StoreContract] = [
    StoreContract("a seed comes back as it was") { store in
      var records = RecordMaker()
      let organisation = records.organisation()
      let digest = records.digest()
      let full = Seed(
        id: records.id(),
        token: MatchToken(high: .max, low: 1 << 63),
        organisation: organisation.id,
        scheme: .p60,
        form: "https://petitions.example/p/1",
        purpose: "To sign \u{e9}\u{0}.",
        optIn: .notAsked,
        noticeDigest: digest,
        participant: "P1",
        mintedAt: RecordMaker.time(1),
        learnUntil: RecordMaker.time(2),
        leafIndex: 0,
        retiredAt: RecordMaker.time(3),
        withdrawnAt: RecordMaker.time(4)
      )
      let adopted = Seed(
        id: records.id(),
        token: MatchToken(high: 0, low: 0),
        organisation: organisation.id,
        scheme: .adopted,
        mintedAt: Timestamp(milliseconds: -1)
      )
      try await store.write { writer throws in
        try writer.insert(organisation)
        try writer.insertNotice([1, 2], digest: digest)
        try writer.insertNotice([1, 2], digest: digest)
        _ = try writer.append(Leaf(kind: .mint, bytes: [], subject: full.id.rawValue))
        try writer.insert(full)
        try writer.insert(adopted)
      }
      try await store.read { reader throws in
        #expect(try reader.seed(full.id) == full)
        #expect(try reader.seed(adopted.id) == adopted)
        #expect(try reader.seed(RecordMaker.unknown()) == nil)
        #expect(try reader.notice(digest) == [1, 2])
        #expect(try reader.notice([9]) == nil)
      }
    },
    StoreContract("seeds are found by their tokens") { store in
      var records = RecordMaker()
      let organisation = records.organisation()
      let seeds = (0..<1500).map { _ in records.seed(of: organisation) }
      try await store.write { writer throws in
        try writer.insert(organisation)
        for seed in seeds { try writer.insert(seed) }
      }
      let unknown = MatchToken(high: 1, low: 2)
      try await store.read { reader throws in
        let all = try reader.seeds(matching: seeds.map(\.token) + [unknown, seeds[0].token])
        #expect(all == Dictionary(uniqueKeysWithValues: seeds.map { ($0.token, $0) }))
        #expect(try reader.seeds(matching: []).isEmpty)
        let near = MatchToken(high: seeds[0].token.low, low: seeds[0].token.high)
        #expect(try reader.seeds(matching: [near]).isEmpty)
      }
    },
    StoreContract("seeds are paged to the end, all or of one organisation") { store in
      var records = RecordMaker()
      let organisations = [records.organisation(), records.organisation()]
      let seeds = (0..<7).map { records.seed(of: $0 == 6 ? nil : organisations[$0 % 2]) }
      try await store.write { writer throws in
        for organisation in organisations { try writer.insert(organisation) }
        for seed in seeds.reversed() { try writer.insert(seed) }
      }
      try await store.read { reader throws in
        for (organisation, expected) in [
          (nil, seeds), (organisations[0].id, [seeds[0], seeds[2], seeds[4]]),
          (RecordMaker.unknown(), []),
        ] {
          var found: [Seed] = []
          while true {
            let page = try reader.seeds(
              after: found.last?.id,
              limit: 2,
              organisation: organisation
            )
            #expect(page.count <= 2)
            if page.isEmpty { break }
            found += page
          }
          #expect(found == expected)
        }
        for limit in [0, -1] {
          #expect(try reader.seeds(after: nil, limit: limit, organisation: nil).isEmpty)
        }
        #expect(try reader.seedCounts() == (7, 1))
        #expect(try reader.controls() == [seeds[6]])
      }
    },
    StoreContract("seeds are found by the beginning of their identifiers") { store in
      let values: [Int64] = [0b00001_00010, 0b00011_00010, 0b00001_00011, 1 << 58 | 0b00010]
      var records = RecordMaker()
      let seeds = values.map { value in
        let model = records.seed(of: nil)
        return Seed(
          id: Identifier(rawValue: value),
          token: model.token,
          organisation: nil,
          scheme: .p80,
          control: .c1,
          mintedAt: RecordMaker.start
        )
      }
      try await store.write { writer in for seed in seeds { try writer.insert(seed) } }
      try await store.read { reader throws in
        for (text, limit, expected) in [
          ("seed_2", 9, [seeds[0], seeds[1], seeds[3]]),
          ("seed_2", 2, [seeds[0], seeds[1]]),
          ("seed_2", 0, []),
          ("seed_21", 9, [seeds[0]]),
          ("seed_4", 9, []),
          (seeds[3].id.description, 9, [seeds[3]]),
        ] {
          let part = IdentifierText.Part(text, prefix: "seed")
          let found = try part.map { try reader.seeds(beginning: $0, limit: limit) }
          #expect(found == expected)
        }
      }
    },
    StoreContract("a seed is refused twice, by its token or its identifier, or dangling") { store in
      var records = RecordMaker()
      let organisation = records.organisation()
      let seed = records.seed(of: organisation)
      let model = records.seed(of: organisation)
      try await store.write { writer throws in
        try writer.insert(organisation)
        try writer.insert(seed)
        #expect(throws: StoreError.exists) { try writer.insert(seed) }
        for (id, token) in [(model.id, seed.token), (seed.id, model.token)] {
          let same = Seed(
            id: id,
            token: token,
            organisation: nil,
            scheme: .p80,
            mintedAt: seed.mintedAt
          )
          #expect(throws: StoreError.exists) { try writer.insert(same) }
        }
        for (organisation, noticeDigest, leafIndex) in [
          (RecordMaker.unknown(), nil, nil),
          (nil, [UInt8](repeating: 0, count: 32), nil),
          (nil, nil, 0),
        ] as [(Identifier<Organisation>?, [UInt8]?, Int64?)] {
          let loose = Seed(
            id: model.id,
            token: model.token,
            organisation: organisation,
            scheme: .p80,
            noticeDigest: noticeDigest,
            mintedAt: model.mintedAt,
            leafIndex: leafIndex
          )
          #expect(throws: StoreError.dangling) { try writer.insert(loose) }
        }
      }
      let counts = try await store.read { try $0.seedCounts() }
      #expect(counts == (1, 0))
    },
    StoreContract("a seed is retired and withdrawn, and taken back") { store in
      var records = RecordMaker()
      let seed = records.seed(of: nil)
      let time = RecordMaker.time(5)
      try await store.write { writer throws in
        try writer.insert(seed)
        try writer.setRetired(seed.id, at: time)
        #expect(try writer.seed(seed.id)?.retiredAt == time)
        #expect(try writer.seed(seed.id)?.withdrawnAt == nil)
        try writer.setWithdrawn(seed.id, at: time)
        try writer.setRetired(seed.id, at: nil)
        #expect(try writer.seed(seed.id)?.retiredAt == nil)
        #expect(try writer.seed(seed.id)?.withdrawnAt == time)
        #expect(throws: StoreError.dangling) {
          try writer.setRetired(RecordMaker.unknown(), at: time)
        }
        #expect(throws: StoreError.dangling) {
          try writer.setWithdrawn(RecordMaker.unknown(), at: nil)
        }
      }
      let stored = try await store.read { try $0.seeds(matching: [seed.token]) }
      #expect(stored[seed.token]?.withdrawnAt == time)
    },
  ]
}
