import SeedAuth

/// A stranger whom nothing authenticates: a weaker finding, since From can be forged.
enum StrangerRule {
  static func verdict(_ context: JudgementContext) -> Verdict {
    var reasons = [context.senderReason, context.strangerReason]
    if let dmarc = context.facts.authentication.dmarc, dmarc.result == .fail {
      reasons.append(
        "DMARC fails for \(dmarc.organizationalDomain), so the sender may well be forged: it shows that somebody has the address, not who."
      )
    }
    return Verdict(.stranger, reasons: reasons)
  }
}
