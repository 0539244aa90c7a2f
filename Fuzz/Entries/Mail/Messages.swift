import SeedMail

extension FuzzEntry {
  private static let words = [
    "From: ", "To: ", "\r\n", "\n", "\r\n ", "Content-Type: multipart/mixed; boundary=b", "--b",
    "--b--", "Content-Transfer-Encoding: base64", "message/rfc822", "text/html", "charset=",
    "DKIM-Signature: ", "Received: ", "Subject: =?utf-8?q?", "Date: ",
    "From a@b Thu Jan  1 0:0:0 1970",
  ]

  private static let plain = """
    Return-Path: <bounces@party.example>\r
    Delivered-To: anna@seeds.example\r
    Received: from m.party.example (m.party.example [192.0.2.7])\r
    \tby mx.seeds.example (Postfix) with ESMTPS id 4XyZ1\r
    \tfor <anna@seeds.example>; 1 Mar 2026 09:00:00 +0000\r
    From: =?utf-8?Q?J=C3=BCrgen?= "M. \\"X\\"" <a@b.example> (c (d))\r
    To: G: <@r.example:e@f.example>, g@[192.0.2.1];\r
    Date: Fri, 21 Nov 1997 09:55:06 -0600 (x)\r
    Message-ID: <a@b.example>\r
    References: <1@b.example> <2@b.example>\r
    List-Id: News <news.party.example>\r
    List-Unsubscribe: <https://party.example/u>, <mailto:u@party.example>\r

    """

  private static let nested = """
    From: a@b.example
    Content-Type: multipart/mixed; boundary="b"

    pre
    --b
    Content-Type: message/rfc822
    Content-Transfer-Encoding: base64

    U3ViamVjdDogeA0KDQpoZWxsbw==
    --b
    Content-Type: multipart/alternative; boundary=c

    --c
    Content-Type: text/plain; charset=iso-2022-jp
    Content-Transfer-Encoding: quoted-printable

    =1B$BF|K\\=1B(B=

    --c
    Content-Type: text/html

    <p>x</p>
    --c--
    --b--
    post

    """

  /// Header fields: they lie in order and in the message, and every reader of a field takes any.
  static let message = FuzzEntry(
    "message",
    words: words,
    seeds: [plain + "\r\nbody", nested, "A:1\rB:2\r\r", "From x\nA : 1\n b\n\n", ">From \nA:\n"]
  ) { bytes in
    let message = Message(parsing: bytes)
    var end = 0
    for field in message.fields {
      try require(field.whole.lowerBound >= end, "fields lie in order")
      try require(field.name, within: field.whole)
      try require(field.body, within: field.whole)
      end = field.whole.upperBound
      _ = message.text(of: field)
      _ = message.rawText(of: field)
      _ = message.mailboxes(in: field)
      _ = message.date(of: field)
      _ = message.messageIDs(in: field)
      _ = message.contentType(of: field)
      _ = message.contentDisposition(of: field)
    }
    try require(message.body, within: end..<bytes.count)
    try require(message.body.upperBound == bytes.count, "the body goes up to the end")
  }

  /// Mailboxes in one file: messages lie in order, and none has more bytes than stood there.
  static let mbox = FuzzEntry(
    "mbox",
    words: ["From ", ">From ", "\n\n", "Thu Jan  1 00:00:00 1970", "\r\n"],
    seeds: [
      "From a@b Thu Jan  1 00:00:00 1970\nA: 1\n\nx\n>From y\n\nFrom c Fri Jan  2 00:00:00 1970\nB:",
      "From \n\nFrom ", "no mbox",
    ]
  ) { bytes in
    var end = 0
    for range in Mbox(splitting: bytes.span).messages {
      try require(range, within: end..<bytes.count)
      end = range.upperBound
      let unquoted = Mbox.unquoted(bytes.span, range)
      try require(unquoted.count <= range.count, "taking quotes away adds nothing")
    }
  }

  /// MIME trees: a part lies in the part that holds it, and everything can be decoded.
  static let mime = FuzzEntry(
    "mime",
    words: words,
    seeds: [nested, plain + "Content-Type: text/plain; charset=utf-8\r\n\r\nx", "\n--\n"]
  ) { bytes in
    let structure = MIMEStructure(of: Message(parsing: bytes))
    for (index, part) in structure.parts.enumerated() {
      try require(part.body, within: part.whole)
      try require(part.depth <= MIMEStructure.nestingMax, "nesting has a limit")
      if let range = part.preamble { try require(range, within: part.body) }
      if let range = part.epilogue { try require(range, within: part.body) }
      if let parent = part.parent {
        try require(parent < index, "a part stands behind the one that holds it")
        let holder = structure.parts[parent]
        try require(part.depth == holder.depth + 1, "depth counts the holders")
        if holder.isMultipart { try require(part.whole, within: holder.body) }
      }
      _ = structure.decodedText(of: index)
      _ = structure.message(at: index).fields.map(\.kind)
    }
    let bodies = structure.bodies
    for index in bodies.text + bodies.html + bodies.attachments {
      try require(structure.parts.indices.contains(index), "a body is a part")
    }
  }

  /// Canonical bodies and headers: pieces make the whole, and twice is once.
  static let canonical = FuzzEntry(
    "canonical",
    words: [" \r\n", "\t", "\r", "\n", "\r\n\r\n", "A: "],
    seeds: ["A: X\r\nB : Y\t\r\n\tZ  \r\n\r\n C \r\nD \t E\r\n\r\n\r\n", "a\rb\nc\r\n\r", " \n \n"]
  ) { bytes in
    for canonicalization in [Canonicalization.simple, .relaxed] {
      let whole = try canonicalBody(canonicalization, bytes, limit: CanonicalBody.pieceByteCount)
      let limit = 1 + Int(bytes.first ?? 0) % 7
      let parts = try canonicalBody(canonicalization, bytes, limit: limit)
      try require(whole == parts, "pieces make the whole")
      let twice = try canonicalBody(canonicalization, whole, limit: CanonicalBody.pieceByteCount)
      try require(whole == twice, "a canonical body stays as it is")

      let message = Message(parsing: bytes)
      let names = message.fields.prefix(8).map { String(decoding: bytes[$0.name], as: UTF8.self) }
      let indices = message.fieldIndices(signedBy: names, excluding: 1)
      try require(Set(indices).count == indices.count, "a field is signed once")
      var output: [UInt8] = []
      for index in indices {
        let field = message.fields[index]
        canonicalization.append(field, of: bytes, omitting: field.body, to: &output)
        canonicalization.append(field, of: bytes, to: &output)
        try require(output.suffix(2) == [13, 10], "a field ends its line")
      }
    }
  }

  private static func canonicalBody(
    _ canonicalization: Canonicalization,
    _ bytes: [UInt8],
    limit: Int
  ) throws -> [UInt8] {
    var body = CanonicalBody(canonicalization, of: 0..<bytes.count)
    var output: [UInt8] = []
    var piece: [UInt8] = []
    repeat {
      body.next(of: bytes, into: &piece, limit: limit)
      try require(piece.count <= limit, "a piece keeps to its limit")
      output += piece
    } while !piece.isEmpty
    return output
  }
}
