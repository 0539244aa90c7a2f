import SeedCore
import SeedTesting
import Testing

struct PlainTextTests {
  @Test(arguments: [
    ("An appeal", "An appeal"), ("two\r\n\tlines", "two   lines"),
    ("\u{202E}elpmaxe.ytrap", "\u{FFFD}elpmaxe.ytrap"),
    ("a\u{2066}b\u{2069}", "a\u{FFFD}b\u{FFFD}"),
    ("a\u{0}\u{1B}[2Jb", "a\u{FFFD}\u{FFFD}[2Jb"), ("zero\u{200B}width", "zero\u{FFFD}width"),
    ("\u{2028}\u{2029}\u{85}", "\u{FFFD}\u{FFFD}\u{FFFD}"),
    ("e\u{301}\u{301}\u{301}\u{301}\u{301}x\u{301}", "e\u{301}\u{301}\u{301}x\u{301}"),
    ("'\u{301}; reboot \u{301}#", "'; reboot #"), ("\"\u{34F},=1", "\",=1"),
    ("\u{D4E}<b>\u{20E3}", "<b>"), ("مرحبا", "مرحبا"), ("\u{1F333}", "\u{1F333}"),
  ])
  func `a line can't steer, hide or reorder what stands beside it`(text: String, line: String) {
    // Scalars are compared: characters that differ may be equal as strings.
    #expect(Array(PlainText.line(text).unicodeScalars) == Array(line.unicodeScalars))
  }

  @Test(arguments: [(5, "1234"), (4, "1234"), (3, "12…"), (1, "…"), (0, "…")])
  func `a longer text is cut at its limit`(limit: Int, line: String) {
    #expect(PlainText.line("1234", characterCountMax: limit) == line)
  }

  @Test(arguments: [
    ("party.example", "party.example"),
    ("xn--80ak6aa92e.example", "xn--80ak6aa92e.example (shown as “аррӏе.example”)"),
    ("xn--a.example", "xn--a.example (shown as “\u{FFFD}.example”)"), ("", ""),
  ])
  func `a domain that may deceive is shown in both its forms`(name: String, words: String) {
    #expect(PlainText.domain(name) == words)
  }

  @Test(arguments: 0..<32 as Range<UInt64>)
  func `any text becomes one line without what steers`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let bytes = (0..<200).map { _ in UInt8.random(in: .min ... .max, using: &random) }
    let line = PlainText.line(String(decoding: bytes, as: UTF8.self), characterCountMax: 50)
    #expect(line.count <= 50)
    #expect(!line.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F })
  }
}
