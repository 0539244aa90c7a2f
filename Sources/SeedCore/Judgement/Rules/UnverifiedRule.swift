/// From claims the organisation, and nothing authenticates or contradicts it.
enum UnverifiedRule {
  static func apply(_ context: JudgementContext) -> Verdict? {
    guard let entry = context.authorEntry, entry.role.isExpected else { return nil }
    return Verdict(
      .unverified,
      reasons: [
        context.senderReason,
        "\(entry.domain) is entered as \(entry.role.words) of \(context.organisationName), and nothing contradicts it.",
      ]
    )
  }
}
