import Glibc

/// Tells systemd how this process is (sd_notify(3)), without its library.
public struct SystemdNotifier: Sendable {
  /// The most bytes that an address of this kind has.
  private static let addressByteCountMax = 107

  private let address: [UInt8]
  /// How often systemd wants to hear that the process is alive; `nil` where it doesn't.
  public let watchdogInterval: Duration?

  /// Reads `NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID`; `nil` where nobody listens.
  public init?(environment: [String: String]) {
    guard let path = environment["NOTIFY_SOCKET"], path.hasPrefix("/") || path.hasPrefix("@"),
      path.utf8.count <= Self.addressByteCountMax
    else { return nil }
    address = Array(path.utf8)
    let isMeant = environment["WATCHDOG_PID"].map { $0 == String(getpid()) } ?? true
    watchdogInterval =
      environment["WATCHDOG_USEC"].flatMap { Int64($0) }
      .flatMap { isMeant && $0 > 0 ? .microseconds($0) : nil }
  }

  /// The process works.
  public func ready() { notify("READY=1\nSTATUS=Watching the maildirs.") }
  /// The process reads its configuration again, and says so when it works again.
  public func reloading() {
    // systemd wants the time at which it began by the clock that it goes by.
    var time = timespec()
    _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    let microseconds = Int64(time.tv_sec) &* 1_000_000 &+ Int64(time.tv_nsec) / 1000
    notify("RELOADING=1\nMONOTONIC_USEC=\(microseconds)")
  }
  /// The process is about to end.
  public func stopping() { notify("STOPPING=1") }
  /// The process is alive.
  public func alive() { notify("WATCHDOG=1") }

  /// Sends lines. A failure is no reason to stop: systemd notices silence by itself.
  private func notify(_ text: String) {
    guard
      let socket = try? FileDescriptor(
        "socket",
        owning: socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
      )
    else { return }
    var name = sockaddr_un()
    name.sun_family = sa_family_t(AF_UNIX)
    var path = address
    // An abstract name begins with NUL, and has no end but its length.
    if path[0] == UInt8(ascii: "@") { path[0] = 0 }
    unsafe withUnsafeMutableBytes(of: &name.sun_path) { unsafe $0.copyBytes(from: path) }
    let offset = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2
    let length = socklen_t(offset + path.count)
    let bytes = Array(text.utf8)
    // Sound: a `sockaddr_un` is passed by its head, as all socket addresses are.
    unsafe withUnsafePointer(to: &name) { name in
      unsafe name.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
        let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
        _ = unsafe sendto(socket.rawValue, bytes, bytes.count, flags, name, length)
      }
    }
  }
}
