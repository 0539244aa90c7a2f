import FoundationEssentials
import SeedAuth
import SeedMail
import SeedTesting
import Testing

struct WireFormatTests {
  private static let now = Timestamp(seconds: 1_800_000_000)

  /// An archived answer with `wire` for the TXT records of a.example.
  private static func archive(_ wire: [UInt8], type: String = "TXT") -> [UInt8] {
    Array(
      """
      [{"name":"a.example","receivedAt":"2027-01-15T08:00:00Z","secure":true,"source":"zone file",\
      "status":"found","ttl":300,"type":"\(type)","wire":"\(Data(wire).base64EncodedString())"}]
      """.utf8
    )
  }

  private static let a: [UInt8] = [1] + "a".utf8 + [7] + "eXample".utf8 + [0]

  private static func response(_ answers: [[UInt8]], type: UInt8 = 16) -> [UInt8] {
    [0, 0, 0x81, 0x80, 0, 1, 0, UInt8(answers.count), 0, 0, 0, 0] + a + [0, type, 0, 1]
      + answers.joined()
  }

  /// A record of the question's name, by a compression pointer.
  private static func record(
    _ type: UInt8,
    _ data: [UInt8],
    owner: [UInt8] = [0xC0, 12]
  ) -> [UInt8] {
    owner + [0, type, 0, 1, 0, 0, 1, 44, UInt8(data.count >> 8), UInt8(data.count & 255)] + data
  }

  @Test func `an archive reads back, and its records come from the wire`() async throws {
    var zone = ZoneFile(now: { Self.now })
    try zone.add([Array("one".utf8), Array("two".utf8)], for: "b.example", .txt)
    try zone.add([Array("b.example".utf8)], for: "a.example", .cname)
    try zone.add([Array("10 mail.example".utf8)], for: "b.example", .mx)
    try zone.add("down.example", failure: .servfail)
    try zone.add("late.example", failure: .timeout)
    var answers: [DNSAnswer] = []
    for name in ["a.example", "down.example", "late.example", "gone.example", "a..b"] {
      answers.append(await zone.resolve(name, .txt))
      answers.append(await zone.resolve(name, .mx))
    }
    let bytes = try DNSArchive.encode(answers)
    #expect(try DNSArchive.decode(bytes) == answers)
    #expect(try DNSArchive.encode(DNSArchive.decode(bytes)) == bytes)

    let replay = ArchiveResolver(try DNSArchive.decode(bytes), now: { Self.now })
    #expect(await replay.resolve("A.example.", .txt) == answers[0])
    let unknown = await replay.resolve("a.example", .a)
    #expect(unknown.status == .timeout)
    #expect(unknown.source == "archive")
  }

  @Test func `compressed names, aliases and other records are read`() throws {
    let b: [UInt8] = [1] + "b".utf8 + [0xC0, 14]
    let wire = Self.response([
      Self.record(46, [1, 2, 3]),
      Self.record(5, b),
      Self.record(16, [3] + "yes".utf8, owner: b),
      Self.record(16, [2] + "no".utf8),
    ])
    // The alias's own TXT record comes first: an alias may have none, so it isn't asked for.
    let answer = try #require(try DNSArchive.decode(Self.archive(wire)).first)
    #expect(answer.texts == [Array("no".utf8)])
    let alone = Self.response([Self.record(5, b), Self.record(16, [3] + "yes".utf8, owner: b)])
    #expect(try DNSArchive.decode(Self.archive(alone)).first?.texts == [Array("yes".utf8)])
  }

  private static let malformed: [[UInt8]] = {
    let good = response([record(16, [0])])
    let forward = record(16, [0], owner: [0xC0, 40])
    let circle = record(16, [0], owner: [1, 97, 0xC0, 27])
    return [
      [], [0], Array(repeating: 0, count: 12),
      // A query, and a response that was cut off.
      [0, 0, 0x01, 0x80] + good.dropFirst(4),
      [0, 0, 0x83, 0x80] + good.dropFirst(4),
      // An answer to another question, none at all, and one with a length past the end.
      response([record(16, [0])], type: 1),
      response([]),
      Array(good.dropLast()),
      // Compression that points at itself, forwards, and in a circle; a loop of aliases.
      response([record(16, [0], owner: [0xC0, 27])]),
      response([forward]),
      response([circle]),
      response([record(5, [0xC0, 12])]),
    ]
  }()

  @Test(arguments: malformed)
  func `what is no answer to the question is refused`(wire: [UInt8]) {
    #expect(throws: DecodingError.self) { try DNSArchive.decode(Self.archive(wire)) }
  }

  @Test(arguments: 0..<64 as Range<UInt64>)
  func `any bytes are read or refused`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let valid = Self.response([
      Self.record(5, [1] + "b".utf8 + [0xC0, 14]),
      Self.record(16, [3] + "yes".utf8, owner: [1] + "b".utf8 + [0xC0, 14]),
      Self.record(15, [0, 10, 0xC0, 12]),
    ])
    for _ in 0..<100 {
      var wire = valid
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        wire[Int.random(in: 0..<wire.count, using: &random)] = .random(in: 0...255, using: &random)
      }
      wire.removeLast(Int.random(in: 0...8, using: &random))
      guard let answer = try? DNSArchive.decode(Self.archive(wire)).first else { continue }
      #expect(answer.records.allSatisfy { $0.count <= wire.count })
      let data = Array(wire.suffix(from: Int.random(in: 0..<wire.count, using: &random)))
      if let strings = ResourceData.strings(data) {
        #expect(strings.reduce(strings.count) { $0 + $1.count } == data.count)
      }
      _ = ResourceData.name(data)
      _ = ResourceData.mailExchange(data)
    }
  }

  @Test func `a name of many pointers takes no longer than its bytes`() {
    // 30,000 pointers, each to the one before it: refused where it passes 255 bytes or the start.
    var data: [UInt8] = [0, 0]
    for index in 0..<8000 {
      data += [0xC0 | UInt8(index * 2 >> 8 & 0x3F), UInt8(index * 2 & 255)]
    }
    let clock = ContinuousClock()
    let time = clock.measure { _ = ResourceData.name(data) }
    #expect(time < .seconds(30))
  }

  @Test(arguments: [
    ("192.0.2.1", "192.0.2.1", "1.2.0.192.in-addr.arpa"),
    ("::FFFF:192.0.2.1", "192.0.2.1", "1.2.0.192.in-addr.arpa"),
    (
      "2001:DB8::1", "2001:db8::1",
      "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"
    ),
  ])
  func `addresses read and print`(text: String, printed: String, reverse: String) throws {
    let address = try #require(IPAddress(text))
    #expect(address.description == printed)
    #expect(address.reverseName == reverse)
    #expect(IPAddress(bytes: address.bytes) == address)
  }

  @Test(arguments: [
    "", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", " 1.2.3.4", "1.2.3.4\u{0}", "fe80::1%eth0",
    ":::", "1::2::3", "::ffff:1.2.3.256", String(repeating: "1", count: 10_000),
  ])
  func `what is no address is refused`(text: String) {
    #expect(IPAddress(text) == nil)
  }
}
