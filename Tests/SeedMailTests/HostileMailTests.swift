import SeedMail
import SeedTesting
import Testing

/// What must hold for any bytes.
@Suite(.timeLimit(.minutes(2)))
struct HostileMailTests {
  /// Reads everything that can be read of a message, and checks that ranges lie where they must.
  private func readAll(_ bytes: [UInt8]) {
    let message = Message(parsing: bytes)
    var end = 0
    for field in message.fields {
      #expect(field.whole.lowerBound >= end && field.whole.upperBound <= bytes.count)
      #expect(field.name.lowerBound == field.whole.lowerBound)
      #expect(field.name.upperBound < field.body.lowerBound)
      #expect(field.body.upperBound <= field.whole.upperBound)
      end = field.whole.upperBound
      _ = message.text(of: field)
      _ = message.rawText(of: field)
      _ = message.addresses(in: field)
      _ = message.date(of: field)
      _ = message.messageIDs(in: field)
      _ = message.contentType(of: field)
    }
    #expect(message.body.lowerBound >= end && message.body.upperBound == bytes.count)
    let structure = MIMEStructure(of: message)
    for (index, part) in structure.parts.enumerated() {
      #expect(part.whole.lowerBound <= part.body.lowerBound)
      #expect(part.whole.upperBound == part.body.upperBound)
      _ = structure.decodedText(of: index)
    }
    _ = structure.bodies
    _ = Mbox(splitting: bytes.span)
  }

  private let sample = Array(
    """
    From a@b.example Thu Jan  1 00:00:00 1970\r
    From: =?utf-8?Q?J=C3=BCrgen?= "M. \\"X\\"" <a@b.example> (c (d))\r
    To: G: <@r.example:e@f.example>, g@[192.0.2.1];\r
    Date: Fri, 21 Nov 1997 09:55:06 -0600 (x)\r
    Message-ID: <a@b.example>\r
    Content-Type: multipart/mixed; boundary="b"; n*0*=utf-8''%C3; n*1=x\r
    \r
    pre\r
    --b\r
    Content-Type: message/rfc822\r
    Content-Transfer-Encoding: base64\r
    \r
    U3ViamVjdDogeA0KDQpoZWxsbw==\r
    --b\r
    Content-Type: text/plain; charset=iso-2022-jp\r
    Content-Transfer-Encoding: quoted-printable\r
    \r
    =1B$BF|K\\=1B(B=\r
    \r
    --b--\r
    post
    """.utf8
  )

  @Test func `a message cut at every byte is read`() {
    for count in 0...sample.count { readAll(Array(sample[..<count])) }
  }

  @Test(arguments: 0..<32 as Range<UInt64>)
  func `a message with random changes is read`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    for _ in 0..<50 {
      var bytes = sample
      for _ in 0..<Int.random(in: 1...20, using: &random) {
        let offset = Int.random(in: 0..<bytes.count, using: &random)
        if Bool.random(using: &random) {
          bytes[offset] = UInt8.random(in: .min ... .max, using: &random)
        } else {
          bytes.insert(bytes[Int.random(in: 0..<bytes.count, using: &random)], at: offset)
        }
      }
      readAll(bytes)
    }
  }

  @Test(arguments: 0..<32 as Range<UInt64>)
  func `random bytes are read`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let alphabet = Array("ab:;,<>@()\"\\=?_-. \t\r\n\n\n\u{0}=?utf-8?q?--b".utf8) + [0xFF, 0xC3]
    for _ in 0..<100 {
      let count = Int.random(in: 0...400, using: &random)
      readAll((0..<count).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &random)] })
    }
  }

  @Test(arguments: [
    (Message.fieldCountMax - 1, false), (Message.fieldCountMax, false),
    (Message.fieldCountMax + 1, true), (100_000, true),
  ])
  func `fields are read up to a limit`(count: Int, isCut: Bool) {
    let message = Message(
      parsing: Array((String(repeating: "A: 1\r\n", count: count) + "\r\n").utf8)
    )
    #expect(message.fields.count == min(count, Message.fieldCountMax))
    #expect(message.defects.contains(.headerTooLarge) == isCut)
    #expect(message.body.count == max(0, count - Message.fieldCountMax) * 6 + (isCut ? 2 : 0))
  }

  @Test(arguments: [(-1, false), (0, false), (1, true)])
  func `a header is read up to a limit`(excess: Int, isCut: Bool) {
    // `A: ` and a line end, and the empty line.
    let filler = Message.headerByteCountMax - 5 - 2 + excess
    var bytes = Array("A: ".utf8)
    bytes += [UInt8](repeating: 0x78, count: filler)
    bytes += Array("\r\n\r\nbody".utf8)
    let message = Message(parsing: bytes)
    #expect(message.defects.contains(.headerTooLarge) == isCut)
    #expect(isCut || message.fields.count == 1)
  }

  @Test func `a large body costs no more than its header`() {
    var bytes = Array("Subject: x\r\n\r\n".utf8)
    bytes += [UInt8](repeating: 0x61, count: 100_000_000)
    let message = Message(parsing: bytes)
    #expect(message.body.count == 100_000_000)
    let structure = MIMEStructure(of: message)
    #expect(structure.parts.count == 1)
    #expect(structure.decodedBytes(of: 0) == nil)
  }

  @Test func `mailboxes are read up to a limit`() {
    for (count, isCut) in [
      (AddressList.mailboxCountMax, false), (AddressList.mailboxCountMax + 1, true),
    ] {
      let bytes = Array(String(repeating: "a@b.example,", count: count).utf8)
      let list = AddressList(parsing: bytes.span, in: 0..<bytes.count)
      #expect(list.mailboxes.count == AddressList.mailboxCountMax)
      #expect(list.isCut == isCut)
    }
  }

  /// Shapes that tempt a reader to look at the same bytes again and again.
  static let shapes = [
    "(", "\"", "<", "=?", "=?utf-8?q?", "=?utf-8?q?a", "a:", ";", "@", "[", "\\", "a b ", "(\\",
    "=?a?b?c=?", "\r\n ", "n*0=", "=", "--b\n", "a@b <",
  ]

  @Test(arguments: shapes)
  func `the time grows with the size`(shape: String) {
    func time(_ count: Int) -> Duration {
      let body = String(repeating: shape, count: count / shape.utf8.count)
      let header = "Content-Type: multipart/mixed; boundary=b; " + body + "\n"
      let bytes = Array((header + "To: " + body + "\n\n" + body).utf8)
      let clock = ContinuousClock()
      return (0..<3).map { _ in clock.measure { readAll(bytes) } }.min() ?? .zero
    }
    // Eight times the size may take eight times as long; sixty-four times would be a square. The
    // allowance is for a machine that does something else meanwhile.
    let small = time(8_000)
    #expect(time(64_000) < small * 32 + .milliseconds(200))
  }
}
