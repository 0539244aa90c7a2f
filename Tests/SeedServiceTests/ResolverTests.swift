import Foundation
import SeedAuth
import SeedMail
import SeedTesting
import Testing

@testable import SeedService

@Suite(.timeLimit(.minutes(1)))
struct UnboundResolverTests {
  private static let now = Timestamp(seconds: 1_800_000_000)

  private static func resolver(
    _ servers: [String],
    trustAnchorFile: String? = nil,
    deadline: Duration = .seconds(5)
  ) throws -> UnboundResolver {
    try UnboundResolver(
      servers: servers,
      trustAnchorFile: trustAnchorFile,
      deadline: deadline,
      now: { now }
    )
  }

  @Test func `a real server's answers come in wire format`() async throws {
    let long = (0..<60).map { _ in "\"" + String(repeating: "x", count: 200) + "\"" }
    let server = try UnboundServer(localData: [
      #"petitions.example. 60 IN TXT "v=spf1 " "-all""#,
      "petitions.example. 60 IN MX 10 Mail.petitions.example.",
      "mail.petitions.example. 60 IN A 192.0.2.1",
      "mail.petitions.example. 60 IN AAAA 2001:db8::1",
      "alias.petitions.example. 60 IN CNAME mail.petitions.example.",
      "1.2.0.192.in-addr.arpa. 60 IN PTR mail.petitions.example.",
      "mail.test. 60 IN A 192.0.2.2",
      "long.petitions.example. 60 IN TXT \(long.joined(separator: " "))",
    ])
    let resolver = try Self.resolver([server.address])
    let text = await resolver.resolve("Petitions.EXAMPLE.", .txt)
    #expect(text.status == .found)
    #expect(text.name == "petitions.example")
    #expect(text.texts == [Array("v=spf1 -all".utf8)])
    #expect(ResourceData.strings(text.records.first ?? [])?.count == 2)
    #expect(text.timeToLive > 0 && text.timeToLive <= 60)
    #expect(!text.isSecure)
    #expect(text.receivedAt == Self.now)
    #expect(text.source == server.address)
    let exchange = await resolver.resolve("petitions.example", .mx)
    #expect(exchange.mailExchanges == ["mail.petitions.example"])
    let address = await resolver.resolve("alias.petitions.example", .a)
    #expect(address.addresses == [IPAddress("192.0.2.1")])
    let alias = await resolver.resolve("alias.petitions.example", .cname)
    #expect(alias.names == ["mail.petitions.example"])
    let pointer = await resolver.resolve("1.2.0.192.in-addr.arpa", .ptr)
    #expect(pointer.names == ["mail.petitions.example"])
    #expect(await resolver.resolve("mail.test", .a).addresses.count == 1)
    let overTCP = await resolver.resolve("long.petitions.example", .txt)
    #expect(overTCP.texts.first?.count == 12_000)

    // What is archived in wire format says the same as the records do.
    let answers = [text, exchange, address, alias, pointer, overTCP]
    #expect(try DNSArchive.decode(DNSArchive.encode(answers)) == answers)
  }

  @Test(arguments: [
    ("petitions.example", RecordType.a, DNSAnswer.Status.nodata),
    ("gone.petitions.example", .txt, .nxdomain),
    ("a b.petitions.example", .txt, .nxdomain),
    (#"a\b.petitions.example"#, .txt, .nxdomain),
    ("a..example", .txt, .malformedName),
    (String(repeating: "a", count: 64) + ".example", .txt, .malformedName),
    ("", .txt, .malformedName),
  ])
  func `what isn't there is told apart`(
    name: String,
    type: RecordType,
    status: DNSAnswer.Status
  ) async throws {
    let server = try UnboundServer(localData: [#"petitions.example. 60 IN TXT "x""#])
    #expect(try await Self.resolver([server.address]).resolve(name, type).status == status)
  }

  enum Behaviour: String, CaseIterable, Sendable {
    case hangs, garbage, otherIdentifier, otherQuestion, truncates, fails, refuses, countsWrong
    case echoesQuery, aliasLoop

    func answer(_ query: [UInt8]) -> [UInt8]? {
      var reply = query
      guard query.count > 12 else { return nil }
      // A response to the query, without its additional section's count.
      reply[2] = 0x81
      reply[3] = 0x80
      reply[11] = 0
      switch self {
      case .hangs: return nil
      case .garbage: return (0..<100).map { UInt8($0 * 7 & 255) }
      case .otherIdentifier: reply[0] ^= 0xFF
      case .otherQuestion: reply[13] ^= 1
      case .truncates: reply[2] |= 0x02
      case .fails: reply[3] |= 2
      case .refuses: reply[3] |= 5
      case .countsWrong: reply[6] = 0xFF
      case .echoesQuery: return query
      case .aliasLoop:
        reply[7] = 1
        reply += [0xC0, 12, 0, 5, 0, 1, 0, 0, 0, 60, 0, 2, 0xC0, 12]
      }
      return reply
    }
  }

  @Test(arguments: Behaviour.allCases)
  func `a server that lies, hangs or truncates is a temporary failure in time`(
    behaviour: Behaviour
  ) async throws {
    let server = try FakeServer { behaviour.answer($0) }
    let resolver = try Self.resolver([server.address], deadline: .seconds(2))
    let clock = ContinuousClock()
    let start = clock.now
    let answer = await resolver.resolve("petitions.example", .txt)
    #expect(answer.isTemporaryFailure, "\(answer.status)")
    #expect(answer.records.isEmpty)
    // Far over the deadline, since the machine may be busy; without one it would be forever.
    #expect(clock.now - start < .seconds(60))
  }

  @Test func `many questions to a dead server all end in time`() async throws {
    let server = try FakeServer { _ in nil }
    let resolver = try Self.resolver([server.address], deadline: .seconds(1))
    let clock = ContinuousClock()
    let start = clock.now
    await withTaskGroup(of: DNSAnswer.Status.self) { group in
      for index in 0..<300 {
        group.addTask { await resolver.resolve("n\(index).petitions.example", .txt).status }
      }
      for await status in group { #expect(status == .timeout || status == .servfail) }
    }
    #expect(clock.now - start < .seconds(60))
  }

  @Test func `a server that comes back is asked again`() async throws {
    let port = try LoopbackPort()
    let resolver = try Self.resolver(["127.0.0.1@\(port.number)"], deadline: .seconds(2))
    #expect(await resolver.resolve("first.petitions.example", .txt).isTemporaryFailure)
    let server = try UnboundServer(
      port: port,
      localData: ["petitions.example. 60 IN A 192.0.2.1"]
    )
    let clock = ContinuousClock()
    let start = clock.now
    var answer = await resolver.resolve("petitions.example", .a)
    while answer.isTemporaryFailure, clock.now - start < .seconds(40) {
      answer = await resolver.resolve("petitions.example", .a)
    }
    #expect(answer.status == .found)
    withExtendedLifetime(server) {}
  }

  @Test func `DNSSEC proves an answer, and a forged one is a temporary failure`() async throws {
    let folder = try TemporaryFolder()
    for (served, status) in [
      ("signed", DNSAnswer.Status.found), ("forged", DNSAnswer.Status.servfail),
    ] {
      let zone = try SignedZone(signing: "signed", serving: served)
      let server = try UnboundServer(zones: [SignedZone.name: zone.file])
      let anchor = folder.path("\(served).key")
      try Data(zone.trustAnchor.utf8).write(to: URL(filePath: anchor))
      let resolver = try Self.resolver([server.address], trustAnchorFile: anchor)
      let answer = await resolver.resolve(SignedZone.name, .txt)
      #expect(answer.status == status)
      #expect(answer.isSecure == (status == .found))
      #expect(answer.texts.isEmpty == (status != .found))
      // Without the anchor nobody knows better.
      let trusting = try await Self.resolver([server.address]).resolve(SignedZone.name, .txt)
      #expect(trusting.status == .found)
      #expect(!trusting.isSecure)
    }
  }

  @Test func `a signed answer is kept with its signatures and its key`() async throws {
    let folder = try TemporaryFolder()
    let zone = try SignedZone(signing: "signed", serving: "signed")
    let server = try UnboundServer(zones: [SignedZone.name: zone.file])
    let anchor = folder.path("root.key")
    try Data(zone.trustAnchor.utf8).write(to: URL(filePath: anchor))
    let resolver = try Self.resolver([server.address], trustAnchorFile: anchor)
    let recorder = RecordingResolver(resolver, now: { Self.now })
    _ = await recorder.resolve(SignedZone.name, .txt)
    await recorder.recordAuthenticationChains()
    let answers = recorder.answers
    #expect(answers.map(\.type).contains(.dnskey))
    #expect(answers.allSatisfy { $0.isSecure })
    // RRSIG is type 46.
    let signature: [UInt8] = [0xC0, 12, 0, 46, 0, 1]
    for answer in answers {
      #expect(answer.wire.indices.contains { answer.wire[$0...].starts(with: signature) })
    }
    #expect(try DNSArchive.decode(DNSArchive.encode(answers)) == answers)
  }

  @Test func `archived answers make a chain that anybody can check`() async throws {
    let folder = try TemporaryFolder()
    let now = Timestamp(seconds: Int64(Date().timeIntervalSince1970))
    let zone = try SignedZone("party.example", signing: "signed", serving: "signed")
    let top = try SignedZone("example", signing: "top", serving: "top", delegating: [zone])
    let root = try SignedZone("", signing: "root", serving: "root", delegating: [top])
    let server = try UnboundServer(
      zones: ["": root.file, "example": top.file, "party.example": zone.file]
    )
    let anchor = folder.path("root.key")
    try Data(root.trustAnchor.utf8).write(to: URL(filePath: anchor))
    let resolver = try UnboundResolver(
      servers: [server.address],
      trustAnchorFile: anchor,
      now: { now }
    )
    let recorder = RecordingResolver(resolver, now: { now })
    #expect(await recorder.resolve("party.example", .txt).isSecure)
    await recorder.recordAuthenticationChains()
    let answers = try DNSArchive.decode(DNSArchive.encode(recorder.answers))
    let questions = Set(answers.map { "\($0.name)/\($0.type)" })
    let expected = [
      "party.example/TXT", "party.example/DNSKEY", "party.example/DS", "example/DNSKEY",
      "example/DS", "/DNSKEY",
    ]
    #expect(questions == Set(expected))

    let (chain, time) = try DNSSECChain.write("Party.example.", .txt, from: answers)
    #expect(time == now)
    let digest = root.delegation.dropFirst(4).map { String(format: "%02x", $0) }.joined()
    let tag = Int(root.delegation[0]) << 8 | Int(root.delegation[1])
    let anchors = [try #require(RootAnchor("\(tag) 15 2 \(digest)"))]
    let proof = try DNSSECChain.verify(
      chain,
      name: "party.example",
      type: RecordType.txt.rawValue,
      at: time,
      anchors: anchors
    )
    #expect(proof.records == [[6] + Array("signed".utf8)])
    #expect(proof.validity.contains(now))
    // What is left out is missed.
    for index in answers.indices {
      var fewer = answers
      fewer.remove(at: index)
      #expect(throws: DNSSECFault.incomplete) {
        try DNSSECChain.write("party.example", .txt, from: fewer)
      }
    }
  }

  @Test(arguments: ["", "localhost", "127.0.0.1@0", "127.0.0.1@65536", "127.0.0.1@", "a@53", "@53"])
  func `what is no server's address is refused`(server: String) {
    #expect(throws: UnboundResolverError.malformedServer(server)) { try Self.resolver([server]) }
  }

  @Test(arguments: ["/nonexistent", "/dev/null", "/etc/hostname"])
  func `a file without a trust anchor is refused`(path: String) {
    #expect(throws: UnboundResolverError.unusableTrustAnchor(path)) {
      try Self.resolver(["127.0.0.1"], trustAnchorFile: path)
    }
  }

  private static func network(
    _ server: UnboundServer,
    anchor: String,
    mayFallBack: Bool
  ) throws -> NetworkResolver {
    try NetworkResolver(
      servers: [server.address],
      anchor: anchor,
      mayFallBack: mayFallBack,
      reason: .on(path: anchor),
      now: { now }
    )
  }

  @Test func `where name servers pass signatures on, answers are proved by themselves`()
    async throws
  {
    let folder = try TemporaryFolder()
    let root = try SignedZone("", signing: "root", serving: "root")
    let server = try UnboundServer(zones: ["": root.file])
    let anchor = folder.path("root.key")
    try Data(root.trustAnchor.utf8).write(to: URL(filePath: anchor))
    let resolver = try Self.network(server, anchor: anchor, mayFallBack: true)
    for _ in 0..<2 {
      let answer = await resolver.resolve(".", .txt)
      #expect(answer.status == .found && answer.isSecure)
    }
    #expect(await resolver.validation() == .on(path: anchor))
  }

  @Test(arguments: [true, false])
  func `where they don't, answers are taken unproved, unless the key is the operator's own`(
    mayFallBack: Bool
  ) async throws {
    let folder = try TemporaryFolder()
    let server = try UnboundServer(localData: [
      #"petitions.example. 60 IN TXT "x""#, ". 60 IN A 192.0.2.1",
    ])
    let anchor = folder.path("root.key")
    let root = try SignedZone("", signing: "root", serving: "root")
    try Data(root.trustAnchor.utf8).write(to: URL(filePath: anchor))
    let resolver = try Self.network(server, anchor: anchor, mayFallBack: mayFallBack)
    for _ in 0..<2 {
      let answer = await resolver.resolve("petitions.example", .txt)
      #expect(answer.status == (mayFallBack ? .found : .servfail))
      #expect(!answer.isSecure)
    }
    let validation = await resolver.validation()
    #expect(validation == (mayFallBack ? .unsupported : .on(path: anchor)))
  }

  @Test func `without a key nothing is checked, and it says why`() async throws {
    let server = ["127.0.0.1@5399"]
    let clock: @Sendable () -> Timestamp = { Self.now }
    let off = try NetworkResolver(servers: server, trustAnchor: .none, now: clock)
    #expect(await off.validation() == .off)
    let servers = try NetworkResolver(servers: server, now: clock)
    #expect(await servers.validation() == .serversWithoutAnchor)
    #expect(throws: UnboundResolverError.unusableTrustAnchor("/nonexistent")) {
      try NetworkResolver(trustAnchor: .file("/nonexistent"), now: clock)
    }
  }
}
