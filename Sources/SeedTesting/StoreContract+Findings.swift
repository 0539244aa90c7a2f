import SeedCore
import Testing

extension StoreContract {
  static let findings: [StoreContract] = [
    StoreContract("a finding comes back as it was, and as it was saved last") { store in
      var records = RecordMaker()
      let world = records.world()
      var changed = world.finding
      changed.sender = Sender(domain: "party.example", status: .platform, platform: "bulk.example")
      changed.messageClass = .withdrawn
      changed.grade = .aESP
      changed.severity = .critical
      changed.state = .explained
      changed.lastSeen = RecordMaker.time(1000)
      changed.sightingCount = 12
      changed.isCorroborated = true
      changed.reasons = []
      let last = changed
      try await store.write { writer throws in
        try world.insert(into: writer)
        #expect(try writer.finding(world.finding.id) == world.finding)
        try writer.save(last)
      }
      try await store.read { reader throws in
        #expect(try reader.finding(last.id) == last)
        #expect(try reader.finding(of: world.seed.id, from: last.senderKey) == last)
        #expect(try reader.finding(RecordMaker.unknown()) == nil)
        #expect(try reader.finding(of: world.seed.id, from: .init(stored: "other.example")) == nil)
        #expect(try reader.finding(of: RecordMaker.unknown(), from: last.senderKey) == nil)
      }
    },
    StoreContract("a second finding of a seed and a sender is refused, and a dangling one") {
      store in
      var records = RecordMaker()
      let world = records.world()
      let same = records.finding(of: world.seed, in: world.ownCase)
      let otherCase = records.newCase(nil, .init(stored: "other.example"))
      let dangling = [
        records.finding(of: world.seed, in: otherCase),
        records.finding(of: records.seed(of: nil), in: world.ownCase),
      ]
      try await store.write { writer throws in
        try world.insert(into: writer)
        #expect(throws: StoreError.exists) { try writer.save(same) }
        for finding in dangling {
          #expect(throws: StoreError.dangling) { try writer.save(finding) }
        }
      }
      let all = try await store.read { try $0.findings(FindingQuery()) }
      #expect(all == [world.finding])
    },
    StoreContract("findings are queried by state and case, newest first") { store in
      var records = RecordMaker()
      let organisation = records.organisation()
      let seeds = (0..<4).map { _ in records.seed(of: organisation) }
      let cases = ["a.example", "b.example"].map {
        records.newCase(organisation, .init(stored: $0))
      }
      var findings: [Finding] = []
      for (index, state) in [Finding.State.open, .confirmed, .open, .closed].enumerated() {
        var finding = records.finding(of: seeds[index], in: cases[index / 2])
        finding.state = state
        if index == 1 { finding.sightingCount = 0 }
        findings.append(finding)
      }
      let all = findings
      try await store.write { writer throws in
        try writer.insert(organisation)
        for seed in seeds { try writer.insert(seed) }
        for aCase in cases { try writer.insert(aCase) }
        for finding in all { try writer.save(finding) }
      }
      try await store.read { reader throws in
        for (query, expected) in [
          (FindingQuery(), [3, 2, 1, 0]),
          (FindingQuery(states: [.open]), [2, 0]),
          (FindingQuery(states: [.open, .closed]), [3, 2, 0]),
          (FindingQuery(states: [.explained]), []),
          (FindingQuery(states: []), []),
          (FindingQuery(caseID: cases[0].id), [1, 0]),
          (FindingQuery(states: [.open], caseID: cases[1].id), [2]),
          (FindingQuery(caseID: RecordMaker.unknown()), []),
          (FindingQuery(limit: 2), [3, 2]),
          (FindingQuery(limit: 0), []),
        ] {
          #expect(try reader.findings(query) == expected.map { all[$0] })
        }
        #expect(try reader.liveFindingCount(of: cases[0].id, limit: 9) == 1)
        #expect(try reader.liveFindingCount(of: cases[1].id, limit: 9) == 2)
        #expect(try reader.liveFindingCount(of: cases[1].id, limit: 1) == 1)
        #expect(try reader.liveFindingCount(of: cases[1].id, limit: 0) == 0)
        #expect(try reader.liveFindingCount(of: RecordMaker.unknown(), limit: 9) == 0)
      }
    },
    StoreContract("events are numbered from 1 in their order") { store in
      var records = RecordMaker()
      let world = records.world()
      let other = records.world()
      let changed = FindingEvent(
        sequence: 77,
        finding: world.finding.id,
        kind: .stateChanged,
        at: RecordMaker.time(5),
        state: .closed,
        reason: "Seen.",
        isSilenced: true
      )
      let lone = FindingEvent(
        finding: RecordMaker.unknown(),
        kind: .found,
        at: RecordMaker.start,
        state: .open
      )
      try await store.write { writer throws in
        #expect(try writer.lastEventSequence() == 0)
        try world.insert(into: writer)
        try other.insert(into: writer)
        #expect(try writer.append(changed) == 3)
        #expect(throws: StoreError.dangling) { try writer.append(lone) }
      }
      try await store.read { reader throws in
        #expect(try reader.lastEventSequence() == 3)
        let all = try reader.events(after: 0, of: nil, limit: 9)
        #expect(all.map(\.sequence) == [1, 2, 3])
        #expect(all.map(\.finding) == [world.finding.id, other.finding.id, world.finding.id])
        let last = try #require(all.last)
        #expect(last.kind == changed.kind && last.at == changed.at && last.state == changed.state)
        #expect(last.reason == changed.reason && last.isSilenced)
        #expect(!all[0].isSilenced)
        #expect(try reader.events(after: 1, of: nil, limit: 1).map(\.sequence) == [2])
        #expect(try reader.events(after: 0, of: world.finding.id, limit: 9) == [all[0], all[2]])
        #expect(try reader.events(after: 1, of: world.finding.id, limit: 9) == [all[2]])
        #expect(try reader.events(after: 3, of: nil, limit: 9).isEmpty)
        #expect(try reader.events(after: 0, of: nil, limit: 0).isEmpty)
      }
    },
  ]

  static let cases: [StoreContract] = [
    StoreContract("a case is one organisation and one sender") { store in
      var records = RecordMaker()
      let organisation = records.organisation()
      let key = SenderKey(stored: "party.example")
      let cases = [
        records.newCase(organisation, key), records.newCase(nil, key),
        records.newCase(organisation, SenderKey(stored: "(bounce)")),
      ]
      let second = [records.newCase(organisation, key), records.newCase(nil, key)]
      let dangling = records.newCase(records.organisation(), key)
      try await store.write { writer throws in
        try writer.insert(organisation)
        for aCase in cases { try writer.insert(aCase) }
        for aCase in second + [cases[2]] {
          #expect(throws: StoreError.exists) { try writer.insert(aCase) }
        }
        #expect(throws: StoreError.dangling) { try writer.insert(dangling) }
      }
      try await store.read { reader throws in
        #expect(try reader.cases(limit: 9) == cases.reversed())
        #expect(try reader.cases(limit: 1) == [cases[2]])
        #expect(try reader.cases(limit: 0) == [])
        #expect(try reader.case(cases[0].id) == cases[0])
        #expect(try reader.case(RecordMaker.unknown()) == nil)
        #expect(try reader.case(of: organisation.id, from: key) == cases[0])
        #expect(try reader.case(of: nil, from: key) == cases[1])
        #expect(try reader.case(of: nil, from: SenderKey(stored: "(bounce)")) == nil)
        #expect(try reader.case(of: RecordMaker.unknown(), from: key) == nil)
      }
    },
    StoreContract("a silence holds from its beginning until before its end") { store in
      var records = RecordMaker()
      let organisation = records.organisation()
      let silences = [
        Silence(
          id: records.id(),
          senderKey: .init(stored: "party.example"),
          organisation: nil,
          reason: "Known.",
          from: RecordMaker.time(0),
          until: RecordMaker.time(10)
        ),
        Silence(
          id: records.id(),
          senderKey: nil,
          organisation: organisation.id,
          reason: "",
          from: RecordMaker.time(5),
          until: RecordMaker.time(20)
        ),
      ]
      let dangling = Silence(
        id: records.id(),
        senderKey: nil,
        organisation: RecordMaker.unknown(),
        reason: "",
        from: RecordMaker.time(0),
        until: RecordMaker.time(1)
      )
      try await store.write { writer throws in
        try writer.insert(organisation)
        for silence in silences.reversed() { try writer.insert(silence) }
        #expect(throws: StoreError.exists) { try writer.insert(silences[0]) }
        #expect(throws: StoreError.dangling) { try writer.insert(dangling) }
      }
      try await store.read { reader throws in
        for (second, expected) in [
          (-1, []), (0, [0]), (5, [0, 1]), (9, [0, 1]), (10, [1]), (20, []),
        ] as [(Int64, [Int])] {
          #expect(
            try reader.silences(at: RecordMaker.time(second)) == expected.map { silences[$0] }
          )
        }
      }
    },
  ]
}
