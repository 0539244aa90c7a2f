import FoundationEssentials
public import SeedMail

/// Sums up what joined known findings, a day or a week at a time.
public struct DigestMaker: Sendable {
  /// How often.
  public enum Frequency: String, Sendable, Hashable, CaseIterable { case daily, weekly, off }

  private static let memo = "digest"
  private static let pageSize = 1000
  /// A digest that was made later than this was made by a clock that was wrong.
  private static let aheadMax = Duration.seconds(86_400)

  private let channels: [String]
  private let frequency: Frequency
  private let time: TimeOfDay
  private let zone: LocalZone

  /// A maker that queues digests for `channels` when the clocks of `zone` show `time`: each day, or
  /// each Monday.
  public init(channels: [String], frequency: Frequency, at time: TimeOfDay, in zone: LocalZone) {
    self.channels = channels
    self.frequency = frequency
    self.time = time
    self.zone = zone
  }

  /// How far the last digest went.
  private struct Cursor: Codable {
    var sequence: Int64
    var until: Timestamp
  }

  /// Queues a digest where one is due and has something to say.
  ///
  /// What is silenced, explained or closed is left out. What is queued, and how far it went, is one
  /// transaction: no message is in two digests, and none is lost.
  /// - Returns: Whether a digest was queued.
  public func makeDue(at now: Timestamp, in store: any StoreWriter) throws -> Bool {
    guard frequency != .off else { return false }
    guard let cursor = try cursor(in: store) else {
      // The first one tells of everything that no digest told of.
      try save(Cursor(sequence: 0, until: now), in: store)
      return false
    }
    let isAhead = cursor.until.duration(since: now) > Self.aheadMax
    let due = zone.next(time, after: cursor.until, onMondays: frequency == .weekly)
    guard isAhead || due <= now else { return false }
    let last = try store.lastEventSequence()
    try save(Cursor(sequence: last, until: now), in: store)
    let entries = try entries(after: cursor.sequence, upTo: last, at: now, in: store)
    guard !entries.isEmpty else { return false }
    let digest = AlertDigest(from: cursor.until, until: now, entries: entries)
    let payload = try AlertPayload.digest(digest).json()
    for channel in channels {
      try store.enqueue(
        OutboxRow(
          channel: channel,
          key: "digest-\(cursor.sequence)-\(last)",
          event: nil,
          payload: payload,
          queuedAt: now,
          dueAt: now
        )
      )
    }
    return true
  }

  private func entries(
    after sequence: Int64,
    upTo last: Int64,
    at now: Timestamp,
    in store: any StoreReader
  ) throws -> [AlertDigest.Entry] {
    var counts: [Identifier<Finding>: Int] = [:]
    var position = sequence
    while position < last {
      let events = try store.events(after: position, of: nil, limit: Self.pageSize)
      guard let newest = events.last else { break }
      for event in events where event.kind == .seenAgain { counts[event.finding, default: 0] += 1 }
      position = newest.sequence
    }
    let silences = try store.silences(at: now)
    return try counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.compactMap { id, count in
      guard let finding = try store.finding(id), finding.sightingCount > 0,
        finding.state == .open || finding.state == .confirmed,
        !silences.contains(where: { $0.covers(finding, at: now) })
      else { return nil }
      let summary = try FindingSummary(finding, in: store).withShortenedAddress
      return AlertDigest.Entry(finding: summary, newSightings: count)
    }
  }

  private func cursor(in store: any StoreReader) throws -> Cursor? {
    // A memo that can't be read is none: then a digest tells of more, and not of less.
    try store.memo(Self.memo).flatMap {
      try? JSONDecoder().decode(Cursor.self, from: Data($0.utf8))
    }
  }

  private func save(_ cursor: Cursor, in store: any StoreWriter) throws {
    let text = try JSONEncoder().encode(cursor)
    try store.setMemo(Self.memo, String(decoding: text, as: UTF8.self))
  }
}
