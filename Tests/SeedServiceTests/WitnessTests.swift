import Foundation
import SeedCore
import SeedCrypto
import SeedTesting
import Synchronization
import Testing

@testable import SeedService

/// A home that cosigns another home's checkpoints, through HTTP.
@Suite(.timeLimit(.minutes(1)))
struct WitnessTests {
  /// A witness with a store of its own, behind a server.
  private final class Witness: Sendable {
    let endpoint: WitnessEndpoint
    let store = InMemoryStore()
    let key: NoteSigningKey
    let server: LoopbackHTTPServer

    init(_ name: String, for log: NoteKey) throws {
      let key = try NoteSigningKey(
        name: name,
        algorithm: .cosignature,
        privateKey: Ed25519PrivateKey()
      )
      let witness = LedgerWitness(logs: [.init(origin: log.name, keys: [log])], key: key)
      let endpoint = WitnessEndpoint(witness, store: store)
      self.key = key
      self.endpoint = endpoint
      let box = CannedBox()
      self.box = box
      server = try LoopbackHTTPServer { request in
        if let canned = box.value {
          return LoopbackHTTPServer.response(canned.status, Array(canned.body.utf8))
        }
        guard request.path == "/sub/add-checkpoint" else { return LoopbackHTTPServer.response(404) }
        let answer = waitFor { try await endpoint.addCheckpoint(request.body) }
        guard let answer else { return LoopbackHTTPServer.response(500) }
        return LoopbackHTTPServer.response(answer.status, answer.body, type: answer.contentType)
      }
    }

    private let box: CannedBox
    func say(_ status: Int, _ body: String) { box.value = (status, body) }
    func answerAgain() { box.value = nil }

    var configured: Configuration.Witness {
      Configuration.Witness(
        name: String(key.key.name.prefix(1)),
        url: server.url("/sub"),
        key: key.key
      )
    }
  }

  private final class CannedBox: Sendable {
    private let state = Mutex<(status: Int, body: String)?>(nil)
    var value: (status: Int, body: String)? {
      get { state.withLock { $0 } }
      set { state.withLock { $0 = newValue } }
    }
  }

  private func witnesses(
    _ test: TestLedger,
    _ witnesses: [Witness]
  ) throws -> LedgerWitnesses {
    var settings = try Configuration.parse("[mail]\ndomain = \"seeds.example\"\n")
      .configuration.ledger
    settings.witnesses = witnesses.map(\.configured)
    return LedgerWitnesses(test.ledger(), settings)
  }

  @Test func `each checkpoint is cosigned, and witnessed when more than half did`() async throws {
    let folder = try TemporaryFolder()
    let test = try TestLedger(folder.path("home"))
    let all = try ["a", "b", "c"].map { try Witness("\($0).example/witness", for: test.key.key) }
    defer { for witness in all { witness.server.close() } }
    let asking = try witnesses(test, all)
    #expect(try await asking.ask().isEmpty)

    var size = 0
    for count in [1, 5, 300] {
      size += count
      try await test.append(count)
      try await test.ledger().checkpoint()
      #expect(try await asking.ask(["a"]).map(\.outcome) == [.cosigned])
      var row = try #require(try await test.store.read { try $0.newestCheckpoint() })
      #expect(!row.isWitnessed)
      #expect(try await asking.ask().map(\.outcome) == [.cosigned, .cosigned, .cosigned])
      row = try #require(try await test.store.read { try $0.newestCheckpoint() })
      #expect(row.isWitnessed && row.head.size == Int64(size))
      let keys = [test.key.key] + all.map(\.key.key)
      #expect(try SignedNote(parsing: row.note).verifiedSignatures(by: keys)?.count == 4)
      #expect(
        try Array(Data(contentsOf: URL(filePath: test.home.logPath + "/checkpoint"))) == row.note
      )
      for witness in all {
        let known = try await witness.store.read { try $0.witnessedLog(TestLedger.origin) }
        #expect(known?.head == row.head)
        // Asked once a checkpoint: its size was known from the second on.
        #expect(try await asking.ask().count == 3)
      }
      let status = try await test.store.read { try asking.status(in: $0) }
      #expect(status.map(\.size) == [Int64(size), Int64(size), Int64(size)])
    }
    #expect(all.allSatisfy { $0.server.requests.count == 3 })
    // Another process doesn't know the size, and is told.
    try await test.append(1)
    try await test.ledger().checkpoint()
    let again = try witnesses(test, all)
    #expect(try await again.ask().map(\.outcome) == [.cosigned, .cosigned, .cosigned])
  }

  @Test(
    arguments: [
      (404, "", "doesn't witness"), (403, "", "doesn't trust"), (422, "", "another history"),
      (500, "", "status 500"), (200, "", "isn't good"),
      (200, "\u{2014} x AAAAAAAA\n", "isn't good"),
      (409, "x\n", "no size"), (409, "0\n", "no size"), (409, "-1\n", "no size"),
      (409, "1", "no size"), (302, "", "status 302"),
    ]
  )
  func `an answer that can't be used is said, and asked for again`(
    status: Int,
    body: String,
    words: String
  ) async throws {
    let folder = try TemporaryFolder()
    let test = try TestLedger(folder.path("home"))
    let witness = try Witness("a.example/witness", for: test.key.key)
    defer { witness.server.close() }
    try await test.append(2)
    try await test.ledger().checkpoint()
    let asking = try witnesses(test, [witness])
    witness.say(status, body)
    let answer = try #require(try await asking.ask().first)
    guard case .failed(let reason) = answer.outcome else {
      Issue.record("\(answer)")
      return
    }
    #expect(reason.contains(words))
    #expect(try await test.store.read { try $0.newestCheckpoint()?.isWitnessed } == false)
    witness.answerAgain()
    #expect(try await asking.ask().map(\.outcome) == [.cosigned])
  }

  @Test func `a witness that knows more than this home keeps the ledger from signing`() async throws
  {
    let folder = try TemporaryFolder()
    let test = try TestLedger(folder.path("home"))
    let witness = try Witness("a.example/witness", for: test.key.key)
    defer { witness.server.close() }
    try await test.append(3)
    try await test.ledger().checkpoint()
    let old = try await test.store.read { try $0.leaves(from: 0, limit: 3) }
    try await test.append(4, mark: "lost")
    try await test.ledger().checkpoint()
    #expect(try await witnesses(test, [witness]).ask().map(\.outcome) == [.cosigned])

    // The same home from an old backup, whose log/ is lost too, and in which life went on.
    let restored = test.with(InMemoryStore())
    try await restored.store.write { store in for leaf in old { _ = try store.append(leaf) } }
    try FileManager.default.removeItem(atPath: test.home.logPath)
    try FileManager.default.createDirectory(
      atPath: test.home.logPath,
      withIntermediateDirectories: false
    )
    try await restored.ledger().checkpoint()
    let asking = try witnesses(restored, [witness])
    #expect(try await asking.ask().map(\.outcome) == [.ahead(size: 7)])
    try await restored.append(1, mark: "other")
    await #expect(throws: LedgerError.restored(leafCount: 3)) {
      try await restored.ledger().checkpoint()
    }
    // It is said each time, and recorded once.
    #expect(try await asking.ask().map(\.outcome) == [.ahead(size: 7)])
    #expect(try await restored.store.read { try $0.restorations().count } == 1)
  }

  @Test func `a home that was rolled back unseen is told before it signs`() async throws {
    let folder = try TemporaryFolder()
    let test = try TestLedger(folder.path("home"))
    let witness = try Witness("a.example/witness", for: test.key.key)
    defer { witness.server.close() }
    try await test.append(3)
    try await test.ledger().checkpoint()
    #expect(try await witnesses(test, [witness]).ask().map(\.outcome) == [.cosigned])
    let old = try await test.store.read { store in
      (try store.leaves(from: 0, limit: 3), try store.newestCheckpoint())
    }
    #expect(try await witnesses(test, [witness]).ask(again: true).map(\.outcome) == [.cosigned])
    #expect(try await test.store.read { try $0.newestCheckpoint() } == old.1)
    try await test.append(4)
    try await test.ledger().checkpoint()
    #expect(try await witnesses(test, [witness]).ask().map(\.outcome) == [.cosigned])

    let back = test.with(InMemoryStore())
    try await back.store.write { store in
      for leaf in old.0 { _ = try store.append(leaf) }
      if let checkpoint = old.1 { try store.insert(checkpoint) }
    }
    // What was asked last holds the cosignature already, and yet the witness is asked.
    #expect(try await witnesses(back, [witness]).ask().map(\.outcome) == [.cosigned])
    let asking = try witnesses(back, [witness])
    #expect(try await asking.ask(again: true).map(\.outcome) == [.ahead(size: 7)])
    #expect(try await back.store.read { try $0.restorations().count } == 1)
  }

  @Test func `a checkpoint under a token stays as it is`() async throws {
    let folder = try TemporaryFolder()
    let test = try TestLedger(folder.path("home"))
    let witness = try Witness("a.example/witness", for: test.key.key)
    defer { witness.server.close() }
    try await test.append(2)
    let checkpoint = try await test.ledger().checkpoint()
    try await test.store.write { store in
      let index = try store.append(Commitment.token([1], checkpointSize: 2))
      try store.insert(
        TimestampToken(
          checkpointSize: 2,
          authority: "t",
          token: [1],
          chain: [],
          generatedAt: TestLedger.now,
          leafIndex: index
        )
      )
    }
    #expect(try await witnesses(test, [witness]).ask().map(\.outcome) == [.closed])
    #expect(try await test.store.read { try $0.checkpoint(size: 2) } == checkpoint)
    #expect(witness.server.requests.isEmpty)
  }

  @Test func `of two requests at once for one size, one is cosigned and the other is told`()
    async throws
  {
    let folder = try TemporaryFolder()
    let test = try TestLedger(folder.path("home"))
    let witness = try Witness("a.example/witness", for: test.key.key)
    defer { witness.server.close() }
    var bodies: [[UInt8]] = []
    for _ in 0..<8 {
      try await test.append(1)
      let note = try SignedNote(parsing: await test.ledger().checkpoint().note)
      bodies.append(AddCheckpointRequest.bytes(oldSize: 0, proof: [], note: note))
    }
    let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
      for body in bodies {
        group.addTask { try await witness.endpoint.addCheckpoint(body).status }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(statuses.count { $0 == 200 } == 1)
    #expect(statuses.count { $0 == 409 } == 7)
  }

  @Test func `a key is made once, and never after something was cosigned`() async throws {
    let folder = try TemporaryFolder()
    let test = try TestLedger(folder.path("home"))
    let configuration = try Configuration.parse("[mail]\ndomain = \"seeds.example\"\n")
      .configuration
    var madeCount = 0
    let first = try await test.home.witnessKey(configuration, store: test.store) { madeCount += 1 }
    let second = try await test.home.witnessKey(configuration, store: test.store) { madeCount += 1 }
    #expect(madeCount == 1)
    #expect(first.key == second.key)
    #expect(first.key.name == "seeds.example/witness")
    var other = configuration
    other.witnessing.name = "other"
    await #expect(throws: PartError.self) {
      _ = try await test.home.witnessKey(other, store: test.store)
    }
    try await test.store.write {
      try $0.save(
        WitnessedLog(
          origin: "o",
          head: TreeHead(size: 1, rootHash: [UInt8](repeating: 0, count: 32)),
          note: [],
          cosignedAt: TestLedger.now
        )
      )
    }
    try FileManager.default.removeItem(atPath: test.home.witnessKeyPath)
    await #expect(throws: PartError.self) {
      _ = try await test.home.witnessKey(configuration, store: test.store)
    }
  }
}

/// Waits on a thread of the test server for what a task works out; `nil` where it throws.
private func waitFor<Value: Sendable>(
  _ body: @escaping @Sendable () async throws -> Value
) -> Value? {
  let done = DispatchSemaphore(value: 0)
  let box = ResultBox<Value>()
  Task {
    box.value = try? await body()
    done.signal()
  }
  done.wait()
  return box.value
}

private final class ResultBox<Value: Sendable>: Sendable {
  private let state = Mutex<Value?>(nil)
  var value: Value? {
    get { state.withLock { $0 } }
    set { state.withLock { $0 = newValue } }
  }
}
