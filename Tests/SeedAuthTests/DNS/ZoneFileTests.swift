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

  // MARK: - Master files

  private static let master = #"""
    ; A comment, and an empty line.

    $ORIGIN example.
    $TTL 1h
    @  IN SOA ns.example. root.example. ( 1 3600 ; over lines
         600 86400 60 )
       IN NS ns
    ns 300 IN A 192.0.2.1
       AAAA 2001:db8::1
    shop IN 1d MX 10 mail
    SHOP TXT "v=spf1 " "-all; not a comment" ; a comment
    s._domainkey.shop TXT ( "v=DKIM1; p=AAAA"
      "BBBB" )
    plain TXT one\032word \"quoted\"
    www CNAME shop.example.
    * TXT wild
    other.test. TXT absolute
    $ORIGIN deep.example.
    a TXT "below"
    """#

  @Test(arguments: [
    ("shop.example", RecordType.txt, ["v=spf1 -all; not a comment"]),
    ("www.example", .txt, ["v=spf1 -all; not a comment"]),
    ("s._domainkey.shop.example", .txt, ["v=DKIM1; p=AAAABBBB"]),
    ("plain.example", .txt, [#"one word"quoted""#]),
    ("other.test", .txt, ["absolute"]),
    ("a.deep.example", .txt, ["below"]),
    ("anything.example", .txt, ["wild"]),
    ("two.labels.example", .txt, ["wild"]),
    ("b.deep.example", .txt, []),
    ("example", .txt, []),
  ])
  func `a master file says what name servers would answer`(
    name: String,
    type: RecordType,
    texts: [String]
  ) async throws {
    let zone = try ZoneFile(parsing: Array(Self.master.utf8), now: { Self.now })
    let answer = await zone.resolve(name, type)
    #expect(answer.texts.map { String(decoding: $0, as: UTF8.self) } == texts)
    #expect(await zone.resolve("ns.example", .a).addresses == [IPAddress("192.0.2.1")])
    #expect(await zone.resolve("ns.example", .aaaa).addresses == [IPAddress("2001:db8::1")])
    #expect(await zone.resolve("shop.example", .mx).mailExchanges == ["mail.example"])
    #expect(await zone.resolve("b.deep.example", .txt).status == .nxdomain)
    #expect(await zone.resolve("example", .txt).status == .nodata)
  }

  @Test(arguments: [
    ("", 1), ("; nothing\n", 1), ("a", 1), ("a TXT", 1), (" TXT x", 1), ("a A 1.2.3", 1),
    ("a TXT x\na CNAM b", 2), ("a TXT (\nx", 1), ("a TXT x)", 1), ("a TXT \"x\ny\"", 1),
    ("a MX 10", 1), ("a MX ten b", 1), ("a TXT x\\", 1), ("a TXT x\\999", 1),
    ("a TXT x\\2", 1), ("a\\.b TXT x", 1), ("a CH TXT x", 1), ("\n$INCLUDE other", 2),
    ("$GENERATE 1-9 a A 1.2.3.4", 1), ("$ORIGIN", 1), ("a 1 2 3 TXT x", 1),
  ])
  func `a master file with a mistake says in which line`(text: String, line: Int) throws {
    do {
      _ = try ZoneFile(parsing: Array(text.utf8), now: { Self.now })
      Issue.record("it was read")
    } catch ZoneFileError.malformedMasterFile(let found, _) {
      #expect(found == line)
    }
  }

  @Test func `a name has a limited number of records of a type, and one alias`() {
    let records = { (count: Int) in (0..<count).map { "a TXT \($0)\n" }.joined() }
    #expect(throws: Never.self) {
      try ZoneFile(parsing: Array(records(ZoneFile.recordCountMax).utf8), now: { Self.now })
    }
    #expect(throws: ZoneFileError.malformedValue(key: "a/TXT")) {
      try ZoneFile(parsing: Array(records(ZoneFile.recordCountMax + 1).utf8), now: { Self.now })
    }
    #expect(throws: ZoneFileError.malformedValue(key: "a/CNAME")) {
      try ZoneFile(parsing: Array("a CNAME b\na CNAME c".utf8), now: { Self.now })
    }
  }
}
