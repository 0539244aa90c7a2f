/// Messages as they lie in the maildir: what the mail server wrote, and below it what was sent.
enum Letters {
  /// Wraps what was sent with what the catch-all's mail server writes above it.
  static func arrived(
    _ sent: String,
    for recipient: String,
    from envelopeSender: String,
    results: String? = nil
  ) -> String {
    let domain = envelopeSender.split(separator: "@").last ?? "unknown.example"
    let trusted = results.map { "Authentication-Results: mx.seeds.example; \($0)\n" } ?? ""
    return """
      Return-Path: <\(envelopeSender)>
      X-Original-To: \(recipient)
      Delivered-To: \(recipient)
      \(trusted)Received: from mail.\(domain) (mail.\(domain) [192.0.2.7])
      \tby mx.seeds.example (Postfix) with ESMTPS id 4XyZ1
      \tfor <\(recipient)>; Sun, 22 Nov 2026 10:00:00 +0000 (UTC)
      \(sent)
      """
  }

  /// What a sender hands over.
  static func sent(
    from sender: String,
    to recipient: String,
    subject: String,
    id: String,
    body: String = "Dear friend,\n\nthank you."
  ) -> String {
    """
    From: \(sender)
    To: \(recipient)
    Subject: \(subject)
    Date: Sun, 22 Nov 2026 09:59:58 +0000
    Message-ID: <\(id)@\(sender.split(separator: "@").last ?? "unknown.example")>

    \(body)

    """
  }

  /// The organisation's own mail, authenticated by the receiving server.
  static func confirmation(to recipient: String) -> String {
    arrived(
      sent(
        from: "hello@petitions.example",
        to: recipient,
        subject: "Please confirm",
        id: "confirm"
      ),
      for: recipient,
      from: "bounces@petitions.example",
      results: "dkim=pass header.d=petitions.example"
    )
  }

  /// A stranger's mail that nothing authenticates.
  static func appeal(to recipient: String, id: String = "appeal") -> String {
    arrived(
      sent(from: "news@party.example", to: recipient, subject: "Chip in", id: id),
      for: recipient,
      from: "bounces@party.example"
    )
  }

  /// A stranger's mail, authenticated by the receiving server.
  static func authenticatedAppeal(to recipient: String) -> String {
    arrived(
      sent(from: "news@party.example", to: recipient, subject: "Chip in", id: "signed"),
      for: recipient,
      from: "bounces@party.example",
      results: "dkim=pass header.d=party.example"
    )
  }
}
