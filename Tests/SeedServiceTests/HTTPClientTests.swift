import Foundation
import SeedTesting
import Testing

@testable import SeedService

@Suite(.timeLimit(.minutes(1)))
struct HTTPClientTests {
  @Test func `a body arrives whole, and so does the answer`() async throws {
    let answer = (0..<300_000).map { UInt8(truncatingIfNeeded: $0) }
    let server = try LoopbackHTTPServer { _ in
      LoopbackHTTPServer.response(201, answer, type: "a/b", headers: "Retry-After: 7\r\n")
    }
    defer { server.close() }
    let body = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 / 3) }
    var request = HTTPRequest(.post(body, contentType: "application/x"), server.url("/way?a=b"))
    request.headers = ["X-Own: 1"]
    let response = try await HTTPClient().send(request)
    #expect(response.status == 201)
    #expect(response.body == answer)
    #expect(response.contentType == "a/b")
    #expect(response.retryAfter == .seconds(7))
    let seen = try #require(server.requests.first)
    #expect(seen.body == body)
    #expect(seen.head.hasPrefix("POST /way?a=b HTTP/1.1\r\n"))
    #expect(seen.head.contains("\r\nContent-Type: application/x\r\n"))
    #expect(seen.head.contains("\r\nX-Own: 1"))
    #expect(!seen.head.contains("Expect"))
  }

  @Test func `an empty body is sent as one, and a get has none`() async throws {
    let server = try LoopbackHTTPServer { _ in LoopbackHTTPServer.response(200) }
    defer { server.close() }
    let client = HTTPClient()
    _ = try await client.send(HTTPRequest(.post([], contentType: "a/b"), server.url()))
    _ = try await client.send(HTTPRequest(.get, server.url()))
    #expect(server.requests.map { $0.head.prefix(4) } == ["POST", "GET "])
    #expect(server.requests[0].head.contains("Content-Length: 0"))
  }

  @Test(arguments: [
    "ftp://127.0.0.1/", "file:///etc/passwd", "http://me:secret@127.0.0.1/", "https://", "",
    "http://127.0.0.1:99999/", "https://a b/",
  ])
  func `an address of another kind is refused`(url: String) async {
    await #expect(throws: TransferError.refused("not an http or https URL")) {
      try await HTTPClient().send(HTTPRequest(.get, url))
    }
  }

  @Test func `without TLS only this machine is asked, unless the request lets it`() async {
    // A reserved address, so that nobody is asked where the request may go out.
    var request = HTTPRequest(.get, "http://192.0.2.1/")
    request.deadline = .milliseconds(100)
    let client = HTTPClient()
    await #expect { try await client.send(request) } throws: {
      if case .refused = $0 as? TransferError { true } else { false }
    }
    request.plainPolicy = .anywhere
    await #expect { try await client.send(request) } throws: {
      if case .refused = $0 as? TransferError { false } else { true }
    }
  }

  @Test func `a redirect is an answer, and is not followed`() async throws {
    let server = try LoopbackHTTPServer { _ in
      LoopbackHTTPServer.response(302, headers: "Location: /other\r\n")
    }
    defer { server.close() }
    let response = try await HTTPClient().send(HTTPRequest(.get, server.url()))
    #expect(response.status == 302)
    #expect(server.requests.count == 1)
  }

  @Test(arguments: [(999, true), (1000, true), (1001, false)])
  func `an answer over the limit is refused`(count: Int, fits: Bool) async throws {
    for isCounted in [true, false] {
      let body = [UInt8](repeating: 1, count: count)
      let server = try LoopbackHTTPServer { _ in
        isCounted
          ? LoopbackHTTPServer.response(200, body) : Array("HTTP/1.0 200 X\r\n\r\n".utf8) + body
      }
      defer { server.close() }
      var request = HTTPRequest(.get, server.url())
      request.answerByteCountMax = 1000
      if fits {
        #expect(try await HTTPClient().send(request).body == body)
      } else {
        await #expect(throws: TransferError.tooLarge) { try await HTTPClient().send(request) }
      }
    }
  }

  @Test func `a header without end is refused`() async throws {
    let server = try LoopbackHTTPServer { _ in
      let field = "X: \(String(repeating: "a", count: 1000))\r\n"
      return Array(("HTTP/1.1 200 X\r\n" + String(repeating: field, count: 100)).utf8)
    }
    defer { server.close() }
    await #expect(throws: TransferError.tooLarge) {
      try await HTTPClient().send(HTTPRequest(.get, server.url()))
    }
  }

  @Test func `who says nothing is given up at the deadline`() async throws {
    let server = try LoopbackHTTPServer { _ in nil }
    defer { server.close() }
    var request = HTTPRequest(.get, server.url())
    request.deadline = .milliseconds(200)
    await #expect(throws: TransferError.timedOut) { try await HTTPClient().send(request) }
  }

  @Test func `a cancelled task ends its request`() async throws {
    let server = try LoopbackHTTPServer { _ in nil }
    defer { server.close() }
    let request = HTTPRequest(.get, server.url())
    let outcome = await withTaskGroup(of: TransferError?.self) { group in
      group.addTask {
        do throws(TransferError) {
          _ = try await HTTPClient().send(request)
          return nil
        } catch { return error }
      }
      while server.requests.isEmpty { await Task.yield() }
      group.cancelAll()
      return await group.next() ?? nil
    }
    #expect(outcome == .cancelled)
  }

  @Test func `nobody listening is unreachable`() async throws {
    let server = try LoopbackHTTPServer { _ in nil }
    let url = server.url()
    server.close()
    // The port may be given away only after the last connection to it is gone.
    while (try? await HTTPClient().send(HTTPRequest(.get, url))) != nil {}
    await #expect {
      try await HTTPClient().send(HTTPRequest(.get, url))
    } throws: {
      if case .unreachable = $0 as? TransferError { true } else { false }
    }
  }

  @Test func `a header field with a line break is refused`() async {
    var request = HTTPRequest(.get, "http://127.0.0.1:1/")
    request.headers = ["X: 1\r\nY: 2"]
    await #expect {
      try await HTTPClient().send(request)
    } throws: {
      if case .refused = $0 as? TransferError { true } else { false }
    }
  }

  @Test func `only a server with a certificate of a trusted authority is talked to`() async throws {
    let folder = try TemporaryFolder()
    let server = try TLSTestServer(in: folder)
    defer { server.stop() }
    var request = HTTPRequest(.get, "https://localhost:\(server.port)/")
    let client = HTTPClient()
    await #expect {
      try await client.send(request)
    } throws: {
      if case .insecure = $0 as? TransferError { true } else { false }
    }
    request.caFile = server.certificatePath
    #expect(try await client.send(request).status == 200)
    // The certificate isn't for this name.
    request.url = "https://127.0.0.1:\(server.port)/"
    await #expect {
      try await client.send(request)
    } throws: {
      if case .insecure = $0 as? TransferError { true } else { false }
    }
  }
}

/// `openssl s_server` with a certificate of its own for `localhost`.
private final class TLSTestServer {
  let port: UInt16
  let certificatePath: String
  private let process: Process

  init(in folder: borrowing TemporaryFolder) throws {
    certificatePath = folder.path("cert.pem")
    let keyPath = folder.path("key.pem")
    let make = try Self.openssl(
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:P-256",
      "-nodes",
      "-days",
      "2",
      "-subj",
      "/CN=localhost",
      "-addext",
      "subjectAltName=DNS:localhost",
      "-keyout",
      keyPath,
      "-out",
      certificatePath
    )
    make.waitUntilExit()
    // `-port 0` lets the system choose, and the server says which on its first line.
    process = Process()
    process.executableURL = URL(filePath: "/usr/bin/openssl")
    process.arguments = [
      "s_server", "-accept", "127.0.0.1:0", "-www", "-cert", certificatePath, "-key", keyPath,
    ]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    try process.run()
    var text = ""
    while !text.contains("ACCEPT 127.0.0.1:") || !text.hasSuffix("\n") {
      let chunk = output.fileHandleForReading.availableData
      guard !chunk.isEmpty else { throw TestServerError(description: "s_server: \(text)") }
      text += String(decoding: chunk, as: UTF8.self)
    }
    let digits = text.split(separator: "ACCEPT 127.0.0.1:").last?.prefix { $0.isNumber }
    guard let port = digits.flatMap({ UInt16($0) }) else {
      throw TestServerError(description: "s_server: \(text)")
    }
    self.port = port
  }

  func stop() {
    // It may have been started with SIGTERM blocked, as this process has it.
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  private static func openssl(_ arguments: String...) throws -> Process {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/openssl")
    process.arguments = arguments
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }
}
