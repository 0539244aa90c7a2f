import SeedAuth

/// From claims the organisation, and its own published policy or its own signature contradicts it.
enum ImpersonationRule {
  static func apply(_ context: JudgementContext) -> Verdict? {
    guard let entry = context.authorEntry, entry.role.isExpected,
      let contradiction = contradiction(context)
    else { return nil }
    return Verdict(
      .impersonation,
      reasons: [
        "From names \(entry.domain), \(entry.role.words) of \(context.organisationName).",
        contradiction,
        "Somebody else knows the address and poses as \(context.organisationName).",
      ]
    )
  }

  private static func contradiction(_ context: JudgementContext) -> String? {
    let report = context.facts.authentication
    // What could not be checked did not fail: without a client address SPF says nothing, and some
    // domains have nothing else.
    let isChecked =
      report.spf != nil || report.dkim.contains { $0.aligned && $0.atArrival == .fail }
    if isChecked, let dmarc = report.dmarc, dmarc.result == .fail, let policy = dmarc.policy,
      policy != .none
    {
      return
        "DMARC fails, and \(dmarc.organizationalDomain) asks receivers to \(policy.rawValue) such mail."
    }
    if let authserv = reportedFailure(report, isChecked: isChecked) {
      return "\(authserv) reports that DMARC fails under a published policy."
    }
    if let signature = forgedSignature(context) {
      return
        "A signature in the name of \(signature.domain) (s=\(signature.selector)) fits neither the fields nor the body, and no mailing list changed them on the way."
    }
    return nil
  }

  /// A signature of the organisation's that is broken by more than transport: a list or a forwarder
  /// that adds a footer leaves the fields as they were signed, or marks what it changed.
  private static func forgedSignature(_ context: JudgementContext) -> DKIMResult? {
    guard context.facts.listID == nil, context.facts.authentication.arc == nil else { return nil }
    return context.facts.authentication.dkim.first {
      $0.aligned && $0.atArrival == .fail && $0.bodyHashMatches == false
        && $0.headerSignatureMatches == false
    }
  }

  /// The trusted authserv-id that reports a DMARC failure under `quarantine` or `reject`.
  private static func reportedFailure(
    _ report: AuthenticationReport,
    isChecked: Bool
  ) -> String? {
    // Without our own verdict alone: ours rests on answers that are archived.
    guard !isChecked || report.dmarc.map({ $0.result == .temperror || $0.result == .none }) ?? true
    else { return nil }
    return report.authenticationResults.first { field in
      field.trusted
        && field.results.contains { statement in
          statement.method == "dmarc" && statement.result == "fail"
            && statement.properties.contains {
              ["policy.dmarc", "policy.p", "policy.published-domain-policy"].contains($0.name)
                && ["quarantine", "reject"].contains($0.value.lowercased())
            }
        }
    }?.authserv
  }
}
