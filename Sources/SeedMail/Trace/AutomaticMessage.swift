/// A message that a machine wrote in answer to another: a delivery status notification, an
/// automatic reply, or a feedback report.
///
/// It says that somebody used the recipient's address as a sender. A null return path, `Auto-Submitted:
/// auto-generated` or a subject alone make no such message: confirmations and newsletters have them
/// too. Whoever wants to can write a message in this form, so ``evidence`` says what it rests on.
public struct AutomaticMessage: Sendable, Hashable {
  /// The most text of a notice that is searched for phrases, in bytes.
  public static let textByteCountMax = 64 * 1024
  /// The most parts that are looked at, from the first.
  public static let partCountMax = 256

  /// What the message is.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// A report on the delivery of a message (RFC 3464), in any server's form.
    case deliveryStatus = "delivery-status"
    /// An answer without a person (RFC 3834), or a receipt (RFC 8098).
    case autoReply = "auto-reply"
    /// A complaint about a message (RFC 5965).
    case feedbackReport = "feedback-report"
  }

  /// What speaks for it.
  public enum Evidence: String, Sendable, Hashable, CaseIterable {
    /// A part for machines: `message/delivery-status`, `message/feedback-report`.
    case reportPart = "report-part"
    /// `multipart/report` with its `report-type`.
    case reportType = "report-type"
    /// The field `X-Failed-Recipients`.
    case failedRecipients = "failed-recipients"
    /// `Auto-Submitted: auto-replied`, `X-Autoreply`, or the like.
    case autoReplyField = "auto-reply-field"
    /// The return path `<>`.
    case nullSender = "null-sender"
    /// The sender is a mail system.
    case daemonSender = "daemon-sender"
    /// The subject is one that such messages have.
    case subject
    /// The text has a phrase that such messages have.
    case phrase
    /// The message that is answered hangs on it, or its header.
    case returnedMessage = "returned-message"
  }

  /// What the message is.
  public let kind: Kind
  /// What speaks for it.
  public let evidence: Set<Evidence>
  /// The recipients that it is about, as far as it names them.
  public let recipients: [String]
  /// The status codes (RFC 3463) such as `5.1.1`, each once.
  public let statusCodes: [String]

  /// Whether the form says so, and not words alone.
  public var isStructural: Bool {
    !evidence.isDisjoint(with: [.reportPart, .reportType, .failedRecipients, .autoReplyField])
  }

  /// Recognises a message; `nil` where it is none of these.
  public init?(of message: Message, structure: MIMEStructure) {
    self.init(
      of: message,
      structure: structure,
      author: message.first(.from).flatMap { message.mailboxes(in: $0).first },
      subject: message.first(.subject).map { message.text(of: $0) } ?? ""
    )
  }

  /// The same for whoever has read the first mailbox of From, and the subject, before.
  package init?(of message: Message, structure: MIMEStructure, author: Mailbox?, subject: String) {
    let clues = AutomaticClues(
      of: message,
      structure: structure,
      author: author,
      subject: subject
    )
    guard let kind = clues.kind else { return nil }
    self.kind = kind
    evidence = clues.evidence
    let status = clues.deliveryStatus()
    recipients = status.recipients
    statusCodes = status.codes
  }
}
