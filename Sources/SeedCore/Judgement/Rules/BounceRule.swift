/// A notification or auto-reply to mail that the seed never sent: seeds don't send.
enum BounceRule {
  static func apply(_ context: JudgementContext) -> Verdict? {
    switch context.facts.nature {
    case .ordinary: return nil
    case .bounce:
      return Verdict(
        .bounce,
        reasons: [
          "It is a delivery status notification, and the seed has never sent mail.",
          "Somebody used the address as the sender of their own mail; \(relay) only returned it.",
        ]
      )
    case .feedbackReport:
      return Verdict(
        .bounce,
        reasons: [
          "It is a feedback report about mail that the seed has never sent.",
          "Somebody used the address as the sender of their own mail; \(relay) only reported it.",
        ]
      )
    case .autoReply:
      // A form's automatic answer is the organisation's own first mail, not backscatter.
      guard context.authorEntry?.role.isExpected != true, !context.wouldLearn else { return nil }
      return Verdict(
        .bounce,
        reasons: [
          "It is an automatic reply, and the seed has never sent mail.",
          "Somebody used the address as the sender of their own mail.",
        ]
      )
    }
  }

  private static let relay = "the system that wrote this message"
}
