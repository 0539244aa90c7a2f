public import SeedCore

/// Ready-made records for tests, all in 2026 and all under reserved names.
public enum Sample {
  /// The moment at which tests begin.
  public static let start = Timestamp(rfc3339: "2026-03-01T09:00:00Z") ?? Timestamp(seconds: 0)

  /// A moment so many days after ``start``.
  public static func day(_ number: Int) -> Timestamp {
    start.advanced(by: .seconds(number * 86_400))
  }

  /// An organisation that writes from `petitions.example`.
  public static func organisation(
    _ name: String = "Example Petitions",
    number: Int64 = 1,
    domains: [OrganisationDomain]? = nil
  ) -> Organisation {
    Organisation(
      id: Identifier(rawValue: number),
      name: name,
      createdAt: start,
      domains: domains ?? [own("petitions.example")]
    )
  }

  /// An entry of the register.
  public static func own(
    _ domain: String,
    role: OrganisationDomain.Role = .own,
    from: Timestamp? = nil,
    until: Timestamp? = nil
  ) -> OrganisationDomain {
    OrganisationDomain(
      domain: domain,
      role: role,
      validFrom: from,
      validUntil: until,
      reason: "for a test",
      recordedAt: start
    )
  }

  /// A seed that was given to the organisation of that number.
  public static func seed(
    number: Int64 = 10,
    organisation: Int64? = 1,
    control: Seed.Control? = nil,
    learnUntil: Timestamp? = nil,
    withdrawnAt: Timestamp? = nil
  ) -> Seed {
    Seed(
      id: Identifier(rawValue: number),
      token: MatchToken(high: UInt64(number), low: 7),
      organisation: organisation.map { Identifier(rawValue: $0) },
      scheme: .p80,
      control: control,
      form: "https://petitions.example/p/1",
      mintedAt: start,
      learnUntil: learnUntil,
      leafIndex: 0,
      withdrawnAt: withdrawnAt
    )
  }

  /// The facts of a message with one author.
  public static func facts(
    from domain: String,
    organizationalDomain: String? = nil,
    nature: MessageFacts.Nature = .ordinary,
    authentication: AuthenticationReport = AuthenticationReport(),
    otherVerifiedDomains: [String] = []
  ) -> MessageFacts {
    var facts = MessageFacts()
    facts.from = [
      .init(
        displayName: nil,
        address: "news@" + domain,
        domain: domain,
        organizationalDomain: organizationalDomain ?? domain
      )
    ]
    facts.fromFieldCount = 1
    facts.nature = nature
    facts.authentication = authentication
    facts.otherVerifiedDomains = otherVerifiedDomains
    facts.grade = authentication.dkim.contains { $0.atArrival == .pass } ? .a : .d
    return facts
  }

  /// A report with one DKIM signature that verifies.
  public static func signed(by domain: String, aligned: Bool = true) -> AuthenticationReport {
    AuthenticationReport(dkim: [
      DKIMResult(
        domain: domain,
        result: .pass,
        atArrival: .pass,
        aligned: aligned,
        coversEveryFrom: true
      )
    ])
  }

  /// A report of the own MTA's `Authentication-Results`.
  public static func reported(
    _ method: String,
    _ result: String,
    _ name: String,
    _ value: String,
    trusted: Bool = true
  ) -> AuthenticationReport {
    AuthenticationReport(authenticationResults: [
      ReportedAuthentication(
        authserv: "mx.seeds.example",
        trusted: trusted,
        results: [
          .init(method: method, result: result, properties: [.init(name: name, value: value)])
        ]
      )
    ])
  }
}
