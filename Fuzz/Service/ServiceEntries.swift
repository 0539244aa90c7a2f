public import SeedFuzz
import SeedSQLite
import SeedService

extension FuzzEntry {
  /// The entries of the services and of the database.
  public static let services = [configuration, maildirName, durations, frame]

  /// Configuration files: any text is refused or read, and the template is read.
  static let configuration = FuzzEntry(
    "configuration",
    words: [
      "[mail]\n", "[[alerts.channel]]\n", "domain = \"", "maildirs = [", "\"\"\"", "{ ", " = ", "#",
      "1979-05-27T07:32:00Z", "0x", "inf", "[a.b.c]\n", "kind = \"smtp\"",
    ],
    seeds: [
      Configuration.template(
        domain: "seeds.example",
        maildirs: ["/var/mail/seeds"],
        trustedAuthserv: ["mx.seeds.example"]
      ),
      """
      [mail]
      domain = "seeds.example"
      maildirs = ["/m"]
      trusted_authserv = ["mx"]
      [[alerts.channel]]
      name = "me"
      kind = "ntfy"
      url = "https://ntfy.example/x"
      [ledger]
      """, "[{ mail]", "a = \"\"\"\n[$]\"\"\"\"\"\nb = [\n[]\n]\n[[\u{e9}", "[ [a]]", "[#", "[",
      "a = 1979-05-22T:2300Z", "a = 1979-05-27 0,", "a = [\u{85}]",
      "a.b.'c'.d = [[{ e.f = +0x1 }]]",
    ]
  ) { bytes in
    _ = try? Configuration.parse(
      String(decoding: bytes, as: UTF8.self),
      environment: ["SEED_MAIL_DOMAIN": "seeds.example"]
    )
  }

  /// Names of files in maildirs: a name is one line, and the same wherever it is moved.
  static let maildirName = FuzzEntry(
    "maildirname",
    words: [":2,", "S", ".", "%", "1790000000.M1P1"],
    seeds: ["1790000000.M1P1.mx:2,FS", ".hidden", "a%b\nc:2,", ":2,:2,S", "0019700000.M1"]
  ) { bytes in
    let name = MaildirName(bytes: bytes)
    try require(name.baseName.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }, "a name is a line")
    if name.isMessage, let seconds = name.deliverySeconds {
      try require(seconds >= 100_000_000, "a time is one")
    }
    try require(name.seen.baseName == name.baseName, "the base name stays")
    try require(name.seen.seen == name.seen, "a message is seen once")
  }

  /// Durations as text.
  static let durations = FuzzEntry(
    "durations",
    words: ["28d", "1h30m", "ms", "9223372036854775807"],
    seeds: ["1w2d3h4m5s6ms", "13h0m", "0s", "1.5h"]
  ) { bytes in
    guard let duration = DurationText.parse(String(decoding: bytes, as: UTF8.self)) else { return }
    try require(
      DurationText.parse(DurationText.text(duration)) == duration,
      "a duration is read again"
    )
  }

  /// Frames of a damaged store: nothing comes out that isn't of the size that the row says.
  static let frame = FuzzEntry(
    "frame",
    seeds: {
      [[], [UInt8](repeating: 7, count: 300), Array("From: a@b.example\r\n\r\nx".utf8)].compactMap {
        ZstdCompressor().compress($0)
      }
    }
  ) { bytes in
    for size in [0, 23, 300, 1 << 20] {
      guard let content = ZstdDecompressor().decompress(bytes, byteCount: size) else { continue }
      try require(content.count == size, "a frame holds what it says")
    }
    guard let packed = ZstdCompressor().compress(bytes) else { return }
    let content = ZstdDecompressor().decompress(packed, byteCount: bytes.count)
    try require(content == bytes, "what is packed is unpacked")
  }
}
