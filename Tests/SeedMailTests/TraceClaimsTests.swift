import SeedMail
import SeedTesting
import Testing

struct TraceClaimsTests {
  private func claims(_ text: String, type: String = "text/plain; charset=utf-8") -> BodyClaims {
    let message = Message(parsing: Array("Content-Type: \(type)\n\n\(text)".utf8))
    return BodyClaims(of: MIMEStructure(of: message))
  }

  @Test(arguments: [
    ("see https://Www.A.example/x?y and http://b.example:8080.", ["www.a.example", "b.example"]),
    ("http://user:p@c.example@d.example/ HTTPS://d.example.", ["d.example"]),
    ("mailto:u@e.example?subject=x mailto:nobody http:/f.example xhttp://g.example", ["e.example"]),
    ("http://[2001:db8::1]:80/ http:// https:///x", ["2001:db8::1"]),
    ("<a href=\"https://h.example\">https://i.example</a>", ["h.example", "i.example"]),
    ("http://\(String(repeating: "a", count: 254))", []), ("", []), (":", []), ("http:", []),
  ])
  func `hosts of links are found`(text: String, hosts: [String]) {
    #expect(claims(text).linkHosts == hosts)
  }

  @Test func `hosts are kept up to their limit`() {
    let limit = LinkHosts.hostCountMax
    for count in [limit - 1, limit, limit + 1] {
      let text = (0..<count).map { "http://h\($0).example " }.joined()
      #expect(claims(text).linkHosts.count == min(count, limit))
    }
  }

  @Test(arguments: [
    (
      "Hello\n\nPrinted and promoted by J. Doe on behalf of\nThe Example Party, both at 1 High St.,"
        + " London SW1A 1AA. Unsubscribe here.\n",
      "Printed and promoted by J. Doe on behalf of The Example Party, both at 1 High St.,"
        + " London SW1A 1AA"
    ),
    (
      "PROMOTED BY JANE DOE, 2 MARKET ST, LEEDS\n\nReply STOP",
      "PROMOTED BY JANE DOE, 2 MARKET ST, LEEDS"
    ),
    ("Published & promoted by A on behalf of B", "Published & promoted by A on behalf of B"),
    ("Printed & published by C of 3 Mill Lane.", "Printed & published by C of 3 Mill Lane"),
    ("This event is promoted by Live Music.", nil), ("published by Penguin on behalf of D", nil),
    ("promoted by " + String(repeating: "x", count: 500) + " on behalf of E", nil),
  ])
  func `an imprint is found, and what is none isn't`(text: String, imprint: String?) {
    #expect(claims(text).imprints == (imprint.map { [$0] } ?? []))
  }

  @Test func `an imprint is found in HTML`() {
    let html =
      "<style>p{}</style><!-- promoted by X on behalf of Y --><script>'promoted by Z on behalf of"
      + " Z'</script><p>Hi</p><td><b>Promoted</b> by\r\n&#74;. Doe on&nbsp;behalf of A &amp; B,<i>"
      + " both</i> at 1 High Street</td><td>Unsubscribe</td>"
    #expect(
      claims(html, type: "text/html").imprints
        == ["Promoted by J. Doe on behalf of A & B, both at 1 High Street"]
    )
  }

  @Test func `what an attachment says is nobody's claim`() {
    let text =
      "--x\nContent-Type: text/plain\n\nHi\n--x\nContent-Type: text/plain\n"
      + "Content-Disposition: attachment\n\nhttp://a.example\n--x--\n"
    #expect(claims(text, type: "multipart/mixed; boundary=x").linkHosts == [])
  }

  @Test func `marks of the sender are read from the header`() {
    let message = Message(
      parsing: Array(
        """
        List-Id: "News, all of it" <News.Party.example>
        List-Unsubscribe: <mailto:u@lists.party.example?subject=x>,
         <https://click.esp.example/u?id=1>
        List-Post: NO
        Feedback-ID: campaign:customer:kind:esp
        Message-ID: <1@Mail.Party.example>

        """.utf8
      )
    )
    #expect(message.listID == "news.party.example")
    #expect(message.listUnsubscribeHosts == ["lists.party.example", "click.esp.example"])
    #expect(message.listPostHosts == [])
    #expect(message.feedbackIDParts == ["campaign", "customer", "kind", "esp"])
    #expect(message.messageIDHost == "mail.party.example")
  }

  @Test(arguments: [
    "<", "&", "&#1", "<!--", "promoted by ", "p", "http://", "mailto:", "\n", "<script>",
  ])
  func `a long text takes linear time`(unit: String) {
    let text = String(repeating: unit, count: 1_000_000 / unit.utf8.count)
    let clock = ContinuousClock()
    let time = clock.measure { _ = claims(text, type: "text/html") }
    // Quadratic time would be hours.
    #expect(time < .seconds(30))
  }

  @Test(arguments: 0..<32 as Range<UInt64>)
  func `any text is searched`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let words = [
      "promoted by ", "published by ", "printed and ", " on behalf of ", "<", ">", "&", "#", ";",
      "<p>", "<!--", "script", "/", "http://", "mailto:", "@", "a.example", "\n\n", "é", "1", ".",
    ]
    for _ in 0..<100 {
      let text = (0..<Int.random(in: 0...30, using: &random))
        .map { _ in words[Int.random(in: 0..<words.count, using: &random)] }
        .joined()
      let claims = claims(text, type: Bool.random(using: &random) ? "text/html" : "text/plain")
      #expect(claims.imprints.count <= 4)
    }
  }
}
