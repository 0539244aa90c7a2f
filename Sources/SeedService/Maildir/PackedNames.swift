/// A `new` or a `cur`.
struct MaildirFolder {
  let path: String
  let maildir: String
}

/// The oldest of many names, in some sixty bytes each: a file that waits takes five times as much.
struct PackedNames {
  /// A name, with its inode.
  struct Found {
    let name: MaildirName
    let inode: UInt64
    let folder: MaildirFolder
  }

  private struct Entry {
    let seconds: Int64
    let inode: UInt64
    /// Where the name begins; it ends with a NUL.
    var start: Int32
    let folder: Int32
  }

  private let countMax: Int
  private var folders: [MaildirFolder] = []
  private var bytes: [UInt8] = []
  private var entries: [Entry] = []
  /// How many of the entries were taken.
  private var takenCount = 0
  /// What is younger than this is not among the oldest.
  private var youngest = Int64.max
  /// Whether there were others.
  private(set) var isCut = false

  init(countMax: Int) { self.countMax = countMax }

  /// Whether all were taken.
  var isEmpty: Bool { takenCount == entries.count }

  mutating func removeAll() { self = PackedNames(countMax: countMax) }

  /// The names that come now are in this folder.
  mutating func begin(_ folder: MaildirFolder) { folders.append(folder) }

  /// Whether a name of this time may be among the oldest.
  func wants(_ seconds: Int64) -> Bool { seconds <= youngest }

  /// Adds a name with the second of its delivery.
  mutating func add(_ name: MaildirName, inode: UInt64, seconds: Int64) {
    entries.append(
      Entry(
        seconds: seconds,
        inode: inode,
        start: Int32(bytes.count),
        folder: Int32(folders.count - 1)
      )
    )
    bytes += name.bytes
    bytes.append(0)
    if entries.count >= 2 * countMax { finish() }
  }

  /// Puts the names in their order, and drops those that are too many.
  mutating func finish() {
    let bytes = bytes
    entries.sort { left, right in
      left.seconds != right.seconds
        ? left.seconds < right.seconds
        : Self.name(left, in: bytes).lexicographicallyPrecedes(Self.name(right, in: bytes))
    }
    guard entries.count > countMax else { return }
    entries.removeSubrange(countMax...)
    youngest = entries.last?.seconds ?? youngest
    isCut = true
    var kept: [UInt8] = []
    for index in entries.indices {
      let name = Self.name(entries[index], in: bytes)
      entries[index].start = Int32(kept.count)
      kept += name
      kept.append(0)
    }
    self.bytes = kept
  }

  /// Takes at most `count` names, the oldest.
  mutating func take(_ count: Int) -> [Found] {
    let taken = entries[takenCount...].prefix(count).map { entry in
      Found(
        name: MaildirName(bytes: Array(Self.name(entry, in: bytes))),
        inode: entry.inode,
        folder: folders[Int(entry.folder)]
      )
    }
    takenCount += taken.count
    return taken
  }

  private static func name(_ entry: Entry, in bytes: [UInt8]) -> ArraySlice<UInt8> {
    bytes[Int(entry.start)...].prefix { $0 != 0 }
  }
}
