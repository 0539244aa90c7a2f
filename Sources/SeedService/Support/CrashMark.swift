import Glibc
import Synchronization

/// Leaves a mark in a file when this process crashes, so that the next one can tell a crash from a
/// kill. A stack that is full leaves none.
enum CrashMark {
  /// What stands at the file's start after a crash, and after one that something else may have caused.
  static let byte = UInt8(ascii: "!"), doubtfulByte = UInt8(ascii: "?")

  private typealias Handler =
    @convention(c) (Int32, UnsafeMutablePointer<siginfo_t>?, UnsafeMutableRawPointer?) -> Void
  // What a trap of Swift, a bad access and an assertion of a library raise, or a watchdog sends. Not
  // SIGBUS: that is a disk that can't be read.
  private static let signals = [SIGSEGV, SIGILL, SIGTRAP, SIGFPE, SIGABRT]
  private static let descriptor = Atomic<Int32>(-1)
  private static let doubtCount = Atomic(0)

  /// Marks the file of this descriptor from now on; with -1, none. Call it before the first crash:
  /// only then are the handlers there.
  static func set(_ file: Int32) { descriptor.store(file, ordering: .sequentiallyConsistent) }

  /// Does something beside the intake that may crash by itself: until it is done, a crash is doubtful.
  static func doubting<Result>(_ body: () async throws -> Result) async rethrows -> Result {
    doubtCount.add(1, ordering: .sequentiallyConsistent)
    defer { doubtCount.subtract(1, ordering: .sequentiallyConsistent) }
    return try await body()
  }

  /// Installs the handlers; to be called once, by a process that is a daemon.
  static func install() {
    // The handler must not be the first to ask for these.
    set(-1)
    _ = doubtCount.load(ordering: .sequentiallyConsistent)
    for signal in signals {
      var action = sigaction()
      action.sa_flags = SA_SIGINFO
      unsafe action.__sigaction_handler = .init(sa_sigaction: handle)
      _ = unsafe sigaction(signal, &action, nil)
    }
  }

  /// Does nothing but what POSIX allows in a handler: a write, and back to the default action, which
  /// takes effect when the handler returns. What another process sent is doubtful: a watchdog also
  /// aborts while the disk hangs.
  private static let handle: Handler = { signal, info, _ in
    let file = CrashMark.descriptor.load(ordering: .sequentiallyConsistent)
    if file >= 0 {
      let isDoubtful = doubtCount.load(ordering: .sequentiallyConsistent) > 0
      var mark = unsafe isDoubtful || !isOwn(info) ? doubtfulByte : byte
      _ = unsafe pwrite(file, &mark, 1, 0)
    }
    var standard = sigaction()
    standard.__sigaction_handler = .init(sa_handler: SIG_DFL)
    _ = unsafe sigaction(signal, &standard, nil)
    raise(signal)
  }

  /// Whether the kernel raised it, or this process itself.
  private static func isOwn(_ info: UnsafeMutablePointer<siginfo_t>?) -> Bool {
    guard let info = unsafe info?.pointee else { return true }
    return unsafe info.si_code > 0 || info._sifields._kill.si_pid == getpid()
  }
}
