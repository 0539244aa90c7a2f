/// An authenticated stranger.
enum DisclosureRule {
  static func apply(_ context: JudgementContext) -> Verdict? {
    guard context.sender.status.isAuthenticated else { return nil }
    return Verdict(
      .disclosure,
      reasons: [context.senderReason, context.strangerReason]
    )
  }
}

extension JudgementContext {
  /// The sentence that says that the sender is nobody whom the register knows.
  var strangerReason: String {
    // When an adopted address was given away, nobody here knows.
    let day = seed.scheme == .adopted ? "" : " on \(seed.mintedAt.day)"
    let given = "The address was given to \(organisationName)\(day)"
    let known = organisation?.domains.filter { $0.isValid(at: arrivedAt) }.map(\.domain) ?? []
    if known.isEmpty { return given + ", whose domains are not known." }
    let shown = known.prefix(5).joined(separator: ", ")
    return given + ", which writes from \(shown)\(known.count > 5 ? " and others" : "")."
  }
}
