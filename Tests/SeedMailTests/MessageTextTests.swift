import SeedMail
import Testing

struct MessageTextTests {
  private func read<Value>(
    _ body: String,
    _ value: (Message, HeaderField) -> Value
  ) throws -> Value {
    let message = Message(parsing: Array("X:\(body)\r\n\r\n".utf8))
    return value(message, try #require(message.fields.first))
  }

  static let texts: [(String, String)] = [
    (" plain", "plain"),
    (" two\r\n  lines \r\n\tthree ", "two lines three"),
    (" =?utf-8?Q?J=C3=BCrgen?=", "J\u{FC}rgen"),
    (" =?UTF-8*de?b?SsO8cmdlbg==?=", "J\u{FC}rgen"),
    (" =?iso-8859-1?q?J=FCrgen?= =?iso-8859-1?q?_M?=", "J\u{FC}rgen M"),
    (" a =?utf-8?q?b?= c", "a b c"),
    (" =?utf-8?q?a?=\r\n =?utf-8?q?b?=", "ab"),
    // A character cut in two between words.
    (" =?utf-8?q?=C3?= =?utf-8?q?=BC?=", "\u{FC}"),
    (" x=?utf-8?q?y?=z", "xyz"),
    (" =?utf-8?q?a b?=", "a b"),
    (" =?utf-8?q?open", "=?utf-8?q?open"),
    (" =?utf-8?x?a?=", "=?utf-8?x?a?="),
    (" =?nonsense?q?=FC?=", "\u{FC}"),
    (" =?utf-8?b?SsO8cmdlbg?=", "J\u{FC}rgen"),
    (" =?utf-8?q??=", ""),
    (" =?koi8-r?b?8NLJ18XU?=", "\u{41F}\u{440}\u{438}\u{432}\u{435}\u{442}"),
    (" =?iso-2022-jp?b?GyRCRnxLXBsoQg==?=", "\u{65E5}\u{672C}"),
    (" =?utf-7?q?+AOk-?=", "\u{E9}"),
    (" =?big5?b?pKSk5Q==?=", "\u{4E2D}\u{6587}"),
    (" =?gb18030?b?1tDOxA==?=", "\u{4E2D}\u{6587}"),
    (" =?windows-1251?b?z/Do4uXy?=", "\u{41F}\u{440}\u{438}\u{432}\u{435}\u{442}"),
    // What a charset doesn't have, and a character that is not whole.
    (" =?euc-jp?q?=C6=FC=FFa?=", "\u{65E5}\u{FFFD}a"),
    (" =?euc-jp?q?a=C6?=", "a\u{FFFD}"),
    (" =?utf-8?q?a=FFb?=", "a\u{FFFD}b"),
    (" =?utf-8?q?a=1B=5B2Jb?=", "a\u{FFFD}[2Jb"),
    (" a\u{202E}b", "a\u{FFFD}b"),
    (" caf\u{E9}", "caf\u{E9}"),
  ]

  @Test(arguments: texts)
  func `a text is shown decoded and on one line`(body: String, expected: String) throws {
    #expect(try read(body) { $0.text(of: $1) } == expected)
  }

  @Test func `bytes that are no UTF-8 are read as windows-1252`() throws {
    let message = Message(parsing: Array("X: caf".utf8) + [0xE9, 0x20, 0x80, 0x0D, 0x0A])
    #expect(message.text(of: try #require(message.fields.first)) == "caf\u{E9} \u{20AC}")
  }

  @Test func `raw text is unfolded and not decoded`() throws {
    #expect(try read(" a\r\n\t =?utf-8?q?b?= ") { $0.rawText(of: $1) } == "a\t =?utf-8?q?b?=")
  }

  static let identifiers: [(String, [String])] = [
    (" <a@b.example>", ["a@b.example"]),
    (" <a@b.example>\r\n <c@d.example>", ["a@b.example", "c@d.example"]),
    (" <a@b.example> (a comment <x@y.example>) <c@d.example>", ["a@b.example", "c@d.example"]),
    (" <a @ b.example>", ["a@b.example"]),
    (" a@b.example c@d.example", ["a@b.example", "c@d.example"]),
    (" <>", []),
    (" <a@b.example", ["a@b.example"]),
    ("", []),
  ]

  @Test(arguments: identifiers)
  func `identifiers are read without their brackets`(body: String, expected: [String]) throws {
    #expect(try read(body) { $0.messageIDs(in: $1) } == expected)
  }

  static let dates: [(String, String?)] = [
    (" Fri, 21 Nov 1997 09:55:06 -0600", "1997-11-21T15:55:06Z"),
    (" 21 Nov 97 09:55:06 GMT", "1997-11-21T09:55:06Z"),
    (" 21 Nov 49 09:55 +0000", "2049-11-21T09:55:00Z"),
    (" 21 Nov 50 09:55 +0000", "1950-11-21T09:55:00Z"),
    (" 21 Nov 103 09:55 +0000", "2003-11-21T09:55:00Z"),
    (" Thu, 29 Feb 2024 23:59:60 EST", "2024-03-01T05:00:00Z"),
    (" Thu, 29 Feb 2023 00:00:00 +0000", nil),
    (" Mon Jan  2 15:04:05 2006", "2006-01-02T15:04:05Z"),
    (" Mon, 02-Jan-06 15:04:05 PST", "2006-01-02T23:04:05Z"),
    (" 1 Jul 2003 (a (nested) comment) 10:52:37 +0200 (CEST)", "2003-07-01T08:52:37Z"),
    (" 1 Jul 2003 10:52:37 X", "2003-07-01T10:52:37Z"),
    (" from a by b; Mon, 10 Oct 2022 10:31:15 -0700 (PDT)", "2022-10-10T17:31:15Z"),
    (" 1 Jul 2003 24:00:00 +0000", nil),
    (" 1 Jul 2003 10:60:00 +0000", nil),
    (" 32 Jul 2003 10:00:00 +0000", nil),
    (" 1 Foo 2003 10:00:00 +0000", nil),
    (" 1 Jul 20030 10:00:00 +0000", nil),
    (" 1 Jul 2003", nil),
    (" 99999999999999999999 Jul 2003 10:00:00 +0000", nil),
    ("", nil),
  ]

  @Test(arguments: dates)
  func `a date is read in the forms that mail has`(body: String, expected: String?) throws {
    #expect(try read(body) { $0.date(of: $1) }?.rfc3339 == expected)
  }

  static let types: [(String, String?, [String])] = [
    (" Text/HTML; Charset=\"UTF-8\"", "text/html", ["charset=UTF-8"]),
    (" text/plain (a comment); charset=x (another)", "text/plain", ["charset=x"]),
    (" text/plain; name*=iso-8859-1'de'B%FCro", "text/plain", ["name=B\u{FC}ro"]),
    (" a/b; n*1=d; n*0=c; n*2*=%65", "a/b", ["n=cde"]),
    (" a/b; n=plain; n*=utf-8''%C3%A9", "a/b", ["n=\u{E9}"]),
    (" a/b; n=\"x;y\\\"z\"; m=2", "a/b", ["n=x;y\"z", "m=2"]),
    (" a/b; n=1; n=2", "a/b", ["n=1"]),
    (" a/b; n=\"open", "a/b", ["n=open"]),
    (" a/b n=1", "a/b", ["n=1"]),
    (" a/b; =1; ;; n", "a/b", []),
    (" a/b; n==?utf-8?q?=C3=A9?=", "a/b", ["n=\u{E9}"]),
    (" /b", nil, []),
    ("", nil, []),
  ]

  @Test(arguments: types)
  func `a content type is read with its parameters`(
    body: String,
    name: String?,
    parameters: [String]
  ) throws {
    let type = try read(body) { $0.contentType(of: $1) }
    #expect(type?.name == name)
    #expect((type?.parameters ?? []).map { "\($0.name)=\($0.value)" } == parameters)
  }
}
