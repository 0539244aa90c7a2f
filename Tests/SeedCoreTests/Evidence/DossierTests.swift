import SeedCore
import SeedTesting
import Testing

struct DossierTests {
  /// Two seeds of one organisation that the same stranger writes to, a control, and guesses.
  private func told(
    in store: any Store = InMemoryStore()
  ) async throws -> (
    story: CaseStory, petitions: Organisation, seeds: [CaseStory.MintedSeed]
  ) {
    let story = try CaseStory(in: store)
    let petitions = try await story.add("Example Petitions", writingFrom: "petitions.example")
    let first = try await story.mint(for: petitions, participant: "Ann", notice: "We keep it safe.")
    let second = try await story.mint(for: petitions, stem: "ben", participant: "Ben")
    _ = try await story.mint(for: petitions, stem: "carl")
    _ = try await story.mint(for: nil, stem: "dora")
    story.go(to: Sample.day(1))
    for seed in [first, second] {
      for _ in 0..<5 { try await story.deliver(.init(from: "petitions.example"), to: seed) }
    }
    try await story.guess("nobody")
    story.go(to: Sample.day(40))
    try await story.deliver(.init(from: "party.example"), to: first)
    var weak = CaseStory.Letter(from: "party.example")
    weak.signedBy = nil
    try await story.deliver(weak, to: first)
    story.go(to: Sample.day(50))
    try await story.deliver(.init(from: "party.example"), to: second)
    try await story.deliver(.init(from: "other.example"), to: second)
    try await story.closeDays()
    return (story, petitions, [first, second])
  }

  @Test func `a dossier holds all that is recorded of its case, and nothing of another`()
    async throws
  {
    let (story, petitions, seeds) = try await told()
    let dossier = try await story.dossier(of: petitions, from: "party.example")
    #expect(dossier.organisation == petitions)
    #expect(dossier.organisationSeedCount == 3)
    #expect(dossier.seeds.map(\.seed.id) == seeds.map(\.id))
    #expect(dossier.seeds.map(\.otherSenderCount) == [0, 1])
    #expect(dossier.seeds.map(\.baselineCount) == [5, 5])
    #expect(dossier.seeds.map(\.baseline.count) == [3, 3])
    #expect(dossier.seeds[0].notice == Array("We keep it safe.".utf8))
    #expect(dossier.messages.map(\.judgement.grade) == [.a, .d, .a])
    #expect(dossier.messages.map(\.sighting.arrivedAt) == [40, 40, 50].map(Sample.day))
    #expect(dossier.omittedMessageCount == 0)
    #expect(dossier.asOf == Sample.day(50))
    #expect(dossier.strongest?.messageClass == .disclosure)
    #expect(dossier.statistics.seedCount == 3)
    #expect(dossier.statistics.controls.count == 1 && dossier.statistics.hitControls.isEmpty)
    // The guess of the first day; day 50 isn't over.
    #expect(dossier.statistics.guessCount == 1)
    #expect(dossier.statistics.days.map(\.counts.day) == [1, 40].map { Sample.day($0).day })
    for (entry, seed) in zip(dossier.seeds, seeds) {
      #expect(dossier.address(of: seed.id) == seed.address)
      #expect(dossier.record(of: seed.id)?.organisationName == "Example Petitions")
      let leaf = try MintLeaf(parsing: #require(entry.mint).leaf.bytes)
      #expect(seed.opening.result(against: leaf) == .valid(dossier.record(of: seed.id)))
    }
  }

  @Test func `every message comes with its leaves, and with the answers that they commit to`()
    async throws
  {
    let (story, petitions, _) = try await told()
    let dossier = try await story.dossier(of: petitions, from: "party.example")
    for message in dossier.messages + dossier.seeds.flatMap(\.baseline) {
      #expect(message.receipt?.leaf.subject == message.sighting.id.rawValue)
      #expect(message.judgements.last?.judgement == message.judgement)
      #expect(message.judgements.allSatisfy { $0.leaf?.leaf.kind == .judge })
      #expect(message.looks.allSatisfy { $0.dns != nil && !$0.recorded.dnsArchive.isEmpty })
      let indices = [message.receipt?.index, message.looks.last?.dns?.index]
      let stored = try await story.store.read { store in
        try indices.map { try store.leaves(from: #require($0), limit: 1).map(\.kind) }
      }
      #expect(stored == [[.rcpt], [.dns]])
    }
  }

  @Test func `the checkpoints and tokens are those that bracket its leaves`() async throws {
    let (story, petitions, _) = try await told()
    // Leaves 0 to 3 are mints, and messages follow.
    try await story.store.write { store in
      for (size, day) in [(Int64(2), 0), (3, 0), (5, 1), (20, 45), (45, 60)] {
        try store.insert(
          SignedCheckpoint(
            head: TreeHead(size: size, rootHash: [UInt8](repeating: 1, count: 32)),
            note: Array("note\n\n".utf8),
            signedAt: Sample.day(day)
          )
        )
      }
      for (size, authority) in [(Int64(3), "tsa"), (3, "other"), (45, "tsa")] {
        let leaf = try store.append(Leaf(kind: .tsr, bytes: [1], subject: nil))
        try store.insert(
          TimestampToken(
            checkpointSize: size,
            authority: authority,
            token: [2],
            chain: [3],
            generatedAt: Sample.day(61),
            leafIndex: leaf
          )
        )
      }
    }
    let dossier = try await story.dossier(of: petitions, from: "party.example")
    // 5 is first over the receipt of index 4, and 2 over the mints.
    #expect(dossier.checkpoints.map(\.head.size) == [2, 3, 5, 20, 45])
    #expect(dossier.timestamps.map(\.authority) == ["other", "tsa", "tsa"])
    #expect(dossier.asOf == Sample.day(60))
  }

  @Test func `a control's case has no organisation`() async throws {
    let story = try CaseStory()
    let control = try await story.mint(for: nil)
    story.go(to: Sample.day(3))
    try await story.deliver(.init(from: "party.example"), to: control)
    let dossier = try await story.dossier(of: nil, from: "party.example")
    #expect(dossier.organisation == nil)
    #expect(dossier.statistics.hitControls == [control.id])
  }

  @Test func `of too many messages each seed keeps its best, and the others are counted`()
    async throws
  {
    let story = try CaseStory()
    let petitions = try await story.add("Example Petitions", writingFrom: "petitions.example")
    let seeds = [
      try await story.mint(for: petitions), try await story.mint(for: petitions, stem: "ben"),
    ]
    story.go(to: Sample.day(2))
    var weak = CaseStory.Letter(from: "party.example")
    weak.signedBy = nil
    for _ in 0..<Dossier.messageCountMax { try await story.deliver(weak, to: seeds[0]) }
    try await story.deliver(.init(from: "party.example"), to: seeds[0])
    story.go(to: Sample.day(3))
    try await story.deliver(weak, to: seeds[1])
    let dossier = try await story.dossier(of: petitions, from: "party.example")
    #expect(dossier.messages.count == Dossier.messageCountMax)
    #expect(dossier.omittedMessageCount == 2)
    #expect(dossier.messages(to: seeds[1].id).count == 1)
    #expect(dossier.messages(to: seeds[0].id).contains { $0.judgement.grade == .a })
  }
}
