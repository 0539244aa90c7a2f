/// Any mail after consent was withdrawn, past the grace period.
enum WithdrawnRule {
  static func apply(_ context: JudgementContext) -> Verdict? {
    guard let withdrawnAt = context.seed.withdrawnAt else { return nil }
    let end = withdrawnAt.advanced(by: context.withdrawalGrace)
    guard context.arrivedAt >= end else { return nil }
    // Who poses as the organisation is not the organisation, also after consent was withdrawn.
    guard ImpersonationRule.apply(context) == nil else { return nil }
    return Verdict(
      .withdrawn,
      reasons: [
        "Consent was withdrawn on \(withdrawnAt.day), and the message arrived on \(context.arrivedAt.day), after the grace period of \(context.withdrawalGrace.components.seconds / 86_400) days.",
        context.senderReason,
      ]
    )
  }
}
