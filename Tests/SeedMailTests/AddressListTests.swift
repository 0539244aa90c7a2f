import SeedMail
import Testing

struct AddressListTests {
  private func mailboxes(_ body: String) -> [String] {
    let message = Message(parsing: Array("To:\(body)\r\n\r\n".utf8))
    return message.fields.flatMap { message.mailboxes(in: $0) }.map { mailbox in
      let name = mailbox.displayName.map { "\($0) " } ?? ""
      return "\(name)<\(mailbox.localPart)|\(mailbox.domain)>"
    }
  }

  static let cases: [(String, [String])] = [
    ("a@b.example", ["<a|b.example>"]),
    ("A B <a@B.Example.>", ["A B <a|b.example>"]),
    ("\"A, B\" <a@b.example>, c@d.example", ["A, B <a|b.example>", "<c|d.example>"]),
    ("a@b.example (A B)", ["A B <a|b.example>"]),
    (
      "G: a@b.example, C <c@d.example>; e@f.example",
      ["<a|b.example>", "C <c|d.example>", "<e|f.example>"]
    ),
    ("undisclosed-recipients:;", []),
    ("victim@bank.example <evil@x.example>", ["victim@bank.example <evil|x.example>"]),
    ("\"<a@b.example>\" <c@d.example>", ["<a@b.example> <c|d.example>"]),
    ("<@r.example,@s.example:a@b.example>", ["<a|b.example>"]),
    ("@r.example:a@b.example", ["<a|b.example>"]),
    ("\"a b\"@c.example", ["<a b|c.example>"]),
    ("\"a@b\"@c.example", ["<a@b|c.example>"]),
    ("a @ b . example", ["<a|b.example>"]),
    ("A B a@b.example", ["A B <a|b.example>"]),
    ("<a@b.example> <c@d.example>", ["<a|b.example>", "<c|d.example>"]),
    ("A <a@b.example, C <c@d.example>", ["A <a|b.example>", "C <c|d.example>"]),
    ("\"A <a@b.example>", ["A <a|b.example>"]),
    ("A (b <a@b.example>", ["A b <a|b.example>"]),
    ("u@[IPv6:2001:db8::1]", ["<u|[ipv6:2001:db8::1]>"]),
    ("A <u@[192.0.2.1]>", ["A <u|[192.0.2.1]>"]),
    ("=?utf-8?Q?J=C3=BCrgen?= =?utf-8?Q?_M,?= <a@b.example>", ["J\u{FC}rgen M, <a|b.example>"]),
    ("a@b.example; c@d.example", ["<a|b.example>", "<c|d.example>"]),
    ("postmaster", ["<postmaster|>"]),
    ("just some words", []),
    (",,;:,", []),
    ("<>", []),
    ("j\u{FC}@b\u{FC}.example", ["<j\u{FC}|b\u{FC}.example>"]),
  ]

  @Test(arguments: cases)
  func `an address list is read as its text says`(body: String, expected: [String]) {
    #expect(mailboxes(" " + body) == expected)
  }
}
