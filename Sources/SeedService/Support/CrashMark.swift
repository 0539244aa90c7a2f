import Glibc
import Synchronization

/// Leaves a mark in a file when this process crashes, so that the next one can tell a crash from a
/// kill.
enum CrashMark {
  /// What stands at the file's start after a crash.
  static let byte = UInt8(ascii: "!")

  // What a trap of Swift, a bad access and a watchdog send.
  private static let signals = [SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGABRT]
  private static let descriptor = Atomic<Int32>(-1)

  /// Marks the file of this descriptor from now on; with -1, none. Call it before the first crash:
  /// only then are the handlers there.
  static func set(_ file: Int32) { descriptor.store(file, ordering: .sequentiallyConsistent) }

  /// Installs the handlers; to be called once, by a process that is a daemon.
  static func install() {
    for signal in signals {
      var action = sigaction()
      action.__sigaction_handler = .init(sa_handler: handle)
      _ = unsafe sigaction(signal, &action, nil)
    }
  }

  /// Does nothing but what POSIX allows in a handler: a write, and back to the default action, which
  /// takes effect when the handler returns.
  private static let handle: @convention(c) (Int32) -> Void = { signal in
    let file = CrashMark.descriptor.load(ordering: .sequentiallyConsistent)
    if file >= 0 {
      var mark = CrashMark.byte
      _ = unsafe pwrite(file, &mark, 1, 0)
    }
    var standard = sigaction()
    standard.__sigaction_handler = .init(sa_handler: SIG_DFL)
    _ = unsafe sigaction(signal, &standard, nil)
    raise(signal)
  }
}
