/// A control was hit: the leak may be ours.
enum ControlRule {
  static func apply(_ context: JudgementContext) -> Verdict? {
    guard let control = context.seed.control else { return nil }
    let secret =
      switch control {
      case .c0: "The address is a control of class c0: it was never given to anybody."
      case .c1:
        "The address is a control of class c1: it was entered only into the operator's own form."
      }
    return Verdict(
      .control,
      reasons: [
        secret, "Whoever wrote to it guessed it, or got it from our own systems.",
        context.senderReason,
      ]
    )
  }
}
