import Glibc
public import SeedCore

/// A file in a maildir that may be a message nobody has taken in.
public struct WaitingFile: Sendable, Hashable {
  /// The maildir.
  public let maildir: String
  /// The folder that holds it: a `new` or a `cur`.
  public let folder: String
  /// Its name in that folder.
  public let name: MaildirName
  /// When it was delivered.
  public let deliveredAt: Timestamp
  /// What it is recognised by.
  public let identity: FileIdentity
}

/// What became of an attempt to read a message.
public enum MaildirReading: Sendable {
  case message(Arrival)
  /// Another program moved or removed it; where it was moved, the next look finds it.
  case vanished
  /// The folder that held it is not there. When it comes back, it may look as if it never changed.
  case folderVanished
  /// It is no regular file.
  case foreign
  /// It has more bytes than ``MaildirScanner/messageByteCountMax``.
  case tooLarge(byteCount: Int64)
  /// It can't be read now.
  case unreadable(SystemError)
}

/// A folder that could not be looked into.
public struct MaildirProblem: Sendable, Hashable {
  /// The folder.
  public let path: String
  /// Why.
  public let error: SystemError
}

/// What was found by looking through the maildirs.
public struct MaildirListing: Sendable {
  /// Files that aren't known to be taken in, oldest first.
  public var files: [WaitingFile] = []
  /// Whether names are left that were not looked at.
  public var isCut = false
  /// Whether one that was seen has gone: where it was moved, another look finds it.
  public var hasVanished = false
  /// Folders that could not be looked into.
  public var problems: [MaildirProblem] = []
}

/// Looks through maildirs (`new` and `cur` of each, and of its Maildir++ subfolders) and reads
/// messages.
///
/// It remembers which files were taken in by a number of 64 bits each, and which folders have not
/// changed, so that looking again is cheap however much mail is kept there. A look through large
/// folders takes a while; single messages are read meanwhile.
public actor MaildirScanner {
  /// The most bytes of a message; a larger one is reported and left where it is.
  public static let messageByteCountMax = 256 << 20
  /// The most files in one listing; further ones wait for the next.
  public static let listingCountMax = 4096
  /// How many listings one look through the folders is enough for.
  static let listingsPerLook = 8

  nonisolated let executor: BlockingExecutor
  nonisolated let listingCountMax: Int
  private let messageByteCountMax: Int
  private let settled: SettledFiles
  private let lister: MaildirLister

  // Sound: the actor owns its executor, so the executor outlives every job.
  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe executor.asUnownedSerialExecutor()
  }

  /// Makes a scanner for maildirs, each an absolute path.
  public init(maildirs: [String]) {
    self.init(maildirs: maildirs, listingCountMax: Self.listingCountMax)
  }

  init(
    maildirs: [String],
    listingCountMax: Int = MaildirScanner.listingCountMax,
    messageByteCountMax: Int = MaildirScanner.messageByteCountMax,
    executor: BlockingExecutor = BlockingExecutor(label: "seed.maildir")
  ) {
    self.executor = executor
    self.listingCountMax = listingCountMax
    self.messageByteCountMax = messageByteCountMax
    settled = SettledFiles()
    lister = MaildirLister(
      maildirs: maildirs,
      reserveCountMax: Self.listingsPerLook * listingCountMax,
      settled: settled
    )
  }

  /// Lists files that aren't settled, the oldest first.
  ///
  /// - Parameters:
  ///   - all: Whether to look into folders, too, that did not change since they were listed.
  ///   - count: How many are wanted, at most ``listingCountMax``.
  public nonisolated func scan(all: Bool, count: Int = .max) async -> MaildirListing {
    await lister.list(min(count, listingCountMax), all: all)
  }

  /// Looks at single files, as a watch names them.
  public func look(at hints: [MaildirHint]) -> [WaitingFile] {
    var files = hints.compactMap { hint -> WaitingFile? in
      guard hint.name.isMessage,
        case .waiting(let file)? =
          try? settled.look(at: hint.name, folder: hint.folder, maildir: hint.maildir)
      else { return nil }
      return file
    }
    files.sort(by: WaitingFile.isOlder)
    return files
  }

  /// Remembers that files need no more looking at while they keep base name and inode.
  public func settle(_ files: [FileIdentity]) { settled.insert(files) }

  /// Reads a message.
  public func read(_ file: WaitingFile) -> MaildirReading {
    var hasFolder = false
    do {
      let folder = try FileDescriptor(path: file.folder, O_RDONLY | O_DIRECTORY)
      hasFolder = true
      // A link could lead anywhere, and opening a fifo would wait for a writer.
      let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY
      let descriptor = try FileDescriptor(name: file.name.bytes, in: folder, flags)
      let status = try descriptor.status()
      guard status.isRegularFile else { return .foreign }
      let byteCount = Int64(status.st_size)
      guard byteCount <= messageByteCountMax else { return .tooLarge(byteCount: byteCount) }
      guard
        let bytes = try descriptor.readAll(
          byteCountHint: Int(byteCount),
          byteCountMax: messageByteCountMax
        )
      else { return .tooLarge(byteCount: byteCount) }
      return .message(
        Arrival(
          bytes: bytes,
          baseName: file.identity.baseName,
          file: FileIdentity(baseName: file.identity.baseName, status),
          deliveredAt: file.deliveredAt
        )
      )
    } catch let error as SystemError {
      switch error.code {
      case ENOENT, ENOTDIR, ESTALE: return hasFolder ? .vanished : .folderVanished
      case ELOOP, ENXIO, EISDIR: return .foreign
      default: return .unreadable(error)
      }
    } catch {
      return .vanished
    }
  }
}

extension FileIdentity {
  init(baseName: String, _ status: stat) {
    self.init(
      baseName: baseName,
      inode: UInt64(status.st_ino),
      byteCount: Int64(status.st_size),
      modifiedAt: status.modificationNanoseconds
    )
  }
}
