import SeedMail
import SeedTesting
import Testing

struct HeaderParserTests {
  struct Case: Sendable {
    let text: String, fields: [String], body: String, defects: Message.Defects

    init(_ text: String, _ fields: [String], _ body: String, _ defects: Message.Defects) {
      (self.text, self.fields, self.body, self.defects) = (text, fields, body, defects)
    }

    static let all: [Case] = [
      .init("A: 1\r\nB:2\r\n\r\nbody", ["A| 1", "B|2"], "body", []),
      .init("A: 1\nB:2\n\nbody", ["A| 1", "B|2"], "body", .bareLineEnd),
      .init("A: 1\rB:2\r\rbody\r", ["A| 1", "B|2"], "body\r", .bareLineEnd),
      .init("A: 1\rB:2\r\n\r\nbody", ["A| 1\rB:2"], "body", []),
      .init("A: 1\r\n  2\r\n\t3\r\n\r\n", ["A| 1\r\n  2\r\n\t3"], "", []),
      .init("A: 1\r\n \r\n 2\r\n\r\n", ["A| 1\r\n \r\n 2"], "", []),
      .init("A \t : 1\r\n\r\n", ["A| 1"], "", []),
      .init("A:\r\n\r\n", ["A|"], "", []),
      .init("A:\n\n", ["A|"], "", .bareLineEnd),
      .init("A: 1\u{0}2\r\n\r\n", ["A| 1\u{0}2"], "", .nul),
      .init("", [], "", .missingBlankLine),
      .init("\r\nbody", [], "body", []),
      .init("A: 1", ["A| 1"], "", .missingBlankLine),
      .init("A: 1\r\n", ["A| 1"], "", .missingBlankLine),
      .init(
        "no header here\r\nat all\r\n",
        [],
        "no header here\r\nat all\r\n",
        [.malformedField, .missingBlankLine]
      ),
      .init("A: 1\r\nno field\r\nB: 2\r\n\r\nbody", ["A| 1", "B| 2"], "body", .malformedField),
      .init("A: 1\r\nno field\r\n\r\nbody", ["A| 1"], "body", .malformedField),
      .init(
        "A: 1\r\nHello all,\r\nhow are you\r\n",
        ["A| 1"],
        "Hello all,\r\nhow are you\r\n",
        [.malformedField, .missingBlankLine]
      ),
      .init(" stray\r\nA: 1\r\n\r\n", ["A| 1"], "", .malformedField),
      .init("From a@b.example Mon Jan 1\r\nA: 1\r\n\r\n", ["A| 1"], "", []),
      .init(">From a@b.example Mon Jan 1\r\nA: 1\r\n\r\n", ["A| 1"], "", []),
      .init("From : a@b.example\r\n\r\n", ["From| a@b.example"], "", []),
      .init("A b: 1\r\nC: 2\r\n\r\n", ["C| 2"], "", .malformedField),
      .init(": 1\r\nC: 2\r\n\r\n", ["C| 2"], "", .malformedField),
      .init("\u{E9}: 1\r\nC: 2\r\n\r\n", ["C| 2"], "", .malformedField),
      .init("A: \u{E9}\r\n\r\n", ["A| \u{E9}"], "", []),
    ]
  }

  /// The fields as `name|body`, and the body as text.
  private func read(_ text: String) -> (fields: [String], body: String, defects: Message.Defects) {
    let message = Message(parsing: Array(text.utf8))
    func string(_ range: Range<Int>) -> String {
      String(decoding: message.bytes[range], as: UTF8.self)
    }
    return (
      message.fields.map { string($0.name) + "|" + string($0.body) }, string(message.body),
      message.defects
    )
  }

  @Test(arguments: Case.all)
  func `a header is read as its lines say`(expected: Case) {
    let message = read(expected.text)
    #expect(message.fields == expected.fields)
    #expect(message.body == expected.body)
    #expect(message.defects == expected.defects)
  }
  @Test func `bytes that are no UTF-8 are flagged`() {
    #expect(
      Message(parsing: Array("A: \u{E9}".utf8) + [0xE9, 0x0A, 0x0A]).defects.contains(.notUTF8)
    )
  }

  @Test func `every known name is found in any case`() {
    for kind in FieldName.allCases where kind != .other {
      for name in [kind.rawValue, kind.rawValue.uppercased()] {
        let message = Message(parsing: Array("\(name): x\r\n\r\n".utf8))
        #expect(message.fields.map(\.kind) == [kind])
      }
      for name in [kind.rawValue + "x", String(kind.rawValue.dropLast()), "x" + kind.rawValue] {
        let message = Message(parsing: Array("\(name): x\r\n\r\n".utf8))
        #expect(message.fields.allSatisfy { $0.kind == .other || $0.kind.rawValue == name })
      }
    }
  }
}
