import SeedMail

extension InMemoryTransaction {
  func leafCount() -> Int64 { Int64(state.leaves.count) }

  func leaves(from index: Int64, limit: Int) -> [Leaf] {
    Array(state.leaves.dropFirst(Int(max(0, index))).prefix(max(0, limit)))
  }

  func leafIndices(kind: Leaf.Kind, subject: Int64) -> [Int64] {
    state.leaves.indices.lazy
      .filter { self.state.leaves[$0].kind == kind && self.state.leaves[$0].subject == subject }
      .map(Int64.init)
  }

  func dayCounts(from day: String) -> [DayCounts] {
    state.dayCounts.values.filter { $0.day >= day }.sorted { $0.day < $1.day }
  }

  func append(_ leaf: Leaf) -> Int64 {
    state.leaves.append(leaf)
    return Int64(state.leaves.count - 1)
  }

  func add(_ counts: DayCounts) {
    var sum = state.dayCounts[counts.day] ?? DayCounts(day: counts.day)
    sum.recipients += counts.recipients
    sum.known += counts.known
    sum.near += counts.near
    sum.unknown += counts.unknown
    sum.refused += counts.refused
    state.dayCounts[counts.day] = sum
  }
}

extension InMemoryTransaction {
  func outbox(channel: String, dueAt now: Timestamp, limit: Int) -> [OutboxRow] {
    let due = waiting(channel).filter { $0.dueAt <= now }
    return Array(due.sorted { ($0.dueAt, $0.id) < ($1.dueAt, $1.id) }.prefix(max(0, limit)))
  }

  func nextDue(channel: String) -> Timestamp? { waiting(channel).map(\.dueAt).min() }

  func outbox(_ rowState: OutboxRow.State, limit: Int) -> [OutboxRow] {
    Array(alerts.reversed().lazy.filter { $0.state == rowState }.prefix(max(0, limit)))
  }

  func outboxCounts() -> (waiting: Int, dead: Int) {
    (alerts.count { $0.state == .waiting }, alerts.count { $0.state == .dead })
  }

  func enqueue(_ row: OutboxRow) throws {
    guard !state.outbox.contains(where: { $0.channel == row.channel && $0.key == row.key }) else {
      return
    }
    try require(row.event.map { (1...).contains($0) && $0 <= lastEventSequence() } ?? true)
    state.outbox.append(
      OutboxRow(
        id: Int64(state.outbox.count + 1),
        channel: row.channel,
        key: row.key,
        event: row.event,
        payload: row.payload,
        queuedAt: row.queuedAt,
        dueAt: row.dueAt,
        attemptCount: row.attemptCount,
        state: row.state,
        lastError: row.lastError
      )
    )
  }

  func save(_ row: OutboxRow) throws {
    guard let index = state.outbox.firstIndex(where: { $0.id == row.id }) else {
      throw StoreError.dangling
    }
    state.outbox[index].dueAt = row.dueAt
    state.outbox[index].attemptCount = row.attemptCount
    state.outbox[index].state = row.state
    state.outbox[index].lastError = row.lastError
  }

  private var alerts: [OutboxRow] {
    state.outbox.filter { ReservedChannel(rawValue: $0.channel) == nil }
  }

  private func waiting(_ channel: String) -> [OutboxRow] {
    state.outbox.filter { $0.channel == channel && $0.state == .waiting }
  }
}
