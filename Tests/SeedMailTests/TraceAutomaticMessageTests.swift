import SeedMail
import SeedTesting
import Testing

struct TraceAutomaticMessageTests {
  private func read(_ text: String) -> AutomaticMessage? {
    let message = Message(parsing: Array(text.utf8))
    return AutomaticMessage(of: message, structure: MIMEStructure(of: message))
  }

  private static let notification = """
    Return-Path: <>
    From: Mail Delivery System <MAILER-DAEMON@mx.b.example>
    Subject: Undelivered Mail Returned to Sender
    MIME-Version: 1.0
    Content-Type: multipart/report; report-type=delivery-status; boundary="x"

    --x
    Content-Type: text/plain

    This is the mail system at host mx.b.example.
    --x
    Content-Type: message/delivery-status

    Reporting-MTA: dns; mx.b.example

    Final-Recipient: rfc822; one@b.example
    Original-Recipient: rfc822;one@b.example
    Action: failed
    Status: 5.1.1
    Diagnostic-Code: smtp; 550 5.1.1 no such user

    Final-Recipient: RFC822; <two@b.example>
    Status: 4.4.7 (too late)
    --x
    Content-Type: text/rfc822-headers

    From: anna@seeds.example
    --x--

    """

  @Test(arguments: ["\n", "\r\n", "\r"])
  func `a notification is read with every line end`(lineEnd: String) throws {
    let read = read(Self.notification.replacing("\n", with: lineEnd))
    let message = try #require(read)
    #expect(message.kind == .deliveryStatus)
    #expect(message.isStructural)
    #expect(message.recipients == ["one@b.example", "two@b.example"])
    #expect(message.statusCodes == ["5.1.1", "4.4.7"])
    #expect(
      message.evidence == [
        .reportPart, .reportType, .nullSender, .daemonSender, .subject, .phrase, .returnedMessage,
      ]
    )
  }

  @Test(
    arguments: [
      (
        "From: MAILER-DAEMON@a.example\nSubject: failure notice\n\nHi. This is the qmail-send"
          + " program at a.example.\n<u@b.example>:\nno mailbox here by that name. (#5.1.1)\n",
        AutomaticMessage.Kind.deliveryStatus
      ),
      (
        "Return-Path: <>\nX-Failed-Recipients: u@b.example, v@b.example\nAuto-Submitted:"
          + " auto-replied\nSubject: x\n\ny\n", .deliveryStatus
      ),
      ("From: MAILER-DAEMON <>\nSubject: Mail delivery failed\n\nx\n", .deliveryStatus),
      (
        "From: u@b.example\nAuto-Submitted: (vacation) \n\nx\nAuto-Submitted: auto-replied\n", nil
      ),
      ("From: u@b.example\nAuto-Submitted: Auto-Replied (vacation)\n\nI am away.\n", .autoReply),
      ("From: u@b.example\nPrecedence: auto_reply\n\nI am away.\n", .autoReply),
      ("From: u@b.example\nX-Autoreply: yes\n\nI am away.\n", .autoReply),
      ("Return-Path: <>\nFrom: u@b.example\nSubject: Automatic reply: Hi\n\nAway.\n", .autoReply),
      (
        "From: u@b.example\nContent-Type: multipart/report; report-type=feedback-report;"
          + " boundary=x\n\n--x\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\n"
          + "--x--\n", .feedbackReport
      ),
      (
        "From: u@b.example\nContent-Type: multipart/report; boundary=x;"
          + " report-type=disposition-notification\n\n--x\n\nYour message was read.\n--x--\n",
        .autoReply
      ),
    ] as [(String, AutomaticMessage.Kind?)]
  )
  func `what machines answer is recognised`(text: String, kind: AutomaticMessage.Kind?) {
    #expect(read(text)?.kind == kind)
  }

  @Test(arguments: [
    // A petition's confirmation.
    "Return-Path: <>\nFrom: Petitions <no-reply@petitions.example>\nAuto-Submitted: auto-generated\n"
      + "Precedence: bulk\nSubject: Please confirm your signature\n\nThank you for signing.\n",
    // A newsletter that says it replies, as marketing does to get past filters.
    "Return-Path: <>\nFrom: news@party.example\nAuto-Submitted: auto-replied\n"
      + "List-Unsubscribe: <https://party.example/u>\nSubject: Automatic reply: donate\n\nx\n",
    // A shop's letter about a parcel.
    "Return-Path: <>\nFrom: Parcels <no-reply@parcels.example>\n"
      + "Subject: Delivery failed: we missed you\n\nYour parcel could not be handed over.\n",
    // A person who forwards a notification.
    "From: Ann <ann@b.example>\nSubject: Fwd: Undelivered Mail Returned to Sender\n"
      + "Content-Type: multipart/mixed; boundary=y\n\n--y\n\nWhat is this?\n--y\n"
      + "Content-Type: message/rfc822\n\n\(notification)\n--y--\n",
    "From: postmaster@b.example\nSubject: Maintenance on Sunday\n\nThe server will be off.\n",
    "From: u@b.example\nSubject: Automatic reply systems compared\n\nRead on.\n",
    "", "\n", "Return-Path: <>\n\n",
  ])
  func `other mail is not taken for one`(text: String) {
    #expect(read(text) == nil)
  }

  @Test func `a notification cut at any byte is read`() {
    let bytes = Array(Self.notification.utf8)
    for end in 0...bytes.count {
      let message = Message(parsing: Array(bytes[..<end]))
      let read = AutomaticMessage(of: message, structure: MIMEStructure(of: message))
      if end == bytes.count { #expect(read != nil) }
    }
  }

  @Test func `recipients and codes are kept up to their limits`() throws {
    let many = (0..<300).map {
      "Final-Recipient: rfc822; u\($0)@b.example\nStatus: 5.\($0).0\n\n"
    }
    let read = read(
      "Content-Type: message/delivery-status\nFrom: x@b.example\n\n" + many.joined()
    )
    let message = try #require(read)
    #expect(message.recipients.count == 256)
    #expect(message.statusCodes.count == 64)
  }
}
