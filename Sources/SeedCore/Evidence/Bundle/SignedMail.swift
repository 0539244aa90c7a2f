import SeedAuth
import SeedMail

/// What the signatures of a message show by themselves, with the keys that a verifier has.
struct SignedMail: Sendable {
  /// What a key rests on, best first.
  enum KeySource: Sendable, CaseIterable {
    /// The verifier brought it.
    case known
    /// DNSSEC leads to it from the root.
    case signedZone
    /// The exporter's archive alone.
    case archive
  }

  /// From's domain and its organizational domain; empty where From names nobody, or several.
  let domain: String, organizationalDomain: String
  /// How well aligned signatures show that this domain wrote to the seed.
  let grade: Grade
  /// Why that grade.
  let reasons: [String]
  /// What the key rests on that gives the grade.
  let source: KeySource
  /// Whether that signature would still be taken at the time by which the message is proved.
  let isValidWhenProved: Bool
  /// How many bits that key has; 0 where no signature counts.
  let keyBits: Int

  /// Reads a message.
  ///
  /// - Parameters:
  ///   - isHeaderOnly: The body was left out: a signature counts when the header is as it was signed.
  ///   - keys: What is known of the keys, by what it rests on.
  ///   - recipient: The seed.
  ///   - provedAt: When the message was there for sure; its arrival, where nothing shows it.
  init(
    _ bytes: [UInt8],
    isHeaderOnly: Bool,
    keys: [KeySource: [DNSAnswer]],
    recipient: Mailbox,
    arrivedAt: Timestamp,
    provedAt: Timestamp
  ) async {
    let message = Message(parsing: bytes)
    let domain = Self.authorDomain(of: message)
    self.domain = domain
    let suffixes = PublicSuffixList.builtIn
    organizationalDomain =
      domain.isEmpty ? "" : suffixes.organizationalDomain(of: domain) ?? domain
    var best = Look(grade: .d, reasons: ["No aligned DKIM signature verifies."], results: [])
    var source = KeySource.archive
    for candidate in KeySource.allCases where !domain.isEmpty {
      guard let answers = keys[candidate], !answers.isEmpty else { continue }
      let verifier = DKIMVerifier(resolver: ArchiveResolver(answers, now: { provedAt }))
      let results = await verifier.verify(
        message,
        fromDomain: domain,
        arrivedAt: arrivedAt,
        now: provedAt
      )
      let counting = results.filter {
        isHeaderOnly ? $0.authenticatesHeader : $0.authenticatesAuthor
      }
      let look = Look(counting, of: message, isHeaderOnly: isHeaderOnly, recipient: recipient)
      // A weaker source must show more to be taken.
      guard look.grade > best.grade || best.results.isEmpty && !counting.isEmpty else { continue }
      best = look
      source = candidate
    }
    grade = best.grade
    reasons = best.reasons
    self.source = source
    isValidWhenProved =
      isHeaderOnly
      ? best.results.contains { $0.expiresAt.map { provedAt <= $0 } ?? true }
      : best.results.contains { $0.result == .pass }
    keyBits = best.results.map(\.keyBits).max() ?? 0
  }

  /// What one set of keys makes of a message.
  private struct Look {
    let grade: Grade
    let reasons: [String]
    let results: [DKIMResult]

    init(grade: Grade, reasons: [String], results: [DKIMResult]) {
      self.grade = grade
      self.reasons = reasons
      self.results = results
    }

    init(_ results: [DKIMResult], of message: Message, isHeaderOnly: Bool, recipient: Mailbox) {
      let graded = results.map { result in
        var result = result
        // The body's hash is signed with the header; that the body has it can't be seen here.
        if isHeaderOnly { result.bodyHashMatches = true }
        return result
      }
      let (grade, reasons) = Grade.assess(message, graded, recipient: recipient)
      self.init(grade: grade, reasons: reasons, results: results)
    }
  }

  private static func authorDomain(of message: Message) -> String {
    let fields = message.fields(.from)
    guard fields.count == 1 else { return "" }
    let authors = message.mailboxes(in: fields[0])
    guard authors.count == 1 else { return "" }
    return IDNA.toASCII(authors[0].domain) ?? ""
  }
}

extension DKIMResult {
  /// Whether the header is as an aligned signature has it, which a body that isn't there can't upset.
  ///
  /// With `l=` it can't be told whether all of the body was signed.
  fileprivate var authenticatesHeader: Bool {
    headerSignatureMatches == true && aligned && coversEveryFrom && !hadExpired
      && bodyLengthLimit == nil
      && !(algorithm.hasPrefix("rsa-") && keyBits < DKIMVerifier.keyBitCountMin)
  }
}
