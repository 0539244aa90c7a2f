import SeedCore
import SeedCrypto
import SeedMail
import SeedTesting

extension FuzzEntry {
  /// Records, leaves, identifiers and times as text: what is read is written the same.
  static let records = FuzzEntry(
    "records",
    words: ["seed_", "fnd_", "22:00-07:00", "\"v\":1", "\"profile\":\"p80\""],
    seeds: {
      let record = MintRecord(
        profile: .p80,
        organisationName: "A",
        organisationDomain: "a.example",
        form: "https://a.example/",
        domain: "seeds.example",
        mintedAt: Sample.start,
        log: FuzzKeys.origin,
        after: FuzzKeys.head(3)
      )
      let leaf = MintLeaf(
        commitment: FuzzKeys.leaf(1),
        nonce: [UInt8](repeating: 1, count: MintLeaf.nonceByteCount)
      )
      return [record.canonicalBytes, leaf.bytes]
        + ["seed_a00000000000", "22:00-07:00", "4qk82c7x0m9d5tjw3"].map { Array($0.utf8) }
    }
  ) { bytes in
    if let record = try? MintRecord(parsing: bytes) {
      try require(record.canonicalBytes == bytes, "a record is written the same")
    }
    if let leaf = try? MintLeaf(parsing: bytes) {
      try require(leaf.bytes == bytes, "a leaf is written the same")
    }
    let text = String(decoding: bytes, as: UTF8.self)
    if let id = Identifier<Seed>(text) {
      try require(Identifier(id.description) == id, "an identifier is read again")
    }
    _ = IdentifierText.Part(text, prefix: "seed")
    for profile in AddressTag.Profile.allCases {
      guard let tag = AddressTag(profile, reading: bytes) else { continue }
      try require(AddressTag(profile, reading: tag.bytes) == tag, "a tag is read again")
    }
    if let hours = QuietHours(text) {
      try require(QuietHours(hours.description) == hours, "hours are read again")
    }
  }

  /// Files of platforms: any JSON is refused or read.
  static let platforms = FuzzEntry(
    "platforms",
    words: ["{\"platforms\":[{\"name\":\"", "\"signing\":[\"", "\"customer\":[\"d=\",\"X-Id:2\"]"],
    seeds: [
      "{\"platforms\":[{\"name\":\"Mailer\",\"signing\":[\"mlr.example\"],\"fields\":[\"X-Mlr-\"],"
        + "\"customer\":[\"d=\",\"Feedback-ID:2\"],\"sites\":[\"mailer.example\"]}]}"
    ]
  ) { bytes in
    guard let platforms = try? Platforms(parsing: bytes) else { return }
    try require(platforms.all.count <= Platforms.platformCountMax, "platforms are few")
    let fields = Array("X-Mlr-Id: 1\nFeedback-ID: a:b:c\n\n".utf8)
    let traces = Platforms.builtIn.extended(by: platforms).traces(
      in: Message(parsing: fields),
      report: AuthenticationReport(),
      returnPath: "b@mlr.example"
    )
    try require(traces.count <= Platforms.traceCountMax, "traces are few")
  }

  private static func matchKey() throws -> MatchKey {
    try MatchKey(SecretBytes([UInt8](repeating: 7, count: MatchKey.byteCount)))
  }

  /// Payloads of alerts, as they wait in the outbox: what is read is written in every way.
  static let alerts = FuzzEntry(
    "alerts",
    words: [
      "\"reasons\":[\"", "\"platform\":null", "\"class\":\"disclosure\"", "{\"digest\":", "\\u202e",
    ],
    seeds: [
      """
      {"address":"anna…@seeds.example","case":"case_200000000000","class":"disclosure",\
      "corroborated":false,"finding":"fnd_300000000000","firstSeen":"2026-11-22T10:00:00Z",\
      "form":"https://petitions.example/p/1","grade":"A","lastSeen":"2026-11-23T10:00:00Z",\
      "mintedAt":"2026-03-01T09:00:00Z","organisation":null,"reasons":["It \\u202e says <so>."],\
      "seed":"seed_a00000000000",\
      "sender":{"domain":"party.example","platform":"P","status":"aligned"},"severity":"high",\
      "sightings":1,"state":"open"}
      """,
      """
      {"notice":{"at":"2026-11-22T10:00:00Z","commands":["seedctl doctor"],"details":["x"],\
      "severity":"high","title":"x","topic":"maildir"}}
      """,
    ]
  ) { bytes in
    guard let payload = try? AlertPayload(json: bytes) else { return }
    let message = AlertMessage(payload, site: "https://seeds.example")
    _ = message.html + message.shortHTML + message.shortText
    _ = ChatText.discord(message.plainText) + ChatText.slack(message.plainText)
    let mail = AlertMail(
      message,
      key: "k1",
      channel: "me",
      from: "seed@watch.example",
      to: ["me@watch.example"],
      at: Sample.start,
      mark: try matchKey().alertMark
    )
    let parsed = Message(parsing: mail.bytes)
    try require(parsed.defects.isEmpty, "a mail that is sent is well-formed")
    try require(
      parsed.fields(.to).count == 1 && parsed.fields(.from).count == 1,
      "nothing is added"
    )
    try require(
      mail.bytes.split(separator: 10).allSatisfy { $0.count <= 999 },
      "RFC 5322 §2.1.1: no line is longer"
    )
  }

  /// Recipients: tokens and near misses keep to their limits.
  static let seedAddress = FuzzEntry(
    "seedaddress",
    words: ["+", "-", "anna4qk82c7x0m9d5tjw3", "@seeds.example", "\"", "."],
    seeds: [
      "anna4qk82c7x0m9d5tjw3@seeds.example", "Anna+x@SEEDS.example.",
      "\"a b\"@xn--mnchen-3ya.example",
    ]
  ) { bytes in
    let key = try matchKey()
    for mailbox in AddressList(parsing: bytes.span, in: 0..<bytes.count).mailboxes.prefix(4) {
      try require(
        key.tokens(for: mailbox).count == SeedAddress.readings(of: mailbox).count,
        "each reading has a token"
      )
      let misses = key.nearMissTokens(for: mailbox)
      try require(misses.count <= SeedAddress.nearMissCountMax, "near misses are few")
    }
  }

  /// Text from outside, made fit to be shown.
  static let outsideText = FuzzEntry(
    "outsidetext",
    words: ["\u{202e}", "\u{301}", "\u{1b}[31m", "@everyone", "xn--", "\u{200b}", "<!channel>"],
    seeds: [
      "a\u{202e}b\u{301}\u{302}\u{303}\u{304}c", "'\u{301}<\u{34F}\u{d4e}\"",
      "xn--80ak6aa92e.example", "@everyone `x` **b**",
    ]
  ) { bytes in
    let text = String(decoding: bytes, as: UTF8.self)
    for limit in [Int.max, 40] {
      let line = PlainText.line(text, characterCountMax: limit)
      try require(line.count <= limit, "a line keeps to its limit")
      try require(!line.unicodeScalars.contains { $0.value < 0x20 }, "a line is one")
      try require(PlainText.line(line, characterCountMax: limit) == line, "what is plain stays so")
    }
    let line = PlainText.line(text)
    let slack = ChatText.slack(line)
    try require(!slack.utf8.contains(UInt8(ascii: "<")), "no command is left")
    _ = PlainText.domain(text)
    _ = ChatText.discord(text)
  }
}
