import SeedMail
import Testing

struct MIMEStructureTests {
  private func structure(_ text: String) -> MIMEStructure {
    MIMEStructure(of: Message(parsing: Array(text.utf8)))
  }

  /// Each part as `parent name body`, with `_` for the message itself.
  private func outline(_ text: String) -> [String] {
    let structure = structure(text)
    return structure.parts.indices.map { index in
      let part = structure.parts[index]
      let body = part.isMultipart ? "" : structure.decodedText(of: index) ?? "nil"
      return "\(part.parent.map(String.init) ?? "_") \(part.contentType.name) \(body)"
    }
  }

  private let mixed = "Content-Type: multipart/mixed; boundary=b\r\n\r\n"

  @Test func `a message without MIME is one text`() {
    #expect(outline("A: b\r\n\r\nhello") == ["_ text/plain hello"])
  }

  @Test func `parts lie between delimiters`() {
    let text =
      mixed + "pre\r\n--b\r\n\r\none\r\n--b \r\nContent-Type: a/b\r\n\r\ntwo\r\n--b--\r\npost"
    #expect(outline(text) == ["_ multipart/mixed ", "0 text/plain one", "0 a/b two"])
    let part = structure(text).parts[0]
    let bytes = Array(text.utf8)
    #expect(part.preamble.map { String(decoding: bytes[$0], as: UTF8.self) } == "pre")
    #expect(part.epilogue.map { String(decoding: bytes[$0], as: UTF8.self) } == "post")
  }

  @Test func `an outer delimiter ends an inner multipart`() {
    let inner = "Content-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\n\r\none\r\n"
    let text = mixed + "--b\r\n" + inner + "--b\r\n\r\ntwo\r\n--b--\r\n"
    #expect(
      outline(text) == [
        "_ multipart/mixed ", "0 multipart/mixed ", "1 text/plain one", "0 text/plain two",
      ]
    )
  }

  @Test func `a delimiter ends a header, and the parts around it lie around it`() {
    let inner = "Content-Type: multipart/mixed; boundary=bc\n\n--bc\nA: 1\n"
    let tree = structure(mixed + "--b\n" + inner + "--b--\n\n")
    for part in tree.parts {
      guard let parent = part.parent else { continue }
      #expect(tree.parts[parent].body.lowerBound <= part.whole.lowerBound)
      #expect(tree.parts[parent].body.upperBound >= part.whole.upperBound)
    }
    #expect(tree.parts.count == 3)
  }

  @Test func `messages inside messages are read, also those in base64`() {
    let plain = "Content-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\nhello"
    #expect(outline(plain).suffix(1) == ["0 text/plain hello"])
    let encoded =
      "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n"
      + "U3ViamVjdDogeA0KDQpoZWxsbw==\r\n"
    let tree = structure(encoded)
    #expect(tree.parts.count == 2)
    #expect(tree.decodedText(of: 1) == "hello")
    let message = tree.message(at: 1)
    #expect(message.first(.subject).map { message.text(of: $0) } == "x")
  }

  @Test func `the parts of a digest are messages`() {
    let text =
      "Content-Type: multipart/digest; boundary=b\r\n\r\n--b\r\n\r\nSubject: x\r\n\r\nhello\r\n--b--\r\n"
    #expect(outline(text).suffix(1) == ["1 text/plain hello"])
  }

  static let bodies: [(encoding: String, body: String, expected: String)] = [
    ("base64", "aGVs\r\nbG8=", "hello"),
    ("BASE64", "aGVsbG8", "hello"),
    ("base64", "aGVs*bG8=aGVsbG8=", "hellohello"),
    ("quoted-printable", "a=3Db=\r\nc  \r\nd=", "a=bc\r\nd"),
    ("quoted-printable", "a=ZZb=C3=a9", "a=ZZb\u{E9}"),
    ("8bit", "caf\u{E9}", "caf\u{E9}"),
    ("nonsense", "a=3D", "a=3D"),
    ("x-uuencode", "begin 644 a\n%:&5L;&\\\n`\nend\n", "hello"),
  ]

  @Test(arguments: bodies)
  func `a body is decoded as its encoding says`(encoding: String, body: String, expected: String) {
    let text = structure("Content-Transfer-Encoding: \(encoding)\r\n\r\n\(body)")
    #expect(text.decodedText(of: 0) == expected)
  }

  @Test func `a body is decoded up to a limit and never cut`() {
    let text = structure("Content-Transfer-Encoding: base64\r\n\r\naGVsbG8=")
    #expect(text.decodedBytes(of: 0, limit: 4) == nil)
    #expect(text.decodedBytes(of: 0, limit: 5)?.count == 5)
    #expect(text.decodedText(of: 0, limit: 6) == "hello")
    let latin = structure("Content-Type: text/plain; charset=koi8-r\r\n\r\n\u{E9}")
    // These two bytes of KOI8-R are characters of two and of three bytes.
    #expect(latin.decodedText(of: 0, limit: 4) == nil)
    #expect(latin.decodedText(of: 0, limit: 5)?.utf8.count == 5)
    let long = structure(
      "Content-Type: text/plain; charset=koi8-r\r\n\r\n" + String(repeating: "x", count: 9_000)
    )
    #expect(long.decodedText(of: 0, limit: 8_999) == nil)
    #expect(long.decodedText(of: 0, limit: 9_000)?.utf8.count == 9_000)
  }

  @Test func `bodies and attachments are told apart`() {
    let text =
      mixed + "--b\r\nContent-Type: multipart/alternative; boundary=a\r\n\r\n"
      + "--a\r\nContent-Type: text/plain\r\n\r\nx\r\n--a\r\nContent-Type: text/html\r\n\r\ny\r\n--a--\r\n"
      + "--b\r\nContent-Type: image/png\r\nContent-Disposition: attachment; filename=z.png\r\n\r\n\r\n--b--"
    let tree = structure(text)
    #expect(tree.bodies.text == [2])
    #expect(tree.bodies.html == [3])
    #expect(tree.bodies.attachments == [4])
    #expect(tree.parts[4].filename == "z.png")
  }

  @Test(arguments: [
    (MIMEStructure.partCountMax - 1, false), (MIMEStructure.partCountMax, false),
    (MIMEStructure.partCountMax + 1, true),
  ])
  func `parts are read up to a limit`(count: Int, isCut: Bool) {
    let tree = structure(mixed + String(repeating: "--b\n\n\n", count: count - 1) + "--b--")
    #expect(tree.parts.count == min(count, MIMEStructure.partCountMax))
    #expect(tree.isCut == isCut)
  }

  @Test(arguments: [63, 64, 65, 10_000])
  func `nesting is followed up to a limit`(depth: Int) {
    for unit in [
      "Content-Type: message/rfc822\n\n",
      "Content-Type: multipart/mixed; boundary=b\n\n--b\n",
    ] {
      let tree = structure(String(repeating: unit, count: depth) + "\nend")
      #expect(tree.parts.map(\.depth).max() == min(depth, MIMEStructure.nestingMax))
      #expect(tree.isCut == (depth > MIMEStructure.nestingMax))
    }
  }

  @Test(arguments: [
    (MIMEStructure.boundaryByteCountMax, 2), (MIMEStructure.boundaryByteCountMax + 1, 1),
  ])
  func `a boundary has a limit`(count: Int, parts: Int) {
    let boundary = String(repeating: "x", count: count)
    let text = "Content-Type: multipart/mixed; boundary=\(boundary)\n\n--\(boundary)\n\nhello"
    #expect(structure(text).parts.count == parts)
  }
}
