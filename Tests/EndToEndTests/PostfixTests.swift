import Foundation
import SeedTesting
import Testing

/// The whole way: in over SMTP to Debian's Postfix, through the maildir and `seedd`, out as an alert.
@Suite(
  .enabled(if: PostfixServer.canRun, "needs root, and Debian's postfix and curl"),
  .timeLimit(.minutes(3))
)
struct PostfixTests {
  @Test func `mail that comes in over SMTP comes out as an alert`() async throws {
    try await PostfixServer.run { server in
      let folder = try TemporaryFolder()
      let home = try await SeedHome(in: folder, watching: server.maildir)
      let minted = try await home.mintForPetitions()
      let daemon = try await home.startDaemon()
      let watch = try await home.watchAlerts()

      for (sender, subject) in [
        ("hello@petitions.example", "Please confirm"), ("news@petitions.example", "Our newsletter"),
        ("news@party.example", "Chip in"),
      ] {
        try await server.send(
          Letters.sent(from: sender, to: minted.address, subject: subject, id: "1"),
          from: sender,
          to: [minted.address]
        )
      }
      let clock = ContinuousClock()
      let accepted = clock.now
      let alert = try await watch.nextAlert()
      let elapsed = clock.now - accepted
      print("from SMTP to `alerts --watch`: \(elapsed)")
      #expect(elapsed < .seconds(1))

      // A guess at an address that was never minted.
      try await server.send(
        Letters.sent(from: "x@spam.example", to: "a@seeds.example", subject: "Hi", id: "2"),
        from: "x@spam.example",
        to: ["anna123456@seeds.example"]
      )
      #expect(alert.class == "stranger")
      #expect(alert.seed == minted.seed)
      #expect(alert.sender.domain == "party.example")
      #expect(alert.address == minted.address)
      #expect(await daemon.end(by: SIGTERM) == 0, "\(daemon.errors)")
      try await home.drain()
      #expect(try await home.alerts().map(\.finding) == [alert.finding])
    }
  }

  @Test func `one message to several seeds reaches each of them`() async throws {
    try await PostfixServer.run { server in
      let folder = try TemporaryFolder()
      let home = try await SeedHome(in: folder, watching: server.maildir)
      let first = try await home.mintForPetitions()
      let second = try await home.mintForPetitions()
      let daemon = try await home.startDaemon()
      let watch = try await home.watchAlerts()

      // The envelope alone names the seeds, in capitals and with a subaddress.
      let local = try #require(second.address.split(separator: "@").first)
      try await server.send(
        Letters.sent(from: "news@party.example", to: "undisclosed:;", subject: "Hi", id: "1"),
        from: "bounce@party.example",
        to: [first.address.uppercased(), "\(local)+tag@seeds.example"]
      )

      let alerts = [try await watch.nextAlert(), try await watch.nextAlert()]
      #expect(Set(alerts.map(\.seed)) == [first.seed, second.seed])
      #expect(await daemon.end(by: SIGTERM) == 0, "\(daemon.errors)")
    }
  }

  @Test func `results with the own server's name don't come in from outside`() async throws {
    try await PostfixServer.run { server in
      let folder = try TemporaryFolder()
      let home = try await SeedHome(in: folder, watching: server.maildir)
      let minted = try await home.mintForPetitions()
      let daemon = try await home.startDaemon()
      let watch = try await home.watchAlerts()

      try await server.send(
        "Authentication-Results: mx.seeds.example;\n dkim=pass header.d=petitions.example\n"
          + "Delivered-To: somebody@seeds.example\n"
          + Letters.sent(from: "x@party.example", to: minted.address, subject: "Hi", id: "1"),
        from: "x@party.example",
        to: [minted.address]
      )

      let alert = try await watch.nextAlert()
      #expect(alert.seed == minted.seed)
      #expect(alert.sender.status == "claimed")
      #expect(await daemon.end(by: SIGTERM) == 0, "\(daemon.errors)")
      let files = try FileManager.default.contentsOfDirectory(atPath: server.maildir + "/new")
      let file = try #require(files.first)
      let stored = try Data(contentsOf: URL(filePath: server.maildir + "/new/" + file))
      #expect(!String(decoding: stored, as: UTF8.self).contains("Authentication-Results"))
    }
  }

  @Test func `nothing is lost when the daemon is killed while mail arrives`() async throws {
    try await PostfixServer.run { server in
      let folder = try TemporaryFolder()
      let home = try await SeedHome(in: folder, watching: server.maildir)
      let minted = try await home.mintForPetitions()
      let total = 30
      var daemon = try await home.startDaemon()
      for number in 0..<total {
        try await server.send(
          Letters.sent(
            from: "news@party.example",
            to: minted.address,
            subject: "Chip in",
            id: "\(number)"
          ),
          from: "news@party.example",
          to: [minted.address]
        )
        if number % 10 == 9 {
          #expect(await daemon.end(by: SIGKILL) == -SIGKILL)
          daemon = try await home.startDaemon()
        }
      }
      #expect(await daemon.end(by: SIGTERM) == 0, "\(daemon.errors)")
      // The last message may have come after the last look.
      try await home.drain()
      #expect(try await home.alerts().map(\.sightings) == [total])
    }
  }
}
