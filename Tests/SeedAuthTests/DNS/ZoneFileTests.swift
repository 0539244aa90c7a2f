import SeedAuth
import SeedMail
import Testing

struct ZoneFileTests {
  private static let now = Timestamp(seconds: 1_800_000_000)

  private static func zone(_ json: String) throws -> ZoneFile {
    try ZoneFile(json: Array(json.utf8), now: { now })
  }

  private static let sample = """
    {"Example.ORG.": {"TXT": ["one", ["two", "parts"]], "MX": ["10 mail.example.org.", "0 ."],
                      "A": ["192.0.2.1"], "AAAA": ["2001:db8::1", "::ffff:192.0.2.9"]},
     "alias.example.org": {"CNAME": "Example.org"},
     "far.alias.example.org": {"CNAME": ["gone.example.org."]},
     "loop.example.org": {"CNAME": "pool.example.org"},
     "pool.example.org": {"CNAME": "loop.example.org"},
     "1.2.0.192.in-addr.arpa": {"PTR": ["mail.example.org"]},
     "half.example.org": {"TXT": "SERVFAIL", "A": "TIMEOUT", "NS": ["ns.example.org"]},
     "down.example.org": "TIMEOUT",
     "one.example.org": {"TXT": "a single value", "A": []},
     "a.deep.example.org": {}}
    """

  @Test(arguments: [
    ("example.org", RecordType.txt, DNSAnswer.Status.found),
    ("EXAMPLE.org.", .txt, .found),
    ("example.org", .ptr, .nodata),
    ("nowhere.example.org", .txt, .nxdomain),
    ("alias.example.org", .txt, .found),
    ("alias.example.org", .ptr, .nodata),
    ("alias.example.org", .cname, .found),
    ("far.alias.example.org", .a, .nxdomain),
    ("loop.example.org", .a, .servfail),
    ("half.example.org", .txt, .servfail),
    ("half.example.org", .a, .timeout),
    ("half.example.org", .mx, .nodata),
    ("down.example.org", .mx, .timeout),
    ("one.example.org", .a, .nodata),
    ("deep.example.org", .a, .nodata),
    ("a..org", .a, .malformedName),
    ("", .a, .malformedName),
    ("bücher.example", .a, .malformedName),
  ])
  func `a question ends as the table says`(
    name: String,
    type: RecordType,
    status: DNSAnswer.Status
  ) async throws {
    let answer = try await Self.zone(Self.sample).resolve(name, type)
    #expect(answer.status == status)
    #expect(answer.records.isEmpty == (status != .found))
    #expect(answer.wire.isEmpty == (status == .timeout || status == .malformedName))
    #expect(answer.receivedAt == Self.now)
    #expect(answer.source == "zone file")
  }

  @Test func `the data is in wire format and reads back`() async throws {
    let zone = try Self.zone(Self.sample)
    let text = await zone.resolve("example.org", .txt)
    #expect(text.texts.map { String(decoding: $0, as: UTF8.self) } == ["one", "twoparts"])
    #expect(ResourceData.strings(text.records[1])?.count == 2)
    #expect(await zone.resolve("example.org", .mx).mailExchanges == ["mail.example.org", ""])
    let addresses = await zone.resolve("example.org", .aaaa).addresses
    #expect(addresses.map(\.description) == ["2001:db8::1", "192.0.2.9"])
    #expect(await zone.resolve("1.2.0.192.in-addr.arpa", .ptr).names == ["mail.example.org"])
    let alias = await zone.resolve("alias.example.org", .a)
    #expect(alias.name == "alias.example.org")
    #expect(alias.addresses == [IPAddress("192.0.2.1")])
  }

  @Test func `the whole answer is a DNS response with its aliases`() async throws {
    let zone = try Self.zone(
      #"{"a.example": {"CNAME": "b.example"}, "b.example": {"A": ["192.0.2.1"]}}"#
    )
    let a: [UInt8] = [1] + "a".utf8 + [7] + "example".utf8 + [0]
    let b: [UInt8] = [1] + "b".utf8 + [7] + "example".utf8 + [0]
    var expected: [UInt8] = [0, 0, 0x81, 0x80, 0, 1, 0, 2, 0, 0, 0, 0]
    expected += a + [0, 1, 0, 1]
    expected += a + [0, 5, 0, 1, 0, 0, 1, 44, 0, 11] + b
    expected += b + [0, 1, 0, 1, 0, 0, 1, 44, 0, 4, 192, 0, 2, 1]
    #expect(await zone.resolve("a.example", .a).wire == expected)
  }

  @Test func `a long text is divided, up to 64 KiB`() async throws {
    let long = String(repeating: "x", count: 60_000)
    let zone = try Self.zone(#"{"example.org": {"TXT": ["\#(long)"]}}"#)
    let answer = await zone.resolve("example.org", .txt)
    #expect(answer.texts == [Array(long.utf8)])
    #expect(throws: ZoneFileError.malformedValue(key: "example.org/TXT")) {
      try Self.zone(#"{"example.org": {"TXT": ["\#(long)\#(long)"]}}"#)
    }
  }

  @Test(arguments: [
    (#"{"a..b": {}}"#, ZoneFileError.malformedName("a..b")),
    (#"{"a": {"A": ["1.2.3"]}}"#, .malformedValue(key: "a/A")),
    (#"{"a": {"A": ["::1"]}}"#, .malformedValue(key: "a/A")),
    (#"{"a": {"AAAA": ["1.2.3.4"]}}"#, .malformedValue(key: "a/AAAA")),
    (#"{"a": {"MX": ["ten a."]}}"#, .malformedValue(key: "a/MX")),
    (#"{"a": {"MX": ["10"]}}"#, .malformedValue(key: "a/MX")),
    (#"{"a": {"CNAME": ["b", "c"]}}"#, .malformedValue(key: "a/CNAME")),
    (#"{"a": {"TXT": [[]]}}"#, .malformedValue(key: "a/TXT")),
    (#"{"a": "BROKEN"}"#, .malformedValue(key: "a")),
    (#"{"a": {"A": 1}}"#, .malformedJSON("at a/A")),
  ])
  func `a file with a mistake says where`(json: String, error: ZoneFileError) {
    #expect(throws: error) { try Self.zone(json) }
  }

  @Test(arguments: ["", "[]", "{", "null", "\u{0}"])
  func `what is no JSON object is refused`(json: String) {
    #expect(throws: ZoneFileError.self) { try Self.zone(json) }
  }
}
