import Glibc
import Synchronization

/// Leaves a mark in a file when this process crashes, so that the next one can tell a crash from a
/// kill.
enum CrashMark {
  /// What stands at the file's start after a crash.
  static let byte = UInt8(ascii: "!")

  private typealias Handler =
    @convention(c) (Int32, UnsafeMutablePointer<siginfo_t>?, UnsafeMutableRawPointer?) -> Void
  // What a trap of Swift, a bad access and an assertion of a library raise.
  private static let signals = [SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGABRT]
  private static let descriptor = Atomic<Int32>(-1)

  /// Marks the file of this descriptor from now on; with -1, none. Call it before the first crash:
  /// only then are the handlers there.
  static func set(_ file: Int32) { descriptor.store(file, ordering: .sequentiallyConsistent) }

  /// Installs the handlers; to be called once, by a process that is a daemon.
  static func install() {
    for signal in signals {
      var action = sigaction()
      action.sa_flags = SA_SIGINFO
      unsafe action.__sigaction_handler = .init(sa_sigaction: handle)
      _ = unsafe sigaction(signal, &action, nil)
    }
  }

  /// Does nothing but what POSIX allows in a handler: a write, and back to the default action, which
  /// takes effect when the handler returns. What another process sent, such as a watchdog's abort
  /// while the disk hangs, is a kill.
  private static let handle: Handler = { signal, info, _ in
    let file = CrashMark.descriptor.load(ordering: .sequentiallyConsistent)
    if file >= 0, unsafe isOwn(info) {
      var mark = CrashMark.byte
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
