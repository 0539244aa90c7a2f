/// What DNS publishes under the name of a DKIM key.
public enum PublishedKeys: Sendable, Hashable {
  /// Keys, each by the SHA-256 of its bytes as published, at least one.
  case keys([[UInt8]])
  /// RFC 6376 §3.6.1: a record with an empty `p=`.
  case revoked
  /// No such name, or no record there that is a key.
  case absent
  /// DNS gave no answer: nothing is known.
  case unanswered

  /// Reads the answer to a question for TXT records.
  public init(_ answer: DNSAnswer) {
    switch answer.status {
    case .servfail, .timeout: self = .unanswered
    case .nodata, .nxdomain, .malformedName: self = .absent
    case .found:
      let keys = answer.texts.prefix(DKIMVerifier.keyRecordCountMax).compactMap {
        try? DKIMKey.remembered($0)
      }
      let digests = keys.map(\.digest).filter { !$0.isEmpty }
      self = digests.isEmpty ? (keys.isEmpty ? .absent : .revoked) : .keys(digests)
    }
  }
}
