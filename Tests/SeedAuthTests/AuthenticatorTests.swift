import SeedAuth
import SeedCrypto
import SeedMail
import SeedTesting
import Testing

struct AuthenticatorTests {
  private static let arrival = Timestamp(seconds: 1_800_000_000)
  private static let message = Array(
    """
    From: News <news@mail.petitions.example>\r
    To: anna@seeds.example\r
    Subject: A petition\r
    Date: Sun, 22 Nov 2026 01:00:00 +0000\r
    Message-ID: <1@petitions.example>\r
    \r
    Sign here.\r

    """.utf8
  )

  private let signer: DKIMSigner
  private let signed: Message
  private let handover: Handover

  init() throws {
    signer = DKIMSigner(domain: "petitions.example", key: .ed25519(try Ed25519PrivateKey()))
    signed = Message(parsing: try signer.sign(Self.message))
    handover = Handover(
      clientAddress: IPAddress("192.0.2.1"),
      helo: "mta.petitions.example",
      returnPath: "bounce@news.petitions.example"
    )
  }

  private func zone() throws -> ZoneFile {
    let json = """
      {"_dmarc.petitions.example": {"TXT": ["v=DMARC1; p=reject"]},
       "news.petitions.example": {"TXT": ["v=spf1 ip4:192.0.2.0/24 -all"]},
       "\(signer.keyName)": {"TXT": ["\(signer.keyRecord)"]}}
      """
    return try ZoneFile(json: Array(json.utf8), now: { Self.arrival })
  }

  private func authenticate(
    _ message: Message,
    _ resolver: any Resolver,
    fromDomain: String? = "mail.petitions.example",
    handover: Handover? = nil,
    timeLimit: Duration = .seconds(30)
  ) async -> Authentication {
    await Authenticator(resolver: resolver, timeLimit: timeLimit).authenticate(
      message,
      fromDomain: fromDomain,
      handover: handover ?? self.handover,
      arrivedAt: Self.arrival,
      now: Self.arrival
    )
  }

  @Test func `every verdict is given, and rests on the answers that are kept`() async throws {
    let found = await authenticate(signed, try zone())
    #expect(found.report.dkim.map(\.result) == [.pass])
    #expect(found.report.dkim.map(\.aligned) == [true])
    #expect(found.report.spf?.result == .pass)
    #expect(found.report.spf?.aligned == true)
    #expect(found.report.dmarc?.result == .pass)
    #expect(found.report.dmarc?.organizationalDomain == "petitions.example")
    #expect(found.report.arc == nil)
    #expect(!found.report.isPending)
    let names = Set(found.answers.map(\.name))
    #expect(
      names.isSuperset(of: [
        signer.keyName, "news.petitions.example", "_dmarc.mail.petitions.example",
        "_dmarc.petitions.example", "_dmarc.example",
      ])
    )

    // The archive says the same again, without the network.
    let archive = try DNSArchive.encode(found.answers)
    let replay = ArchiveResolver(try DNSArchive.decode(archive), now: { Self.arrival })
    #expect(await authenticate(signed, replay).report == found.report)
  }

  @Test func `a forgery fails under the policy of the domain it names`() async throws {
    let forged = Message(parsing: Self.message)
    let found = await authenticate(
      forged,
      try zone(),
      handover: Handover(
        clientAddress: IPAddress("198.51.100.1"),
        helo: "mta.evil.example",
        returnPath: "<x@evil.example>"
      )
    )
    #expect(found.report.dkim.isEmpty)
    #expect(found.report.spf?.result == AuthenticationResult.none)
    #expect(found.report.spf?.aligned == false)
    #expect(found.report.dmarc?.result == .fail)
    #expect(found.report.dmarc?.policy == .reject)
  }

  @Test func `what isn't known is not made up`() async throws {
    let found = await authenticate(signed, try zone(), fromDomain: nil, handover: Handover())
    #expect(found.report.spf == nil)
    #expect(found.report.dmarc == nil)
    #expect(found.report.dkim.map(\.result) == [.pass])
    #expect(found.report.dkim.map(\.aligned) == [false])
    let client = Handover(clientAddress: IPAddress("192.0.2.1"), helo: "mta.petitions.example")
    #expect(await authenticate(signed, try zone(), handover: client).report.spf == nil)
  }

  @Test(arguments: [Duration.seconds(30), .zero])
  func `without DNS every verdict stays open`(timeLimit: Duration) async throws {
    // An archive without answers is a resolver that never gets one.
    let silent = CountingResolver(ArchiveResolver([], now: { Self.arrival }))
    let found = await authenticate(signed, silent, timeLimit: timeLimit)
    #expect(found.report.isPending)
    #expect(found.report.dkim.map(\.result) == [.temperror])
    #expect(found.report.spf?.result == .temperror)
    #expect(found.report.dmarc?.result == .temperror)
    #expect((silent.count == 0) == (timeLimit == .zero))
  }
}
