import SeedCrypto
import SeedTesting
import Testing

@testable import SeedCore

struct AlertMessageTests {
  @Test(
    arguments: [
      (
        .disclosure, .aligned, .a,
        "party.example has the address: on 22 November 2026 it wrote to anna…@seeds.example."
      ),
      (
        .disclosure, .reported, .b,
        "party.example has the address: on 22 November 2026 it wrote to anna…@seeds.example."
      ),
      (
        .disclosure, .aligned, .c,
        "On 22 November 2026, a message from party.example reached anna…@seeds.example."
      ),
      (
        .disclosure, .reported, .d,
        "On 22 November 2026, a message reached anna…@seeds.example that is from party.example, by the word of the own mail server."
      ),
      (
        .stranger, .claimed, .d,
        "On 22 November 2026, a message that claims to be from party.example reached anna…@seeds.example; nothing proves it."
      ),
      (
        .stranger, .platform, .aESP,
        "On 22 November 2026, a message that claims to be from party.example reached anna…@seeds.example, sent through mailer.example; nothing proves that party.example had it sent."
      ),
      (
        .stranger, .none, .d,
        "On 22 November 2026, a message that doesn't say who it is from reached anna…@seeds.example."
      ),
      (
        .impersonation, .claimed, .d,
        "Somebody who poses as party.example knows the address: on 22 November 2026 a message to anna…@seeds.example claimed to be from there, and what party.example publishes contradicts it."
      ),
      (
        .bounce, .aligned, .a,
        "Somebody used anna…@seeds.example as the sender of mail of their own: on 22 November 2026 a mail system answered mail that this address never sent. Nothing shows who it was."
      ),
      (
        .withdrawn, .aligned, .a,
        "After consent was withdrawn, on 22 November 2026, party.example wrote to anna…@seeds.example."
      ),
      (
        .withdrawn, .claimed, .d,
        "After consent was withdrawn, on 22 November 2026, a message that claims to be from party.example reached anna…@seeds.example; nothing proves it."
      ),
      (
        .related, .aligned, .a,
        "On 22 November 2026, party.example wrote to anna…@seeds.example. The register has that domain as a successor or an affiliate of Example Petitions."
      ),
    ] as [(MessageClass, Sender.Status, Grade, String)]
  )
  func `the first sentence says what is known, and no more`(
    messageClass: MessageClass,
    status: Sender.Status,
    grade: Grade,
    sentence: String
  ) throws {
    let finding = try AlertSample.finding(
      messageClass,
      status: status,
      grade: grade,
      platform: status == .platform ? "mailer.example" : nil
    )
    #expect(FindingWords(finding).whoHasIt == sentence)
  }

  @Test func `nobody is said to have written whom the evidence doesn't show`() throws {
    for messageClass in MessageClass.allCases {
      for status in Sender.Status.allCases {
        for grade in Grade.allCases {
          for event in [FindingEvent.Kind.found, .corroborated, .escalated, .gradeImproved] {
            let finding = try AlertSample.finding(
              messageClass,
              status: status,
              grade: grade,
              event: event
            )
            let message = AlertMessage(.finding(finding))
            let accuses = [
              "party.example has ", "party.example wrote", "it wrote to",
            ].contains { (message.subject + message.plainText).contains($0) }
            let isProved = status.isAuthenticated && grade >= .b
            #expect(!accuses || isProved, "\(messageClass) \(status) \(grade)")
            // Those whose name was abused are never accused, however well they are known.
            if [.bounce, .impersonation].contains(messageClass) { #expect(!accuses) }
          }
        }
      }
    }
  }

  @Test func `a control was given to nobody`() throws {
    let finding = try AlertSample.finding(.control, organisation: nil)
    let message = AlertMessage(.finding(finding))
    #expect(message.severity == .critical)
    #expect(message.subject == "A control was hit: mail to an address that nobody was given")
    #expect(message.lead[1].hasPrefix("No organisation was given this address"))
    #expect(!message.plainText.contains("org authorise"))
    #expect(!message.plainText.contains("seedctl letter"))
  }

  @Test func `an adopted address has no day`() throws {
    var finding = try AlertSample.finding()
    finding.isAdopted = true
    finding.purpose = "the newsletter"
    #expect(
      FindingWords(finding).whoWasGivenIt
        == "It was given to Example Petitions, on the form https://petitions.example/p/1 (purpose: the newsletter), before it was watched here."
    )
  }

  @Test func `a disclosure reads well in a terminal`() throws {
    let finding = try AlertSample.finding(reasons: [
      "The sender is party.example: its DKIM signature (d=party.example, s=k1) verifies.",
      "The address was given to Example Petitions on 2026-03-01, which writes from petitions.example.",
    ])
    let message = AlertMessage(.finding(finding), site: "https://seed.example")
    #expect(message.subject == "party.example has the address given to Example Petitions")
    #expect(message.plainText == Self.disclosure)
    #expect(
      message.shortText
        == """
        party.example has the address: on 22 November 2026 it wrote to anna…@seeds.example.

        It was given to Example Petitions on 1 March 2026, on the form https://petitions.example/p/1.

        seedctl finding show fnd_300000000000

        https://seed.example/findings/fnd_300000000000
        """
    )
  }

  private static let disclosure = """
    party.example has the address: on 22 November 2026 it wrote to
    anna…@seeds.example.

    It was given to Example Petitions on 1 March 2026, on the form
    https://petitions.example/p/1.

    HOW SURE THIS IS

    Grade A, the best: the sender's own signature covers this address among
    the recipients.

    - The sender is party.example: its DKIM signature (d=party.example,
      s=k1) verifies.
    - The address was given to Example Petitions on 2026-03-01, which writes
      from petitions.example.

    It is not shown how the sender came by the address: Example Petitions
    may have passed it on, lost it, or had it stolen, and so may whoever
    works for them.

    WHAT TO DO NEXT

    Look closer, at the messages and at what was decided:

        seedctl finding show fnd_300000000000

    If the sender may write for Example Petitions, say so; past mail is
    judged again:

        seedctl org authorise 'Example Petitions' party.example --role processor --reason 'why'

    Write a report on the case:

        seedctl report case_200000000000

    Ask Example Petitions what they hold, and whom they gave it to:

        seedctl letter case_200000000000 --kind access-organisation

    When nothing more is to be done:

        seedctl finding close fnd_300000000000 --reason 'why'

    https://seed.example/findings/fnd_300000000000

    --\u{20}
    Seed. fnd_300000000000, case_200000000000, severity high

    """

  @Test(arguments: AlertSample.hostile)
  func `hostile texts stay texts in every format`(text: String) throws {
    let finding = try AlertSample.hostileFinding(text)
    let payload = AlertPayload.finding(finding)
    #expect(try AlertPayload(json: payload.json()) == payload)
    var builder = AlertOverflowBuilder()
    builder.add(Self.row(try payload.json()))
    let payloads: [AlertPayload] = [
      payload, .overflow(builder.overflow(at: Sample.start)),
      .digest(
        AlertDigest(
          from: Sample.start,
          until: Sample.day(1),
          entries: [.init(finding: finding, newSightings: 2)]
        )
      ),
      .notice(
        AlertNotice(
          .disk,
          severity: .high,
          at: Sample.start,
          title: text,
          details: [text],
          commands: [text]
        )
      ),
    ]
    for payload in payloads {
      let message = AlertMessage(payload)
      #expect(!message.subject.contains { $0.isNewline })
      for text in [message.subject, message.plainText, message.html, message.shortText] {
        #expect(text.unicodeScalars.allSatisfy(Self.isShown), "\(payload.type)")
      }
      // All tags are our own.
      let tags = message.html.matches(of: /<\/?([A-Za-z!]+)/).map { String($0.1) }
      #expect(Set(tags).isSubset(of: Self.tags))
      #expect(!message.html.contains("<img") && !message.html.contains("<script"))
      if case .notice = payload { continue }
      // The form is the user's own record; all else is the sender's.
      var outside = message.subject + message.plainText
      for own in ["on the form " + OutsideText.line(text)] {
        outside = outside.replacing("\n", with: " ").replacing(own, with: "")
      }
      #expect(!outside.contains("://evil") || outside.contains("seedctl org authorise"))
      #expect(!message.subject.contains { $0 == "@" })
    }
  }

  private static let tags: Set<String> = [
    "!DOCTYPE", "html", "head", "meta", "title", "body", "div", "p", "span", "b", "h", "pre", "ul",
    "li", "a",
  ]

  private static func isShown(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control: scalar == "\n"
    case .format, .lineSeparator, .paragraphSeparator, .surrogate: false
    default: true
    }
  }

  static func row(_ payload: [UInt8]) -> OutboxRow {
    OutboxRow(
      channel: "me",
      key: "fnd_1-1",
      event: 1,
      payload: payload,
      queuedAt: Sample.start,
      dueAt: Sample.start
    )
  }

  @Test(arguments: AlertSample.hostile + ["plain"])
  func `a mail has the fields that it is to have, and two parts`(text: String) throws {
    let message = AlertMessage(.finding(try AlertSample.hostileFinding(text)))
    let mark = try MatchKey(SecretBytes([UInt8](repeating: 7, count: 32))).alertMark
    let mail = AlertMail(
      message,
      key: "fnd_1-1",
      channel: "me",
      from: "seed@example.org",
      to: ["me@example.org", "you@example.org"],
      at: Sample.start,
      mark: mark
    )
    let parsed = Message(parsing: mail.bytes)
    #expect(parsed.defects == [])
    #expect(
      parsed.fields.map(\.kind) == [
        .from, .to, .subject, .date, .messageID, .autoSubmitted, .xAutoResponseSuppress,
        .seedAlert, .mimeVersion, .contentType,
      ]
    )
    #expect(parsed.text(of: parsed.fields[2]) == message.subject)
    #expect(parsed.messageIDs(in: parsed.fields[4]) == ["fnd_1-1.me@example.org"])
    #expect(
      parsed.mailboxes(in: parsed.fields[1]).map(\.address) == [
        "me@example.org", "you@example.org",
      ]
    )
    let structure = MIMEStructure(of: parsed)
    #expect(structure.children(of: 0).count == 2)
    func body(_ index: Int) -> String? {
      structure.decodedText(of: structure.children(of: 0)[index])?.replacing("\r\n", with: "\n")
    }
    #expect(body(0) == message.plainText)
    #expect(body(1) == message.html)
    #expect(mail.bytes.split(separator: 10).allSatisfy { $0.count <= 200 && $0.last == 13 })
    #expect(mail.bytes.allSatisfy { $0 < 128 })
    #expect(mark.isOn(parsed))
  }

  @Test(
    arguments: [
      ("fnd_1-1.me@example.org", "fnd_1-2.me@example.org"),
      ("seed@example.org", "news@party.example"),
      ("v1", "v2"), ("Seed-Alert", "X-Alert"), ("From: Seed", "From: x@y.example, Seed"),
    ]
  )
  func `a mark that was copied or changed is none`(original: String, changed: String) throws {
    let mark = try MatchKey(SecretBytes([UInt8](repeating: 7, count: 32))).alertMark
    let text = """
      From: Seed <seed@example.org>
      Seed-Alert: \(mark.field(messageID: "fnd_1-1.me@example.org", from: "seed@example.org"))

      """
    func isOn(_ text: String, _ mark: AlertMark) -> Bool {
      mark.isOn(Message(parsing: Array(text.utf8)))
    }
    #expect(isOn(text, mark))
    #expect(isOn(text.replacing("seed@example.org", with: "Seed@Example.org"), mark))
    #expect(!isOn(text.replacing(original, with: changed), mark))
    #expect(!isOn("From: Seed <seed@example.org>\n" + text, mark))
    let other = try MatchKey(SecretBytes([UInt8](repeating: 8, count: 32))).alertMark
    #expect(!isOn(text, other))
  }

  @Test func `an address that a text quotes is shortened with it`() throws {
    var finding = try AlertSample.finding(reasons: [
      "Its field names the customer as \"ANNA4QK82C7X0M9D5TJW3=seeds.example\"."
    ])
    finding.address = AlertSample.address
    finding.sender.platform = "bounce-anna4qk82c7x0m9d5tjw3.mailer.example"
    let short = finding.withShortenedAddress
    #expect(short.address == "anna…@seeds.example")
    #expect(short.reasons == ["Its field names the customer as \"anna…=seeds.example\"."])
    #expect(short.sender.platform == "bounce-anna….mailer.example")
    let json = String(decoding: try short.json(), as: UTF8.self).lowercased()
    #expect(!json.contains("4qk82c7x0m9d5tjw3"))
  }

  @Test func `an overflow lists the gravest, and counts them all`() throws {
    var builder = AlertOverflowBuilder()
    for number in 0..<1234 {
      var finding = try AlertSample.finding(
        number % 100 == 7 ? .control : .stranger,
        status: .claimed
      )
      finding.finding = Identifier(rawValue: Int64(number + 1))
      builder.add(Self.row(try AlertPayload.finding(finding).json()))
    }
    builder.add(Self.row(Array("garbage".utf8)))
    let overflow = builder.overflow(at: Sample.start)
    #expect(overflow.alerts == 1235 && overflow.findings == 1234 && overflow.severity == .critical)
    #expect(overflow.classes == ["control": 13 - 1 + 1, "stranger": 1234 - 13])
    #expect(overflow.examples.count == 10 && overflow.examples.allSatisfy { $0.class == .control })
    let message = AlertMessage(.overflow(overflow))
    #expect(message.subject == "1,235 more alerts, in one message since there are so many")
    #expect(message.plainText.contains("And 1,224 findings more."))
    let payload = AlertPayload.overflow(overflow)
    #expect(try AlertPayload(json: payload.json()) == payload)
  }

  @Test(arguments: ["", "{", "[]", #"{"kind":"new"}"#, #"{"kind":"digest"}"#, #"{"finding":"x"}"#])
  func `what is no payload is refused`(json: String) {
    #expect(throws: (any Error).self) { try AlertPayload(json: Array(json.utf8)) }
  }
}
