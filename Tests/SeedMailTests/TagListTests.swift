import SeedMail
import SeedTesting
import Testing

struct TagListTests {
  private func pairs(_ text: String) throws -> [String] {
    let bytes = Array(text.utf8)
    return try TagList(parsing: bytes.span).tags.map {
      String(decoding: bytes[$0.name], as: UTF8.self) + "|"
        + String(decoding: bytes[$0.value], as: UTF8.self) + "|"
        + String(decoding: bytes[$0.paddedValue], as: UTF8.self)
    }
  }

  @Test(arguments: [
    ("v=1", ["v|1|1"]),
    ("v=1;", ["v|1|1"]),
    ("v = 1 ; a_2= x y ;\r\n ", ["v|1| 1 ", "a_2|x y| x y "]),
    ("b=ab\r\n cd; p=", ["b|ab\r\n cd|ab\r\n cd", "p||"]),
    ("v==; V=2", ["v|=|=", "V|2|2"]),
    ("d=b\u{fc}cher.example", ["d|b\u{fc}cher.example|b\u{fc}cher.example"]),
  ])
  func `a list is read tag by tag`(text: String, expected: [String]) throws {
    #expect(try pairs(text) == expected)
  }

  @Test(arguments: [
    ("v=1; v=1", GrammarError.Reason.duplicateTag, 5),
    ("=1", .malformedTagName, 0),
    ("1v=1", .malformedTagName, 0),
    ("v=1;;a=2", .malformedTagName, 4),
    ("v", .missingEqualsSign, 1),
    ("v 1=1", .missingEqualsSign, 2),
    ("v=\u{7f}", .unexpectedByte, 2),
    ("d=a\u{0}.example", .unexpectedByte, 3),
    ("", .malformedTagName, 0),
  ])
  func `a list that breaks the grammar says where`(
    input: String,
    reason: GrammarError.Reason,
    offset: Int
  ) {
    let error = #expect(throws: GrammarError.self) { try TagList(parsing: Array(input.utf8).span) }
    #expect(error?.reason == reason)
    #expect(error?.offset == offset)
  }

  @Test func `a tag is found by its name in its case`() throws {
    let bytes = Array("bh=1; b=2; B=3".utf8)
    let list = try TagList(parsing: bytes.span)
    #expect(list.tag("b", in: bytes.span)?.value == 8..<9)
    #expect(list.tag("bh", in: bytes.span)?.value == 3..<4)
    #expect(list.tag("h", in: bytes.span) == nil)
    #expect(list.tag("", in: bytes.span) == nil)
  }

  @Test(arguments: [
    (TagList.tagCountMax - 1, true), (TagList.tagCountMax, true), (TagList.tagCountMax + 1, false),
    (10_000, false),
  ])
  func `a list holds as many tags as the limit says`(count: Int, isAccepted: Bool) {
    let text = (0..<count).map { "t\($0)=1" }.joined(separator: ";")
    let list = try? TagList(parsing: Array(text.utf8).span)
    #expect(list?.tags.count == (isAccepted ? count : nil))
  }

  @Test(arguments: 0..<32 as Range<UInt64>)
  func `any bytes parse or throw, and ranges stay inside the input`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let alphabet = Array("ab=; \t\r\n_1\u{0}\u{fc}".utf8)
    for _ in 0..<200 {
      let input = (0..<Int.random(in: 0...40, using: &random)).map { _ in
        alphabet.randomElement(using: &random)!
      }
      guard let list = try? TagList(parsing: input.span) else { continue }
      for tag in list.tags {
        #expect(tag.name.upperBound < tag.paddedValue.lowerBound + 1)
        #expect(tag.paddedValue.lowerBound <= tag.value.lowerBound)
        #expect(tag.value.upperBound <= tag.paddedValue.upperBound)
        #expect(tag.paddedValue.upperBound <= input.count)
      }
    }
  }
}
