import SeedAuth
import SeedMail

extension MessageFacts {
  /// What the message itself says; nothing is asked of anybody.
  init(of reading: Reading, publicSuffixes: PublicSuffixList) {
    self.init()
    let message = reading.message
    let fromFields = message.fields(.from)
    fromFieldCount = fromFields.count
    from = fromFields.flatMap { message.mailboxes(in: $0) }.map { mailbox in
      let domain = IDNA.toASCII(mailbox.domain) ?? mailbox.domain
      return Author(
        displayName: mailbox.displayName,
        address: mailbox.address,
        domain: domain,
        organizationalDomain: publicSuffixes.organizationalDomain(of: domain) ?? ""
      )
    }
    subject = message.first(.subject).map { message.text(of: $0) } ?? ""
    returnPath = reading.envelope.returnPath
    clientAddress = reading.envelope.clientAddress
    helo = reading.envelope.helo
    replyTo = message.first(.replyTo).flatMap { message.mailboxes(in: $0).first?.address }
    feedbackID = message.first(.feedbackID).map { message.rawText(of: $0) }
    mailer = message.first(.xMailer).map { message.text(of: $0) }
  }
}

extension Reading {
  /// Every `Authentication-Results` field, with whether it may be believed.
  func reportedAuthentication(_ authservs: OwnHosts) -> [ReportedAuthentication] {
    let trusted = Set(
      ownHop?.authenticationResults(in: message, authservs: authservs).map(\.fieldIndex) ?? []
    )
    return message.fields.enumerated().compactMap { index, field in
      guard field.kind == .authenticationResults, let parsed = message.authenticationResults(field)
      else { return nil }
      return ReportedAuthentication(parsed, trusted: trusted.contains(index))
    }
  }
}
