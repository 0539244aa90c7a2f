import Foundation
import SeedAuth
import SeedMail

extension FuzzEntry {
  /// The question `a.example TXT`.
  private static let question: [UInt8] = [
    1, 97, 7, 101, 120, 97, 109, 112, 108, 101, 0, 0, 16, 0, 1,
  ]

  private static func wire(_ answerCount: UInt8, _ answers: [UInt8]) -> [UInt8] {
    [0, 0, 0x81, 0x80, 0, 1, 0, answerCount, 0, 0, 0, 0] + question + answers
  }

  /// A TXT record of the name in the question.
  private static let text: [UInt8] = [0xC0, 12, 0, 16, 0, 1, 0, 0, 1, 44, 0, 3, 2, 97, 98]
  /// A CNAME to the name itself.
  private static let alias: [UInt8] = [0xC0, 12, 0, 5, 0, 1, 0, 0, 1, 44, 0, 2, 0xC0, 12]

  /// DNS answers and the data of records: what is read from an archive is written again the same.
  static let dns = FuzzEntry(
    "dns",
    seeds: { [text + text, alias + text, [5] + Array("hello".utf8)] }
  ) {
    bytes in
    if let strings = ResourceData.strings(bytes) {
      try require(strings.reduce(strings.count) { $0 + $1.count } == bytes.count, "no byte is lost")
    }
    if let name = ResourceData.name(bytes) {
      try require(name.isEmpty || DNSName.normalized(name) == name, "a name is normalized")
    }
    _ = ResourceData.mailExchange(bytes)
    let wire = Data(wire(2, bytes)).base64EncodedString()
    let archive = """
      [{"name":"a.example","receivedAt":"2027-01-15T08:00:00Z","secure":false,"source":"s",\
      "status":"found","ttl":300,"type":"TXT","wire":"\(wire)"}]
      """
    _ = try? DNSArchive.decode(bytes)
    guard let answers = try? DNSArchive.decode(Array(archive.utf8)) else { return }
    let again = try? DNSArchive.encode(answers)
    try require(again == Array(archive.utf8), "an archive is written the same")
  }

  /// DNSSEC chains and signed answers: what is read is written again the same, and nothing is proved
  /// by keys that nobody believes.
  static let dnssec = FuzzEntry(
    "dnssec",
    words: ["\u{0}\u{2E}\u{0}\u{1}", "\u{0}\u{30}\u{0}\u{1}", "\u{0}\u{2B}\u{0}\u{1}"],
    seeds: {
      let owner: [UInt8] = [1, 97, 7, 101, 120, 97, 109, 112, 108, 101, 0]
      let text = owner + [0, 16, 0, 1, 0, 0, 1, 44, 0, 2, 1, 97]
      let signature: [UInt8] =
        [0, 16, 13, 2, 0, 0, 1, 44, 0x5D, 0x10, 0, 0, 0x5C, 0, 0, 0, 0, 7] + owner.dropFirst(2)
        + [UInt8](repeating: 9, count: 64)
      return [
        text, text + owner + [0, 46, 0, 1, 0, 0, 1, 44, 0, UInt8(signature.count)] + signature,
        [0, 0, 48, 0, 1, 0, 0, 1, 44, 0, 8, 1, 1, 3, 13, 1, 2, 3, 4],
      ]
    }
  ) { bytes in
    let now = Timestamp(seconds: 1_560_000_000)
    if let records = ResourceRecord.all(inChain: bytes) {
      try require(records.flatMap(\.wire) == bytes, "a chain is written the same")
    }
    let anchors = RootAnchor.all(
      in: ". IN DS " + String(decoding: bytes.prefix(200), as: UTF8.self)
    )
    for name in ["a.example", "_443._tcp.www.example.com"] {
      for type: UInt16 in [16, 52] {
        let proof = try? DNSSECChain.verify(
          bytes,
          name: name,
          type: type,
          at: now,
          anchors: anchors
        )
        try require(proof == nil, "nothing is proved by strangers' keys")
      }
    }
    let answer = DNSAnswer(
      name: "a.example",
      type: .txt,
      status: .found,
      records: [[1, 97]],
      wire: wire(4, bytes),
      isSecure: true,
      receivedAt: now,
      source: "s"
    )
    _ = try? DNSSECChain.write("a.example", .txt, from: [answer])
  }

  /// Zone files: any JSON or master file is refused or gives answers.
  static let zone = FuzzEntry(
    "zone",
    words: [
      "{\"", "\": {\"TXT\": [\"", "\"MX\": [\"10 ", "\"CNAME\": \"", "TIMEOUT", "SERVFAIL",
      "$ORIGIN ", "\n@ IN TXT \"", "(", "\\046", "*.",
    ],
    seeds: [
      "{\"a.example.\": {\"TXT\": [\"v=spf1 -all\", [\"y\", \"z\"]], \"MX\": [\"10 m.example\"]}}",
      "{\"a\": \"TIMEOUT\", \"a.example\": {\"A\": \"SERVFAIL\", \"AAAA\": \"2001:db8::1\"}}",
      "{\"a.example\": {\"CNAME\": \"a\"}, \"a\": {\"CNAME\": \"a.example\"}, \".\": {\"NS\": []}}",
      "$ORIGIN example.\n$TTL 1h\na 300 IN TXT ( \"v=spf1\"\n \" \\044\" ) ; c\n  MX 10 @\n*.b CNAME a\n",
    ]
  ) { bytes in
    guard let zone = try? ZoneFile(parsing: bytes, now: { SameAnswer.now }) else { return }
    for name in ["a", "a.example", "."] {
      for type in RecordType.allCases {
        let answer = await zone.resolve(name, type)
        try require(
          (answer.status == .found) == !answer.records.isEmpty,
          "what is found has records"
        )
      }
    }
  }

  /// Names of domains and addresses of machines: what is normal stays so.
  static let domainNames = FuzzEntry(
    "domainnames",
    words: ["xn--", ".", "co.uk", "example", "::", "\u{3002}", "\u{fc}", "%"],
    seeds: [
      "News.PETITIONS.example.", "xn--mnchen-3ya.co.uk", "例子.example", "2001:db8::192.0.2.1",
      "a..b",
    ]
  ) { bytes in
    let name = String(decoding: bytes, as: UTF8.self)
    if let normal = DNSName.normalized(name) {
      let again = DNSName.normalized(normal)
      try require(again == normal || normal.isEmpty, "what is normal stays so")
      _ = PublicSuffixList.builtIn.isPublicSuffix(normal)
    }
    if let ascii = IDNA.toASCII(name) {
      try require(ascii.utf8.allSatisfy { $0 < 0x80 }, "A-labels are ASCII")
      _ = IDNA.toUnicode(ascii)
    }
    _ = PublicSuffixList.builtIn.organizationalDomain(of: name)
    _ = IPAddress(name)
  }
}
