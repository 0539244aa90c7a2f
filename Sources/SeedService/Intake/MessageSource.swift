import Glibc
import Logging
public import SeedCore

/// Why mail can't be taken in from a path.
public enum MessageSourceError: OperatorError, Hashable {
  /// There is nothing at this path.
  case missing(path: String)
  /// It is neither a file nor a folder.
  case foreign(path: String)
  /// It has too many bytes.
  case tooLarge(path: String)
  /// It was to be an mbox, and has no message.
  case noMbox(path: String)
  /// The operating system refused.
  case system(path: String, SystemError)

  public var exitStatus: ExitStatus {
    if case .missing = self { .notFound } else { .failed }
  }

  public var description: String {
    switch self {
    case .missing(let path): "\(path): there is nothing here; name a maildir, an mbox or a message"
    case .foreign(let path): "\(path): this is neither a file nor a folder"
    case .tooLarge(let path):
      "\(path): this has more than \(MessageSource.fileByteCountMax >> 20) MiB; split it"
    case .noMbox(let path): "\(path): no message begins in it; leave out --mbox"
    case .system(let path, let error): "\(path): \(error)"
    }
  }
}

/// Mail that is taken in once, without the daemon: a maildir, an mbox, a message, or a folder of these.
///
/// A message's identity is its bytes and its base name. In an mbox, the text of its From line stands
/// for the latter, with a running number where several are equal; a file that begins with a From
/// line counts as an mbox, also with a single message. Any other file's base name is its name.
public struct MessageSource: Sendable {
  /// The largest mbox that is read.
  public static let fileByteCountMax = 1 << 30
  /// How deep folders are followed.
  public static let depthMax = 16

  private let path: String
  private let isMbox: Bool
  private let logger = Logger(label: "seed.ingest")

  /// Names a place; `isMbox` says that it is an mbox whatever its first line.
  ///
  /// - Throws: ``MessageSourceError``.
  public init(path: String, asMbox isMbox: Bool = false) throws {
    self.path = path
    self.isMbox = isMbox
    guard let status = try Self.onSystemError(path, { try PathStatus.read(path) }) else {
      throw MessageSourceError.missing(path: path)
    }
    guard status.isFolder || status.isRegularFile else {
      throw MessageSourceError.foreign(path: path)
    }
  }

  /// Takes all of it in.
  ///
  /// - Parameters:
  ///   - taker: What takes it in.
  ///   - store: Its store, which is asked for the files that it knows.
  ///   - quarantine: Messages to be passed over.
  ///   - progress: Is called with the report on each batch.
  public func takeIn(
    with taker: some ArrivalTaker,
    store: any Store,
    quarantine: Quarantine? = nil,
    progress: @Sendable (IntakeReport) -> Void = { _ in }
  ) async throws -> IntakeReport {
    var batch = Batch()
    var report = IntakeReport()
    func commit() async throws {
      guard !batch.arrivals.isEmpty else { return }
      let part = try await taker.take(batch.arrivals)
      report += part
      progress(part)
      batch = Batch()
    }
    var pending = [(path: path, depth: 0)]
    while let (path, depth) = pending.popLast() {
      guard let status = try Self.onSystemError(path, { try PathStatus.read(path) }) else {
        continue
      }
      if status.isRegularFile {
        for arrival in try arrivals(at: path, status, isNamed: depth == 0) {
          if batch.isFull(for: arrival) { try await commit() }
          batch.add(arrival)
        }
      } else if status.isFolder, try MaildirLayout.isMaildir(path) {
        try await commit()
        let part = try await takeInMaildir(path, taker, store, quarantine, progress)
        report += part
      } else if status.isFolder, depth < Self.depthMax {
        pending += try children(of: path).map { ($0, depth + 1) }
      }
    }
    try await commit()
    return report
  }

  private struct Batch {
    var arrivals: [Arrival] = []
    var byteCount: Int64 = 0

    func isFull(for arrival: Arrival) -> Bool {
      arrivals.count >= MaildirIntake.batchCountMax
        || (byteCount > 0
          && byteCount + Int64(arrival.bytes.count) > MaildirIntake.batchByteCountMax)
    }

    mutating func add(_ arrival: Arrival) {
      arrivals.append(arrival)
      byteCount += Int64(arrival.bytes.count)
    }
  }

  private func takeInMaildir(
    _ path: String,
    _ taker: some ArrivalTaker,
    _ store: any Store,
    _ quarantine: Quarantine?,
    _ progress: @Sendable (IntakeReport) -> Void
  ) async throws -> IntakeReport {
    let intake = MaildirIntake(
      scanner: MaildirScanner(maildirs: [path]),
      store: store,
      taker: taker,
      quarantine: quarantine,
      countsKnownFiles: true,
      logger: logger,
      clock: WallClock.now
    )
    try await intake.recover()
    await intake.scan(all: true)
    return try await intake.drain(progress)
  }

  /// The messages of a file. One that was found in a folder, and can't be read, doesn't stop the rest.
  private func arrivals(at path: String, _ status: stat, isNamed: Bool) throws -> [Arrival] {
    do {
      return try read(path, status)
    } catch let error as MessageSourceError where !isNamed {
      logger.warning("a file was passed over", metadata: ["reason": "\(error)"])
      return []
    }
  }

  /// The paths in a folder, such that the first by name is the last.
  private func children(of folder: String) throws -> [String] {
    try Self.onSystemError(folder) {
      var names: [String] = []
      try FolderListing.forEachName(in: folder) { bytes, _ in
        guard bytes.first != UInt8(ascii: "."), let name = String(validating: bytes, as: UTF8.self)
        else { return }
        names.append(name)
      }
      // A link could lead round in circles.
      return try names.sorted(by: >).map { folder + "/" + $0 }.filter {
        try PathStatus.read($0, followingLinks: false).map { $0.isFolder || $0.isRegularFile }
          ?? false
      }
    }
  }

  private func read(_ path: String, _ status: stat) throws -> [Arrival] {
    let modifiedAt = Timestamp(milliseconds: status.modificationNanoseconds / 1_000_000)
    return try Self.onSystemError(path) {
      let bytes: [UInt8]
      do {
        guard let found = try DurableFile.read(path, byteCountMax: Self.fileByteCountMax) else {
          return []
        }
        bytes = found
      } catch let error as SystemError where error.code == EFBIG {
        throw MessageSourceError.tooLarge(path: path)
      }
      if isMbox || bytes.starts(with: Array("From ".utf8)) {
        let arrivals = Self.split(bytes, deliveredAt: modifiedAt)
        if !arrivals.isEmpty { return arrivals }
        if isMbox { throw MessageSourceError.noMbox(path: path) }
      }
      guard bytes.count <= MaildirScanner.messageByteCountMax else {
        throw MessageSourceError.tooLarge(path: path)
      }
      let name = path[(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)...]
      let baseName = MaildirName(bytes: Array(name.utf8)).baseName
      return [
        Arrival(
          bytes: bytes,
          baseName: baseName,
          file: FileIdentity(baseName: baseName, status),
          deliveredAt: modifiedAt
        )
      ]
    }
  }

  /// The messages of an mbox. They bear the file's time, since a From line says it in local time.
  static func split(_ bytes: [UInt8], deliveredAt: Timestamp) -> [Arrival] {
    var counts: [String: Int] = [:]
    return Mbox(splitting: bytes.span).messages.map { range in
      let line = fromLine(before: range.lowerBound, in: bytes)
      let number = counts[line, default: 0] + 1
      counts[line] = number
      return Arrival(
        bytes: Mbox.unquoted(bytes.span, range),
        baseName: number == 1 ? line : "\(line) (\(number))",
        file: nil,
        deliveredAt: deliveredAt
      )
    }
  }

  private static func fromLine(before end: Int, in bytes: [UInt8]) -> String {
    let line = bytes[..<end].dropLast(while: { $0 == 0x0A || $0 == 0x0D })
    let start = line.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    return MaildirName(bytes: Array(line[start...])).baseName
  }

  private static func onSystemError<Result>(
    _ path: String,
    _ body: () throws -> Result
  ) throws -> Result {
    do {
      return try body()
    } catch let error as SystemError {
      throw MessageSourceError.system(path: path, error)
    }
  }
}

extension ArraySlice<UInt8> {
  /// Without the bytes at the end for which `isDropped` holds.
  fileprivate func dropLast(while isDropped: (UInt8) -> Bool) -> Self {
    var end = endIndex
    while end > startIndex, isDropped(self[end - 1]) { end -= 1 }
    return self[..<end]
  }
}
