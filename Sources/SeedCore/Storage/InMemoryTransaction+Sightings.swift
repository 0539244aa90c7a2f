import SeedMail

extension InMemoryTransaction {
  func knownFiles(among files: [FileIdentity]) -> Set<FileIdentity> {
    state.knownFiles.intersection(files)
  }

  func isTaken(messageDigest: [UInt8], baseName: String) -> Bool {
    state.deliveries.contains(.init(messageDigest: messageDigest, baseName: baseName))
  }

  func sighting(_ id: Identifier<Sighting>) -> JudgedSighting? { state.sightings[id]?.judged }

  func sightings(
    of seed: Identifier<Seed>,
    after id: Identifier<Sighting>?,
    limit: Int
  ) -> [JudgedSighting] {
    judged(after: id, limit: limit) { $0.sighting.seed == seed }
  }

  func sightings(
    of seed: Identifier<Seed>,
    from sender: SenderKey,
    after id: Identifier<Sighting>?,
    limit: Int
  ) -> [JudgedSighting] {
    judged(after: id, limit: limit) {
      $0.sighting.seed == seed && $0.judgement.findingKey == sender
    }
  }

  func firstRecipient(of seed: Identifier<Seed>) -> String? {
    sightings(of: seed, after: nil, limit: 1).first?.sighting.recipient
  }

  func pendingSightingCount() -> Int { pendingSightings(after: nil, limit: .max).count }

  func pendingSightings(after id: Identifier<Sighting>?, limit: Int) -> [JudgedSighting] {
    judged(after: id, limit: limit) { $0.judgement.verdict.messageClass == .pending }
  }

  func baseline(of seed: Identifier<Seed>) -> Identifier<Sighting>? {
    state.sightings.values.compactMap(\.judged)
      .filter { $0.sighting.seed == seed && $0.judgement.mayBeBaseline }
      .min {
        ($0.sighting.arrivedAt, $0.sighting.id) < ($1.sighting.arrivedAt, $1.sighting.id)
      }?.sighting.id
  }

  func judgements(of id: Identifier<Sighting>) -> [Judgement] {
    state.sightings[id]?.judgements ?? []
  }

  func judgement(_ id: Identifier<Judgement>) -> Judgement? {
    state.sightings.values.lazy.flatMap(\.judgements).first { $0.id == id }
  }

  func message(_ digest: [UInt8]) -> [UInt8]? { state.messages[digest] }

  func dnsArchive(of id: Identifier<Sighting>) -> [UInt8]? { looks(of: id).last?.dnsArchive }

  func looks(of id: Identifier<Sighting>) -> [SightingLook] { state.sightings[id]?.looks ?? [] }

  func sightingSummary() -> (count: Int, newest: Timestamp?) {
    (state.sightings.count, state.sightings.values.map(\.sighting.arrivedAt).max())
  }

  private func judged(
    after id: Identifier<Sighting>?,
    limit: Int,
    where isMeant: (JudgedSighting) -> Bool
  ) -> [JudgedSighting] {
    let later = state.sightings.values.compactMap(\.judged).filter { judged in
      (id.map { $0 < judged.sighting.id } ?? true) && isMeant(judged)
    }
    return Array(later.sorted { $0.sighting.id < $1.sighting.id }.prefix(max(0, limit)))
  }
}

extension InMemoryTransaction {
  func insert(_ delivery: Delivery) -> Bool {
    if let file = delivery.file { state.knownFiles.insert(file) }
    return state.deliveries.insert(
      .init(messageDigest: delivery.messageDigest, baseName: delivery.baseName)
    ).inserted
  }

  func insertMessage(_ message: PackedBytes, digest: [UInt8]) {
    if state.messages[digest] == nil { state.messages[digest] = message.frame }
  }

  func insert(_ sighting: Sighting, dnsArchive: [UInt8]) throws {
    let delivery = InMemoryState.DeliveryKey(
      messageDigest: sighting.messageDigest,
      baseName: sighting.baseName
    )
    try require(state.seeds[sighting.seed] != nil && state.deliveries.contains(delivery))
    try require(state.messages[sighting.messageDigest] != nil)
    try refuse(state.sightings[sighting.id] != nil)
    try refuse(!state.sightingKeys.insert(.init(seed: sighting.seed, delivery: delivery)).inserted)
    let look = SightingLook(
      at: sighting.recordedAt,
      facts: sighting.facts,
      dnsArchive: dnsArchive
    )
    state.sightings[sighting.id] = .init(sighting: sighting, looks: [look])
  }

  func append(
    _ facts: MessageFacts,
    dnsArchive: [UInt8],
    to id: Identifier<Sighting>,
    at now: Timestamp
  ) throws {
    try require(state.sightings[id] != nil)
    state.sightings[id]?.sighting.facts = facts
    state.sightings[id]?.looks.append(
      SightingLook(at: now, facts: facts, dnsArchive: dnsArchive)
    )
  }

  func append(_ judgement: Judgement) throws {
    try require(state.sightings[judgement.sighting] != nil)
    try refuse(!state.judgements.insert(judgement.id).inserted)
    state.sightings[judgement.sighting]?.judgements.append(judgement)
  }
}
