import Foundation
import SeedTesting
import Testing

/// Who really sent it, with real servers: opendkim signs, Postfix delivers, unbound answers.
@Suite(
  .enabled(
    if: PostfixServer.canRun && SigningMilter.canRun && Program.system("unbound") != nil,
    "needs root, and Debian's postfix, opendkim, unbound and curl"
  ),
  .timeLimit(.minutes(4))
)
struct AuthenticationTests {
  @Test func `a stranger's signed mail is an alert of grade A, by its own key`() async throws {
    let folder = try TemporaryFolder()
    let milter = try await SigningMilter(domain: "party.example", in: folder)
    let unbound = try UnboundServer(localData: Self.zone(milter))
    try await PostfixServer.run(milterPort: milter.port) { server in
      let home = try await SeedHome(in: folder, watching: server.maildir, asking: unbound.address)
      let minted = try await home.mintForPetitions()
      let daemon = try await home.startDaemon()
      let watch = try await home.watchAlerts()

      let clock = ContinuousClock()
      try await Self.send(to: minted.address, through: server)
      let accepted = clock.now
      let alert = try await watch.nextAlert()
      print("from SMTP to an authenticated alert: \(clock.now - accepted)")
      Self.expectDisclosure(alert)

      // SPF says no, so that the signature alone authenticates it.
      let reasons = alert.reasons.joined(separator: " ")
      #expect(reasons.contains("d=party.example, s=mail"), "\(reasons)")
      #expect(await daemon.end(by: SIGTERM) == 0, "\(daemon.errors)")
    }
  }

  @Test func `while the resolver is down nothing is lost, and when it is back it is judged`()
    async throws
  {
    let folder = try TemporaryFolder()
    let milter = try await SigningMilter(domain: "party.example", in: folder)
    let port = try LoopbackPort()
    try await PostfixServer.run(milterPort: milter.port) { server in
      let home = try await SeedHome(
        in: folder,
        watching: server.maildir,
        asking: "127.0.0.1@\(port.number)"
      )
      let minted = try await home.mintForPetitions()
      let daemon = try await home.startDaemon()
      let watch = try await home.watchAlerts()

      let clock = ContinuousClock()
      try await Self.send(to: minted.address, through: server)
      let sent = clock.now
      var classes: [String] = []
      while classes.isEmpty {
        try await Task.sleep(for: .milliseconds(200))
        classes = try await home.json([SightingEntry].self, "sighting", "list", minted.address)
          .map(\.class)
      }
      print("recorded while DNS is down: \(clock.now - sent)")
      #expect(classes == ["pending"])
      #expect(clock.now - sent < .seconds(30))
      #expect(try await home.alerts().isEmpty)

      let unbound = try UnboundServer(port: port, localData: Self.zone(milter))
      let back = clock.now
      let alert = try await watch.nextAlert()
      print("alerted after DNS came back: \(clock.now - back)")
      Self.expectDisclosure(alert)
      #expect(alert.sightings == 1)
      #expect(await daemon.end(by: SIGTERM) == 0, "\(daemon.errors)")
      withExtendedLifetime(unbound) {}
    }
  }

  /// One entry of what `seedctl sighting list --json` prints.
  private struct SightingEntry: Decodable {
    let `class`: String
  }

  private static func zone(_ milter: SigningMilter) -> [String] {
    [
      milter.keyRecord, #"party.example. 60 IN TXT "v=spf1 -all""#,
      #"_dmarc.party.example. 60 IN TXT "v=DMARC1; p=reject""#,
    ]
  }

  private static func send(to address: String, through server: PostfixServer) async throws {
    try await server.send(
      Letters.sent(
        from: "news@party.example",
        to: address,
        subject: "Chip in",
        id: "1",
        body: "Dear friend,\n\n  caf\u{e9}  \n.\n\n"
      ),
      from: "bounces@party.example",
      to: [address]
    )
  }

  private static func expectDisclosure(_ alert: Alert) {
    #expect(alert.class == "disclosure")
    #expect(alert.sender.domain == "party.example")
    #expect(alert.sender.status == "aligned")
    #expect(alert.grade == "A")
  }
}
