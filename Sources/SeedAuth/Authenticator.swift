public import SeedMail

/// What authenticates a message, and the DNS answers that this rests on.
public struct Authentication: Sendable, Hashable {
  /// The verdicts; `authenticationResults` is left empty, since it needs no DNS.
  public let report: AuthenticationReport
  /// Every answer that a verdict rests on, with the keys of the zones above the secure ones.
  public let answers: [DNSAnswer]
}

/// How a message was handed to the own server, as far as it is known.
public struct Handover: Sendable, Hashable {
  /// The address of the host that handed it over; `nil` where it isn't known.
  public var clientAddress: IPAddress?
  /// What that host called itself in HELO or EHLO; `nil` where it isn't known.
  public var helo: String?
  /// The return path, with or without angle brackets, empty for the null one; `nil` where it isn't
  /// known.
  public var returnPath: String?

  /// Makes a handover; of an empty one SPF has nothing to check.
  public init(clientAddress: IPAddress? = nil, helo: String? = nil, returnPath: String? = nil) {
    self.clientAddress = clientAddress
    self.helo = helo
    self.returnPath = returnPath
  }
}

/// Works out who really sent a message: DKIM, SPF, DMARC and ARC on one view of the DNS.
public struct Authenticator: Sendable {
  private var resolver: any Resolver
  private let publicSuffixes: PublicSuffixList
  private let dmarcMode: DMARCResult.Mode
  private let trustedSealers: Set<String>
  private let receiver: String
  private var timeLimit: Duration

  /// Makes an authenticator.
  ///
  /// - Parameters:
  ///   - resolver: Whom to ask, within a deadline of its own for each question.
  ///   - publicSuffixes: By which domains are said to be aligned.
  ///   - dmarcMode: How DMARC finds the organizational domain.
  ///   - trustedSealers: The domains whose ARC chains the operator believes.
  ///   - receiver: The own server's name, for SPF's explanations.
  ///   - timeLimit: How long one message may wait for DNS in all. A question under way then still
  ///     ends by the resolver's deadline; what is open after that is a `temperror`.
  public init(
    resolver: any Resolver,
    publicSuffixes: PublicSuffixList = .builtIn,
    dmarcMode: DMARCResult.Mode = .rfc9989,
    trustedSealers: Set<String> = [],
    receiver: String = "unknown",
    timeLimit: Duration = RecordingResolver.timeLimit
  ) {
    self.resolver = resolver
    self.publicSuffixes = publicSuffixes
    self.dmarcMode = dmarcMode
    self.trustedSealers = trustedSealers
    self.receiver = receiver
    self.timeLimit = timeLimit
  }

  /// The same for a batch of messages: each may wait for `timeLimit`, and no more is asked once
  /// `timeoutCountMax` questions of the batch went unanswered.
  public func hurried(timeLimit: Duration, timeoutCountMax: Int) -> Authenticator {
    var copy = self
    copy.resolver = ImpatientResolver(resolver, timeoutCountMax: timeoutCountMax)
    copy.timeLimit = timeLimit
    return copy
  }

  /// The verdicts on `message`.
  ///
  /// - Parameters:
  ///   - message: What arrived.
  ///   - fromDomain: From's domain; `nil` where From names no single one: then nothing is aligned,
  ///     and DMARC doesn't apply.
  ///   - handover: What SPF checks.
  ///   - arrivedAt: When it arrived, for the verdicts at arrival.
  ///   - now: For the verdicts of now.
  public func authenticate(
    _ message: Message,
    fromDomain: String?,
    handover: Handover,
    arrivedAt: Timestamp,
    now: Timestamp
  ) async -> Authentication {
    let recorder = RecordingResolver(resolver, timeLimit: timeLimit, now: { now })
    func signatures() async -> [DKIMResult] {
      await DKIMVerifier(resolver: recorder, publicSuffixes: publicSuffixes).verify(
        message,
        fromDomain: fromDomain,
        arrivedAt: arrivedAt,
        now: now
      )
    }
    let dkim: [DKIMResult], spf: SPFResult?
    if recorder.answersAtOnce {
      dkim = await signatures()
      spf = await self.spf(handover, fromDomain, recorder, now: arrivedAt)
    } else {
      // Another task costs as much as a small message, and less than waiting twice.
      async let spfResult = self.spf(handover, fromDomain, recorder, now: arrivedAt)
      dkim = await signatures()
      spf = await spfResult
    }
    // Few messages have a chain, and its keys are often those of the signatures.
    let arc = await arc(message, recorder)
    var report = AuthenticationReport(dkim: dkim, spf: spf, arc: arc)
    if let fromDomain {
      report.dmarc = await DMARCVerifier(
        resolver: recorder,
        mode: dmarcMode,
        publicSuffixes: publicSuffixes
      ).verify(fromDomain: fromDomain, dkim: dkim, spf: spf)
    }
    await recorder.recordAuthenticationChains()
    return Authentication(report: report, answers: recorder.answers)
  }

  /// SPF's verdict; `nil` where the client or the return path isn't known.
  private func spf(
    _ handover: Handover,
    _ fromDomain: String?,
    _ resolver: any Resolver,
    now: Timestamp
  ) async -> SPFResult? {
    guard let client = handover.clientAddress, let returnPath = handover.returnPath else {
      return nil
    }
    var result = await SPFVerifier(resolver: resolver, receiver: receiver).verify(
      clientAddress: client,
      helo: handover.helo ?? "unknown",
      mailFrom: returnPath,
      now: now
    )
    result.aligned =
      fromDomain.map { publicSuffixes.isAligned(result.domain, with: $0) } ?? false
    return result
  }

  private func arc(_ message: Message, _ resolver: any Resolver) async -> ARCResult? {
    let result = await ARCVerifier(resolver: resolver, trustedSealers: trustedSealers)
      .verify(message)
    return result.result == .none ? nil : result
  }
}
