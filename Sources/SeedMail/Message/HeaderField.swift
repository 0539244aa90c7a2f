/// One header field, as ranges into the message's bytes.
public struct HeaderField: Sendable, Hashable {
  /// Which field it is, where the name is one that this project reads.
  public let kind: FieldName
  /// The name, without the white space that obsolete syntax allows before the colon.
  public let name: Range<Int>
  /// What follows the colon, folded as it was written, without the last line end.
  public let body: Range<Int>
  /// The field from its first byte to the end of its last line end.
  public let whole: Range<Int>

  /// Makes a field whose ranges lie inside one message.
  public init(kind: FieldName, name: Range<Int>, body: Range<Int>, whole: Range<Int>) {
    self.kind = kind
    self.name = name
    self.body = body
    self.whole = whole
  }
}

/// The header fields that this project reads, by the names that IANA registers.
public enum FieldName: String, Sendable, Hashable, CaseIterable {
  case other = ""
  case from, sender, to, cc, bcc, subject, date, comments, keywords, references, received
  case replyTo = "reply-to"
  case messageID = "message-id"
  case inReplyTo = "in-reply-to"
  case returnPath = "return-path"
  case deliveredTo = "delivered-to"
  case xOriginalTo = "x-original-to"
  case envelopeTo = "envelope-to"
  case resentFrom = "resent-from"
  case resentTo = "resent-to"
  case resentCc = "resent-cc"
  case resentDate = "resent-date"
  case resentMessageID = "resent-message-id"
  case mimeVersion = "mime-version"
  case contentType = "content-type"
  case contentTransferEncoding = "content-transfer-encoding"
  case contentDisposition = "content-disposition"
  case contentID = "content-id"
  case contentDescription = "content-description"
  case contentLanguage = "content-language"
  case contentLocation = "content-location"
  case dkimSignature = "dkim-signature"
  case authenticationResults = "authentication-results"
  case receivedSPF = "received-spf"
  case arcSeal = "arc-seal"
  case arcMessageSignature = "arc-message-signature"
  case arcAuthenticationResults = "arc-authentication-results"
  case listID = "list-id"
  case listUnsubscribe = "list-unsubscribe"
  case listUnsubscribePost = "list-unsubscribe-post"
  case listPost = "list-post"
  case listHelp = "list-help"
  case listSubscribe = "list-subscribe"
  case listOwner = "list-owner"
  case listArchive = "list-archive"
  case autoSubmitted = "auto-submitted"
  case precedence
  case feedbackID = "feedback-id"
  case xMailer = "x-mailer"
  case xAutoResponseSuppress = "x-auto-response-suppress"
  case xAutoreply = "x-autoreply"
  case xAutorespond = "x-autorespond"
  case xFailedRecipients = "x-failed-recipients"
  case seedAlert = "seed-alert"
}
