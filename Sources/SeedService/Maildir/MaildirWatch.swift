import Dispatch
import Glibc
import Synchronization

/// Learns from the kernel (inotify) when a message comes into a maildir.
///
/// It is a hint, never the truth: its queue may overflow, and a network file system may not tell. So
/// whoever uses it looks through the maildirs from time to time all the same.
final class MaildirWatch: Sendable {
  /// What was seen since the last time.
  struct Changes: Sendable {
    /// Files that came in; each may be gone again.
    var hints: [MaildirHint] = []
    /// Whether folders came or went, or hints were lost.
    var needsScan = false
  }

  /// The hints that are kept; with more, all folders are looked through instead.
  static let hintCountMax = 16_384

  fileprivate enum Place {
    /// A maildir or a subfolder of one, in which folders may appear.
    case root
    /// A `new` or a `cur`.
    case messages(maildir: String, folder: String)
  }

  fileprivate struct State {
    var changes = Changes()
    var places: [Int32: Place] = [:]
  }

  private let maildirs: [String]
  private let shared: Shared
  private let ending: FileDescriptor

  /// What the listening thread needs, so that it doesn't keep the watch alive. The descriptors are
  /// closed with it: after the thread ended, and no sooner.
  private final class Shared: Sendable {
    let descriptor: FileDescriptor
    /// Reads as ended once the watch is gone.
    let end: FileDescriptor
    let state = Mutex(State())
    let bell: Bell

    init(bell: Bell, end: consuming FileDescriptor) throws {
      self.bell = bell
      self.end = end
      descriptor = try FileDescriptor(
        "inotify_init",
        owning: inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
      )
    }
  }

  /// Starts to watch; `bell` rings at each change.
  ///
  /// - Throws: ``SystemError`` where the system has no watch to give.
  init(maildirs: [String], bell: Bell) throws {
    self.maildirs = maildirs
    var ends: [Int32] = [-1, -1]
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    guard unsafe socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw SystemError("socketpair") }
    let end = try FileDescriptor("socketpair", owning: ends[0])
    ending = try FileDescriptor("socketpair", owning: ends[1])
    let shared = try Shared(bell: bell, end: end)
    self.shared = shared
    // A thread that waits in the kernel hears of a delivery at once, a dispatch source milliseconds
    // later. It ends when the watch closes its end of the pair.
    DispatchQueue(label: "seed.watch").async { @Sendable in Self.listen(shared) }
  }

  /// Watches every folder there is now; returns the maildirs that are watched only in part, or not.
  func refresh() -> [MaildirProblem] {
    var problems: [MaildirProblem] = []
    for maildir in maildirs {
      do {
        try watch(maildir, Self.rootMask, .root)
        for name in try MaildirLayout.subfolders(of: maildir) {
          try watch(maildir + "/" + name, Self.rootMask, .root)
        }
        for folder in try MaildirLayout.messageFolders(of: maildir) {
          try watch(folder, Self.messageMask, .messages(maildir: maildir, folder: folder))
        }
      } catch let error as SystemError {
        problems.append(MaildirProblem(path: maildir, error: error))
      } catch {}
    }
    return problems
  }

  /// Hands over what was seen since the last time.
  func take() -> Changes {
    shared.state.withLock { state in
      defer { state.changes = Changes() }
      return state.changes
    }
  }

  // Some delivery agents link a finished message into `new` and remove the one in `tmp`, which shows
  // as a creation; so does a program that writes in place, whose end is a close.
  private static let messageMask =
    UInt32(IN_MOVED_TO) | UInt32(IN_CLOSE_WRITE) | UInt32(IN_CREATE) | UInt32(IN_DELETE_SELF)
    | UInt32(IN_MOVE_SELF) | UInt32(IN_ONLYDIR)
  private static let rootMask =
    UInt32(IN_CREATE) | UInt32(IN_MOVED_TO) | UInt32(IN_DELETE_SELF) | UInt32(IN_MOVE_SELF)
    | UInt32(IN_ONLYDIR)

  private func watch(_ path: String, _ mask: UInt32, _ place: Place) throws {
    let result = unsafe inotify_add_watch(shared.descriptor.rawValue, path, mask)
    guard result >= 0 else { throw SystemError("inotify_add_watch") }
    shared.state.withLock { $0.places[result] = place }
  }

  private static func listen(_ shared: Shared) {
    var awaited = [shared.descriptor.rawValue, shared.end.rawValue].map {
      pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
    }
    while true {
      let count = unsafe poll(&awaited, nfds_t(awaited.count), -1)
      if count < 0, errno == EINTR { continue }
      guard count > 0, awaited[1].revents == 0 else { return }
      readEvents(shared)
    }
  }

  private static func readEvents(_ shared: Shared) {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = unsafe buffer.withUnsafeMutableBytes {
        unsafe read(shared.descriptor.rawValue, $0.baseAddress, $0.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      if shared.state.withLock({ $0.note(buffer[..<count]) }) { shared.bell.ring() }
    }
  }
}

extension MaildirWatch.State {
  /// The size of `struct inotify_event` without the name.
  private static let headByteCount = 16

  /// Takes in the kernel's records; says whether anything came of them.
  mutating func note(_ records: ArraySlice<UInt8>) -> Bool {
    var offset = records.startIndex
    var isNews = false
    // Each is: watch (4 bytes), mask (4), cookie (4), the name's length (4), the name, NULs.
    while offset + Self.headByteCount <= records.endIndex {
      func word(_ index: Int) -> UInt32 {
        let start = offset + 4 * index
        return unsafe records[start..<start + 4].withUnsafeBytes {
          unsafe $0.loadUnaligned(as: UInt32.self)
        }
      }
      let nameStart = offset + Self.headByteCount
      let nameEnd = nameStart + Int(word(3))
      guard nameEnd <= records.endIndex else { break }
      let name = records[nameStart..<nameEnd].prefix { $0 != 0 }
      isNews = note(Int32(bitPattern: word(0)), word(1), Array(name)) || isNews
      offset = nameEnd
    }
    return isNews
  }

  private mutating func note(_ watch: Int32, _ mask: UInt32, _ name: [UInt8]) -> Bool {
    if mask & UInt32(IN_IGNORED) != 0 { places[watch] = nil }
    let isLost =
      UInt32(IN_Q_OVERFLOW) | UInt32(IN_IGNORED) | UInt32(IN_DELETE_SELF)
      | UInt32(IN_MOVE_SELF)
    if mask & isLost != 0 {
      changes.needsScan = true
      return true
    }
    switch places[watch] {
    case .root?:
      // Only folders matter; other software keeps files of its own there.
      guard mask & UInt32(IN_ISDIR) != 0 else { return false }
      changes.needsScan = true
      return true
    case .messages(let maildir, let folder)?:
      let name = MaildirName(bytes: name)
      guard mask & UInt32(IN_ISDIR) == 0, name.isMessage else { return false }
      guard changes.hints.count < MaildirWatch.hintCountMax else {
        changes.needsScan = true
        return true
      }
      changes.hints.append(
        MaildirHint(
          maildir: maildir,
          folder: folder,
          name: name,
          isComplete: mask & UInt32(IN_CREATE) == 0
        )
      )
      return true
    case nil:
      return false
    }
  }
}
