import Foundation
import Glibc
import Logging
import SeedCore
import SeedCrypto

/// Looks after this installation: what would keep an alert from being raised raises one of its own.
actor SelfWatch {
  /// A clock that moves by more than this beside the steady one has jumped.
  static let clockStepMax = Duration.seconds(300)
  /// Free space on a disk, in bytes, below which it is nearly full, and full.
  static let freeBytesMin: Int64 = 512 << 20
  static let freeBytesLow: Int64 = 64 << 20
  /// For how long a checkpoint may wait for a witness and for a timestamp.
  static let witnessDelayMax = Duration.seconds(86_400),
    timestampDelayMax = Duration.seconds(172_800)

  /// What it looks at outside, so that tests can have it otherwise.
  struct Senses: Sendable {
    /// The time of day.
    var clock: @Sendable () -> Timestamp
    /// A clock that nobody sets, and that doesn't stop while the machine sleeps.
    var steadyClock: @Sendable () -> Duration
    /// The free space of the disk with that path, in bytes; `nil` where that can't be told.
    var freeBytes: @Sendable (String) -> Int64?
    /// What lies in quarantine: base names.
    var quarantine: @Sendable () throws -> [String]
    /// What keeps mail from being taken in.
    var obstacles: @Sendable () async -> MaildirIntake.Obstacles
  }

  /// What is kept from round to round.
  struct Memory: Codable {
    var lastRound: Timestamp
    var habits: [String: MaildirHabit] = [:]
    /// When it was last said, or might have been, that all is well.
    var wellSince: Timestamp?
  }

  /// A notice under the key that keeps it from being sent twice.
  struct Keyed {
    let key: String
    let notice: AlertNotice
    /// A channel that it is not sent to.
    var except: String?
  }

  private static let memo = "self-watch"

  private let configuration: Configuration
  private let homePath: String
  private let store: any Store
  private let channels: [any AlertChannel]
  private let arrivals: ArrivalLog
  private let senses: Senses
  private let logger: Logger
  private var lastReading: (wall: Timestamp, steady: Duration)?
  private var lastObstacles = MaildirIntake.Obstacles()
  /// The keys that were delivered although the store took nothing.
  private var toldWithoutStore: Set<String> = []

  init(
    configuration: Configuration,
    homePath: String,
    store: any Store,
    channels: [any AlertChannel],
    arrivals: ArrivalLog,
    senses: Senses,
    logger: Logger
  ) {
    self.configuration = configuration
    self.homePath = homePath
    self.store = store
    self.channels = channels
    self.arrivals = arrivals
    self.senses = senses
    self.logger = logger
  }

  /// Looks once, makes what digest is due, and queues what is found.
  ///
  /// - Returns: Whether something was queued.
  /// - Throws: What the store throws. A full disk is told of all the same.
  func round() async throws -> Bool {
    let now = senses.clock()
    let obstacles = await obstacles(at: now)
    let local = disks(at: now) + clockJump(at: now) + quarantine(at: now) + obstacles
    let news = arrivals.take()
    let (configuration, channelNames) = (configuration, channels.map(\.name))
    do {
      return try await store.write { store in
        var memory = Self.memory(at: now, in: store)
        var found = local + Self.setBack(memory, at: now)
        found += Self.silence(&memory, news, configuration, at: now)
        found += try Self.channels(channelNames, at: now, in: store)
        found += try Self.ledger(configuration, at: now, in: store)
        found += try Self.well(&memory, configuration, at: now, in: store)
        memory.lastRound = now
        try Self.save(memory, in: store)
        var isQueued = try configuration.digestMaker.makeDue(at: now, in: store)
        for keyed in found {
          isQueued = try Self.queue(keyed, for: channelNames, in: store) || isQueued
        }
        return isQueued
      }
    } catch let error as StoreError where error == .full || error == .inputOutput {
      // What came is counted in the next round.
      for (maildir, news) in news { arrivals.note(maildir, at: news.newest) }
      await tell(local, at: now)
      throw error
    }
  }

  /// Delivers notices although the store takes none: each once in the life of this process.
  private func tell(_ notices: [Keyed], at now: Timestamp) async {
    for keyed in notices where toldWithoutStore.insert(keyed.key).inserted {
      guard let payload = try? AlertPayload.notice(keyed.notice).json() else { continue }
      for channel in channels {
        let row = OutboxRow(
          channel: channel.name,
          key: keyed.key,
          event: nil,
          payload: payload,
          queuedAt: now,
          dueAt: now
        )
        do throws(DeliveryError) {
          try await channel.deliver(row)
        } catch {
          logger.error(
            "a notice could not be delivered, and the store can't keep it",
            metadata: ["channel": "\(channel.name)", "key": "\(keyed.key)"]
          )
        }
      }
    }
  }

  private static func queue(
    _ keyed: Keyed,
    for channels: [String],
    in store: any StoreWriter
  ) throws -> Bool {
    let payload = try AlertPayload.notice(keyed.notice).json()
    var isQueued = false
    for channel in channels where channel != keyed.except {
      let row = OutboxRow(
        channel: channel,
        key: keyed.key,
        event: nil,
        payload: payload,
        queuedAt: keyed.notice.at,
        dueAt: keyed.notice.at
      )
      isQueued = try store.enqueue(row) != nil || isQueued
    }
    return isQueued
  }

  private func disks(at now: Timestamp) -> [Keyed] {
    Set([homePath] + configuration.mail.maildirs).sorted().compactMap { path in
      guard let free = senses.freeBytes(path), free < Self.freeBytesMin else { return nil }
      let isFull = free < Self.freeBytesLow
      let level = isFull ? "full" : "low"
      return Keyed(
        key: "disk-\(level)-\(Self.short(path))-\(now.day)",
        notice: AlertNotice(
          .disk,
          severity: isFull ? .critical : .high,
          at: now,
          title: isFull ? "The disk is full" : "The disk is nearly full",
          details: [
            "\(free >> 20) MiB are free on the disk of \(path).",
            "When it is full, mail waits in the maildir and nothing is recorded until there is room.",
          ],
          commands: ["df -h"]
        )
      )
    }
  }

  private func clockJump(at now: Timestamp) -> [Keyed] {
    let steady = senses.steadyClock()
    defer { lastReading = (now, steady) }
    guard let last = lastReading else { return [] }
    let step = now.duration(since: last.wall) - (steady - last.steady)
    guard step > Self.clockStepMax || step < .zero - Self.clockStepMax else { return [] }
    return [
      Self.clock(
        now,
        "The clock jumped by \(DurationText.text(step < .zero ? .zero - step : step))."
      )
    ]
  }

  static func clock(_ now: Timestamp, _ sentence: String) -> Keyed {
    Keyed(
      key: "clock-\(now.day)",
      notice: AlertNotice(
        .clock,
        severity: .medium,
        at: now,
        title: "The clock jumped",
        details: [
          sentence,
          "Times of arrival that were recorded near it may be wrong. The order of what was recorded is not.",
        ],
        commands: ["timedatectl", "seedctl doctor"]
      )
    )
  }

  private func quarantine(at now: Timestamp) -> [Keyed] {
    guard let names = try? senses.quarantine(), !names.isEmpty else { return [] }
    return [
      Keyed(
        key: "quarantine-\(Self.short(names.sorted().joined(separator: "\n")))",
        notice: AlertNotice(
          .quarantine,
          severity: .high,
          at: now,
          title: "\(names.count) messages were set aside",
          details: [
            "They could not be taken in: too large, or the daemon ended while it read them.",
            "They may be mail that reached a seed. Please report the fault.",
          ],
          commands: ["seedctl doctor"]
        )
      )
    ]
  }

  /// What was there in the last round already: a folder may be away for a moment.
  private func obstacles(at now: Timestamp) async -> [Keyed] {
    let found = await senses.obstacles()
    defer { lastObstacles = found }
    let folders = found.folders.intersection(lastObstacles.folders).sorted()
    let messageCount = min(found.messageCount, lastObstacles.messageCount)
    var details = folders.map { "\($0) can't be looked into." }
    if messageCount > 0 {
      details.append("Messages that can't be read or taken in: \(messageCount).")
    }
    guard !details.isEmpty else { return [] }
    details.append("It is tried again and again. Until it goes well, mail to a seed may lie there.")
    let notice = AlertNotice(
      .unreadable,
      severity: .high,
      at: now,
      title: "Mail can't be read",
      details: details,
      commands: ["seedctl doctor"]
    )
    return [Keyed(key: "unreadable-\(now.day)", notice: notice)]
  }

  private static func memory(at now: Timestamp, in store: any StoreReader) -> Memory {
    // A memo that can't be read is begun anew: it only delays a notice.
    let text = (try? store.memo(memo)) ?? nil
    return text.flatMap { try? JSONDecoder().decode(Memory.self, from: Data($0.utf8)) }
      ?? Memory(lastRound: now, wellSince: now)
  }

  private static func save(_ memory: Memory, in store: any StoreWriter) throws {
    try store.setMemo(memo, String(decoding: try JSONEncoder().encode(memory), as: UTF8.self))
  }

  /// A short name for a text, for keys.
  static func short(_ text: String) -> String {
    Array(SHA256.hash(Array(text.utf8)).prefix(6)).hexadecimal
  }
}

extension SelfWatch.Senses {
  /// What the system shows.
  static func system(quarantine: Quarantine, intake: MaildirIntake) -> Self {
    let start = ContinuousClock.now
    return Self(
      clock: { Timestamp(milliseconds: WallClock.nanoseconds / 1_000_000) },
      steadyClock: { start.duration(to: .now) },
      freeBytes: { path in
        var status = statvfs()
        guard unsafe statvfs(path, &status) == 0 else { return nil }
        let (bytes, overflow) = UInt64(status.f_bavail)
          .multipliedReportingOverflow(by: UInt64(status.f_frsize))
        return overflow ? .max : Int64(clamping: bytes)
      },
      quarantine: { try quarantine.records().map(\.baseName) },
      obstacles: { await intake.obstacles }
    )
  }
}
