import SeedMail

extension FuzzEntry {
  /// HTML and plain text as a reader's parts: links and imprints keep to their limits.
  static let html = FuzzEntry(
    "html",
    words: [
      "<a href=\"https://", "<!--", "-->", "&amp;", "&#x", "&#64;", "<style>", "</style>",
      "<script",
      "http://", "www.", "Promoted by ", " on behalf of ", "Printed by ",
    ],
    seeds: [
      "<p>Promoted by A. Agent on behalf of the Party, 1 Road, Town</p><style>x{}</style>",
      "<a href='https://u:p@party.example:8080/x?y#z'>&lt;&#x26;&nbsp</a><!-- <a href=http://c>",
      "http://[2001:db8::1]/ HTTPS://PARTY.example. mailto:a@b <img src=//cdn.example/x",
    ]
  ) { bytes in
    for type in ["html", "plain"] {
      let head = Array("Content-Type: text/\(type); charset=utf-8\n\n".utf8)
      try look(Message(parsing: head + bytes))
    }
  }

  /// Reports on delivery.
  static let deliveryStatus = FuzzEntry(
    "deliverystatus",
    words: [
      "Final-Recipient: rfc822; ", "Action: failed", "Status: 5.1.1", "Diagnostic-Code: smtp; 550",
      "\n\n", "Original-Recipient: ",
    ],
    seeds: [
      "Reporting-MTA: dns; mx.b.example\n\nFinal-Recipient: rfc822; anna@seeds.example\n"
        + "Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 no such user\n",
      "550 5.7.1 <anna@seeds.example>: refused\n",
    ]
  ) { bytes in
    let head = """
      Content-Type: multipart/report; report-type=delivery-status; boundary=b

      --b
      Content-Type: message/delivery-status


      """
    try look(Message(parsing: Array(head.utf8) + bytes))
    try look(Message(parsing: Array("Subject: Undelivered mail\nReturn-Path: <>\n\n".utf8) + bytes))
  }

  /// Automatic messages and the marks of lists: any message is told apart.
  static let automatic = FuzzEntry(
    "automatic",
    words: [
      "Auto-Submitted: auto-replied", "Return-Path: <>", "Precedence: bulk", "List-Id: <",
      "List-Unsubscribe: <https://", "Subject: Out of office", "X-Failed-Recipients: ",
    ],
    seeds: [
      "Auto-Submitted: auto-replied (x)\nSubject: Out of office\nList-Id: A <a.b.example>\n\nx",
      "Return-Path: <>\nFrom: MAILER-DAEMON@b.example\nX-Failed-Recipients: a@b.example\n\n",
      "List-Unsubscribe: <mailto:u@l.example?subject=x>, <https://l.example/u>\n\n",
    ]
  ) { bytes in try look(Message(parsing: bytes)) }

  private static func look(_ message: Message) throws {
    let structure = MIMEStructure(of: message)
    _ = AutomaticMessage(of: message, structure: structure)
    let claims = BodyClaims(of: structure)
    try require(claims.imprints.count <= Imprint.countMax, "imprints are few")
    for host in claims.linkHosts {
      try require(!host.isEmpty && host.utf8.count <= 253, "a host is a name")
    }
    _ = message.listID
    _ = message.listUnsubscribeHosts
  }

  /// Received fields and envelope addresses: any bytes are read, and a hop is one of the fields.
  static let received = FuzzEntry(
    "received",
    words: [
      "from ", " by ", " with ", " id ", " for <", "; ", "(", ")", "[192.0.2.1]",
      "[IPv6:2001:db8::1]",
      "mx.seeds.example", "HELO ", "ESMTPSA",
    ],
    seeds: [
      "from m.party.example (m.party.example [192.0.2.7])\r\n\tby mx.seeds.example (Postfix) with "
        + "ESMTPS id 4XyZ1\r\n\tfor <anna@seeds.example>; 1 Mar 2026 09:00:00 +0000",
      "from [IPv6:2001:db8::1] (HELO x) by 192.0.2.1 with SMTP; Thu, 1 Jan 1970 00:00:00 GMT",
      "(qmail 1 invoked by uid 0); 1 Mar 2026 09:00:00 -0000", "<\"a b\"@[192.0.2.1]>",
    ]
  ) { bytes in
    if let hop = Received(parsing: bytes.span) {
      _ = hop.clientAddress
      _ = hop.heloName
    }
    if let address = EnvelopeAddress.read(bytes.span) {
      // A byte that is no UTF-8 is shown as a character of three bytes.
      try require(address.utf8.count <= 3 * bytes.count, "an address stands in the field")
    }
    let message = Message(parsing: Array("Received: ".utf8) + bytes)
    let hosts = OwnHosts(names: ["mx.seeds.example", "192.0.2.1"])
    if let hop = OwnHop(in: message, hosts: hosts) {
      try require(hop.fieldIndex < message.fields.count, "a hop is a field")
      _ = hop.authenticationResults(in: message, authservs: hosts)
    }
  }

  /// Authentication-Results: what is read keeps to its limits, and says nothing that isn't there.
  static let authenticationResults = FuzzEntry(
    "results",
    words: [
      "; ", "dkim=pass", "spf=fail", "header.d=", "smtp.mailfrom=", "reason=\"", "(", "none", "/1",
    ],
    seeds: [
      "mx.seeds.example 1; dkim=pass (ok) reason=\"good\" header.d=party.example header.i=@party.example;"
        + "\r\n spf=softfail smtp.mailfrom=x@party.example; dmarc/1=none",
      "mx.seeds.example; none", "\"a b\";dkim = fail policy.x = \"\\\"\"",
    ]
  ) { bytes in
    guard let field = try? AuthenticationResultsField(parsing: bytes.span) else { return }
    try require(!field.authserv.isEmpty, "a field has an author")
    try require(
      field.results.count <= AuthenticationResultsField.resultCountMax,
      "statements are few"
    )
    for statement in field.results {
      try require(
        statement.properties.count <= AuthenticationResultsField.propertyCountMax,
        "properties are few"
      )
      try require(
        !statement.method.isEmpty && !statement.result.isEmpty,
        "a statement says something"
      )
      for property in statement.properties {
        // A byte that is no UTF-8 is shown as a character of three bytes.
        try require(property.value.utf8.count <= 3 * bytes.count, "a value stands in the field")
      }
    }
  }
}
