import SeedTesting
import Testing

@testable import SeedCore

struct AlertTextTests {
  @Test(
    arguments: [
      ("party.example", "party.example"), ("a\r\nb", "a b"), ("  a \t b  ", "a b"), ("", ""),
      ("\u{202E}abc\u{202C}", "\u{FFFD}abc\u{FFFD}"), ("a\u{200B}b", "a\u{FFFD}b"),
      (String(repeating: "x", count: 300), String(repeating: "x", count: 300)),
      (String(repeating: "x", count: 301), String(repeating: "x", count: 299) + "…"),
    ]
  )
  func `a line shows what it is`(text: String, line: String) {
    #expect(OutsideText.line(text) == line)
  }

  @Test(
    arguments: [
      ("party.example", "party.example"), ("https://evil.example/x", "https[:]//evil[.]example/x"),
      ("www.evil.example/x", "www[.]evil[.]example/x"), ("evil.example", "evil.example"),
      ("mail a@b.example now", "mail a[at]b[.]example now"), ("@everyone", "[at]everyone"),
      ("mailto:a@b.example", "mailto:a[at]b[.]example"),
      ("He said: see evil.example.", "He said: see evil.example."),
      ("party.example (d=x.example):", "party.example (d=x.example):"),
    ]
  )
  func `a quotation links to nothing and calls nobody`(text: String, quoted: String) {
    #expect(OutsideText.quoted(text) == quoted)
  }

  @Test(
    arguments: [
      ("party.example", "party.example"), ("Example Petitions", "'Example Petitions'"),
      ("O'Neil", #"'O'\''Neil'"#), ("$(reboot)", "'$(reboot)'"), ("a\nb", "'a b'"),
      ("--role", "'--role'"), ("", "''"), ("`x`;y", "'`x`;y'"),
    ]
  )
  func `a word for the shell is one word`(text: String, word: String) {
    #expect(OutsideText.shellWord(text) == word)
  }

  @Test(
    arguments: [
      (
        "<!channel> & <@U1> <https://a|b>", "&lt;!channel&gt; &amp; &lt;@U1&gt; &lt;https://a|b&gt;"
      ),
      ("plain", "plain"), ("&amp;", "&amp;amp;"),
    ]
  )
  func `Slack reads no markup`(text: String, slack: String) {
    #expect(ChatText.slack(text) == slack)
  }

  @Test(
    arguments: [
      ("plain text.", "plain text."), ("**b** _i_ `c`", #"\*\*b\*\* \_i\_ \`c\`"#),
      ("[a](https://b)", #"\[a\](https\://b)"#), ("# h", "\\# h"), ("a # b", "a # b"),
      ("1. one\n- two", "1\\. one\n\\- two"), ("> q <@1>", #"\> q \<\@1\>"#),
      ("@everyone", #"\@everyone"#),
      ("||s|| ~~x~~ \\", "\\|\\|s\\|\\| \\~\\~x\\~\\~ \\\\"),
    ]
  )
  func `Discord reads no markup`(text: String, discord: String) {
    #expect(ChatText.discord(text) == discord)
  }

  @Test func `HTML is made of escaped texts`() {
    let hostile = "<b a=\"'&"
    let markup: HTMLMarkup = "<p title=\"\(hostile)\">\(hostile)</p>"
    let text = "&lt;b a=&quot;&#39;&amp;"
    #expect(markup.markup == "<p title=\"\(text)\">\(text)</p>")
    #expect(HTMLMarkup.joined([markup, "<br>"], by: "\n").markup == markup.markup + "\n<br>")
  }

  @Test(
    arguments: [
      ("Hello", "Hello"), ("Grüße", "=?utf-8?B?R3LDvMOfZQ==?="),
      ("=?utf-8?q?x?=", "=?utf-8?B?PT91dGYtOD9xP3g/PQ==?="), ("", ""),
    ]
  )
  func `a header's text is ASCII`(text: String, encoded: String) {
    #expect(HeaderText.encoded(text, after: 9) == encoded)
  }

  @Test(arguments: 0..<32 as Range<UInt64>)
  func `any subject is read back by our own reader`(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let alphabet = Array("ab =?_é猫🐈.".unicodeScalars)
    let text = OutsideText.line(
      String(
        String.UnicodeScalarView(
          (0..<Int.random(in: 0...200, using: &random)).map { _ in
            alphabet.randomElement(using: &random)!
          }
        )
      )
    )
    let header = "Subject: \(HeaderText.encoded(text, after: 9))\r\n\r\n"
    #expect(header.split(separator: "\r\n").allSatisfy { $0.utf8.count <= 76 })
    let message = Message(parsing: Array(header.utf8))
    #expect(message.fields.count == 1)
    let subject = try #require(message.first(.subject))
    #expect(message.text(of: subject) == text)
  }

  @Test(arguments: 0..<16 as Range<UInt64>)
  func `quoted-printable is read back by our own reader`(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let alphabet = Array("abc =\n-.\tFrom é猫".unicodeScalars)
    let text = String(
      String.UnicodeScalarView(
        (0..<Int.random(in: 0...2000, using: &random)).map { _ in
          alphabet.randomElement(using: &random)!
        }
      )
    )
    let encoded = QuotedPrintable.encode(Array(text.utf8))
    let lines = encoded.split(separator: 10, omittingEmptySubsequences: false)
    #expect(lines.allSatisfy { $0.count <= 77 && $0.dropLast().last != UInt8(ascii: " ") })
    let head =
      "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    let structure = MIMEStructure(of: Message(parsing: Array(head.utf8) + encoded))
    #expect(structure.decodedText(of: 0)?.replacing("\r\n", with: "\n") == text)
  }

  @Test(
    arguments: [
      (1_795_341_600, "Sun, 22 Nov 2026 10:00:00 +0000"), (0, "Thu, 1 Jan 1970 00:00:00 +0000"),
      (-1, "Wed, 31 Dec 1969 23:59:59 +0000"), (951_782_400, "Tue, 29 Feb 2000 00:00:00 +0000"),
    ]
  )
  func `a date is written as mail has it`(seconds: Int64, text: String) {
    let time = Timestamp(seconds: seconds)
    #expect(time.mailDate == text)
    #expect(Timestamp(mail: Array(text.utf8).span, in: 0..<text.utf8.count) == time)
  }
}
