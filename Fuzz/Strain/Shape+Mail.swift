extension Shape {
  /// Whole messages, read by themselves, and worked on from end to end.
  static let messages: [Shape] = {
    // The answer to every question for TXT records comes before what is worked on.
    let line = "v=spf1 -all\n"
    let groups: [[Shape]] = [
      wholeFields("message", ""), fieldBodies("message", ""), bodies("mime", ""), parts("mime", ""),
      wholeFields("examine", line), fieldBodies("examine", line), bodies("examine", line),
      parts("examine", line),
    ]
    return Array(groups.joined())
  }()

  private static func wholeFields(_ entry: String, _ line: String) -> [Shape] {
    let fields = [
      "A: 1\r\n", "Subject: x\r\n", "no field\r\n", "From: a@b.example\r\n", "To: a@b.example\r\n",
      "Delivered-To: anna@seeds.example\r\n", ": x\r\n", "A : x\r\n x\r\n",
      "Received: from a by b; 1 Mar 2026 09:00:00 +0000\r\n",
      "Received: from a by mx.seeds.example (x) with SMTP\r\n",
      "DKIM-Signature: v=1; a=rsa-sha256; d=a.example; s=s; h=from; bh=AAAA; b=AAAA\r\n",
      "ARC-Seal: i=1; a=rsa-sha256; cv=none; d=l.example; s=s; b=AAAA\r\n",
      "Authentication-Results: mx.seeds.example; dkim=pass header.d=a.example\r\n",
      "Content-Type: text/plain\r\n", "List-Unsubscribe: <https://a.example>\r\n",
    ]
    return each(entry, fields, before: line, after: "\r\n") + [
      numbered(entry, "parameters with numbers", count: 1000, before: line + "Content-Type: a/b") {
        "; n*\($0)=x"
      },
      numbered(entry, "signatures of many domains", count: 300, before: line) {
        "DKIM-Signature: v=1; a=rsa-sha256; d=a\($0).example; s=s; h=from:to; bh=AAAA; b=AAAA\r\n"
      },
      numbered(entry, "ARC sets", count: 100, before: line) { number in
        """
        ARC-Seal: i=\(number + 1); a=rsa-sha256; cv=pass; d=l.example; s=s; b=AAAA
        ARC-Message-Signature: i=\(number + 1); a=rsa-sha256; d=l.example; s=s; h=from; bh=AA==; b=AA
        ARC-Authentication-Results: i=\(number + 1); l.example; spf=pass

        """
      },
    ]
  }

  private static func fieldBodies(_ entry: String, _ line: String) -> [Shape] {
    let signature = "DKIM-Signature: v=1; a=rsa-sha256; d=a.example; s=s; bh=AAAA; "
    let pieces: [(String, [String])] = [
      (
        "To: ",
        [
          "a@b.example,", "(", "(a)", "a:", "a:;", ";", "\"", "\"\\", "<", "a@b ", "a@b <", "@,",
          "[",
          "=?utf-8?q?a?= ", "=?utf-8?q?", "=?utf-8?b?w6k=?=", "=?", "\r\n ", "\\", ".a",
        ]
      ),
      ("Subject: ", ["x", "=?utf-8?q?=C3?="]), ("Date: ", ["(", "1 "]),
      ("References: ", ["<a@b.example> ", "<"]), ("Received: ", ["(", "from a by b ", "; "]),
      ("Authentication-Results: mx.seeds.example", ["; dkim=pass header.d=a.example", "("]),
      ("Content-Type: text/plain", ["; a=b", "; n*0=x", "; a=\"\\"]), ("List-Id: ", ["<"]),
      ("List-Unsubscribe: ", ["<http://a.example>,"]), ("Return-Path: ", ["<"]),
      ("Auto-Submitted: ", ["("]), ("DKIM-Signature: ", ["x=1; "]),
      (signature + "b=AAAA; h=", ["from:"]), (signature + "h=from; b=", [" A"]),
    ]
    return pieces.flatMap { start, pieces in
      pieces.map { piece in
        text(entry, start + String(reflecting: piece), line + start, piece, "\r\n\r\n")
      }
    }
  }

  private static func bodies(_ entry: String, _ line: String) -> [Shape] {
    let pieces: [(String, [String])] = [
      (
        "html",
        [
          "<", "<!--", "<a", "<a href=", "<a href=\"http://a.example/\">", "&", "&#x", "&amp;",
          "<p ",
          "<style>", "<script>", "\"", "http://", "http://a.example ", "Promoted by ", " ", "\n",
          "on behalf of ", "Printed and promoted by A on behalf of B, 1 Road, Town. ",
        ]
      ),
      ("plain", ["http://", "www.", "http://a.example ", "Promoted by ", "x"]),
      ("plain\nContent-Transfer-Encoding: base64", ["QUJD\n", " \n"]),
      ("plain\nContent-Transfer-Encoding: quoted-printable", ["=\n", "   ", "="]),
      ("plain\nContent-Transfer-Encoding: x-uuencode", ["begin 644 x\nM\n"]),
      ("plain; charset=iso-2022-jp", ["\u{1b}$B\u{1b}(B"]), ("plain; charset=utf-7", ["+"]),
      ("plain; charset=gb18030", ["\u{e9}"]),
    ]
    let head = line + "From: a@b.example\nContent-Type: text/"
    let repeated = pieces.flatMap { type, pieces in
      pieces.map { piece in
        text(
          entry,
          type.replacing("\n", with: ", ") + ": " + String(reflecting: piece),
          head + type + "\n\n",
          piece
        )
      }
    }
    return repeated + [
      numbered(entry, "hosts", count: 1000, before: head + "plain\n\n") {
        "http://a\($0).example/ "
      },
      numbered(entry, "imprints", count: 300, before: head + "plain\n\n") {
        "Promoted by A\($0) on behalf of B\($0), 1 Road, Town.\n\n"
      },
    ]
  }

  private static func parts(_ entry: String, _ line: String) -> [Shape] {
    let head = line + "From: a@b.example\nContent-Type: multipart/mixed; boundary="
    let body = head + "b\n\n"
    let report =
      head + "b; report-type=delivery-status\n\n--b\nContent-Type: message/delivery-status\n\n"
    let dashes = String(repeating: "-", count: 60)
    let inner = "--b\nContent-Type: multipart/x; boundary=b\n\n"
    return [
      text(entry, "parts", body, "--b\n\nx\n", "--b--"), text(entry, "empty parts", body, "--b\n"),
      text(entry, "closed parts", body, "--b--\n"),
      text(entry, "parts that hold parts", body, inner),
      text(
        entry,
        "messages in messages",
        line + "Content-Type: message/rfc822\n\n",
        "Content-Type: message/rfc822\n\n"
      ),
      text(entry, "beginnings of a boundary", head + dashes + "b\n\n", dashes + "\n"),
      text(entry, "one line of dashes", head + dashes + "b\n\n", "-"),
      text(entry, "blank lines", line + "A: b\n\n", "\r\n"),
      text(entry, "lines of blanks", line + "A: b\n\n", " \r\n"),
      text(entry, "reports", report, "Final-Recipient: rfc822; a@b.example\nAction: failed\n\n"),
      text(entry, "codes", line + "Return-Path: <>\nSubject: failure\n\n", "550 5.1.1 "),
      numbered(entry, "nested parts", count: 200, before: head + "b0\n\n") {
        "--b\($0)\nContent-Type: multipart/mixed; boundary=b\($0 + 1)\n\n"
      },
    ]
  }

  /// Parts of messages by themselves, without the limits that a whole message has.
  static let grammar: [Shape] = {
    let groups: [[Shape]] = [
      each(
        "addresses",
        [
          "(", "(a)", "a@b.example,", "a@b ", "<", "\"\\", "=?utf-8?q?a?= ", "=?", "a:", "@,", ",",
          "[a",
        ]
      ),
      each(
        "encodedwords",
        ["=?utf-8?q?a?= ", "=?utf-8?q?", "=?a?b?c=?", "=?", "=?utf-8?b?", "\r\n "]
      ),
      each("contenttype", ["; a=b", "; a*0=b", "; a=\"", "(", "; a*=utf-8''%C3"], before: "a/b"),
      each("taglist", ["a=b;", "=", "a;", " ", "AAAA", "A\n "]),
      each("dates", ["(", "1", "1 ", "Jan ", ":"]),
      each("received", ["(", "from a ", "by b ", "[", ";", "a.", "for <a>"]),
      each(
        "results",
        ["; dkim=pass", " a.b=c", "(", "\"", ";", "="],
        before: "mx.seeds.example; spf=pass"
      ),
      each("mbox", ["From ", "From a Thu Jan  1 00:00:00 1970\n\n", ">From \n", "\n", ">", "1:"]),
      each("canonical", [" ", " \r\n", "\r", "\n", "\t\n", "a: b\r\n", "A:\r\n "]),
      each("addresssearch", ["a.b@x.exampl", "a", "=40", "a.b", "&#64;", "=\n", "%"]),
      each("csv", [",", "\"\"", "\n", "a\n", "\"a\","]),
    ]
    return Array(groups.joined())
  }()
}
