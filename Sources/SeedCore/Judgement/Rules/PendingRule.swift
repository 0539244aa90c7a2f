import SeedAuth

/// DNS failed, and its answer could turn the sender into another: wait, and accuse nobody meanwhile.
enum PendingRule {
  static func apply(_ context: JudgementContext) -> Verdict? {
    guard !context.isLastAttempt, !context.sender.status.isAuthenticated,
      context.facts.author != nil
    else { return nil }
    let report = context.facts.authentication
    if let signature = report.dkim.first(where: { $0.atArrival == .temperror }) {
      return pending("the DKIM key of \(signature.domain)")
    }
    if let spf = report.spf, spf.result == .temperror {
      return pending("the SPF record of \(spf.domain)")
    }
    // DMARC alone decides only between impersonation and unverified.
    if let dmarc = report.dmarc, dmarc.result == .temperror,
      context.authorEntry?.role.isExpected == true
    {
      return pending("the DMARC record of \(dmarc.organizationalDomain)")
    }
    return nil
  }

  private static func pending(_ what: String) -> Verdict {
    Verdict(
      .pending,
      reasons: ["DNS did not answer for \(what); the message is judged again when it does."]
    )
  }
}
