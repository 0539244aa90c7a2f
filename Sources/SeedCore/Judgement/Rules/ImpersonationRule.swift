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
    if let dmarc = report.dmarc, dmarc.result == .fail, let policy = dmarc.policy, policy != .none {
      return
        "DMARC fails, and \(dmarc.organizationalDomain) asks receivers to \(policy.rawValue) such mail."
    }
    if let authserv = reportedFailure(report) {
      return "\(authserv) reports that DMARC fails under a published policy."
    }
    return nil
  }

  /// The trusted authserv-id that reports a DMARC failure under `quarantine` or `reject`.
  private static func reportedFailure(_ report: AuthenticationReport) -> String? {
    // Without our own verdict alone: ours rests on answers that are archived.
    guard report.dmarc.map({ $0.result == .temperror || $0.result == .none }) ?? true else {
      return nil
    }
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
