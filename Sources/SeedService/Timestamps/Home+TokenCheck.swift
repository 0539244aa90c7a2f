import SeedCore
import SeedCrypto

extension Home {
  /// What `ledger verify` looks at each timestamp token with: whether it is over the checkpoint's note,
  /// and whether its authority's certificates vouch for it at the time that it says.
  ///
  /// The token of an authority that is no longer configured is held to the certificates that were kept
  /// with it: what they vouched for when it came.
  public func tokenCheck(_ configuration: Configuration) -> Ledger.TokenCheck {
    var trusted: [String: CertificateBundle] = [:]
    for authority in configuration.ledger.timestamps {
      let bytes = try? DurableFile.read(
        resolve(authority.caFile),
        byteCountMax: CertificateBundle.byteCountMax
      )
      trusted[authority.name] =
        bytes.flatMap { try? CertificateBundle(pem: $0) } ?? .empty
    }
    let known = trusted
    return { record, checkpoint in
      guard let token = try? RFC3161Token(parsing: record.token),
        let chain = try? CertificateBundle(pem: record.chain)
      else { return "it can't be read" }
      guard token.time == record.generatedAt else { return "it says another time than its record" }
      let verdict = token.verdict(
        on: checkpoint.note,
        trusting: known[record.authority] ?? chain,
        chain: chain
      )
      if case .failure(let refusal) = verdict { return refusal.description }
      return nil
    }
  }
}
