import SeedCore
import Synchronization

/// Which files need no more looking at, by a number of 64 bits each.
final class SettledFiles: Sendable {
  private let keys = Mutex<Set<UInt64>>([])

  /// Remembers files for as long as they keep base name and inode.
  func insert(_ files: [FileIdentity]) {
    let added = files.map { Self.key($0.baseName, $0.inode) }
    keys.withLock { $0.formUnion(added) }
  }

  /// Whether the file of this base name and inode is settled.
  func contains(_ baseName: String, inode: UInt64) -> Bool {
    let key = Self.key(baseName, inode)
    return keys.withLock { $0.contains(key) }
  }

  /// The file of that name if it is a regular one and not settled.
  func waitingFile(_ name: MaildirName, folder: String, maildir: String) throws -> WaitingFile? {
    guard let status = try PathStatus.read(name: name.bytes, in: folder), status.isRegularFile
    else { return nil }
    let identity = FileIdentity(baseName: name.baseName, status)
    guard !contains(identity.baseName, inode: identity.inode) else { return nil }
    return WaitingFile(
      maildir: maildir,
      folder: folder,
      name: name,
      deliveredAt: name.deliverySeconds.map(Timestamp.init(seconds:))
        ?? Timestamp(milliseconds: identity.modifiedAt / 1_000_000),
      identity: identity
    )
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
