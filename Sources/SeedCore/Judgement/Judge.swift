/// Says what a sighting means: the first rule that fits decides (`docs/flow.md`).
public enum Judge {
  private static let rules: [@Sendable (JudgementContext) -> Verdict?] = [
    BounceRule.apply, WithdrawnRule.apply, ControlRule.apply, PendingRule.apply,
    ExpectedRule.apply, ImpersonationRule.apply, UnverifiedRule.apply, RelatedRule.apply,
    DisclosureRule.apply,
  ]

  /// The verdict on one message that reached one seed.
  public static func verdict(_ context: JudgementContext) -> Verdict {
    for rule in rules {
      if let verdict = rule(context) { return verdict }
    }
    return StrangerRule.verdict(context)
  }
}
