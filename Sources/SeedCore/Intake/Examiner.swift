public import SeedAuth
import SeedCrypto
public import SeedMail

/// A message as it was read, before anybody was asked about it.
public struct Reading: Sendable {
  /// The message.
  public let message: Message
  /// SHA-256 of its bytes.
  public let digest: [UInt8]
  /// Where it crossed to the own servers; `nil` where it doesn't say.
  public let ownHop: OwnHop?
  /// How it was handed over, as the own MTA wrote; whoever knows better may say so.
  public var handover: Handover
  /// The addresses that it was sent to.
  public let recipients: [Recipient]
  /// When it arrived: as the own hop says, unless that is after the delivery.
  public let arrivedAt: Timestamp
}

/// What was found out about a message, for all its recipients.
public struct Examination: Sendable {
  /// The facts, without a grade: that depends on the seed.
  public let facts: MessageFacts
  /// The DNS answers that they rest on.
  public let answers: [DNSAnswer]
}

/// What an operator may choose of how mail is authenticated.
public struct AuthenticationSettings: Sendable, Hashable {
  /// How DMARC finds the organizational domain.
  public var dmarcMode: DMARCResult.Mode
  /// The domains, in lower-case A-labels, whose ARC chains are believed.
  public var trustedSealers: Set<String>

  /// Makes settings.
  public init(dmarcMode: DMARCResult.Mode = .rfc9989, trustedSealers: Set<String> = []) {
    self.dmarcMode = dmarcMode
    self.trustedSealers = trustedSealers
  }
}

/// Reads messages and works out who sent them: bytes, DNS answers and the time go in, facts come out.
public struct Examiner: Sendable {
  /// The own hop's clock may be so far ahead of the delivery's.
  public static let clockLeadMax = Duration.seconds(300)

  private let ownHosts: OwnHosts
  private let authservs: OwnHosts
  private let publicSuffixes: PublicSuffixList
  private let platforms: Platforms
  private var authenticator: Authenticator

  /// Makes an examiner.
  ///
  /// - Parameters:
  ///   - ownHosts: The names that the own servers write after `by`.
  ///   - authservs: The authserv-ids whose `Authentication-Results` are believed.
  ///   - authentication: How mail is authenticated.
  ///   - platforms: The bulk-mail platforms that are known.
  public init(
    ownHosts: OwnHosts,
    authservs: OwnHosts,
    publicSuffixes: PublicSuffixList,
    resolver: any Resolver,
    authentication: AuthenticationSettings = AuthenticationSettings(),
    platforms: Platforms = .builtIn
  ) {
    self.ownHosts = ownHosts
    self.authservs = authservs
    self.publicSuffixes = publicSuffixes
    self.platforms = platforms
    authenticator = Authenticator(
      resolver: resolver,
      publicSuffixes: publicSuffixes,
      dmarcMode: authentication.dmarcMode,
      trustedSealers: authentication.trustedSealers
    )
  }

  /// The same for a batch of messages that mustn't hold each other up.
  ///
  /// - Parameters:
  ///   - timeLimit: How long one message may wait for DNS.
  ///   - timeoutCountMax: How many questions of the whole batch may go unanswered before no more is
  ///     asked.
  public func hurried(timeLimit: Duration, timeoutCountMax: Int) -> Examiner {
    var copy = self
    copy.authenticator = authenticator.hurried(
      timeLimit: timeLimit,
      timeoutCountMax: timeoutCountMax
    )
    return copy
  }

  /// Reads a message; never fails, and asks nobody.
  public func read(_ bytes: [UInt8], deliveredAt: Timestamp) -> Reading {
    let message = Message(parsing: bytes)
    let ownHop = OwnHop(in: message, hosts: ownHosts)
    var arrivedAt = deliveredAt
    if let date = ownHop?.received.date, date <= deliveredAt.advanced(by: Self.clockLeadMax) {
      arrivedAt = date
    }
    return Reading(
      message: message,
      digest: SHA256.hash(bytes),
      ownHop: ownHop,
      handover: Handover(of: message, ownHop: ownHop),
      recipients: Recipients.find(in: message, ownHop: ownHop),
      arrivedAt: arrivedAt
    )
  }

  /// Works out who sent a message; asks the resolver, and returns within its deadlines.
  public func examine(_ reading: Reading, at now: Timestamp) async -> Examination {
    var facts = MessageFacts(of: reading, publicSuffixes: publicSuffixes)
    let authentication = await authenticator.authenticate(
      reading.message,
      fromDomain: facts.author?.domain,
      handover: reading.handover,
      arrivedAt: reading.arrivedAt,
      now: now
    )
    facts.authentication = authentication.report
    facts.authentication.authenticationResults = ReportedAuthentication.all(
      in: reading.message,
      above: reading.ownHop,
      authservs: authservs
    )
    facts.otherVerifiedDomains = otherVerifiedDomains(in: authentication.report)
    facts.platforms = platforms.traces(
      in: reading.message,
      report: facts.authentication,
      returnPath: facts.returnPath
    )
    return Examination(facts: facts, answers: authentication.answers)
  }

  /// The organizational domains of the signatures that verify and aren't aligned, each once.
  private func otherVerifiedDomains(in report: AuthenticationReport) -> [String] {
    var domains: [String] = []
    for result in report.dkim where result.atArrival == .pass && !result.aligned {
      let domain = publicSuffixes.organizationalDomain(of: result.domain) ?? result.domain
      if !domains.contains(domain) { domains.append(domain) }
    }
    return domains
  }
}

extension Handover {
  /// What the own MTA wrote into the message.
  init(of message: Message, ownHop: OwnHop?) {
    let field = message.fields[..<(ownHop?.fieldIndex ?? 0)].first { $0.kind == .returnPath }
    self.init(
      clientAddress: ownHop?.clientAddress.flatMap { IPAddress($0) },
      helo: ownHop?.received.heloName,
      returnPath: field.map { message.envelopeAddress($0) ?? "" }
    )
  }
}
