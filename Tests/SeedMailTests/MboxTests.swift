import SeedMail
import Testing

struct MboxTests {
  private func messages(_ text: String) -> [String] {
    let bytes = Array(text.utf8)
    return Mbox(splitting: bytes.span).messages.map {
      String(decoding: Mbox.unquoted(bytes.span, $0), as: UTF8.self)
    }
  }

  private let line = "From a@b.example Thu Jan  1 00:00:00 1970\n"

  @Test func `messages lie between From lines after empty lines`() {
    #expect(
      messages(line + "A: 1\n\nx\n\n" + line + "B: 2\n\ny\n") == ["A: 1\n\nx\n", "B: 2\n\ny\n"]
    )
    #expect(messages(line + "A: 1\n\nx\n\n") == ["A: 1\n\nx\n"])
  }

  @Test func `a sentence is no From line`() {
    let text = line + "A: 1\n\nx\n\nFrom here on it is 10:30 and no year\n"
    #expect(messages(text).count == 1)
    #expect(messages(line + "A: 1\n\nx\n" + line + "y\n").count == 1)
  }

  @Test func `a quoted From line is unquoted once`() {
    #expect(messages(line + "\n>From x\n>>From y\n> From z\n") == ["\nFrom x\n>From y\n> From z\n"])
  }

  @Test func `CRLF, a message without an end, and what is no mbox`() {
    let crlf = "From a Thu Jan  1 00:00 1970\r\nA: 1\r\n\r\nx\r\n\r\nFrom b Thu Jan 1 00:00:00 1970"
    #expect(messages(crlf) == ["A: 1\r\n\r\nx\r\n", ""])
    #expect(messages("A: 1\n\nx\n").isEmpty)
    #expect(messages("").isEmpty)
  }
}
