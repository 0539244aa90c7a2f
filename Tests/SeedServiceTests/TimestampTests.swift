import Foundation
import SeedCore
import SeedCrypto
import SeedTesting
import Synchronization
import Testing

@testable import SeedService

@Suite(.timeLimit(.minutes(1)))
struct TimestampServiceTests {
  /// A ledger with a checkpoint, and an authority that answers as a test wants it.
  private final class Scene: Sendable {
    enum Behaviour: Sendable {
      case stamps
      case status(Int)
      case nonsense
      case repeats
    }

    let test: TestLedger
    let authority: TestAuthority
    let server: LoopbackHTTPServer
    let clock = ManualClock(WallClock.now())
    let log = LogRecorder()

    init(in folder: borrowing TemporaryFolder) async throws {
      test = try TestLedger(folder.path("home"))
      authority = try TestAuthority(in: folder.path("tsa"))
      let authority = authority
      let behaviour = Box(Behaviour.stamps)
      let last = Box<[UInt8]>([])
      server = try LoopbackHTTPServer { request in
        switch behaviour.value {
        case .stamps:
          guard let reply = try? authority.reply(to: request.body) else {
            return LoopbackHTTPServer.response(500)
          }
          last.value = reply
          return LoopbackHTTPServer.response(200, reply, type: "application/timestamp-reply")
        case .status(let status): return LoopbackHTTPServer.response(status)
        case .nonsense: return LoopbackHTTPServer.response(200, [0x30, 0x80])
        case .repeats: return LoopbackHTTPServer.response(200, last.value)
        }
      }
      self.box = behaviour
      try await test.append(3)
      try await test.ledger().checkpoint()
    }

    private let box: Box<Behaviour>
    func set(_ behaviour: Behaviour) { box.value = behaviour }

    /// A configuration with the authority, once or under several names.
    func configuration(_ names: [String] = ["tsa"], caFile: String? = nil) throws -> Configuration {
      let tables = names.map { name in
        """
        [[ledger.timestamp]]
        name = "\(name)"
        url = "\(server.url("/tsa"))"
        ca_file = "\(caFile ?? authority.rootPath)"

        """
      }
      let text = "[mail]\ndomain = \"seeds.example\"\n" + tables.joined()
      return try Configuration.parse(text).configuration
    }

    func timestamper(_ configuration: Configuration) -> Timestamper {
      Timestamper(
        home: test.home,
        configuration: configuration,
        store: test.store,
        clock: clock.now,
        logger: log.logger
      )
    }

    func tokens() async throws -> [TimestampToken] {
      try await test.store.read { try $0.timestamps(from: 0, limit: 100) }
    }

    func status(_ configuration: Configuration) async throws -> TimestampQueue.Status {
      let now = clock.now()
      let all = try await test.store.read {
        try TimestampQueue(configuration.ledger).status(in: $0, at: now)
      }
      return try #require(all.first)
    }
  }

  private final class Box<Value: Sendable>: Sendable {
    private let state: Mutex<Value>
    init(_ value: Value) { state = Mutex(value) }
    var value: Value {
      get { state.withLock { $0 } }
      set { state.withLock { $0 = newValue } }
    }
  }

  @Test func `a checkpoint is stamped, kept with its leaf, and shown in files`() async throws {
    let folder = try TemporaryFolder()
    let scene = try await Scene(in: folder)
    defer { scene.server.close() }
    let configuration = try scene.configuration()
    try await scene.timestamper(configuration).round()

    let token = try #require(try await scene.tokens().first)
    let (checkpoint, leaf) = try await scene.test.store.read {
      (try $0.checkpoint(size: 3), try $0.leaves(from: token.leafIndex, limit: 1).first)
    }
    let note = try #require(checkpoint?.note)
    let digest = Base64.encode(SHA256.hash(token.token), alphabet: .url)
    #expect(leaf?.bytes == Array("{\"h\":\"\(digest)\",\"t\":\"tsr\",\"v\":1}".utf8))
    #expect(leaf?.subject == 3)
    #expect(token.leafIndex == 3)
    let parsed = try RFC3161Token(parsing: token.token)
    #expect(parsed.time == token.generatedAt)
    #expect(parsed.certificates.certificates.isEmpty)

    func file(_ name: String) throws -> [UInt8] {
      try Array(Data(contentsOf: URL(filePath: scene.test.home.logPath + "/timestamps/" + name)))
    }
    #expect(try file("3") == note)
    #expect(
      try scene.authority.verifies(
        file("3-tsa.tsr"),
        over: note,
        chain: file("3-tsa.pem"),
        at: token.generatedAt.seconds
      )
    )
    let status = try await scene.status(configuration)
    #expect(status.newest == token && status.waitingCount == 0 && !status.isOverdue)
    // Its certificates were asked for once; now they are at hand.
    #expect(scene.server.requests.count == 2)
    // The next one is made after a day, over the checkpoint that has the first one's leaf.
    try await scene.timestamper(configuration).round()
    #expect(try await scene.tokens().count == 1)
    scene.clock.advance(by: .seconds(86_400 + 3600))
    try await scene.test.ledger().checkpoint()
    try await scene.timestamper(configuration).round()
    // The authority's clock is more than a day behind by now, as this one sees it.
    #expect(try await scene.tokens().count == 1)
    #expect(try await scene.status(configuration).lastError.contains("set this machine's clock"))
    scene.clock.advance(by: .seconds(-7200))
    try await scene.timestamper(configuration).stamp(checkpoint: 4)
    #expect(try await scene.tokens().map(\.checkpointSize) == [3, 4])
    #expect(scene.server.requests.count == 4)
  }

  @Test(
    arguments: [
      (503, "HTTP status 503"), (0, "no timestamp response"), (1, "another query"),
      (2, "unable to get local issuer certificate"), (3, "there is no such file"),
    ]
  )
  func `what goes wrong is said, and tried again until it goes right`(
    fault: Int,
    words: String
  ) async throws {
    let folder = try TemporaryFolder()
    let scene = try await Scene(in: folder)
    defer { scene.server.close() }
    var configuration = try scene.configuration()
    switch fault {
    case 503: scene.set(.status(503))
    case 0: scene.set(.nonsense)
    case 1: scene.set(.repeats)
    case 2:
      let other = try TestAuthority(in: folder.path("other"))
      configuration = try scene.configuration(caFile: other.rootPath)
    default: configuration = try scene.configuration(caFile: "missing.pem")
    }
    if fault == 1 {
      // An answer to an earlier query is what is repeated.
      scene.set(.stamps)
      _ = try await HTTPClient().send(
        HTTPRequest(
          .post(RFC3161Query(MessageImprint(of: [1])).bytes, contentType: "a/b"),
          scene.server.url()
        )
      )
      scene.set(.repeats)
    }
    for round in 1...3 {
      try await scene.timestamper(configuration).round()
      let status = try await scene.status(configuration)
      #expect(status.waitingCount == 1)
      #expect(status.lastError.contains(words))
      #expect(try await scene.tokens().isEmpty)
      #expect(scene.log.lines.count == round)
      scene.clock.advance(by: .seconds(3600))
    }
    // No alert is counted for it.
    #expect(try await scene.test.store.read { try $0.outboxCounts() } == (0, 0))
    scene.set(.stamps)
    configuration = try scene.configuration()
    try await scene.timestamper(configuration).round()
    #expect(try await scene.tokens().count == 1)
    #expect(try await scene.status(configuration).waitingCount == 0)
  }

  @Test func `one authority that is down holds no other up`() async throws {
    let folder = try TemporaryFolder()
    let scene = try await Scene(in: folder)
    defer { scene.server.close() }
    var configuration = try scene.configuration(["down", "up"])
    configuration.ledger.timestamps[0].url = "http://127.0.0.1:1/"
    try await scene.timestamper(configuration).round()
    #expect(try await scene.tokens().map(\.authority) == ["up"])
    #expect(try await scene.status(configuration).waitingCount == 1)
    // A late token is over the note as it was; nothing is signed under it any more.
    scene.clock.advance(by: .seconds(60))
    configuration.ledger.timestamps[0].url = scene.server.url()
    try await scene.timestamper(configuration).round()
    #expect(try await scene.tokens().map(\.authority) == ["down", "up"])
  }

  @Test func `with witnesses, a checkpoint is left to them for a while first`() async throws {
    let folder = try TemporaryFolder()
    let scene = try await Scene(in: folder)
    defer { scene.server.close() }
    var configuration = try scene.configuration()
    let key = try NoteSigningKey(
      name: "w.example/witness",
      algorithm: .cosignature,
      privateKey: Ed25519PrivateKey()
    )
    configuration.ledger.witnesses = [.init(name: "w", url: "http://127.0.0.1:1/", key: key.key)]
    let signedAt = TestLedger.now
    let queue = TimestampQueue(configuration.ledger)
    let store = scene.test.store
    #expect(try await queue.enqueueDue(in: store, at: signedAt.advanced(by: .seconds(599))) == 0)
    #expect(try await queue.enqueueDue(in: store, at: signedAt.advanced(by: .seconds(600))) == 1)

    let other = try await Scene(in: TemporaryFolder())
    defer { other.server.close() }
    let note = try #require(try await other.test.store.read { try $0.checkpoint(size: 3)?.note })
    let cosignature = key.cosign(try SignedNote(parsing: note).text, at: signedAt)
    try await other.test.store.write {
      try $0.append([cosignature], toCheckpoint: 3, isWitnessed: true)
    }
    #expect(try await queue.enqueueDue(in: other.test.store, at: signedAt) == 1)
  }
}
