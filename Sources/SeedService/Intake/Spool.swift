import FoundationEssentials
import Glibc

/// Notes on disk which messages are being worked on, so that one that kills the process is found.
///
/// Each process has a file of its own, and holds a lock on it while it lives. A file that nobody
/// holds names the messages during which a process died. One of several can't be told from the
/// others, so all are *suspects*. After a crash they are taken in one by one; one that was alone when
/// a process crashed is put in quarantine at the next start, or at the one after where something else
/// may have been the cause. A process that was killed from outside leaves no mark, and proves next to
/// nothing: its messages come in smaller batches from then on, and it takes many kills on a message
/// alone to count.
///
/// What is in hand is written and not synced: it is of use to the next process of the same machine,
/// which sees it whatever ended this one, and each message would wait for the disk once more. A power
/// cut proves nothing against a message.
actor Spool {
  /// How many kills during a message alone put it in quarantine. The kernel kills whoever uses too
  /// much memory, which may be a message's fault; an operator kills at any time, which is nobody's.
  static let killCountMax = 8
  /// For how many kills a doubtful crash counts.
  static let doubtfulKillCount = 4
  /// The longest file that is read.
  static let byteCountMax = 16 << 20

  /// What names a message to the next process.
  struct Entry: Hashable, Codable {
    let maildir: String
    let baseName: String
  }

  /// How often processes died during a message.
  struct Deaths: Hashable, Codable {
    /// Crashes and kills while it was taken in alone.
    var crashes = 0, kills = 0
    /// How many steps its batches are to be smaller than others.
    var caution = 0

    /// The caution at which it comes alone.
    static let cautionMax = 5

    /// How many messages may come with it, itself included: a quarter after each step.
    var batchCountMax: Int {
      caution >= Self.cautionMax ? 1 : MaildirIntake.batchCountMax >> (2 * caution)
    }

    /// Whether that is taken for its fault.
    var isGuilty: Bool { crashes > 0 || kills >= killCountMax }
  }

  private struct Suspect: Codable {
    let entry: Entry
    let deaths: Deaths
  }

  private struct Contents: Codable {
    var inHand: [Entry] = []
    var suspects: [Suspect] = []
  }

  nonisolated let executor = BlockingExecutor(label: "seed.spool")
  private let path: String
  private let file: FileDescriptor
  private var suspects: [Entry: Deaths]

  // Sound: the actor owns its executor, so the executor outlives every job.
  nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe executor.asUnownedSerialExecutor()
  }

  /// Starts this process's file, and takes over what dead processes left.
  init(folder: String) throws {
    path = folder + "/work-\(getpid())-\(WallClock.nanoseconds).json"
    file = try FileDescriptor(path: path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600)
    guard try file.lock() else { throw SystemError("flock") }
    suspects = [:]
    // The leftovers go only when what they say is safe in the new file.
    var leftovers: [Leftover] = []
    for name in try Self.names(in: folder, "work-", ".json") where folder + "/" + name != path {
      guard let leftover = try Leftover(folder + "/" + name) else { continue }
      leftover.accuse(&suspects)
      leftovers.append(leftover)
    }
    try Self.write([], suspects, to: file)
    try DurableFile.synchronizeFolder(of: path)
    for leftover in leftovers { try DurableFile.remove(leftover.path) }
    // What a command is to read has a name for a moment only.
    for name in try Self.names(in: folder, "command-") {
      try DurableFile.remove(folder + "/" + name)
    }
  }

  deinit {
    // It says nothing that the next process needs, unless there are suspects.
    if suspects.isEmpty { _ = unsafe unlink(path) }
  }

  /// Removes the file of a process that ends well.
  func close() throws {
    if suspects.isEmpty { try DurableFile.remove(path) }
  }

  /// The messages that must be taken in with caution.
  var accused: [Entry: Deaths] { suspects }

  /// Notes what is worked on from now on.
  func begin(_ entries: [Entry]) throws {
    try Self.write(entries, suspects, to: file, isDurable: false)
    CrashMark.set(file.rawValue)
  }

  /// Notes that nothing is worked on. Messages that were taken in are no suspects any more.
  func end(clearing entries: [Entry]) throws {
    CrashMark.set(-1)
    for entry in entries { suspects[entry] = nil }
    try Self.write([], suspects, to: file, isDurable: false)
  }

  private static func names(
    in folder: String,
    _ prefix: String,
    _ suffix: String = ""
  ) throws -> [String] {
    var names: [String] = []
    try FolderListing.forEachName(in: folder) { bytes, _ in
      let name = String(decoding: bytes, as: UTF8.self)
      if name.hasPrefix(prefix), name.hasSuffix(suffix) { names.append(name) }
    }
    return names.sorted()
  }

  private static func write(
    _ entries: [Entry],
    _ suspects: [Entry: Deaths],
    to file: borrowing FileDescriptor,
    isDurable: Bool = true
  ) throws {
    let contents = Contents(
      inHand: entries,
      suspects: suspects.map { Suspect(entry: $0.key, deaths: $0.value) }
    )
    // The first byte is the place of the crash mark. The first line counts: what a longer one left
    // behind it is never read, so that the file says something also between two writes. A line that
    // was written in part is none, and nobody is suspected.
    let bytes = Array(" ".utf8) + Array(try JSONEncoder().encode(contents)) + [0x0A]
    try file.write(bytes)
    if isDurable { try file.synchronize() }
  }

  /// The file of a process that is dead.
  private struct Leftover {
    let path: String
    private let mark: UInt8?
    private let contents: Contents

    /// Reads it; `nil` while its process lives, or where it is gone.
    init?(_ path: String) throws {
      self.path = path
      guard let file = try? FileDescriptor(path: path, O_RDONLY | O_NOFOLLOW),
        try file.lock(),
        var bytes = try file.readAll(byteCountHint: 4096, byteCountMax: byteCountMax)
      else { return nil }
      mark = bytes.first
      if !bytes.isEmpty { bytes[0] = UInt8(ascii: " ") }
      // Where that is nothing, it was being written when the process died, and nothing was worked on.
      let line = bytes.prefix { $0 != 0x0A }
      contents = (try? JSONDecoder().decode(Contents.self, from: Data(line))) ?? Contents()
    }

    func accuse(_ suspects: inout [Entry: Deaths]) {
      for suspect in contents.suspects { suspects[suspect.entry] = suspect.deaths }
      let (isCrash, isDoubtful) = (mark == CrashMark.byte, mark == CrashMark.doubtfulByte)
      let isAlone = contents.inHand.count == 1
      for entry in contents.inHand {
        var deaths = suspects[entry] ?? Deaths()
        if isAlone, isCrash {
          deaths.crashes += 1
        } else if isAlone {
          deaths.kills += isDoubtful ? doubtfulKillCount : 1
        }
        let isSuspect = isAlone || isCrash || isDoubtful
        deaths.caution = isSuspect ? Deaths.cautionMax : min(deaths.caution + 1, Deaths.cautionMax)
        suspects[entry] = deaths
      }
    }
  }
}
