import Foundation
import SeedTesting
import Testing

/// The main job through the two commands, without a mail server.
@Suite(.timeLimit(.minutes(2)))
struct MainJobTests {
  @Test func `a stranger is alerted of, with reasons`() async throws {
    let folder = try TemporaryFolder()
    let home = try await SeedHome(in: folder)
    let minted = try await home.mintForPetitions()
    #expect(minted.address.hasSuffix("@seeds.example"))
    #expect(minted.organisation.name == "Example Petitions")

    try home.deliver(Letters.appeal(to: minted.address))
    try await home.drain()

    let alerts = try await home.alerts()
    let alert = try #require(alerts.first)
    #expect(alerts.count == 1)
    #expect(alert.class == "stranger")
    #expect(alert.sender.domain == "party.example")
    #expect(alert.sender.status == "claimed")
    #expect(alert.organisation == "Example Petitions")
    #expect(alert.address == minted.address)
    #expect(alert.seed == minted.seed)
    #expect(alert.sightings == 1)
    #expect(alert.state == "open")
    #expect(!alert.reasons.isEmpty)
  }

  @Test func `a stranger whom the own server authenticated is a disclosure`() async throws {
    let folder = try TemporaryFolder()
    let home = try await SeedHome(in: folder)
    let minted = try await home.mintForPetitions()

    try home.deliver(Letters.authenticatedAppeal(to: minted.address))
    try await home.drain()

    let alert = try #require(try await home.alerts().first)
    #expect(alert.class == "disclosure")
    #expect(alert.sender.status == "reported")
  }

  @Test func `the organisation's own mail raises no alert`() async throws {
    let folder = try TemporaryFolder()
    let home = try await SeedHome(in: folder)
    let minted = try await home.mintForPetitions()

    try home.deliver(Letters.confirmation(to: minted.address))
    let unsigned = Letters.sent(
      from: "news@petitions.example",
      to: minted.address,
      subject: "Our newsletter",
      id: "newsletter"
    )
    try home.deliver(
      Letters.arrived(unsigned, for: minted.address, from: "news@petitions.example")
    )
    try await home.drain()

    #expect(try await home.alerts().isEmpty)
  }

  @Test func `results that a stranger wrote into the message are not believed`() async throws {
    let folder = try TemporaryFolder()
    let home = try await SeedHome(in: folder)
    let minted = try await home.mintForPetitions()

    let forged =
      "Authentication-Results: mx.seeds.example; dkim=pass header.d=party.example\n"
      + Letters.sent(
        from: "news@party.example",
        to: minted.address,
        subject: "Chip in",
        id: "forged"
      )
    try home.deliver(Letters.arrived(forged, for: minted.address, from: "x@party.example"))
    try await home.drain()

    let alert = try #require(try await home.alerts().first)
    #expect(alert.class == "stranger")
    #expect(alert.sender.status == "claimed")
  }

  @Test func `mail to a guessed or mistyped address raises no alert`() async throws {
    let folder = try TemporaryFolder()
    let home = try await SeedHome(in: folder)
    let minted = try await home.mintForPetitions()
    let local = try #require(minted.address.split(separator: "@").first)

    try home.deliver(Letters.appeal(to: "postmaster@seeds.example"))
    try home.deliver(Letters.appeal(to: "\(local.dropLast())@seeds.example"))
    try await home.drain()

    #expect(try await home.alerts().isEmpty)
  }

  @Test func `a message is recorded once, however often it is seen`() async throws {
    let folder = try TemporaryFolder()
    let home = try await SeedHome(in: folder)
    let minted = try await home.mintForPetitions()
    try home.deliver(Letters.appeal(to: minted.address))

    let first = try await home.json(Ingested.self, "ingest", home.maildir.path)
    #expect(first.read == 1)
    #expect(first.recorded == 1)
    #expect(first.findings == 1)
    let second = try await home.json(Ingested.self, "ingest", home.maildir.path)
    #expect(second.recorded == 0)
    #expect(second.duplicates == 1)
    try await home.drain()

    #expect(try await home.alerts().map(\.sightings) == [1])
  }

  @Test func `a home that exists is refused`() async throws {
    let folder = try TemporaryFolder()
    let home = try await SeedHome(in: folder)
    let outcome = try await home.seedctl("init", "--domain", "seeds.example", expecting: 4)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.split(separator: "\n").count == 1)
  }

  @Test func `a home that others can enter is refused`() async throws {
    let folder = try TemporaryFolder()
    let home = try await SeedHome(in: folder)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: home.path)
    let outcome = try await home.seedctl("status", expecting: 4)
    #expect(outcome.errors.split(separator: "\n").count == 1)
    let daemon = try await Program.seedd.run(["--home", home.path, "--once"])
    #expect(daemon.status == 4)
  }

  @Test func `a public suffix is no organisation's domain`() async throws {
    let folder = try TemporaryFolder()
    let home = try await SeedHome(in: folder)
    for domain in ["co.uk", "uk", "not a domain"] {
      let outcome = try await home.seedctl(
        "mint",
        "--org",
        "Somebody",
        "--org-domain",
        domain,
        expecting: 2
      )
      #expect(outcome.errors.split(separator: "\n").count == 1)
    }
  }

  @Test func `wrong usage and unknown things have exit codes of their own`() async throws {
    let folder = try TemporaryFolder()
    let home = try await SeedHome(in: folder)
    try await home.seedctl("alerts", "--no-such-option", expecting: 2)
    try await home.seedctl("finding", "show", "fnd_zzzz", expecting: 3)
    let nowhere = try await Program.seedctl.run(["--home", folder.path("nowhere"), "status"])
    #expect(nowhere.status == 3 || nowhere.status == 4)
    #expect(nowhere.errors.split(separator: "\n").count == 1)
  }
}
