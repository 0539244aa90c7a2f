import SeedMail

extension FuzzEntry {
  /// Tag lists and base64: ranges lie in order inside the input, and what is written is read again.
  static let tagList = FuzzEntry(
    "taglist",
    words: ["v=1", "; ", "=", "bh=", "b=", "\r\n "],
    seeds: [
      "v=1; a=rsa-sha256; d=petitions.example; s=s2026; h=from:to;\r\n bh=47DEQpj8; b=AAAA",
      "v=DKIM1;k=ed25519;p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=;", "a = b = c ;",
    ]
  ) { bytes in
    if let list = try? TagList(parsing: bytes.span) {
      try require(list.tags.count <= TagList.tagCountMax, "a list keeps to its limit")
      var last = 0
      for tag in list.tags {
        try require(tag.name, within: last..<bytes.count)
        try require(tag.value, within: tag.paddedValue)
        try require(tag.paddedValue, within: tag.name.upperBound..<bytes.count)
        last = tag.paddedValue.upperBound
      }
    }
    for alphabet in [Base64.Alphabet.standard, .url] {
      if let decoded = try? Base64.decode(bytes.span, alphabet: alphabet) {
        let written = Array(Base64.encode(decoded, alphabet: alphabet).utf8)
        try require(written == bytes, "the strict form is the one that is written")
      }
      let text = Array(Base64.encode(bytes, alphabet: alphabet).utf8)
      let decoded = try? Base64.decode(text.span, alphabet: alphabet)
      try require(decoded == bytes, "what is written is read again")
    }
    _ = try? Base64.decode(bytes.span, form: .folded)
  }

  /// Dates: what is read can be written as RFC 3339 and read again.
  static let dates = FuzzEntry(
    "dates",
    words: ["Mon, ", "Jan", "Dec", " 2026", "+0000", "EST", "(c)", "T", "Z", "60"],
    seeds: [
      "Fri, 21 Nov 1997 09:55:06 -0600 (x)", "1 Mar 26 9:00 EST", "2026-03-01T09:00:00Z",
      "31 Dec 9999 23:59:60 +9959", "Thu Jan  1 00:00:00 1970", "2026-06-01T00:00:00.296Z",
    ]
  ) { bytes in
    if let time = Timestamp(mail: bytes.span, in: 0..<bytes.count) {
      let written = time.rfc3339
      // The zone may carry the first and the last year over the four digits that RFC 3339 has.
      if written.utf8.count == 20, !written.hasPrefix("-") {
        try require(Timestamp(rfc3339: written) == time, "a date survives being written")
      }
    }
    if let time = Timestamp(rfc3339: String(decoding: bytes, as: UTF8.self)) {
      let again = Timestamp(rfc3339: time.rfc3339)
      // Parts of seconds are read, and not written.
      try require(again?.seconds == time.seconds, "a time survives being written")
    }
  }

  /// Content-Type and Content-Disposition: a parameter's name occurs once, in lower case.
  static let contentType = FuzzEntry(
    "contenttype",
    words: ["; ", "=", "\"", "*0*=", "*1=", "utf-8''", "%C3", "charset", "boundary", "filename"],
    seeds: [
      "text/plain; charset=\"utf-8\"; format=flowed",
      "multipart/mixed; boundary=\"=_b\"; n*0*=utf-8''%C3; n*1=x; n*2*=%A4",
      "attachment; filename*=iso-8859-1'en'%A3%20rates; size=3 (a (c))",
    ]
  ) { bytes in
    let disposition = ContentDisposition(parsing: bytes.span, in: 0..<bytes.count)
    let type = ContentType(parsing: bytes.span, in: 0..<bytes.count)
    for parameters in [disposition.parameters, type?.parameters ?? []] {
      try require(Set(parameters.map(\.name)).count == parameters.count, "a name occurs once")
    }
  }

  /// Encoded words and unfolding, as a subject has them.
  static let encodedWords = FuzzEntry(
    "encodedwords",
    words: ["=?", "?=", "?q?", "?b?", "utf-8", "iso-2022-jp", "gb18030", "=1B", "\r\n ", "*en"],
    seeds: [
      "=?utf-8?Q?J=C3=BCrgen?= =?utf-8?q?_x?=", "=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=",
      "=?gb2312*en?b?1tDOxA?= =?UTF-8?B?w?= =?UTF-8?B?KQ==?=", "=?utf-16?q?=D8=00?=",
      "=?utf-7?q?+AKM-1?=", "=?euc-tw?b?jqKhoQ==?=",
    ]
  ) { bytes in
    let message = Message(parsing: Array("Subject: ".utf8) + bytes + Array("\r\n\r\n".utf8))
    guard let field = message.fields.first else { return }
    // A byte of a charset gives a few characters at most.
    try require(
      message.text(of: field).utf8.count <= bytes.count * 16 + 16,
      "decoding has a bound"
    )
    let unfolded = message.rawText(of: field)
    try require(unfolded.utf8.count <= 3 * bytes.count, "unfolding adds nothing")
    try require(!unfolded.utf8.contains(0x0A), "unfolding leaves one line")
  }

  /// The names of charsets by the input's first byte.
  private static let charsets = [
    "utf-8", "utf-7", "utf-16", "utf-16le", "utf-32", "iso-8859-1", "iso-8859-8", "windows-1251",
    "cp437", "koi8-r", "iso-2022-jp", "iso-2022-jp-2", "iso-2022-kr", "iso-2022-cn", "shift_jis",
    "euc-jp", "euc-kr", "johab", "gb18030", "big5", "cp950", "euc-tw", "tis-620", "viscii", "tcvn",
  ]

  /// Charsets and transfer encodings: any bytes are text, of a bounded length.
  static let charset = FuzzEntry(
    "charset",
    words: ["\u{1b}$B", "\u{1b}(B", "\u{1b}$)A", "+AKM-", "=20\n", "begin 644 x\n", "end"],
    seeds: {
      charsets.indices.map { [UInt8($0)] + Array("A\u{1b}$BF|K\\\u{1b}(B \u{e9}\u{ff}".utf8) }
        + [[1, 0xC0, 0x41, 0xFF], [2, 0xD8, 0, 0xDC], [10, 0x1B, 0x24, 0x42, 0xFF, 0xFF]]
    }
  ) { bytes in
    guard let first = bytes.first else { return }
    let name = charsets[Int(first) % charsets.count]
    let encoding = ["8bit", "base64", "quoted-printable", "x-uuencode"][Int(first >> 6)]
    let head = """
      Content-Type: text/plain; charset=\(name)
      Content-Transfer-Encoding: \(encoding)


      """
    let content = bytes.dropFirst()
    let structure = MIMEStructure(of: Message(parsing: Array(head.utf8) + content))
    let text = structure.decodedText(of: 0)
    try require((text?.utf8.count ?? 0) <= content.count * 16 + 4096, "a text has a bound")
  }

  /// Comma-separated values: rows that are written again are read the same.
  static let csv = FuzzEntry(
    "csv",
    words: ["\"", "\"\"", ",", "\r\n", "\u{feff}"],
    seeds: [
      "address,organisation\r\nanna@seeds.example,petitions.example\r\n",
      "\u{feff}\"a,b\",\"c \"\"d\"\"\"\n\n,\n\"e\nf\"",
    ]
  ) { bytes in
    guard let rows = try? CSV.rows(in: bytes) else { return }
    var lines: [UInt8] = []
    for row in rows {
      for (index, cell) in row.enumerated() {
        // By bytes: a mark behind a quotation mark makes another character of it.
        let quoted = Array(cell.utf8).flatMap { $0 == 0x22 ? [$0, $0] : [$0] }
        lines += (index == 0 ? [0x22] : [0x2C, 0x22]) + quoted + [0x22]
      }
      lines.append(0x0A)
    }
    let again = try? CSV.rows(in: lines)
    try require(again == rows, "what is written is read")
  }
}
