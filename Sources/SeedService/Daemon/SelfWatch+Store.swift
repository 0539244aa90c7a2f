import Foundation
import SeedCore

// What it looks at in the store, and in what it remembers.
extension SelfWatch {
  static func setBack(_ memory: Memory, at now: Timestamp) -> [Keyed] {
    guard memory.lastRound.duration(since: now) > clockStepMax else { return [] }
    return [clock(now, "The clock is behind where it was at \(memory.lastRound.rfc3339).")]
  }

  static func silence(
    _ memory: inout Memory,
    _ news: [String: (newest: Timestamp, count: Int)],
    _ configuration: Configuration,
    at now: Timestamp
  ) -> [Keyed] {
    memory.habits = memory.habits.filter { configuration.mail.maildirs.contains($0.key) }
    for (maildir, news) in news where configuration.mail.maildirs.contains(maildir) {
      // A clock that was ahead must not hide a silence.
      let newest = min(news.newest, now)
      memory.habits[maildir, default: MaildirHabit(newest: newest)].note(newest, count: news.count)
    }
    return memory.habits.sorted { $0.key < $1.key }.compactMap { maildir, habit in
      guard habit.isBroken(at: now) else { return nil }
      return Keyed(
        key: "silence-\(short(maildir))-\(habit.newest.seconds)",
        notice: AlertNotice(
          .silence,
          severity: .medium,
          at: now,
          title: "No mail has come for longer than usual",
          details: [
            "The last message came into \(maildir) at \(habit.newest.rfc3339).",
            "Either nobody wrote, or the mail server doesn't deliver there any more.",
          ],
          commands: ["seedctl doctor"]
        )
      )
    }
  }

  static func channels(
    _ names: [String],
    at now: Timestamp,
    in store: any StoreReader
  ) throws -> [Keyed] {
    let failing = try names.compactMap { name -> Keyed? in
      guard let state = try store.channelState(name), let since = state.failingSince,
        now.duration(since: since) >= OutboxDesk.longFailure
      else { return nil }
      return Keyed(
        key: "channel-\(name)-\(now.day)",
        notice: AlertNotice(
          .channel,
          severity: .high,
          at: now,
          title: "The channel \(name) doesn't work",
          details: [
            "Alerts can't be delivered through it since \(since.rfc3339): \(state.lastError)",
            "They wait, and it is tried once an hour until it works again.",
          ],
          commands: ["seedctl channel check \(name)", "seedctl alert test \(name)"]
        ),
        except: name
      )
    }
    var newestDead: [String: Int64] = [:]
    for row in try store.outbox(.dead, limit: 1000) where names.contains(row.channel) {
      newestDead[row.channel] = max(newestDead[row.channel] ?? 0, row.id)
    }
    return failing
      + newestDead.sorted { $0.key < $1.key }.map { name, id in
        Keyed(
          key: "dead-\(name)-\(id)",
          notice: AlertNotice(
            .channel,
            severity: .high,
            at: now,
            title: "An alert could not be delivered",
            details: ["The channel \(name) gave it up. It is kept, and can be tried again."],
            commands: ["seedctl alert list --state dead", "seedctl alert retry \(id)"]
          ),
          except: name
        )
      }
  }

  static func ledger(
    _ configuration: Configuration,
    at now: Timestamp,
    in store: any StoreReader
  ) throws -> [Keyed] {
    var found: [Keyed] = []
    /// When the oldest checkpoint beyond a size was signed, where that is too long ago.
    func late(after size: Int64?, _ delayMax: Duration) throws -> Timestamp? {
      let from = size.map { $0 + 1 } ?? 0
      guard let first = try store.checkpoints(from: from, limit: 1).first,
        now.duration(since: first.signedAt) > delayMax
      else { return nil }
      return first.signedAt
    }
    if !configuration.ledger.witnesses.isEmpty {
      let size = try store.newestWitnessedCheckpoint()?.head.size
      if let since = try late(after: size, witnessDelayMax) {
        found.append(
          Keyed(
            key: "witness-\(now.day)",
            notice: AlertNotice(
              .witness,
              severity: .medium,
              at: now,
              title: "No witness cosigns the ledger",
              details: [
                "A checkpoint waits for its witnesses since \(since.rfc3339).",
                "Until they answer, what was recorded since rests on this machine's word alone.",
              ],
              commands: ["seedctl ledger status"]
            )
          )
        )
      }
    }
    for authority in configuration.ledger.timestamps {
      let size = try store.newestTimestamp(by: authority.name)?.checkpointSize
      guard let since = try late(after: size, timestampDelayMax) else { continue }
      found.append(
        Keyed(
          key: "timestamp-\(short(authority.name))-\(now.day)",
          notice: AlertNotice(
            .timestamp,
            severity: .medium,
            at: now,
            title: "The ledger gets no timestamps from \(authority.name)",
            details: ["A checkpoint waits for its timestamp since \(since.rfc3339)."],
            commands: ["seedctl ledger status"]
          )
        )
      )
    }
    return found
  }

  static func well(
    _ memory: inout Memory,
    _ configuration: Configuration,
    at now: Timestamp,
    in store: any StoreReader
  ) throws -> [Keyed] {
    let alerts = configuration.alerts
    let since = min(memory.wellSince ?? now, now)
    let due = configuration.zone.next(alerts.digestAt, after: since, onMondays: true)
    guard due <= now else {
      memory.wellSince = since
      return []
    }
    memory.wellSince = now
    guard alerts.allIsWell else { return [] }
    let seeds = try store.seedCounts()
    let sightings = try store.sightingSummary()
    let outbox = try store.outboxCounts()
    let newest = sightings.newest.map { "newest at \($0.rfc3339)" } ?? "none yet"
    return [
      Keyed(
        key: "well-\(now.day)",
        notice: AlertNotice(
          .well,
          severity: .low,
          at: now,
          title: "All is well: \(seeds.all) seeds, \(sightings.count) messages, \(newest)",
          details: [
            "Seed watches \(seeds.all) seeds, \(seeds.controls) of them controls.",
            "\(sightings.count) messages reached a seed so far, \(newest).",
            "\(outbox.waiting) alerts wait to be delivered, and \(outbox.dead) were given up.",
          ],
          commands: ["seedctl status"]
        )
      )
    ]
  }
}
