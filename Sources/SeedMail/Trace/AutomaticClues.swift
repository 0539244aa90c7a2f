/// Gathers what speaks for an automatic message, and weighs it.
struct AutomaticClues {
  private(set) var evidence: Set<AutomaticMessage.Evidence> = []
  private var reportType: String?
  private var hasFeedbackPart = false
  private var isBulk = false
  private var hasReplySubject = false
  private var answersMessage = false
  private var isComplaint = false
  private var failedRecipients = ""
  private var statusBytes: [UInt8] = []
  private var textPart: Int?
  private var notice: [UInt8] = []

  init(of message: Message, structure: MIMEStructure, author: Mailbox?, subject: String) {
    readParts(structure)
    readSender(message, author)
    readFields(message, author, subject: subject.lowercased())
    // The text is decoded for the few messages alone that it can make a difference for.
    guard evidence.contains(.daemonSender) || evidence.contains(.nullSender) else { return }
    let text = textPart.flatMap { structure.decodedUTF8(of: $0) }
    // Where the MIME structure is broken, the text stands somewhere in the body.
    notice = Array(
      (text ?? structure.encodedBytes(of: 0)).prefix(AutomaticMessage.textByteCountMax)
    )
    if NoticeWords.phrases.isAny(in: notice.span) { evidence.insert(.phrase) }
  }

  /// What the message is; the weightier form first.
  var kind: AutomaticMessage.Kind? {
    if hasFeedbackPart || reportType == "feedback-report" || isComplaint { return .feedbackReport }
    if reportType == "disposition-notification" { return .autoReply }
    if evidence.contains(.reportPart) || reportType == "delivery-status" { return .deliveryStatus }
    // A list or a newsletter may send what looks like either; the words then don't count.
    guard !isBulk else { return nil }
    let isNull = evidence.contains(.nullSender)
    let isDaemon = evidence.contains(.daemonSender)
    let hasSubject = evidence.contains(.subject)
    let hasPhrase = evidence.contains(.phrase)
    if isNull || isDaemon, evidence.contains(.failedRecipients) { return .deliveryStatus }
    if isDaemon, hasSubject || hasPhrase { return .deliveryStatus }
    if evidence.contains(.autoReplyField) { return .autoReply }
    // Much that is no notice has a null return path.
    if isNull, hasPhrase && (hasSubject || evidence.contains(.returnedMessage)) {
      return .deliveryStatus
    }
    if hasReplySubject, isNull || answersMessage { return .autoReply }
    return nil
  }

  /// The recipients and codes, from the part for machines, else from the notice's text.
  func deliveryStatus() -> DeliveryStatus {
    var status = DeliveryStatus()
    status.read(statusBytes.span)
    if status.recipients.isEmpty { status.readList(failedRecipients) }
    if status.codes.isEmpty { status.readCodes(in: notice.span) }
    return status
  }

  private mutating func readParts(_ structure: MIMEStructure) {
    guard let root = structure.parts.first else { return }
    if root.contentType.name == "multipart/report" {
      reportType = root.contentType.parameter("report-type")?.lowercased()
      if reportType != nil { evidence.insert(.reportType) }
    }
    // Only what belongs to this message counts, and not the parts of a message that hangs on it.
    var isOwn: [Bool] = []
    for (index, part) in structure.parts.prefix(AutomaticMessage.partCountMax).enumerated() {
      let own = part.parent.map { isOwn[$0] && structure.parts[$0].isMultipart } ?? true
      isOwn.append(own)
      if own { readPart(part.contentType.name, index, structure) }
    }
  }

  private mutating func readPart(_ name: String, _ index: Int, _ structure: MIMEStructure) {
    switch name {
    case "message/delivery-status", "message/global-delivery-status":
      evidence.insert(.reportPart)
      if statusBytes.isEmpty { statusBytes = structure.decodedBytes(of: index) ?? [] }
    case "message/feedback-report":
      evidence.insert(.reportPart)
      hasFeedbackPart = true
    case "message/rfc822", "message/global", "message/rfc822-headers", "text/rfc822-headers",
      "message/global-headers", "message/partial":
      evidence.insert(.returnedMessage)
    case _ where name.hasPrefix("text/"): textPart = textPart ?? index
    default: break
    }
  }

  private mutating func readSender(_ message: Message, _ author: Mailbox?) {
    if let path = message.first(.returnPath), message.rawText(of: path) == "<>" {
      evidence.insert(.nullSender)
    }
    if let field = message.first(.from) {
      let text = message.rawText(of: field)
      if text.hasSuffix("<>") { evidence.insert(.nullSender) }
      if NoticeWords.isDaemon(
        author?.localPart ?? NoticeWords.localPart(of: text),
        name: author?.displayName
      ) {
        evidence.insert(.daemonSender)
      }
    }
    if let path = message.first(.returnPath),
      NoticeWords.isDaemon(NoticeWords.localPart(of: message.rawText(of: path)), name: nil)
    {
      evidence.insert(.daemonSender)
    }
  }

  private mutating func readFields(_ message: Message, _ author: Mailbox?, subject: String) {
    isBulk = message.first(.listID) != nil || message.first(.listUnsubscribe) != nil
    answersMessage = message.first(.inReplyTo) != nil
    if let field = message.first(.xFailedRecipients) {
      evidence.insert(.failedRecipients)
      failedRecipients = message.rawText(of: field)
    }
    if NoticeWords.subjects.isAny(in: Array(subject.utf8).span) { evidence.insert(.subject) }
    hasReplySubject = NoticeWords.replySubjects.contains { subject.hasPrefix($0) }
    // The form in which one large provider sends its complaints.
    isComplaint =
      subject.hasPrefix("complaint about message from") && evidence.contains(.returnedMessage)
      && author?.address == "staff@hotmail.com"
    if isAutoReply(message) { evidence.insert(.autoReplyField) }
  }

  /// RFC 3834 §5, and the fields that were in use before it.
  private func isAutoReply(_ message: Message) -> Bool {
    if let field = message.first(.autoSubmitted) {
      let keyword = message.rawText(of: field).lowercased().prefix { $0 != ";" && $0 != "(" }
      if keyword.trimmed == "auto-replied" { return true }
    }
    if let field = message.first(.precedence) {
      let keyword = message.rawText(of: field).lowercased()
      if keyword == "auto_reply" || keyword == "auto-reply" { return true }
    }
    return [FieldName.xAutoreply, .xAutorespond].contains { name in
      message.first(name).map { message.rawText(of: $0).lowercased() != "no" } ?? false
    }
  }
}

extension Substring {
  fileprivate var trimmed: Substring {
    var text = self
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
  }
}
