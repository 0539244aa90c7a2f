/// A successor or an affiliate: onward use inside a group.
enum RelatedRule {
  static func apply(_ context: JudgementContext) -> Verdict? {
    guard let entry = context.authorEntry, !entry.role.isExpected else { return nil }
    return Verdict(
      .related,
      reasons: [
        context.senderReason,
        "\(entry.domain) is entered as \(entry.role.words) of \(context.organisationName): another controller in the same group uses the address.",
      ]
    )
  }
}
