import SeedCore
import SeedTesting
import Testing

struct JudgeTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let expected: MessageClass
    var facts: MessageFacts
    var seed = Sample.seed()
    var organisation: Organisation? = Sample.organisation()
    var arrivedAt = Sample.day(40)
    var isLastAttempt = false
    var testDescription: String { name }
  }

  static func report(_ change: (inout AuthenticationReport) -> Void) -> AuthenticationReport {
    var report = AuthenticationReport()
    change(&report)
    return report
  }

  static let stranger = Sample.facts(
    from: "party.example",
    authentication: Sample.signed(by: "party.example")
  )
  static let own = Sample.facts(
    from: "petitions.example",
    authentication: Sample.signed(by: "petitions.example")
  )
  static func dmarcFails(_ domain: String, _ policy: DMARCResult.Policy?) -> MessageFacts {
    Sample.facts(
      from: domain,
      authentication: report {
        $0.spf = SPFResult(result: .fail, domain: domain, scope: .mailFrom)
        $0.dmarc = DMARCResult(
          result: .fail,
          organizationalDomain: domain,
          policy: policy,
          mode: .rfc9989
        )
      }
    )
  }
  static func temporaryFailure(_ domain: String) -> MessageFacts {
    Sample.facts(
      from: domain,
      authentication: report {
        $0.dkim = [DKIMResult(domain: domain, result: .temperror, atArrival: .temperror)]
      }
    )
  }

  static let cases: [Case] = [
    Case(
      name: "a bounce, even from a stranger who is authenticated",
      expected: .bounce,
      facts: Sample.facts(
        from: "party.example",
        nature: .bounce,
        authentication: Sample.signed(by: "party.example")
      )
    ),
    Case(
      name: "a stranger's auto-reply",
      expected: .bounce,
      facts: Sample.facts(from: "party.example", nature: .autoReply)
    ),
    Case(
      name: "the organisation's automatic answer to its own form",
      expected: .expected,
      facts: Sample.facts(
        from: "petitions.example",
        nature: .autoReply,
        authentication: Sample.signed(by: "petitions.example")
      )
    ),
    Case(
      name: "the organisation, on the last day of grace",
      expected: .expected,
      facts: own,
      seed: Sample.seed(withdrawnAt: Sample.day(13)),
      arrivedAt: Sample.day(40)
    ),
    Case(
      name: "the organisation, after the grace period",
      expected: .withdrawn,
      facts: own,
      seed: Sample.seed(withdrawnAt: Sample.day(12)),
      arrivedAt: Sample.day(40)
    ),
    Case(
      name: "a control that was hit",
      expected: .control,
      facts: stranger,
      seed: Sample.seed(organisation: nil, control: .c0),
      organisation: nil
    ),
    Case(name: "the organisation, signed", expected: .expected, facts: own),
    Case(
      name: "a subdomain of the organisation's",
      expected: .expected,
      facts: Sample.facts(
        from: "mail.petitions.example",
        organizationalDomain: "petitions.example",
        authentication: Sample.signed(by: "petitions.example")
      )
    ),
    Case(
      name: "the organisation, by the word of the own MTA",
      expected: .expected,
      facts: Sample.facts(
        from: "petitions.example",
        authentication: Sample.reported("dkim", "pass", "header.d", "petitions.example")
      )
    ),
    Case(
      name: "the organisation, by the word of somebody else",
      expected: .unverified,
      facts: Sample.facts(
        from: "petitions.example",
        authentication: Sample.reported(
          "dkim",
          "pass",
          "header.d",
          "petitions.example",
          trusted: false
        )
      )
    ),
    Case(
      name: "a processor, in its time",
      expected: .expected,
      facts: Sample.facts(
        from: "mailer.example",
        authentication: Sample.signed(by: "mailer.example")
      ),
      organisation: Sample.organisation(domains: [
        Sample.own("mailer.example", role: .processor, until: Sample.day(41))
      ])
    ),
    Case(
      name: "a processor whose time is over",
      expected: .disclosure,
      facts: Sample.facts(
        from: "mailer.example",
        authentication: Sample.signed(by: "mailer.example")
      ),
      organisation: Sample.organisation(domains: [
        Sample.own("mailer.example", role: .processor, until: Sample.day(40))
      ])
    ),
    Case(
      name: "From the organisation, signed by its processor alone",
      expected: .expected,
      facts: Sample.facts(
        from: "petitions.example",
        authentication: Sample.signed(by: "mailer.example", aligned: false),
        otherVerifiedDomains: ["mailer.example"]
      ),
      organisation: Sample.organisation(domains: [
        Sample.own("petitions.example"), Sample.own("mailer.example", role: .processor),
      ])
    ),
    Case(
      name: "another customer of the same processor",
      expected: .stranger,
      facts: Sample.facts(
        from: "party.example",
        authentication: Sample.signed(by: "mailer.example", aligned: false),
        otherVerifiedDomains: ["mailer.example"]
      ),
      organisation: Sample.organisation(domains: [
        Sample.own("petitions.example"), Sample.own("mailer.example", role: .processor),
      ])
    ),
    Case(
      name: "From the organisation against its own policy",
      expected: .impersonation,
      facts: dmarcFails("petitions.example", .reject)
    ),
    Case(
      name: "From the organisation, where SPF could not be checked",
      expected: .unverified,
      facts: {
        var facts = dmarcFails("petitions.example", .reject)
        facts.authentication.spf = nil
        return facts
      }()
    ),
    Case(
      name: "somebody who poses as the organisation after consent was withdrawn",
      expected: .impersonation,
      facts: dmarcFails("petitions.example", .reject),
      seed: Sample.seed(withdrawnAt: Sample.day(1))
    ),
    Case(
      name: "the answer of a form whose organisation is still to be learned",
      expected: .expected,
      facts: Sample.facts(
        from: "petitions.example",
        nature: .autoReply,
        authentication: Sample.signed(by: "petitions.example")
      ),
      seed: Sample.seed(learnUntil: Sample.day(41)),
      organisation: Sample.organisation(domains: [])
    ),
    Case(
      name: "From the organisation, whose policy is none",
      expected: .unverified,
      facts: dmarcFails("petitions.example", DMARCResult.Policy.none)
    ),
    Case(
      name: "From the organisation, and nothing else",
      expected: .unverified,
      facts: Sample.facts(from: "petitions.example")
    ),
    Case(
      name: "an affiliate",
      expected: .related,
      facts: Sample.facts(
        from: "party.example",
        authentication: Sample.signed(by: "party.example")
      ),
      organisation: Sample.organisation(domains: [
        Sample.own("petitions.example"), Sample.own("party.example", role: .affiliate),
      ])
    ),
    Case(name: "an authenticated stranger", expected: .disclosure, facts: stranger),
    Case(
      name: "a stranger by the word of the own MTA",
      expected: .disclosure,
      facts: Sample.facts(
        from: "party.example",
        authentication: Sample.reported("spf", "pass", "smtp.mailfrom", "bounce@party.example")
      )
    ),
    Case(
      name: "a stranger who is only claimed",
      expected: .stranger,
      facts: Sample.facts(from: "party.example")
    ),
    Case(
      name: "a stranger who may be forged",
      expected: .stranger,
      facts: dmarcFails("party.example", .reject)
    ),
    Case(name: "nobody in From", expected: .stranger, facts: MessageFacts()),
    Case(
      name: "a stranger whose key could not be had",
      expected: .pending,
      facts: temporaryFailure("party.example")
    ),
    Case(
      name: "a stranger whose key could not be had for three days",
      expected: .stranger,
      facts: temporaryFailure("party.example"),
      isLastAttempt: true
    ),
    Case(
      name: "a stranger who looks like the organisation",
      expected: .disclosure,
      facts: Sample.facts(
        from: "notpetitions.example",
        authentication: Sample.signed(by: "notpetitions.example")
      )
    ),
    Case(
      name: "the first authenticated sender in the learning window",
      expected: .expected,
      facts: stranger,
      seed: Sample.seed(learnUntil: Sample.day(41)),
      organisation: Sample.organisation(domains: [])
    ),
    Case(
      name: "an unauthenticated sender in the learning window",
      expected: .stranger,
      facts: Sample.facts(from: "party.example"),
      seed: Sample.seed(learnUntil: Sample.day(41)),
      organisation: Sample.organisation(domains: [])
    ),
    Case(
      name: "the first authenticated sender after the learning window",
      expected: .disclosure,
      facts: stranger,
      seed: Sample.seed(learnUntil: Sample.day(39)),
      organisation: Sample.organisation(domains: [])
    ),
  ]

  @Test(arguments: cases)
  func `the first rule that fits decides, and says why`(item: Case) {
    let verdict = Judge.verdict(
      JudgementContext(
        seed: item.seed,
        organisation: item.organisation,
        facts: item.facts,
        arrivedAt: item.arrivedAt,
        hasBaseline: false,
        isLastAttempt: item.isLastAttempt
      )
    )
    #expect(verdict.messageClass == item.expected)
    #expect(!verdict.reasons.isEmpty)
    #expect(verdict.reasons.allSatisfy { $0.hasSuffix(".") })
  }

  @Test func `several From fields name nobody, also where one is signed`() {
    var facts = Self.own
    facts.fromFieldCount = 2
    facts.from.append(facts.from[0])
    #expect(Attribution.sender(of: facts) == Sender(domain: "", status: .none))
  }

  @Test func `a revoked domain is not learned again`() {
    var revoked = Sample.own("party.example")
    revoked.revokedAt = Sample.day(1)
    let verdict = Judge.verdict(
      JudgementContext(
        seed: Sample.seed(learnUntil: Sample.day(41)),
        organisation: Sample.organisation(domains: [revoked]),
        facts: Self.stranger,
        arrivedAt: Sample.day(40),
        hasBaseline: false
      )
    )
    #expect(verdict.messageClass == .disclosure)
  }
}
