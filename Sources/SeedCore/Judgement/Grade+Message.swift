import SeedAuth
import SeedMail

extension Grade {
  /// How well the signatures of `message` show that its sender wrote to the seed, and why
  /// (`docs/flow.md`).
  ///
  /// `results` are the verdicts on the signatures of this same message, and `recipient` is the
  /// seed's address as it was met. A signature counts when nothing that it covers was changed and
  /// every From field is covered; what else the verdict holds against it costs one grade each. The
  /// best signature decides. The cost is linear in the message for each signature.
  static func assess(
    _ message: Message,
    _ results: [DKIMResult],
    recipient: Mailbox
  ) -> (grade: Grade, reasons: [String]) {
    var target = Target(recipient)
    let grades = results.filter { $0.isIntact && $0.coversEveryFrom }.map { result in
      let (grade, place) = target.place(in: message, result)
      let demotions = result.demotions
      return (
        grade: demotions.reduce(grade) { grade, _ in grade.demoted }, reasons: [place] + demotions
      )
    }
    // Of equal ones the topmost counts.
    let best = grades.indices.min { (grades[$1].grade, $0) < (grades[$0].grade, $1) }
    return best.map { grades[$0] } ?? (.d, ["No DKIM signature verifies."])
  }

  private var demoted: Grade {
    switch self {
    case .a, .aESP: .b
    case .b: .c
    case .c, .d: .d
    }
  }
}

/// The seed that is looked for.
private struct Target {
  private let addresses: [SeedAddress]
  /// Most signatures cover the field that names the seed, and the rest isn't searched.
  private lazy var searches = addresses.compactMap { AddressSearch($0.text) }

  init(_ recipient: Mailbox) { addresses = SeedAddress.readings(of: recipient) }

  /// The grade that a signature gives, all else being well.
  mutating func place(in message: Message, _ result: DKIMResult) -> (Grade, String) {
    let signature = "the signature of \(result.domain) (s=\(result.selector))"
    let content = SignedContent(of: message, by: result)
    let fields = content.fieldIndices.map { message.fields[$0] }
    let isRecipient = fields.contains { field in
      (field.kind == .to || field.kind == .cc)
        && message.mailboxes(in: field).contains { mailbox in
          SeedAddress.readings(of: mailbox).contains { addresses.contains($0) }
        }
    }
    if isRecipient {
      return result.aligned
        ? (.a, "The seed stands in To or Cc, and \(signature) covers it.")
        : (.aESP, "The seed stands in To or Cc, and \(signature), a platform's, covers it.")
    }
    let searches = searches
    if fields.contains(where: { searches.isAnyFound(in: message.bytes, $0.body) }) {
      return (.b, "The seed stands in a field, and \(signature) covers it.")
    }
    if searches.isAnyFound(inBodyOf: message, content.body) {
      return (.b, "The seed stands in the body, and \(signature) covers it.")
    }
    return (.c, "The seed stands in nothing that \(signature) covers.")
  }
}

extension [AddressSearch] {
  fileprivate func isAnyFound(in bytes: [UInt8], _ range: Range<Int>) -> Bool {
    contains { $0.isFound(in: bytes, range) }
  }

  /// Whether the seed stands in the signed part of the body, as it is written or decoded.
  fileprivate func isAnyFound(inBodyOf message: Message, _ signed: Range<Int>) -> Bool {
    if isAnyFound(in: message.bytes, signed) { return true }
    let isWhole = signed.upperBound == message.body.upperBound
    let structure = MIMEStructure(
      of: isWhole ? message : Message(parsing: [UInt8](message.bytes[..<signed.upperBound]))
    )
    return structure.parts.indices.contains { index in
      let part = structure.parts[index]
      guard part.encoding == .base64 || part.encoding == .quotedPrintable,
        let bytes = structure.decodedBytes(of: index)
      else { return false }
      return isAnyFound(in: bytes, 0..<bytes.count)
    }
  }
}

extension DKIMResult {
  /// What lowers the worth of the signature, one sentence each.
  fileprivate var demotions: [String] {
    var reasons: [String] = []
    if algorithm.hasPrefix("rsa-"), keyBits < DKIMVerifier.keyBitCountMin {
      reasons.append("Its RSA key has only \(keyBits) bits.")
    }
    if isTesting { reasons.append("Its key is for testing (t=y).") }
    if hadExpired { reasons.append("It had expired when the message arrived.") }
    if isKeyWithdrawn { reasons.append("Its key had been withdrawn when it was looked up.") }
    return reasons
  }
}
