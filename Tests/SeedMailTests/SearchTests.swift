import SeedTesting
import Testing

@testable import SeedMail

/// What is searched for and decoded by vectors and words is what a loop over bytes finds.
struct SearchTests {
  /// Bytes of few kinds, so that each stands in every place of a vector.
  private static func input(_ random: inout SplitMix64, _ alphabet: String) -> [UInt8] {
    let alphabet = Array(alphabet.utf8)
    let rare = Int.random(in: 1...60, using: &random)
    return (0..<Int.random(in: 0...120, using: &random)).map { _ in
      Int.random(in: 0..<rare, using: &random) == 0
        ? alphabet.randomElement(using: &random) ?? 0 : UInt8.random(in: 0...255, using: &random)
    }
  }

  private static func range(in bytes: [UInt8], _ random: inout SplitMix64) -> Range<Int> {
    let start = Int.random(in: 0...bytes.count, using: &random)
    return start..<Int.random(in: start...bytes.count, using: &random)
  }

  @Test(arguments: 0..<16 as Range<UInt64>)
  func `a byte is found where it first stands`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    for _ in 0..<400 {
      let bytes = Self.input(&random, "\n:")
      let range = Self.range(in: bytes, &random)
      let one = range.first { bytes[$0] == 0x0A } ?? range.upperBound
      #expect(bytes.span.firstIndex(of: 0x0A, in: range) == one)
      let four = range.first { [0x0A, 0x3A, 0, 0xFF].contains(bytes[$0]) } ?? range.upperBound
      #expect(bytes.span.firstIndex(of: 0x0A, 0x3A, 0, 0xFF, in: range) == four)
    }
  }

  @Test(arguments: 0..<16 as Range<UInt64>)
  func `a pair is found where it first stands, in any case where that is asked for`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let (p, r, u) = (UInt8(ascii: "p"), UInt8(ascii: "r"), UInt8(ascii: "u"))
    for _ in 0..<400 {
      let bytes = Self.input(&random, "prPRuUpP")
      let range = Self.range(in: bytes, &random)
      for isCaseIgnored in [false, true] {
        let folded = bytes.map { isCaseIgnored ? $0.lowercased : $0 }
        let expected = range.dropLast().first {
          folded[$0] == p && (folded[$0 + 1] == r || folded[$0 + 1] == u)
        }
        let found = bytes.span.firstIndex(
          of: p,
          before: (r, u),
          isCaseIgnored: isCaseIgnored,
          in: range
        )
        #expect(found == expected ?? range.upperBound)
      }
    }
  }

  @Test(arguments: 0..<16 as Range<UInt64>)
  func `base64 is decoded as character by character`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    for _ in 0..<400 {
      let bytes = Self.input(&random, "ABCabcxyz019+/==\r\n")
      let range = Self.range(in: bytes, &random)
      #expect(bytes.span.decodedBase64(range) == Self.base64(Array(bytes[range])))
    }
  }

  private static func base64(_ input: [UInt8]) -> [UInt8] {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var output: [UInt8] = []
    var group: [Int] = []
    func flush() {
      let bits = (group + [0, 0, 0]).prefix(4).reduce(0) { $0 << 6 | $1 }
      output += [16, 8, 0].map { UInt8(bits >> $0 & 0xFF) }.prefix(max(0, group.count - 1))
      group = []
    }
    for byte in input {
      if let value = alphabet.firstIndex(of: byte) { group.append(value) }
      if group.count == 4 || byte == UInt8(ascii: "=") { flush() }
    }
    flush()
    return output
  }

  @Test(arguments: [
    ("a \t\nb", "a\nb"), ("a \t\r\nb ", "a\r\nb "), ("a=20 \nb", "a \nb"), ("a =\n b", "a  b"),
    ("a= \t\r\nb", "ab"), ("=3D=3d=G1=", "==\u{3D}G1"), ("=", ""), ("a\rb \rc", "a\rb \rc"),
    (" \n \n", "\n\n"), ("=09\n", "\t\n"), ("a=\n\n", "a\n"), ("", ""),
  ])
  func `quoted-printable loses the white space at line ends and nothing else`(
    input: String,
    output: String
  ) {
    let bytes = Array(input.utf8)
    #expect(bytes.span.decodedQuotedPrintable(bytes.indices) == Array(output.utf8))
  }

  @Test(arguments: [
    ("X-MC-User: 1\n\n", [1]), ("x-mc-user: 1\nX-Mc-Us: 2\n\n", [1]), ("X-MC: 1\n\n", []),
    ("A: 1\nAB: 2\n\n", [3]), ("Feedback-ID: 1\nX-SG-EID: 2\nX-MC-User2: 3\n\n", [0, 1, 2]),
  ])
  func `the prefixes of fields' names are found in any case`(header: String, numbers: [Int]) {
    let prefixes = FieldNamePrefixes([
      ("feedback-id", 0), ("x-mc-user", 1), ("x-sg-", 2), ("ab", 3),
    ])
    let message = Message(parsing: Array(header.utf8))
    #expect(prefixes.numbers(in: message, fieldCountMax: 256) == numbers)
    #expect(prefixes.numbers(in: message, fieldCountMax: 0) == [])
  }

  @Test(arguments: [
    ("d=\r\n\ta.example ; s", 2, ["a.example"]),
    ("xx From : TO::\r\n x-a:", 2, ["from", "to", "x-a"]),
    ("", 0, []), (" : ", 0, []),
  ])
  func `words between colons are read in lower case`(text: String, start: Int, words: [String]) {
    let bytes = Array(text.utf8.prefix { $0 != UInt8(ascii: ";") })
    #expect(bytes.span.colonSeparatedWords(in: start..<bytes.count) == words)
  }

  @Test(arguments: ["a b:c", "a:b\u{7f}", "a:é", "a\u{0}"])
  func `a list of words with anything but visible ASCII is none`(text: String) {
    let bytes = Array(text.utf8)
    #expect(bytes.span.colonSeparatedWords(in: bytes.indices) == nil)
  }
}
