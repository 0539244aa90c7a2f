import SeedCore

/// Everything that a judgement of one message rests on, as `seedctl explain` prints it.
struct Explanation: Encodable {
  /// A recipient, and where the message names it.
  struct RecipientSummary: Encodable {
    let address: String
    let source: Sighting.RecipientSource
  }

  /// The verdict on a DKIM signature.
  struct SignatureSummary: Encodable {
    let domain: String
    let selector: String
    let algorithm: String
    let keyBits: Int
    let result: AuthenticationResult
    let atArrival: AuthenticationResult
    let reason: String
    let aligned: Bool
    let signedFields: [String]
    @ExplicitNull var bodyLengthLimit: Int?

    init(_ result: DKIMResult) {
      domain = result.domain
      selector = result.selector
      algorithm = result.algorithm
      keyBits = result.keyBits
      self.result = result.result
      atArrival = result.atArrival
      reason = result.reason
      aligned = result.aligned
      signedFields = result.signedFields
      _bodyLengthLimit = ExplicitNull(wrappedValue: result.bodyLengthLimit)
    }
  }

  /// The verdict of SPF; `none` where nothing could be checked.
  struct SPFSummary: Encodable {
    let result: AuthenticationResult
    let domain: String
    @ExplicitNull var scope: SPFResult.Scope?
    let explanation: String
    let aligned: Bool

    init(_ result: SPFResult?) {
      self.result = result?.result ?? .none
      domain = result?.domain ?? ""
      _scope = ExplicitNull(wrappedValue: result?.scope)
      explanation = result?.explanation ?? ""
      aligned = result?.aligned ?? false
    }
  }

  /// The verdict of DMARC; `none` where From names no single domain.
  struct DMARCSummary: Encodable {
    let result: AuthenticationResult
    let organizationalDomain: String
    @ExplicitNull var policy: DMARCResult.Policy?
    let mode: DMARCResult.Mode
    let reason: String

    init(_ result: DMARCResult?, mode: DMARCResult.Mode) {
      self.result = result?.result ?? .none
      organizationalDomain = result?.organizationalDomain ?? ""
      _policy = ExplicitNull(wrappedValue: result?.policy)
      self.mode = result?.mode ?? mode
      reason = result?.reason ?? ""
    }
  }

  /// The verdict on the ARC chain; `none` where there is none.
  struct ARCSummary: Encodable {
    let result: AuthenticationResult
    let sealers: [String]
    let reason: String
    let isTrusted: Bool

    init(_ result: ARCResult?) {
      self.result = result?.result ?? .none
      sealers = result?.sealers ?? []
      reason = result?.reason ?? ""
      isTrusted = result?.isTrusted ?? false
    }
  }

  let recipients: [RecipientSummary]
  @ExplicitNull var messageID: String?
  let from: [String]
  let subject: String
  @ExplicitNull var date: Timestamp?
  let arrivedAt: Timestamp
  let bounce: Bool
  let autoReply: Bool
  let dkim: [SignatureSummary]
  let spf: SPFSummary
  let dmarc: DMARCSummary
  let arc: ARCSummary
  let authenticationResults: [ReportedAuthentication]
  let sender: FindingSummary.SenderSummary
  let `class`: MessageClass
  let grade: Grade
  let gradeReasons: [String]
  let reasons: [String]
  let keys: [KeyHistory]

  /// - Parameters:
  ///   - mode: How DMARC was to find the organizational domain.
  ///   - keys: What became of the keys since, as far as a home knows.
  init(
    reading: Reading,
    context: JudgementContext,
    verdict: Verdict,
    mode: DMARCResult.Mode,
    keys: [KeyHistory]
  ) {
    let facts = context.facts
    recipients = reading.recipients.map {
      RecipientSummary(address: $0.mailbox.address, source: $0.source)
    }
    _messageID = ExplicitNull(wrappedValue: facts.messageID)
    from = facts.from.map(\.address)
    subject = facts.subject
    _date = ExplicitNull(wrappedValue: facts.date)
    arrivedAt = context.arrivedAt
    bounce = facts.nature == .bounce
    autoReply = facts.nature == .autoReply
    dkim = facts.authentication.dkim.map(SignatureSummary.init)
    spf = SPFSummary(facts.authentication.spf)
    dmarc = DMARCSummary(facts.authentication.dmarc, mode: mode)
    arc = ARCSummary(facts.authentication.arc)
    authenticationResults = facts.authentication.authenticationResults
    sender = FindingSummary.SenderSummary(context.sender)
    self.class = verdict.messageClass
    grade = facts.grade
    gradeReasons = facts.gradeReasons
    reasons = verdict.reasons
    self.keys = keys
  }

  /// Prints the reasoning for a person, a line for each step.
  func show() {
    line("to", recipients.map(\.address).joined(separator: ", "))
    line("from", from.isEmpty ? "nobody" : from.joined(separator: ", "))
    line("subject", subject)
    line("arrived", arrivedAt.rfc3339)
    for signature in dkim {
      result(
        "DKIM",
        signature.atArrival,
        "d=\(signature.domain) s=\(signature.selector)\(signature.aligned ? ", aligned with From" : "")",
        signature.reason
      )
    }
    if dkim.isEmpty { line("DKIM", "no signature") }
    if spf.scope != nil {
      result(
        "SPF",
        spf.result,
        "\(spf.domain)\(spf.aligned ? ", aligned with From" : "")",
        spf.explanation
      )
    } else {
      line("SPF", "not checked: the host that handed the message over is not known")
    }
    if !dmarc.organizationalDomain.isEmpty {
      result(
        "DMARC",
        dmarc.result,
        "\(dmarc.organizationalDomain), policy \(dmarc.policy?.rawValue ?? "not published")",
        dmarc.reason
      )
    }
    if arc.result != .none {
      result("ARC", arc.result, arc.sealers.joined(separator: ", "), arc.reason)
    }
    for field in authenticationResults {
      let words = field.results.map { "\($0.method)=\($0.result)" }.joined(separator: " ")
      line(
        "reported",
        "\(field.authserv): \(words)\(field.trusted ? "" : " (not trusted: ignored)")"
      )
    }
    line("sender", sender.words)
    line("grade", "\(grade.rawValue). \(gradeReasons.joined(separator: " "))")
    print("\n" + Console.styled(`class`.rawValue, `class`.isFinding ? .bad : .good))
    for reason in reasons { print("  - " + Console.safe(reason)) }
    KeyLines.print(keys)
  }

  private func line(_ name: String, _ text: String) {
    let padding = String(repeating: " ", count: max(1, 10 - name.count))
    print(Console.styled(name, .faint) + padding + Console.safe(text))
  }

  private func result(
    _ name: String,
    _ verdict: AuthenticationResult,
    _ about: String,
    _ reason: String
  ) {
    let style: Console.Style =
      switch verdict {
      case .pass: .good
      case .fail, .permerror: .bad
      case .none, .policy, .neutral, .softfail, .temperror: .warning
      }
    let padding = String(repeating: " ", count: max(1, 10 - name.count))
    print(
      Console.styled(name, .faint) + padding + Console.styled(verdict.rawValue, style) + "  "
        + Console.safe(reason.isEmpty ? about : "\(about): \(reason)")
    )
  }
}
