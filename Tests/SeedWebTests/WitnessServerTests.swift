import Foundation
import Logging
import SeedCore
import SeedCrypto
import SeedTesting
import SeedWeb
import ServiceLifecycle
import Testing

@testable import SeedService

/// The witness as it is served.
@Suite(.timeLimit(.minutes(1)))
struct WitnessServerTests {
  /// Runs `body` beside a server that witnesses some ledgers.
  private func serve(
    _ logs: [LedgerWitness.Log],
    store: any Store = InMemoryStore(),
    _ body: (_ url: String) async throws -> Void
  ) async throws {
    let witness = LedgerWitness(
      logs: logs,
      key: try NoteSigningKey(
        name: "example.com/witness",
        algorithm: .cosignature,
        privateKey: Ed25519PrivateKey()
      )
    )
    let (ports, port) = AsyncStream.makeStream(of: Int.self)
    let server = WebServer(
      listen: "127.0.0.1:0",
      witness: WitnessEndpoint(witness, store: store),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
      onListening: { port.yield($0) }
    )
    let group = ServiceGroup(
      services: [server],
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    )
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { try await group.run() }
      var iterator = ports.makeAsyncIterator()
      let number = try #require(await iterator.next())
      try await body("http://127.0.0.1:\(number)")
      await group.triggerGracefulShutdown()
      try await tasks.waitForAll()
    }
  }

  private func post(_ body: [UInt8], _ url: String) async throws -> HTTPResponse {
    try await HTTPClient().send(HTTPRequest(.post(body, contentType: "text/plain"), url))
  }

  @Test func `the server answers each request of the vectors as stated`() async throws {
    guard let suite = Suite.vectors("witness") else { return }
    let sigsum =
      "sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562"
    let bytes = try #require(
      [UInt8](hex: "ffdc2d4d98e4124d3feaf788c0c2f9abfd796083d1f0495437f302ec79cf100f")
    )
    let logs = [
      LedgerWitness.Log(
        origin: sigsum,
        keys: [
          try NoteKey(name: sigsum, algorithm: .ed25519, publicKey: Ed25519PublicKey(bytes))
        ]
      ),
      LedgerWitness.Log(
        origin: "go.sum database tree",
        keys: [
          try NoteKey(
            parsing: "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
          )
        ]
      ),
    ]
    var misses: [String] = []
    var total = 0
    try await serve(logs) { url in
      for file in ["add-checkpoint.hurl", "sumdb-add-checkpoint.hurl"] {
        for (number, exchange) in try Self.exchanges(in: suite.bytes(file)).enumerated() {
          let response = try await post(exchange.body, url + "/add-checkpoint")
          let body = String(decoding: response.body, as: UTF8.self)
          total += 1
          let holds = exchange.isWhole ? body == exchange.text : body.contains(exchange.text)
          if response.status != exchange.status || !holds {
            misses.append("\(file) \(number): \(response.status) \(body)")
          }
          if response.status == 409, response.contentType != "text/x.tlog.size" {
            misses.append("\(file) \(number): \(response.contentType ?? "")")
          }
        }
      }
    }
    suite.report("server", passed: total - misses.count, total: total, misses: misses)
    #expect(misses.isEmpty && total >= 10)
  }

  private struct Exchange {
    let body: [UInt8]
    let status: Int
    let text: String
    /// Whether `text` is the whole body.
    let isWhole: Bool
  }

  /// Takes a Hurl file apart: a body between three backquotes, `HTTP` and a status, an assertion.
  private static func exchanges(in bytes: [UInt8]) throws -> [Exchange] {
    let parts = String(decoding: bytes, as: UTF8.self).split(
      separator: "```\n",
      omittingEmptySubsequences: false
    )
    return try stride(from: 1, to: parts.count - 1, by: 2).map { index in
      let lines = parts[index + 1].split(separator: "\n")
      let assertion = try #require(lines.first { $0.hasPrefix("body ") })
      let quoted = assertion.drop { $0 != "\"" }.dropFirst().dropLast()
      return Exchange(
        body: Array(parts[index].utf8),
        status: try #require(lines.first.flatMap { Int($0.dropFirst("HTTP ".count)) }),
        text: String(quoted.replacing("\\n", with: "\n")),
        isWhole: assertion.hasPrefix("body ==")
      )
    }
  }

  @Test func `what is too large, elsewhere or of another kind gets nothing`() async throws {
    try await serve([]) { url in
      let limit = AddCheckpointRequest.byteCountMax
      for (count, path, status) in [
        (limit, "/add-checkpoint", 400), (limit + 1, "/add-checkpoint", 413),
        (0, "/add-checkpoint", 400), (0, "/", 404),
      ] {
        let response = try await post([UInt8](repeating: 0x61, count: count), url + path)
        #expect(response.status == status)
      }
      let response = try await HTTPClient().send(HTTPRequest(.get, url + "/add-checkpoint"))
      #expect([404, 405].contains(response.status))
    }
  }

  @Test func `a store that fails cosigns nothing`() async throws {
    let key = try NoteSigningKey(
      name: "o.example/log",
      algorithm: .ed25519,
      privateKey: Ed25519PrivateKey()
    )
    let head = TreeHead(size: 1, rootHash: MerkleTree.leafHash([1]))
    let note = Checkpoint(origin: key.key.name, head: head).signed(by: key)
    let body = AddCheckpointRequest.bytes(oldSize: 0, proof: [], note: note)
    try await serve([.init(origin: key.key.name, keys: [key.key])], store: BrokenStore()) { url in
      let response = try await post(body, url + "/add-checkpoint")
      #expect(response.status == 503)
      #expect(!String(decoding: response.body, as: UTF8.self).contains("example.com/witness"))
    }
  }

  /// A store that can be read, and not written.
  private struct BrokenStore: Store {
    private let store = InMemoryStore()

    func read<Result: Sendable>(
      _ body: @escaping @Sendable (any StoreReader) throws -> Result
    ) async throws -> Result {
      try await store.read(body)
    }

    func write<Result: Sendable>(
      _ body: @escaping @Sendable (any StoreWriter) throws -> Result
    ) async throws -> Result {
      throw StoreError.full
    }
  }
}
