import Foundation
import Glibc
import SeedTesting
import Synchronization

@testable import SeedService

/// An HTTP server on a loopback port that answers each request with the bytes that a closure gives,
/// or keeps the connection open and says nothing where it gives none.
final class LoopbackHTTPServer: Sendable {
  /// A request as it came.
  struct Request: Sendable {
    /// The request line and the header fields.
    let head: String
    let body: [UInt8]

    var path: String { head.split(separator: " ").dropFirst().first.map(String.init) ?? "" }
  }

  private let socket: LoopbackSocket
  private let answer: @Sendable (Request) -> [UInt8]?
  private let state = Mutex((requests: [Request](), silent: [Int32](), isClosed: false))

  init(answer: @escaping @Sendable (Request) -> [UInt8]?) throws {
    socket = try LoopbackSocket(SOCK_STREAM)
    self.answer = answer
    guard listen(socket.descriptor, 16) == 0 else {
      throw TestServerError(description: "no loopback port")
    }
    let thread = Thread { [self] in serve() }
    thread.start()
  }

  /// An answer of that status.
  static func response(
    _ status: Int,
    _ body: [UInt8] = [],
    type: String = "application/octet-stream",
    headers: String = ""
  ) -> [UInt8] {
    let head = """
      HTTP/1.1 \(status) X\r\nContent-Length: \(body.count)\r\nContent-Type: \(type)\r\n\
      \(headers)Connection: close\r\n\r\n
      """
    return Array(head.utf8) + body
  }

  func url(_ path: String = "/") -> String { "http://127.0.0.1:\(socket.port)\(path)" }

  /// What came so far.
  var requests: [Request] { state.withLock { $0.requests } }

  /// Stops listening, and lets go of who waits.
  func close() {
    state.withLock { state in
      guard !state.isClosed else { return }
      state.isClosed = true
      shutdown(socket.descriptor, Int32(SHUT_RDWR))
      for connection in state.silent { Glibc.close(connection) }
    }
  }

  private func serve() {
    while true {
      let connection = accept(socket.descriptor, nil, nil)
      guard connection >= 0 else { return }
      guard let request = Self.read(connection) else {
        Glibc.close(connection)
        continue
      }
      state.withLock { $0.requests.append(request) }
      guard let bytes = answer(request) else {
        state.withLock { $0.silent.append(connection) }
        continue
      }
      _ = unsafe send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
      Glibc.close(connection)
    }
  }

  private static func read(_ connection: Int32) -> Request? {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let text = String(decoding: bytes, as: UTF8.self)
      if let end = text.range(of: "\r\n\r\n") {
        let head = String(text[..<end.lowerBound])
        let field = head.lowercased().split(separator: "\r\n")
          .first { $0.hasPrefix("content-length:") }
        let count = field.flatMap { Int($0.dropFirst(15).drop { $0 == " " }) } ?? 0
        let body = bytes.dropFirst(head.utf8.count + 4)
        if body.count >= count { return Request(head: head, body: Array(body)) }
      }
      let got = unsafe recv(connection, &buffer, buffer.count, 0)
      guard got > 0 else { return nil }
      bytes += buffer[..<got]
    }
  }
}
