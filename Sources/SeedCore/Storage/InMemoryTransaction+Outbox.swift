import SeedMail

extension InMemoryTransaction {
  func outbox(channel: String, dueAt now: Timestamp, limit: Int) -> [OutboxRow] {
    let due = waiting(channel).filter { $0.dueAt <= now }
    return Array(due.sorted { ($0.dueAt, $0.id) < ($1.dueAt, $1.id) }.prefix(max(0, limit)))
  }

  func waiting(_ rows: WaitingRows, limit: Int) -> [OutboxRow] {
    let due = waiting(rows.channel).filter { row in
      row.dueAt <= rows.dueAt && (row.isUrgent || !rows.isUrgentOnly)
        && rows.mayJoin.map { $0 == row.mayJoin } ?? true
    }
    func place(_ row: OutboxRow) -> (Int, Timestamp, Int64) {
      (row.isUrgent ? 0 : 1, row.dueAt, row.id)
    }
    return Array(due.sorted { place($0) < place($1) }.prefix(max(0, limit)))
  }

  func nextDue(channel: String) -> Timestamp? { waiting(channel).map(\.dueAt).min() }

  func nextUrgentDue(channel: String) -> Timestamp? {
    waiting(channel).filter(\.isUrgent).map(\.dueAt).min()
  }

  func outboxRow(_ id: Int64) -> OutboxRow? {
    // Rows are numbered from 1, and none goes.
    id > 0 && id <= state.outbox.count ? state.outbox[Int(id) - 1] : nil
  }

  func outbox(_ rowState: OutboxRow.State, limit: Int) -> [OutboxRow] {
    Array(alerts.reversed().lazy.filter { $0.state == rowState }.prefix(max(0, limit)))
  }

  func outboxCounts() -> (waiting: Int, dead: Int) {
    (alerts.count { $0.state == .waiting }, alerts.count { $0.state == .dead })
  }

  func deliveries(
    channel: String,
    after start: Timestamp,
    upTo end: Timestamp
  ) -> (count: Int, first: Timestamp?) {
    let times = state.outbox.lazy.filter { $0.channel == channel }.compactMap(\.deliveredAt)
      .filter { start < $0 && $0 <= end }
    return (times.count, times.min())
  }

  func channelState(_ channel: String) -> ChannelState? { state.channelStates[channel] }

  func channelStates() -> [ChannelState] {
    state.channelStates.values.sorted { $0.channel < $1.channel }
  }

  func memo(_ name: String) -> String? { state.memos[name] }

  private var alerts: [OutboxRow] {
    state.outbox.filter { ReservedChannel(rawValue: $0.channel) == nil }
  }

  private func waiting(_ channel: String) -> [OutboxRow] {
    state.outbox.filter { $0.channel == channel && $0.state == .waiting }
  }
}

extension InMemoryTransaction {
  func enqueue(_ row: OutboxRow) throws -> Int64? {
    guard !state.outbox.contains(where: { $0.channel == row.channel && $0.key == row.key }) else {
      return nil
    }
    try require(row.event.map { (1...).contains($0) && $0 <= lastEventSequence() } ?? true)
    try require(row.joinedTo.map { outboxRow($0) != nil } ?? true)
    let id = Int64(state.outbox.count + 1)
    state.outbox.append(
      OutboxRow(
        id: id,
        channel: row.channel,
        key: row.key,
        event: row.event,
        payload: row.payload,
        isUrgent: row.isUrgent,
        queuedAt: row.queuedAt,
        dueAt: row.dueAt,
        attemptCount: row.attemptCount,
        state: row.state,
        lastError: row.lastError,
        deliveredAt: row.deliveredAt,
        retriedAt: row.retriedAt,
        joinedTo: row.joinedTo
      )
    )
    return id
  }

  func save(_ row: OutboxRow) throws {
    try require(outboxRow(row.id) != nil)
    try require(row.joinedTo.map { outboxRow($0) != nil } ?? true)
    let index = Int(row.id) - 1
    state.outbox[index].dueAt = row.dueAt
    state.outbox[index].attemptCount = row.attemptCount
    state.outbox[index].state = row.state
    state.outbox[index].lastError = row.lastError
    state.outbox[index].deliveredAt = row.deliveredAt
    state.outbox[index].retriedAt = row.retriedAt
    state.outbox[index].joinedTo = row.joinedTo
  }

  func hasten(channel: String, at now: Timestamp) {
    for index in state.outbox.indices
    where state.outbox[index].channel == channel && state.outbox[index].state == .waiting {
      state.outbox[index].dueAt = min(state.outbox[index].dueAt, now)
    }
  }

  func save(_ channelState: ChannelState) {
    state.channelStates[channelState.channel] = channelState
  }

  func setMemo(_ name: String, _ text: String) { state.memos[name] = text }
}
