public import SeedMail

extension MessageFacts {
  /// The same facts with the grade for the seed that `mailbox` names; they are those of `message`.
  public func graded(for mailbox: Mailbox, in message: Message) -> MessageFacts {
    var facts = self
    (facts.grade, facts.gradeReasons) = Grade.assess(
      message,
      authentication.dkim,
      recipient: mailbox
    )
    return facts
  }
}
