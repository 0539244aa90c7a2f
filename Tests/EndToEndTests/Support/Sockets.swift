import Foundation

/// Where a service says that it is ready, as systemd would listen for it (sd_notify(3)).
struct NotifySocket: ~Copyable {
  /// The socket's path, for `NOTIFY_SOCKET`.
  let path: String

  private let descriptor: Int32

  /// Listens at `path`, which must be short.
  init(path: String) throws {
    self.path = path
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
      throw POSIXError(.ENAMETOOLONG)
    }
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
    guard bindSocket(descriptor, &address) else { throw POSIXError(.EADDRNOTAVAIL) }
  }

  deinit { close(descriptor) }

  /// Waits for the next message, such as `READY=1`; `nil` when none comes in time.
  func message(within seconds: Int) async -> String? {
    var timeout = timeval(tv_sec: seconds, tv_usec: 0)
    unsafe setsockopt(
      descriptor,
      SOL_SOCKET,
      SO_RCVTIMEO,
      &timeout,
      socklen_t(MemoryLayout<timeval>.size)
    )
    return await withCheckedContinuation { [descriptor] answer in
      DispatchQueue.global().async {
        var bytes = [UInt8](repeating: 0, count: 1024)
        let count = unsafe recv(descriptor, &bytes, bytes.count, 0)
        answer.resume(
          returning: count < 0 ? nil : String(decoding: bytes.prefix(count), as: UTF8.self)
        )
      }
    }
  }
}

/// Gives a socket its address, which is a `sockaddr` of some family.
private func bindSocket<Address>(_ descriptor: Int32, _ address: inout Address) -> Bool {
  unsafe withUnsafeMutablePointer(to: &address) {
    unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      unsafe bind(descriptor, $0, socklen_t(MemoryLayout<Address>.size))
    } == 0
  }
}

/// Whether somebody listens on a TCP port of the loopback address.
func canConnect(to port: UInt16) -> Bool {
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  defer { close(descriptor) }
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = port.bigEndian
  address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
  return unsafe withUnsafePointer(to: &address) {
    unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
    } == 0
  }
}
