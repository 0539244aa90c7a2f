import SeedCore

/// What a channel's deliveries must keep to.
struct DeliveryRules: Sendable {
  /// How many rows are delivered in any hour; `nil` for as many as there are.
  var maxPerHour: Int?
  /// For how long a row is tried.
  var deadline = Duration.seconds(7 * 86_400)
  /// When only urgent rows are delivered.
  var quietHours: QuietHours?
  /// The clocks that the quiet hours go by.
  var zone = LocalZone.utc
}

/// Decides what a channel delivers next, and records what came of it.
///
/// Two waits hold a failure back: the row's own, and the channel's, so that a receiver that is down
/// isn't asked once for each row, and a row that is refused stands in no other's way.
struct OutboxDesk: Sendable {
  /// The span that ``DeliveryRules/maxPerHour`` speaks of.
  static let hour = Duration.seconds(3600)
  /// A channel that has failed for so long is tried once in so long, until it works again.
  static let longFailure = Duration.seconds(3600)
  /// The longest wait of a channel that hasn't failed for that long.
  static let shortDelayMax = Duration.seconds(300)
  /// The longest wait that a receiver may ask for.
  static let retryAfterMax = Duration.seconds(3600)
  /// The most rows that one row stands for; further ones wait for the next.
  static let joinCountMax = 10_000
  /// Among how many rows that can't join the one that stands for others is looked for.
  static let othersCountMax = 100
  /// What the key of a row that stands for others begins with.
  static let summaryPrefix = "overflow-"
  /// The longest error that is kept, in characters.
  static let errorLengthMax = 500

  let channel: String
  let rules: DeliveryRules

  /// What to do next.
  enum Step: Hashable {
    case deliver(OutboxRow)
    /// More of these rows wait than may be delivered: one is to stand for them.
    case join(WaitingRows)
    /// Nothing before that time; `nil` where nothing waits.
    case wait(until: Timestamp?)
  }

  /// What to do at `now`.
  func next(at now: Timestamp, in store: any StoreReader) throws -> Step {
    let isQuiet = quietEnd(at: now) != nil
    guard let due = try nextDue(at: now, isQuiet: isQuiet, in: store) else {
      return .wait(until: nil)
    }
    // No row is put off for this long, so the clock was wrong when it was, and is right again.
    let isFromTheFuture = due.duration(since: now) > Backoff.delayMax * 2
    guard due <= now || isFromTheFuture else { return .wait(until: due) }
    if let next = try store.channelState(channel)?.nextAttemptAt, next > now,
      next.duration(since: now) <= Backoff.delayMax * 2
    {
      return .wait(until: next)
    }
    var rows = WaitingRows(
      channel: channel,
      dueAt: isFromTheFuture ? due : now,
      isUrgentOnly: isQuiet
    )
    if let countMax = rules.maxPerHour {
      let recent = try store.deliveries(
        channel: channel,
        after: now.advanced(by: .zero - Self.hour),
        upTo: now
      )
      if recent.count >= countMax { return .wait(until: recent.first?.advanced(by: Self.hour)) }
      // The last one of the hour stands for all that wait. What can't join it has its place kept, and
      // goes after it where only one place is left.
      rows.mayJoin = false
      let others = try store.waiting(rows, limit: max(countMax, Self.othersCountMax))
      if recent.count + others.count >= countMax - 1 {
        rows.mayJoin = true
        if try store.waiting(rows, limit: 2).count > 1 { return .join(rows) }
        let summary = others.first { $0.key.hasPrefix(Self.summaryPrefix) }
        if let first = others.first { return .deliver(first.isUrgent ? first : summary ?? first) }
      }
    }
    rows.mayJoin = nil
    return try store.waiting(rows, limit: 1).first.map(Step.deliver) ?? .wait(until: due)
  }

  private func quietEnd(at now: Timestamp) -> Timestamp? {
    rules.quietHours?.end(at: now, in: rules.zone)
  }

  /// When the next row may be delivered as far as the rows and the quiet hours go.
  private func nextDue(
    at now: Timestamp,
    isQuiet: Bool,
    in store: any StoreReader
  ) throws -> Timestamp? {
    let due = try store.nextDue(channel: channel)
    guard isQuiet, let end = quietEnd(at: now) else { return due }
    let urgent = try store.nextUrgentDue(channel: channel)
    return [urgent, due.map { max($0, end) }].compactMap(\.self).min()
  }

  /// Lets one row stand for all that may join it, in this transaction: each finding is in exactly one
  /// push, whatever is killed when.
  func join(_ rows: WaitingRows, at now: Timestamp, in store: any StoreWriter) throws {
    let rows = try store.waiting(rows, limit: Self.joinCountMax)
    guard rows.count > 1, let first = rows.map(\.id).min(), let last = rows.map(\.id).max() else {
      return
    }
    var builder = AlertOverflowBuilder()
    for row in rows { builder.add(row) }
    let id = try store.enqueue(
      OutboxRow(
        channel: channel,
        key: "\(Self.summaryPrefix)\(first)-\(last)",
        event: nil,
        payload: try AlertPayload.overflow(builder.overflow(at: now)).json(),
        isUrgent: rows.contains(where: \.isUrgent),
        queuedAt: now,
        dueAt: now
      )
    )
    guard let id else { throw StoreError.exists }
    for var row in rows {
      row.state = .joined
      row.joinedTo = id
      try store.save(row)
    }
  }

  /// Records that a row was delivered; what waits since the channel failed is due at once.
  func delivered(_ row: OutboxRow, at now: Timestamp, in store: any StoreWriter) throws {
    var row = row
    row.attemptCount += 1
    row.state = .delivered
    row.deliveredAt = now
    row.lastError = ""
    try store.save(row)
    guard let state = try store.channelState(channel), let since = state.failingSince else {
      return
    }
    try store.save(ChannelState(channel: channel))
    // After a short failure the rows' own waits stand, so that one row that is refused again and
    // again doesn't come before each of the others.
    if now.duration(since: since) >= Self.shortDelayMax {
      try store.hasten(channel: channel, at: now)
    }
  }

  /// What became of a row that was not delivered.
  struct Failure: Hashable {
    let row: OutboxRow
    let state: ChannelState?
  }

  /// Records that a row was not delivered, and when it is tried again.
  func failed(
    _ row: OutboxRow,
    _ error: DeliveryError,
    at now: Timestamp,
    using random: inout some RandomNumberGenerator,
    in store: any StoreWriter
  ) throws -> Failure {
    // A person may have dropped it meanwhile.
    guard var row = try store.outboxRow(row.id), row.state == .waiting else {
      return Failure(row: row, state: nil)
    }
    row.attemptCount += 1
    switch error {
    case .permanent(let reason):
      row.state = .dead
      row.lastError = String(reason.prefix(Self.errorLengthMax))
      try store.save(row)
      return Failure(row: row, state: nil)
    case .temporary(let reason, let retryAfter):
      row.lastError = String(reason.prefix(Self.errorLengthMax))
      let begun = max(row.queuedAt, row.retriedAt ?? row.queuedAt)
      if now.duration(since: begun) >= rules.deadline {
        row.state = .dead
        row.lastError = "given up after \(DurationText.text(rules.deadline)): \(row.lastError)"
      } else {
        row.dueAt = now.advanced(by: Backoff.delay(after: row.attemptCount, using: &random))
      }
      try store.save(row)
      var state = try store.channelState(channel) ?? ChannelState(channel: channel)
      state.failureCount += 1
      state.lastError = row.lastError
      let since = state.failingSince.map { min($0, now) } ?? now
      state.failingSince = since
      let isLong = now.duration(since: since) >= Self.longFailure
      let delay =
        isLong
        ? Self.longFailure
        : Backoff.delay(after: state.failureCount, atMost: Self.shortDelayMax, using: &random)
      let wished = min(max(retryAfter ?? .zero, .zero), Self.retryAfterMax)
      state.nextAttemptAt = now.advanced(by: max(delay, wished))
      try store.save(state)
      return Failure(row: row, state: state)
    }
  }
}
