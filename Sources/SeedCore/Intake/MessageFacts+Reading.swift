import SeedAuth
import SeedMail

extension MessageFacts {
  /// What the message itself says; nothing is asked of anybody.
  init(of reading: Reading, publicSuffixes: PublicSuffixList) {
    self.init()
    let message = reading.message
    let authors = message.fields(.from).map { message.mailboxes(in: $0) }
    fromFieldCount = authors.count
    from = authors.joined().map { mailbox in
      let domain = IDNA.toASCII(mailbox.domain) ?? mailbox.domain
      return Author(
        displayName: mailbox.displayName,
        address: mailbox.address,
        domain: domain,
        organizationalDomain: publicSuffixes.organizationalDomain(of: domain) ?? ""
      )
    }
    subject = message.first(.subject).map { message.text(of: $0) } ?? ""
    date = message.first(.date).flatMap { message.date(of: $0) }
    messageID = message.first(.messageID).flatMap { message.messageIDs(in: $0).first }
    returnPath = reading.handover.returnPath
    clientAddress = reading.handover.clientAddress?.description
    helo = reading.handover.helo
    replyTo = message.first(.replyTo).flatMap { message.mailboxes(in: $0).first?.address }
    listID = message.listID
    listUnsubscribeHosts = message.listUnsubscribeHosts
    feedbackID = message.first(.feedbackID).map { message.rawText(of: $0) }
    mailer = message.first(.xMailer).map { message.text(of: $0) }
    let structure = MIMEStructure(of: message)
    let automatic = AutomaticMessage(
      of: message,
      structure: structure,
      author: authors.first?.first,
      subject: subject
    )
    nature = Nature(automatic?.kind)
    let claims = BodyClaims(of: structure)
    linkHosts = claims.linkHosts
    imprints = claims.imprints
  }
}

extension MessageFacts.Nature {
  fileprivate init(_ kind: AutomaticMessage.Kind?) {
    self =
      switch kind {
      case nil: .ordinary
      case .deliveryStatus: .bounce
      case .autoReply: .autoReply
      case .feedbackReport: .feedbackReport
      }
  }
}
