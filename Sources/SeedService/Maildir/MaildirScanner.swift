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
  /// Whether there are more than ``MaildirScanner/listingCountMax``.
  public var isCut = false
  /// Folders that could not be looked into.
  public var problems: [MaildirProblem] = []
}

/// Looks through maildirs (`new` and `cur` of each, and of its Maildir++ subfolders) and reads
/// messages.
///
/// It remembers which files were taken in by a number of 64 bits each, and which folders have not
/// changed, so that looking again is cheap however much mail is kept there.
public actor MaildirScanner {
  /// The most bytes of a message; a larger one is reported and left where it is.
  public static let messageByteCountMax = 256 << 20
  /// The most files in one listing; further ones wait for the next.
  public static let listingCountMax = 32_768

  private nonisolated let executor = BlockingExecutor(label: "seed.maildir")
  private let maildirs: [String]
  private let listingCountMax: Int
  private let messageByteCountMax: Int
  private var settled: Set<UInt64> = []
  private var unchanged: [String: Int64] = [:]

  // Sound: the actor owns its executor, so the executor outlives every job.
  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe executor.asUnownedSerialExecutor()
  }

  /// Makes a scanner for maildirs, each an absolute path.
  public init(maildirs: [String]) {
    self.init(
      maildirs: maildirs,
      listingCountMax: Self.listingCountMax,
      messageByteCountMax: Self.messageByteCountMax
    )
  }

  init(maildirs: [String], listingCountMax: Int, messageByteCountMax: Int) {
    self.maildirs = maildirs
    self.listingCountMax = listingCountMax
    self.messageByteCountMax = messageByteCountMax
  }

  /// Lists the files that aren't settled.
  ///
  /// - Parameter all: Whether to look into folders, too, that did not change since they were listed.
  public func scan(all: Bool) -> MaildirListing {
    var listing = MaildirListing()
    if all { unchanged = [:] }
    for maildir in maildirs {
      do {
        for folder in try MaildirLayout.messageFolders(of: maildir) {
          list(folder, of: maildir, into: &listing)
        }
      } catch let error as SystemError {
        listing.problems.append(MaildirProblem(path: maildir, error: error))
      } catch {}
    }
    cut(&listing, to: listingCountMax)
    // What was cut off must be found again.
    if listing.isCut { unchanged = [:] }
    return listing
  }

  /// Looks at single files, as a watch names them.
  public func look(at hints: [MaildirHint]) -> [WaitingFile] {
    var files = hints.compactMap { hint in
      hint.name.isMessage
        ? try? waitingFile(hint.name, folder: hint.folder, maildir: hint.maildir) : nil
    }
    files.sort(by: Self.isOlder)
    return files
  }

  /// Remembers that files need no more looking at while they keep base name and inode.
  public func settle(_ files: [FileIdentity]) {
    for file in files { settled.insert(Self.key(file.baseName, file.inode)) }
  }

  /// Reads a message.
  public func read(_ file: WaitingFile) -> MaildirReading {
    do {
      let folder = try FileDescriptor(path: file.folder, O_RDONLY | O_DIRECTORY)
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
      case ENOENT, ENOTDIR, ESTALE: return .vanished
      case ELOOP, ENXIO, EISDIR: return .foreign
      default: return .unreadable(error)
      }
    } catch {
      return .vanished
    }
  }

  private func list(_ folder: String, of maildir: String, into listing: inout MaildirListing) {
    do {
      guard let status = try PathStatus.read(folder), status.isFolder else { return }
      let changedAt = status.modificationNanoseconds
      if unchanged[folder] == changedAt { return }
      // A change in the same tick of the file system's clock would leave the time as it is.
      let isStill = WallClock.nanoseconds &- changedAt > 2_000_000_000
      var problem: SystemError?
      try FolderListing.forEachName(in: folder) { bytes, inode in
        let name = MaildirName(bytes: bytes)
        guard name.isMessage, !settled.contains(Self.key(name.baseName, inode)) else { return }
        do {
          // Nothing where it was moved meanwhile.
          guard let file = try waitingFile(name, folder: folder, maildir: maildir) else { return }
          listing.files.append(file)
        } catch {
          problem = error as? SystemError
        }
        if listing.files.count >= 2 * listingCountMax { cut(&listing, to: listingCountMax) }
      }
      if let problem { throw problem }
      unchanged[folder] = isStill ? changedAt : nil
    } catch let error as SystemError {
      if error.code != ENOENT {
        listing.problems.append(MaildirProblem(path: folder, error: error))
      }
    } catch {}
  }

  private func cut(_ listing: inout MaildirListing, to count: Int) {
    listing.files.sort(by: Self.isOlder)
    guard listing.files.count > count else { return }
    listing.files.removeSubrange(count...)
    listing.isCut = true
  }

  /// The file of that name if it is a regular one and not settled.
  private func waitingFile(
    _ name: MaildirName,
    folder: String,
    maildir: String
  ) throws -> WaitingFile? {
    guard let status = try PathStatus.read(name: name.bytes, in: folder), status.isRegularFile
    else { return nil }
    let identity = FileIdentity(baseName: name.baseName, status)
    guard !settled.contains(Self.key(identity.baseName, identity.inode)) else { return nil }
    return WaitingFile(
      maildir: maildir,
      folder: folder,
      name: name,
      deliveredAt: name.deliverySeconds.map(Timestamp.init(seconds:))
        ?? Timestamp(milliseconds: identity.modifiedAt / 1_000_000),
      identity: identity
    )
  }

  private static func isOlder(_ left: WaitingFile, _ right: WaitingFile) -> Bool {
    if left.deliveredAt != right.deliveredAt { return left.deliveredAt < right.deliveredAt }
    return left.identity.baseName < right.identity.baseName
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
