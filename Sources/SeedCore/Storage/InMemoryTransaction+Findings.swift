import SeedMail

extension InMemoryTransaction {
  func finding(_ id: Identifier<Finding>) -> Finding? { state.findings[id] }

  func finding(of seed: Identifier<Seed>, from sender: SenderKey) -> Finding? {
    state.findings.values.first { $0.seed == seed && $0.senderKey == sender }
  }

  func findings(_ query: FindingQuery) -> [Finding] {
    let wanted = state.findings.values.filter { finding in
      query.states.contains(finding.state) && query.caseID.map { $0 == finding.caseID } ?? true
    }
    return Array(wanted.sorted { $0.id > $1.id }.prefix(max(0, query.limit)))
  }

  func findingCounts() -> [Finding.State: Int] {
    Dictionary(grouping: state.findings.values, by: \.state).mapValues(\.count)
  }

  func liveFindingCount(of id: Identifier<Case>, limit: Int) -> Int {
    min(state.findings.values.count { $0.caseID == id && $0.sightingCount > 0 }, max(0, limit))
  }

  func events(
    after sequence: Int64,
    of finding: Identifier<Finding>?,
    limit: Int
  ) -> [FindingEvent] {
    let later = state.events.lazy.filter { event in
      event.sequence > sequence && finding.map { $0 == event.finding } ?? true
    }
    return Array(later.prefix(max(0, limit)))
  }

  func lastEventSequence() -> Int64 { Int64(state.events.count) }

  func `case`(_ id: Identifier<Case>) -> Case? { state.cases[id] }

  func `case`(of organisation: Identifier<Organisation>?, from sender: SenderKey) -> Case? {
    state.cases.values.first { $0.organisation == organisation && $0.senderKey == sender }
  }

  func cases(limit: Int) -> [Case] {
    Array(state.cases.values.sorted { $0.id > $1.id }.prefix(max(0, limit)))
  }

  func silences(at now: Timestamp) -> [Silence] {
    state.silences.values.filter { $0.from <= now && now < $0.until }.sorted { $0.id < $1.id }
  }
}

extension InMemoryTransaction {
  func insert(_ newCase: Case) throws {
    try require(newCase.organisation.map { state.organisations[$0] != nil } ?? true)
    try refuse(state.cases[newCase.id] != nil)
    try refuse(`case`(of: newCase.organisation, from: newCase.senderKey) != nil)
    state.cases[newCase.id] = newCase
  }

  func save(_ finding: Finding) throws {
    try require(state.cases[finding.caseID] != nil && state.seeds[finding.seed] != nil)
    try require(finding.organisation.map { state.organisations[$0] != nil } ?? true)
    let same = self.finding(of: finding.seed, from: finding.senderKey)
    try refuse(same.map { $0.id != finding.id } ?? false)
    state.findings[finding.id] = finding
  }

  func append(_ event: FindingEvent) throws -> Int64 {
    try require(state.findings[event.finding] != nil)
    let sequence = lastEventSequence() + 1
    state.events.append(
      FindingEvent(
        sequence: sequence,
        finding: event.finding,
        kind: event.kind,
        at: event.at,
        state: event.state,
        reason: event.reason,
        isSilenced: event.isSilenced
      )
    )
    return sequence
  }

  func insert(_ silence: Silence) throws {
    try require(silence.organisation.map { state.organisations[$0] != nil } ?? true)
    try refuse(state.silences[silence.id] != nil)
    state.silences[silence.id] = silence
  }
}
