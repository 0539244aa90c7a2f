import SeedCore
import Synchronization

/// Which files need no more looking at, by a number of 64 bits each.
final class SettledFiles: Sendable {
  private let keys = Mutex(NumberSet())

  /// Remembers files for as long as they keep base name and inode.
  func insert(_ files: [FileIdentity]) {
    let added = files.map { Self.key($0.baseName, $0.inode) }
    keys.withLock { keys in for key in added { keys.insert(key) } }
  }

  /// Whether the file of this base name and inode is settled.
  func contains(_ baseName: String, inode: UInt64) -> Bool {
    let key = Self.key(baseName, inode)
    return keys.withLock { $0.contains(key) }
  }

  /// What a name in a folder of a maildir leads to.
  enum Entry {
    case waiting(WaitingFile)
    /// A file that needs no more looking at.
    case settled
    /// Something that is no regular file.
    case foreign(FileIdentity)
    /// Nothing any more.
    case gone
  }

  /// Looks at a name, once: what it leads to may change at any time.
  func look(at name: MaildirName, folder: String, maildir: String) throws -> Entry {
    guard let status = try PathStatus.read(name: name.bytes, in: folder) else { return .gone }
    let identity = FileIdentity(baseName: name.baseName, status)
    guard status.isRegularFile else { return .foreign(identity) }
    guard !contains(identity.baseName, inode: identity.inode) else { return .settled }
    let file = WaitingFile(
      maildir: maildir,
      folder: folder,
      name: name,
      deliveredAt: name.deliverySeconds.map(Timestamp.init(seconds:))
        ?? Timestamp(milliseconds: identity.modifiedAt / 1_000_000),
      identity: identity
    )
    return .waiting(file)
  }

  /// A number for a base name and an inode, under a key of this process: two files that happen to
  /// share one are told apart after the next start.
  private static func key(_ baseName: String, _ inode: UInt64) -> UInt64 {
    var hasher = Hasher()
    hasher.combine(baseName)
    hasher.combine(inode)
    return UInt64(bitPattern: Int64(hasher.finalize()))
  }
}

/// A set of numbers that are spread evenly, in little more memory than they take: a million lie in
/// 9 MB, where `Set` takes 17, and half as much again while it grows.
struct NumberSet {
  /// The numbers in their order, by their first bits.
  private var parts = [[UInt64]](repeating: [], count: 1 << Self.partBitCount)
  private static let partBitCount = 12

  mutating func insert(_ number: UInt64) {
    let part = Self.part(of: number)
    let index = Self.index(of: number, in: parts[part])
    guard index == parts[part].count || parts[part][index] != number else { return }
    let count = parts[part].count
    // By itself an array takes twice the room when it is full.
    if count == parts[part].capacity { parts[part].reserveCapacity(count + count / 8 + 4) }
    parts[part].insert(number, at: index)
  }

  func contains(_ number: UInt64) -> Bool {
    let part = parts[Self.part(of: number)]
    let index = Self.index(of: number, in: part)
    return index < part.count && part[index] == number
  }

  private static func part(of number: UInt64) -> Int { Int(number >> (64 - partBitCount)) }

  /// Where a number is, or would have to be.
  private static func index(of number: UInt64, in sorted: [UInt64]) -> Int {
    var (low, high) = (0, sorted.count)
    while low < high {
      let middle = (low + high) / 2
      if sorted[middle] < number { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
