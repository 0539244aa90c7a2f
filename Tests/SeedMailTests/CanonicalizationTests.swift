import SeedMail
import SeedTesting
import Testing

struct CanonicalizationTests {
  private func body(
    _ canonicalization: Canonicalization,
    _ bytes: [UInt8],
    limit: Int = CanonicalBody.pieceByteCount
  ) -> [UInt8] {
    var body = CanonicalBody(canonicalization, of: 0..<bytes.count)
    var output: [UInt8] = []
    var piece: [UInt8] = []
    repeat {
      body.next(of: bytes, into: &piece, limit: limit)
      #expect(piece.count <= limit)
      output += piece
    } while !piece.isEmpty
    #expect(body.position == bytes.count)
    return output
  }

  private func header(_ canonicalization: Canonicalization, _ text: String) -> String {
    let message = Message(parsing: Array(text.utf8))
    var output: [UInt8] = []
    for field in message.fields {
      canonicalization.append(field, of: message.bytes, to: &output)
    }
    return String(decoding: output, as: UTF8.self)
  }

  // RFC 6376 §3.4.5, example 1 and 2.
  @Test func `the RFC's header is made canonical`() {
    let text = "A: X\r\nB : Y\t\r\n\tZ  \r\n\r\n C \r\nD \t E\r\n\r\n\r\n"
    #expect(header(.relaxed, text) == "a:X\r\nb:Y Z\r\n")
    #expect(header(.simple, text) == "A: X\r\nB : Y\t\r\n\tZ  \r\n")
  }

  @Test(arguments: [
    // RFC 6376 §3.4.5.
    (" C \r\nD \t E\r\n\r\n\r\n", " C \r\nD \t E\r\n", " C\r\nD E\r\n"),
    ("", "\r\n", ""),
    ("\r\n", "\r\n", ""),
    ("\r\n\r\n\r\n", "\r\n", ""),
    (" \t\r\n \r\n", " \t\r\n \r\n", ""),
    ("a", "a\r\n", "a\r\n"),
    ("a\r\n", "a\r\n", "a\r\n"),
    ("a\n\n\n", "a\r\n", "a\r\n"),
    ("a\n\n b \t\n", "a\r\n\r\n b \t\r\n", "a\r\n\r\n b\r\n"),
    ("\n\n\na", "\r\n\r\n\r\na\r\n", "\r\n\r\n\r\na\r\n"),
    ("a  b\tc \t d", "a  b\tc \t d\r\n", "a b c d\r\n"),
    ("a ", "a \r\n", "a\r\n"),
    ("a \u{0}b", "a \u{0}b\r\n", "a \u{0}b\r\n"),
    // A CR that no LF follows is a byte of its line.
    ("a\rb", "a\rb\r\n", "a\rb\r\n"),
    ("a\r", "a\r\r\n", "a\r\r\n"),
    ("a\r\r\nb", "a\r\r\nb\r\n", "a\r\r\nb\r\n"),
    ("a \rb \r\n", "a \rb \r\n", "a \rb\r\n"),
  ])
  func `a body is made canonical`(text: String, simple: String, relaxed: String) {
    let bytes = Array(text.utf8)
    #expect(String(decoding: body(.simple, bytes), as: UTF8.self) == simple)
    #expect(String(decoding: body(.relaxed, bytes), as: UTF8.self) == relaxed)
  }

  @Test(arguments: [
    ("X:\r\n", "x:\r\n"), ("X: \t \r\n", "x:\r\n"), ("X:a\n", "x:a\r\n"),
    ("SubJect \t: a\r\n  b \t c \r\n", "subject:a b c\r\n"), ("X: a\r b\r\n", "x:a\r b\r\n"),
    ("X:\r\n \r\n\ta", "x:a\r\n"),
  ])
  func `a relaxed field keeps its words`(text: String, expected: String) {
    #expect(header(.relaxed, text) == expected)
  }

  @Test func `a signature's own value is left out`() {
    let text = "DKIM-Signature: v=1; b=abc\r\n def ; d=x.example\r\n\r\n"
    let message = Message(parsing: Array(text.utf8))
    let field = message.fields[0]
    let omitted = 23..<33
    for (canonicalization, expected) in [
      (Canonicalization.simple, "DKIM-Signature: v=1; b=; d=x.example\r\n"),
      (.relaxed, "dkim-signature:v=1; b=; d=x.example\r\n"),
    ] {
      var output: [UInt8] = []
      canonicalization.append(field, of: message.bytes, omitting: omitted, to: &output)
      #expect(String(decoding: output, as: UTF8.self) == expected)
    }
  }

  @Test func `a name takes its fields from the bottom up`() {
    let message = Message(parsing: Array("A: 1\r\nB: 2\r\nA: 3\r\na: 4\r\n\r\n".utf8))
    #expect(message.fieldIndices(signedBy: ["a", "b", "A", "b", "c"]) == [3, 1, 2])
    #expect(message.fieldIndices(signedBy: ["a", "a", "a", "a"]) == [3, 2, 0])
    #expect(message.fieldIndices(signedBy: ["a"], excluding: 3) == [2])
    #expect(message.fieldIndices(signedBy: []) == [])
  }

  /// What the RFC says, without regard to speed.
  private func reference(_ canonicalization: Canonicalization, _ bytes: [UInt8]) -> [UInt8] {
    var lines: [[UInt8]] = [[]]
    var offset = 0
    while offset < bytes.count {
      let isReturn = bytes[offset] == 13 && offset + 1 < bytes.count && bytes[offset + 1] == 10
      if isReturn { offset += 1 }
      if bytes[offset] == 10 {
        lines.append([])
      } else {
        lines[lines.count - 1].append(bytes[offset])
      }
      offset += 1
    }
    if canonicalization == .relaxed {
      lines = lines.map { line in
        var output: [UInt8] = []
        for byte in line {
          let byte = byte == 9 ? 32 : byte
          if byte != 32 || output.last != 32 { output.append(byte) }
        }
        if output.last == 32 { output.removeLast() }
        return output
      }
    }
    while lines.last == [] { lines.removeLast() }
    if lines.isEmpty { return canonicalization == .simple ? [13, 10] : [] }
    return lines.flatMap { $0 + [13, 10] }
  }

  @Test(arguments: 0..<64 as Range<UInt64>)
  func `pieces of any size make the whole, and the whole is the reference's`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let alphabet: [UInt8] = [97, 98, 32, 32, 9, 13, 10, 10, 0, 200]
    for _ in 0..<60 {
      let bytes = (0..<Int.random(in: 0...60, using: &random)).map { _ in
        alphabet.randomElement(using: &random)!
      }
      for canonicalization in [Canonicalization.simple, .relaxed] {
        let whole = body(canonicalization, bytes)
        #expect(whole == reference(canonicalization, bytes), "\(bytes)")
        let limit = Int.random(in: 1...7, using: &random)
        #expect(body(canonicalization, bytes, limit: limit) == whole, "\(limit) \(bytes)")
      }
    }
  }

  @Test func `endless empty lines need no more memory than one piece`() {
    let bytes = [UInt8](repeating: 10, count: 300_000) + [97]
    let output = body(.relaxed, bytes)
    #expect(output.count == 600_003)
  }
}
