import SeedMail

extension FuzzEntry {
  /// Address lists: a mailbox never has more text than was there.
  static let addresses = FuzzEntry(
    "addresses",
    words: ["<", ">", "@", ",", ";", ":", "(", ")", "\"", "\\", "=?utf-8?q?", "?=", "[192.0.2.1]"],
    seeds: [
      "=?utf-8?Q?J=C3=BCrgen?= \"M. \\\"X\\\"\" <a@b.example> (c (d))",
      "G: <@r.example:e@f.example>, g@[192.0.2.1];, H:;", "a@b.example c@d.example",
      "\"a@b\"@c.example, <>, x <y@z.example", "用户@例子.example, a . b @ c . example",
    ]
  ) { bytes in
    let list = AddressList(parsing: bytes.span, in: 0..<bytes.count)
    try require(list.mailboxes.count <= AddressList.mailboxCountMax, "mailboxes are few")
    for mailbox in list.mailboxes {
      try require(!mailbox.address.isEmpty, "a mailbox has an address")
      try require(
        mailbox.domain.utf8.count <= bytes.count * 3,
        "a domain comes from the input"
      )
    }
  }

  /// The search for an address in any text.
  static let addressSearch = FuzzEntry(
    "addresssearch",
    words: ["a.b@x.example", "=40", "%40", "&#64;", "a.b", "x.example"],
    seeds: ["To: A.B@X.example", "a.b@x.example.net a.b@x.exampl", "mailto:a.b%40x.example"]
  ) { bytes in
    guard let search = AddressSearch("a.b@x.example") else { return }
    let isFound = search.isFound(in: bytes, 0..<bytes.count)
    let address = Array("\na.b@x.example\n".utf8)
    try require(
      search.isFound(in: bytes + address, 0..<bytes.count + address.count),
      "an address on a line of its own is found"
    )
    if isFound { try require(bytes.count >= 13, "what is found is there") }
  }
}
