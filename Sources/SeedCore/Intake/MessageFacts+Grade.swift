public import SeedMail

extension MessageFacts {
  /// The same facts with the grade for one seed's address.
  public func graded(for mailbox: Mailbox, in message: Message) -> MessageFacts {
    self
  }
}
