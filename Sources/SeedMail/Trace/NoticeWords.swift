/// The words by which servers' notices are known; all in lower case.
enum NoticeWords {
  /// Whether a sender is a mail system.
  static func isDaemon(_ localPart: String, name: String?) -> Bool {
    let localPart = localPart.lowercased()
    if daemons.contains(localPart) { return true }
    guard let name = name?.lowercased() else { return false }
    return name.hasPrefix("mail delivery s") || name.hasPrefix("mail deliver s")
      || name == "mailer daemon" || name == "mailer-daemon"
  }

  /// The first word of a field that may be no address: `MAILER-DAEMON` of `<MAILER-DAEMON@a.example>` and
  /// of `MAILER-DAEMON <>`.
  static func localPart(of text: String) -> String {
    let bytes = text.utf8.drop { $0 == UInt8(ascii: "<") }
    return String(
      decoding: bytes.prefix {
        $0 != UInt8(ascii: "@") && $0 != UInt8(ascii: ">") && $0 != 0x20 && $0 != UInt8(ascii: "<")
      },
      as: UTF8.self
    )
  }

  private static let daemons: Set<String> = [
    "mailer-daemon", "mailerdaemon", "mailer_daemon", "postmaster", "post_master", "poostmaster",
    "double-bounce",
  ]

  /// What subjects of notices contain.
  static let subjects = PhraseSet([
    "undeliver", "delivery status notification", "mail delivery status", "delivery failure",
    "delivery failed", "delivery has failed", "delivery report", "failure notice",
    "failure delivery", "failed delivery", "returned mail", "returned to sender",
    "returning to sender", "returning message to sender", "mail failed", "mail failure",
    "mail system error", "non-delivery", "nondeliverable", "could not be delivered",
    "couldn't be delivered", "not delivered", "cannot be delivered", "delayed mail",
    "mail delivery delayed", "delayed 2", "delayed 4", "delayed 7", "error sending your mail",
    "не доставлено", "メッセージを配信できません", "メールエラー通知", "unzustellbar",
    "nicht zugestellt", "non remis", "no se puede entregar", "devuelto", "mancato recapito",
  ])

  /// What subjects of automatic replies begin with.
  static let replySubjects = [
    "automatic reply", "auto reply", "auto-reply", "autoreply", "auto:", "auto response",
    "out of office", "out of the office", "automatische antwort", "abwesenheit",
    "réponse automatique", "respuesta automática", "risposta automatica", "automatisch antwoord",
    "自動応答",
  ]

  /// What texts of notices contain, in ASCII.
  static let phrases = PhraseSet([
    "hi. this is the", "this is the mail system at host", "this is the mail delivery system",
    "could not be delivered to", "did not reach the following recipient",
    "delivery to the following recipient",
    "a message that you sent could not be delivered",
    "message that you sent has not yet been delivered",
    "message you sent could not be delivered", "your message could not be delivered",
    "your message cannot be delivered", "was not delivered to", "could not deliver your message",
    "couldn't be delivered", "i'm afraid i wasn't able to deliver", "unable to deliver",
    "the following addresses had permanent", "the following addresses had transient",
    "transcript of session follows", "the original message was received at",
    "returned message follows", "this is a permanent error", "error message below",
    "delivery has failed to", "user unknown", "no such user", "mailbox is full", "mailbox full",
    "undelivered message", "undeliverable", "delivery status notification", "failed recipient",
    "-------server message", "permanent failure", "recipient address rejected", "host unknown",
    "unknown user",
  ])
}

/// Phrases in lower case, to be looked for all at once.
struct PhraseSet {
  /// The phrases that begin with each byte.
  private let byFirstByte: [[String]]

  init(_ phrases: [String]) {
    var byFirstByte = [[String]](repeating: [], count: 256)
    for phrase in phrases {
      if let first = phrase.utf8.first { byFirstByte[Int(first)].append(phrase) }
    }
    self.byFirstByte = byFirstByte
  }

  /// Whether any of them stands in `text`; the case of its ASCII letters doesn't matter.
  func isAny(in text: Span<UInt8>) -> Bool {
    for offset in 0..<text.count {
      let phrases = byFirstByte[Int(text[offset].lowercased)]
      if phrases.contains(where: { text.hasPrefixIgnoringCase($0, at: offset, before: text.count) })
      {
        return true
      }
    }
    return false
  }
}
