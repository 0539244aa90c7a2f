import Glibc
import ServiceLifecycle
import Synchronization

/// Runs a shell command to its end.
actor CommandRunner {
  /// How a command ended.
  enum Outcome: Hashable, Sendable {
    case exited(Int32)
    case signalled(Int32)
    case timedOut
    case failed(SystemError)
  }

  /// How long a command has to end by itself after it was asked to.
  static let grace = Duration.seconds(2)
  /// How long a command may go on when this process is to end.
  static let shutdownGrace = Duration.seconds(5)

  private nonisolated let executor = BlockingExecutor(label: "seed.command")
  private let folder: String

  // Sound: the actor owns its executor, so the executor outlives every job.
  nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe executor.asUnownedSerialExecutor()
  }

  /// Makes a runner; `folder` is where input is kept.
  init(folder: String) { self.folder = folder }

  /// Runs `command` with `/bin/sh`, in a process group of its own, and waits for it.
  ///
  /// What it prints goes to this process's standard error. After `timeout`, or soon after a graceful
  /// shutdown began, the whole group is ended.
  nonisolated func run(_ command: String, input: [UInt8], timeout: Duration) async -> Outcome {
    let child: Child
    do {
      child = Child(try await start(command, input: input))
    } catch let error as SystemError {
      return .failed(error)
    } catch {
      return .failed(SystemError("posix_spawn", code: EINVAL))
    }
    return await withTaskGroup(of: Void.self) { group in
      group.addTask { await Self.end(child, after: timeout) }
      defer { group.cancelAll() }
      return await wait(for: child)
    }
  }

  private static func end(_ child: Child, after timeout: Duration) async {
    try? await cancelWhenGracefulShutdown { try await Task.sleep(for: timeout) }
    if Task.isShuttingDownGracefully {
      try? await Task.sleep(for: min(timeout, shutdownGrace))
    }
    guard !Task.isCancelled else { return }
    child.end(SIGTERM)
    try? await Task.sleep(for: grace)
    if !Task.isCancelled { child.end(SIGKILL) }
  }

  /// A process that was started, until it is reaped; its number may belong to another one then.
  private final class Child: Sendable {
    let identifier: pid_t
    private let state = Mutex((isReaped: false, isEnded: false))

    init(_ identifier: pid_t) { self.identifier = identifier }

    /// Asks the process and all that it started to end.
    func end(_ signal: Int32) {
      state.withLock { state in
        guard !state.isReaped else { return }
        state.isEnded = true
        _ = kill(-identifier, signal)
      }
    }

    /// Lets go of the process, which must have ended.
    func reap() -> Outcome {
      state.withLock { state in
        state.isReaped = true
        // What the shell left behind, and didn't listen. The number is still the shell's.
        if state.isEnded { _ = kill(-identifier, SIGKILL) }
        var status: Int32 = 0
        guard unsafe waitpid(identifier, &status, 0) == identifier else {
          return .failed(SystemError("waitpid"))
        }
        if state.isEnded { return .timedOut }
        // The macros of <sys/wait.h>: the low seven bits are the signal, the next byte the status.
        let signal = status & 0x7F
        return signal == 0 ? .exited((status >> 8) & 0xFF) : .signalled(signal)
      }
    }
  }

  private func wait(for child: Child) -> Outcome {
    var information = unsafe siginfo_t()
    // The process stays a zombie, so that its number isn't given away before it is marked as reaped.
    while unsafe waitid(P_PID, id_t(child.identifier), &information, WEXITED | WNOWAIT) != 0 {
      guard errno == EINTR else { return .failed(SystemError("waitid")) }
    }
    return child.reap()
  }

  private func start(_ command: String, input: [UInt8]) throws -> pid_t {
    // A file, and not a pipe: a command that doesn't read it can't hold anybody up.
    let path = folder + "/command-\(getpid())-\(WallClock.nanoseconds)"
    let stdin = try FileDescriptor(path: path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600)
    try DurableFile.remove(path)
    try stdin.write(input)

    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_adddup2(&actions, stdin.rawValue, STDIN_FILENO)
    unsafe posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO)
    for descriptor in Self.openDescriptors where descriptor > STDERR_FILENO {
      unsafe posix_spawn_file_actions_addclose(&actions, descriptor)
    }

    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    unsafe posix_spawnattr_setsigmask(&attributes, &signals)
    for signal in [SIGPIPE, SIGTERM, SIGINT, SIGHUP] { unsafe sigaddset(&signals, signal) }
    unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
    let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
    unsafe posix_spawnattr_setflags(&attributes, Int16(flags))

    // The copies live until the process is started, and are freed here alone.
    let arguments = unsafe [strdup("sh"), strdup("-c"), strdup(command), nil]
    defer { for index in 0..<3 { unsafe free(arguments[index]) } }
    var identifier: pid_t = 0
    let status = unsafe posix_spawn(
      &identifier,
      "/bin/sh",
      &actions,
      &attributes,
      arguments,
      environ
    )
    guard status == 0 else { throw SystemError("posix_spawn", code: status) }
    return identifier
  }

  /// What this process has open: libraries don't mark everything to be closed in a child.
  private static var openDescriptors: [Int32] {
    var descriptors: [Int32] = []
    // Without /proc, what is marked is closed all the same.
    try? FolderListing.forEachName(in: "/proc/self/fd") { name, _ in
      if let number = Int32(String(decoding: name, as: UTF8.self)) { descriptors.append(number) }
    }
    return descriptors
  }
}
