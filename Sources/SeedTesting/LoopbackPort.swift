public import Glibc

/// A port of the loopback address that is kept, for UDP and TCP, for a server that is told its number.
///
/// Nobody else is given it while this lives, and until the server is there nobody answers. The server must
/// set `SO_REUSEADDR`, as most do.
public final class LoopbackPort: Sendable {
  /// Its number.
  public let number: UInt16
  private let stream: LoopbackSocket
  private let datagrams: LoopbackSocket

  /// Takes a free one.
  public init() throws {
    var found: (stream: LoopbackSocket, datagrams: LoopbackSocket)?
    // What is free for TCP may be in use for UDP.
    for _ in 0..<100 where found == nil {
      let stream = try LoopbackSocket(SOCK_STREAM)
      found = (try? LoopbackSocket(SOCK_DGRAM, port: stream.port)).map { (stream, $0) }
    }
    guard let found else { throw TestServerError(description: "no loopback port") }
    (stream, datagrams) = found
    number = stream.port
    // Connected, it takes no datagram from the server.
    try datagrams.connect(to: 9)
    try stream.share()
    try datagrams.share()
  }
}

/// A socket on a loopback port.
public final class LoopbackSocket: Sendable {
  /// The socket.
  public let descriptor: Int32
  /// Its port.
  public let port: UInt16

  /// Binds one, to a free port unless one is given.
  public init(_ type: __socket_type, port: UInt16 = 0) throws {
    let descriptor = socket(AF_INET, Int32(type.rawValue | SOCK_CLOEXEC.rawValue), 0)
    let bound = unsafe Self.with(port) { address, length in
      unsafe bind(descriptor, address, length.pointee) == 0
        && getsockname(descriptor, address, length) == 0
    }
    guard let bound else {
      close(descriptor)
      throw TestServerError(description: "no loopback port")
    }
    self.descriptor = descriptor
    self.port = bound
  }

  deinit { close(descriptor) }

  fileprivate func connect(to port: UInt16) throws {
    let isConnected = unsafe Self.with(port) { [descriptor] address, length in
      unsafe Glibc.connect(descriptor, address, length.pointee) == 0
    }
    guard isConnected != nil else { throw TestServerError(description: "no loopback port") }
  }

  fileprivate func share() throws {
    var flag: Int32 = 1
    let size = socklen_t(MemoryLayout<Int32>.size)
    guard unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &flag, size) == 0 else {
      throw TestServerError(description: "no loopback port")
    }
  }

  /// The port of the loopback address that `body` leaves behind; `nil` where it fails.
  private static func with(
    _ port: UInt16,
    _ body: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Bool
  ) -> UInt16? {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isDone = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, &length) }
    }
    return isDone ? UInt16(bigEndian: address.sin_port) : nil
  }
}
