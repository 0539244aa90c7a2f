import Logging
import SeedCore

/// Takes what waits in maildirs in, batch by batch, each message once.
///
/// Files that a watch named come first, then what was found by looking, so that new mail doesn't
/// wait behind a backlog; messages that a process may have died of come with few others, or alone.
actor MaildirIntake {
  /// The most files and bytes of a batch; a message that is larger is one by itself.
  static let batchCountMax = 512
  static let batchByteCountMax: Int64 = 1 << 20

  private let scanner: MaildirScanner
  // Sound: the scanner, which this actor holds, owns the executor. The two share it (and the daemon
  // its spool), so that a message isn't handed from thread to thread.
  nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe executor.asUnownedSerialExecutor()
  }
  private nonisolated let executor: BlockingExecutor
  private let store: any Store
  let taker: any ArrivalTaker
  private let spool: Spool?
  private let quarantine: Quarantine?
  private let afterIngest: Configuration.Mail.AfterIngest
  /// Whether files that were taken in by another process count as read, and as duplicates.
  private let countsKnownFiles: Bool
  /// How large batches are, where other mail may come meanwhile.
  private var pace: BatchPace?
  private let arrivalLog: ArrivalLog?
  let logger: Logger
  private let clock: @Sendable () -> Timestamp

  /// The places that files wait in, and whose turn it is.
  enum Lane: CaseIterable { case urgent, backlog, suspect }
  private var lanes: [Lane: ArraySlice<WaitingFile>] = [:]
  private var turn = Lane.urgent
  /// Files that can't be read, or taken in, until something changes.
  var deferred: [WaitingFile] = []
  /// Files that were read and are not recorded yet.
  var inHand: [WaitingFile] = []
  private var isScanning = false
  private var hasLooked = false
  private var isListingCut = false
  private var needsScan = false
  private var needsFullScan = false
  private var accused: [Spool.Entry: Spool.Deaths] = [:]
  private var quarantined: Set<Spool.Entry> = []
  /// The paths whose problem was logged, each once until it is mended.
  var reportedProblems: Set<String> = []
  private var reportedFiles: Set<FileIdentity> = []

  init(
    scanner: MaildirScanner,
    store: any Store,
    taker: any ArrivalTaker,
    spool: Spool? = nil,
    quarantine: Quarantine? = nil,
    afterIngest: Configuration.Mail.AfterIngest = .keep,
    countsKnownFiles: Bool = false,
    batchTime: Duration? = nil,
    arrivalLog: ArrivalLog? = nil,
    logger: Logger,
    clock: @escaping @Sendable () -> Timestamp
  ) {
    self.scanner = scanner
    executor = scanner.executor
    self.store = store
    self.taker = taker
    self.spool = spool
    self.quarantine = quarantine
    self.afterIngest = afterIngest
    self.countsKnownFiles = countsKnownFiles
    pace = batchTime.map(BatchPace.init)
    self.arrivalLog = arrivalLog
    self.logger = logger
    self.clock = clock
  }

  /// Reads what earlier processes left. To be called once, first.
  func recover() async throws {
    if let spool { accused = await spool.accused }
    for record in try quarantine?.records() ?? [] {
      quarantined.insert(Spool.Entry(maildir: record.maildir, baseName: record.baseName))
    }
    guard !accused.isEmpty else { return }
    logger.warning(
      "an earlier process ended during messages; they are taken in with caution",
      metadata: ["message.count": "\(accused.count)"]
    )
  }

  /// Whether nothing waits that could be taken in now.
  var isIdle: Bool { lanes.values.allSatisfy(\.isEmpty) }

  /// Whether there is more in the maildirs than waits here, and little enough waits.
  var wantsScan: Bool {
    guard !isScanning else { return false }
    return needsFullScan || needsScan && isIdle
      || isListingCut && lanes[.backlog, default: []].count <= refillCount
  }

  /// With how few files of a backlog that was cut off the rest is looked for.
  private var refillCount: Int { scanner.listingCountMax / 2 }

  /// Takes note that a watch lost hints: the next look must be at everything.
  func noteLostHints() { needsFullScan = true }

  /// Looks through the maildirs; `all` also where nothing seems to have changed. Batches may be taken
  /// in meanwhile.
  func scan(all: Bool) async {
    await list(all: all)
    // Only now: as long as they waited, nothing else would be listed.
    let retried = deferred
    deferred = []
    for file in retried { enqueue(file, .backlog) }
  }

  /// Adds to the lanes what is found in the maildirs.
  func list(all: Bool) async {
    let all = all || needsFullScan
    needsScan = false
    needsFullScan = false
    isScanning = true
    defer { isScanning = false }
    // However often is looked, no more needs to be known of than keeps the intake busy.
    let hasRoom = lanes[.backlog, default: []].count <= scanner.listingCountMax
    var (listing, fresh) = (MaildirListing(), [WaitingFile]())
    for number in 0..<MaildirScanner.listingsPerLook {
      listing = await scanner.scan(all: all && number == 0, count: hasRoom ? .max : 0)
      if listing.hasVanished { needsScan = true }
      // What waits already is kept: a folder that didn't change is not listed again.
      let waiting = Set((lanes.values.joined() + deferred + inHand).map(\.identity))
      fresh = listing.files.filter { !waiting.contains($0.identity) }
      guard hasRoom, listing.isCut, fresh.isEmpty else { break }
    }
    report(listing.problems)
    for file in fresh { enqueue(file, .backlog) }
    // When all that was listed waits already, another look finds no more.
    isListingCut = listing.isCut && (!fresh.isEmpty || !hasRoom)
    hasLooked = true
  }

  /// Takes note of files that a watch named.
  func note(_ hints: [MaildirHint]) async {
    for file in await scanner.look(at: hints) { enqueue(file, .urgent) }
  }

  /// Takes in one batch; `nil` when nothing waits.
  ///
  /// - Parameters:
  ///   - mayScan: Whether it looks through the maildirs itself once nothing waits, where a look is
  ///     wanted.
  ///   - onCommit: Is called as soon as a batch is on disk.
  /// - Throws: When the store or the disk doesn't work. Nothing in the maildir was touched, and the
  ///   batch waits still; what of it was recorded nevertheless will be a duplicate.
  func step(
    mayScan: Bool = true,
    onCommit: @Sendable (IntakeReport) -> Void = { _ in }
  ) async throws -> IntakeReport? {
    if mayScan, isIdle, wantsScan { await list(all: false) }
    guard let (lane, files) = nextBatch() else {
      // Suspects that were taken in before their process died, or are gone. Before everything was
      // looked at, they may just not have been found.
      guard hasLooked, !isScanning, !wantsScan, reportedProblems.isEmpty else { return nil }
      try await clear(Set(accused.keys).subtracting(deferred.map(Spool.Entry.init)))
      return nil
    }
    let start = ContinuousClock.now
    do {
      // A file that a watch names is new, or moved. The few that were taken in before this process
      // looked at them are known by their bytes, and the others needn't wait for the question.
      let report = try await takeIn(files, mayBeKnown: lane != .urgent, onCommit)
      pace?.note(files.reduce(0) { $0 + Self.cost($1) }, took: start.duration(to: .now))
      return report
    } catch {
      lanes[lane] = files + lanes[lane, default: []]
      throw error
    }
  }

  private func enqueue(_ file: WaitingFile, _ lane: Lane) {
    let entry = Spool.Entry(file)
    guard !quarantined.contains(entry) else { return }
    lanes[accused[entry] == nil ? lane : .suspect, default: []].append(file)
  }

  /// The next files of the lane whose turn it is.
  func nextBatch() -> (Lane, ArraySlice<WaitingFile>)? {
    let order = Lane.allCases
    let start = order.firstIndex(of: turn) ?? 0
    for step in 0..<order.count {
      let lane = order[(start + step) % order.count]
      guard let waiting = lanes[lane], !waiting.isEmpty else { continue }
      turn = order[(start + step + 1) % order.count]
      let batch = waiting.prefix(batchCount(of: waiting))
      lanes[lane] = waiting.dropFirst(batch.count)
      return (lane, batch)
    }
    return nil
  }

  /// How many of the first files make a batch: one at least.
  private func batchCount(of waiting: ArraySlice<WaitingFile>) -> Int {
    let costMax = pace?.cost ?? .max
    var (count, countMax) = (0, Self.batchCountMax)
    var byteCount: Int64 = 0, cost: Int64 = 0
    for file in waiting {
      countMax = min(countMax, batchCountMax(with: file))
      byteCount += Self.plannedByteCount(file)
      cost += Self.cost(file)
      guard byteCount <= Self.batchByteCountMax, cost <= costMax, count < countMax else { break }
      count += 1
    }
    return max(1, count)
  }

  /// A file's share in a batch; a sparse file may claim any size.
  private static func plannedByteCount(_ file: WaitingFile) -> Int64 {
    min(file.identity.byteCount, batchByteCountMax)
  }

  private static func cost(_ file: WaitingFile) -> Int64 {
    plannedByteCount(file) + BatchPace.messageCost
  }

  private func batchCountMax(with file: WaitingFile) -> Int {
    accused[Spool.Entry(file)]?.batchCountMax ?? Self.batchCountMax
  }

  private func takeIn(
    _ waiting: ArraySlice<WaitingFile>,
    mayBeKnown: Bool,
    _ onCommit: @Sendable (IntakeReport) -> Void
  ) async throws -> IntakeReport {
    let reading = try await read(waiting, mayBeKnown: mayBeKnown)
    guard !reading.arrivals.isEmpty else { return reading.report }
    var report = reading.report
    report += try await commit(reading.arrivals, reading.files, onCommit)
    return report
  }

  /// The messages of a batch that are to be taken in, and what became of the others.
  struct BatchReading {
    var report = IntakeReport()
    var arrivals: [Arrival] = []
    var files: [WaitingFile] = []
  }

  func read(
    _ waiting: ArraySlice<WaitingFile>,
    mayBeKnown: Bool = true
  ) async throws -> BatchReading {
    // A watch may name a file twice.
    var seen: Set<FileIdentity> = []
    let files = waiting.filter { seen.insert($0.identity).inserted }
    let identities = files.map(\.identity)
    let known =
      mayBeKnown ? try await store.read { try $0.knownFiles(among: identities) } : []
    await finish(files.filter { known.contains($0.identity) })
    var reading = BatchReading()
    if countsKnownFiles {
      reading.report.read = known.count
      reading.report.duplicates = known.count
    }
    for file in files where !known.contains(file.identity) {
      if accused[Spool.Entry(file)]?.isGuilty == true {
        reading.report += try await setAside(file, .killedTheProcess)
        continue
      }
      switch await scanner.read(file) {
      case .message(let arrival):
        reading.arrivals.append(arrival)
        reading.files.append(file)
      case .vanished: needsScan = true
      case .folderVanished: needsFullScan = true
      case .foreign: await scanner.settle([file.identity])
      case .tooLarge: reading.report += try await setAside(file, .tooLarge)
      case .unreadable(let error):
        deferred.append(file)
        guard reportedFiles.insert(file.identity).inserted else { break }
        logger.warning(
          "a message can't be read; it is tried again later",
          metadata: ["maildir": "\(file.maildir)", "error": "\(error)"]
        )
      }
    }
    return reading
  }

  private func commit(
    _ arrivals: [Arrival],
    _ files: [WaitingFile],
    _ onCommit: @Sendable (IntakeReport) -> Void
  ) async throws -> IntakeReport {
    let entries = files.map(Spool.Entry.init)
    try await spool?.begin(entries)
    let report: IntakeReport
    do {
      report = try await taker.take(arrivals)
      onCommit(report)
    } catch {
      // The process lives: nothing speaks against these messages.
      try await spool?.end(clearing: [])
      guard !Self.concernsAll(error) else { throw error }
      isolate(files, error)
      return IntakeReport()
    }
    if let arrivalLog {
      for (file, arrival) in zip(files, arrivals) {
        arrivalLog.note(file.maildir, at: arrival.deliveredAt)
      }
    }
    try await spool?.end(clearing: entries)
    for entry in entries { accused[entry] = nil }
    await finish(files)
    return report
  }

  private func clear(_ entries: Set<Spool.Entry>) async throws {
    guard !entries.isEmpty else { return }
    try await spool?.end(clearing: Array(entries))
    for entry in entries { accused[entry] = nil }
  }

  /// Whether an error would meet every message: then waiting helps, and trying others doesn't.
  static func concernsAll(_ error: any Error) -> Bool {
    switch error {
    case StoreError.dangling, StoreError.exists: false
    default: error is StoreError || error is SystemError || error is CancellationError
    }
  }

  /// Keeps a message that can't be taken in from stopping others: a batch is taken apart, and a
  /// single message waits for the next look.
  func isolate(_ files: [WaitingFile], _ error: any Error) {
    guard files.count == 1 else {
      for file in files {
        accused[Spool.Entry(file)] = Spool.Deaths(caution: Spool.Deaths.cautionMax)
        lanes[.suspect, default: []].append(file)
      }
      return
    }
    deferred += files
    logger.error(
      "a message could not be taken in; it is tried again later",
      metadata: ["error.type": "\(type(of: error))"]
    )
  }

  func finish(_ files: [WaitingFile]) async {
    await scanner.settle(files.map(\.identity))
    guard afterIngest != .keep else { return }
    for (file, error) in await scanner.dispose(files, afterIngest) {
      guard reportedFiles.insert(file.identity).inserted else { continue }
      logger.warning(
        "a message was taken in, and can't be moved as after_ingest says",
        metadata: ["maildir": "\(file.maildir)", "error": "\(error)"]
      )
    }
  }

  private func setAside(
    _ file: WaitingFile,
    _ reason: Quarantine.Record.Reason
  ) async throws -> IntakeReport {
    var report = IntakeReport()
    let entry = Spool.Entry(file)
    if let quarantine {
      var bytes: [UInt8]?
      if reason == .killedTheProcess, case .message(let arrival) = await scanner.read(file) {
        bytes = arrival.bytes
      }
      let record = try quarantine.add(file, reason, bytes: bytes, at: clock())
      logger.error(
        "a message was put in quarantine",
        metadata: [
          "reason": "\(record.reason.rawValue)", "message.byteCount": "\(record.byteCount)",
          "quarantine.folder": "\(quarantine.folder)",
        ]
      )
      quarantined.insert(entry)
    } else {
      logger.error("a message was passed over", metadata: ["reason": "\(reason.rawValue)"])
    }
    try await clear([entry])
    await scanner.settle([file.identity])
    report.quarantined = 1
    return report
  }
}
