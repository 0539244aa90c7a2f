import Dispatch
import Glibc
import SeedTesting

/// A DNS server over UDP that answers each query with whatever a closure says, or not at all.
final class FakeServer: Sendable {
  let port: UInt16
  // Sound: a source may be used from any thread.
  private nonisolated(unsafe) let source: any DispatchSourceRead

  init(answer: @escaping @Sendable ([UInt8]) -> [UInt8]?) throws {
    let loopback = try LoopbackSocket(SOCK_DGRAM)
    port = loopback.port
    let descriptor = dup(loopback.descriptor)
    let source = DispatchSource.makeReadSource(
      fileDescriptor: descriptor,
      queue: DispatchQueue(label: "fake-dns")
    )
    unsafe self.source = source
    source.setEventHandler { @Sendable in Self.serve(descriptor, answer) }
    source.setCancelHandler { @Sendable in close(descriptor) }
    source.activate()
  }

  var address: String { "127.0.0.1@\(port)" }

  deinit { unsafe source.cancel() }

  private static func serve(_ descriptor: Int32, _ answer: ([UInt8]) -> [UInt8]?) {
    var query = [UInt8](repeating: 0, count: 4096)
    var address = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { peer in
        let count = unsafe recvfrom(descriptor, &query, query.count, 0, peer, &length)
        guard count > 0, let reply = answer(Array(query[..<count])) else { return }
        _ = unsafe sendto(descriptor, reply, reply.count, 0, peer, length)
      }
    }
  }
}
