import SeedMail

extension InMemoryTransaction {
  func organisation(_ id: Identifier<Organisation>) -> Organisation? { state.organisations[id] }

  func organisations() -> [Organisation] { state.organisations.values.sorted { $0.id < $1.id } }

  func insert(_ organisation: Organisation) throws {
    try refuse(state.organisations[organisation.id] != nil)
    state.organisations[organisation.id] = organisation
  }

  func rename(_ id: Identifier<Organisation>, to name: String) throws {
    try require(state.organisations[id] != nil)
    state.organisations[id]?.name = name
  }

  func add(_ domain: OrganisationDomain, to id: Identifier<Organisation>) throws {
    try require(state.organisations[id] != nil)
    state.organisations[id]?.domains.append(domain)
  }

  func revoke(_ domain: String, of id: Identifier<Organisation>, at now: Timestamp) -> Int {
    change(id, where: { $0.domain == domain && $0.revokedAt == nil }) { $0.revokedAt = now }
  }

  func approve(_ domain: String, of id: Identifier<Organisation>) -> Int {
    change(
      id,
      where: {
        $0.domain == domain && $0.origin == .learned && !$0.isApproved && $0.revokedAt == nil
      }
    ) { $0.isApproved = true }
  }

  private func change(
    _ id: Identifier<Organisation>,
    where isMeant: (OrganisationDomain) -> Bool,
    _ change: (inout OrganisationDomain) -> Void
  ) -> Int {
    guard var organisation = state.organisations[id] else { return 0 }
    let indices = organisation.domains.indices.filter { isMeant(organisation.domains[$0]) }
    for index in indices { change(&organisation.domains[index]) }
    state.organisations[id] = organisation
    return indices.count
  }
}

extension InMemoryTransaction {
  func seed(_ id: Identifier<Seed>) -> Seed? { state.seeds[id] }

  func seeds(matching tokens: [MatchToken]) -> [MatchToken: Seed] {
    var found: [MatchToken: Seed] = [:]
    for token in tokens { found[token] = state.seedsByToken[token].flatMap { state.seeds[$0] } }
    return found
  }

  func seeds(
    after id: Identifier<Seed>?,
    limit: Int,
    organisation: Identifier<Organisation>?
  ) -> [Seed] {
    let seeds = state.seeds.values.filter { seed in
      organisation.map { $0 == seed.organisation } ?? true
    }
    return page(seeds, after: id, limit: limit, by: \.id)
  }

  func seeds(beginning part: IdentifierText.Part, limit: Int) -> [Seed] {
    page(state.seeds.values.filter { part.matches($0.id) }, after: nil, limit: limit, by: \.id)
  }

  func seedCounts() -> (all: Int, controls: Int) {
    (state.seeds.count, state.seeds.values.count { $0.control != nil })
  }

  func controls() -> [Seed] {
    state.seeds.values.filter { $0.control != nil }.sorted { $0.id < $1.id }
  }

  func notice(_ digest: [UInt8]) -> [UInt8]? { state.notices[digest] }

  func insert(_ seed: Seed) throws {
    try refuse(state.seeds[seed.id] != nil || state.seedsByToken[seed.token] != nil)
    try require(seed.organisation.map { state.organisations[$0] != nil } ?? true)
    try require(seed.noticeDigest.map { state.notices[$0] != nil } ?? true)
    try require(seed.leafIndex.map { state.leaves.indices.contains(Int($0)) } ?? true)
    state.seeds[seed.id] = seed
    state.seedsByToken[seed.token] = seed.id
  }

  func setRetired(_ id: Identifier<Seed>, at time: Timestamp?) throws {
    try require(state.seeds[id] != nil)
    state.seeds[id]?.retiredAt = time
  }

  func setWithdrawn(_ id: Identifier<Seed>, at time: Timestamp?) throws {
    try require(state.seeds[id] != nil)
    state.seeds[id]?.withdrawnAt = time
  }

  func insertNotice(_ bytes: [UInt8], digest: [UInt8]) {
    if state.notices[digest] == nil { state.notices[digest] = bytes }
  }
}
