import Foundation
import SeedTesting
import Testing

/// `seedd` as it runs for years: started, told, killed and started again.
@Suite(.timeLimit(.minutes(2)))
struct DaemonTests {
  @Test(arguments: SeedHome.Delivery.allCases)
  func `a watcher is told within a second of the delivery`(
    delivery: SeedHome.Delivery
  ) async throws {
    let folder = try TemporaryFolder()
    let home = try await SeedHome(in: folder)
    let minted = try await home.mintForPetitions()
    let daemon = try await home.startDaemon()
    let watch = try await home.watchAlerts()

    let clock = ContinuousClock()
    let delivered = clock.now
    try home.deliver(Letters.appeal(to: minted.address), by: delivery)
    let alert = try await watch.nextAlert()
    let elapsed = clock.now - delivered

    print("from delivery by \(delivery) to `alerts --watch`: \(elapsed)")
    #expect(alert.seed == minted.seed)
    #expect(elapsed < .seconds(1))
    await watch.end(by: SIGTERM)
    #expect(await daemon.end(by: SIGTERM) == 0, "\(daemon.errors)")
  }

  @Test func `what waits at the start is taken in`() async throws {
    let folder = try TemporaryFolder()
    let home = try await SeedHome(in: folder)
    let minted = try await home.mintForPetitions()
    try home.deliver(Letters.appeal(to: minted.address))
    let watch = try await home.watchAlerts()

    let daemon = try await home.startDaemon()
    #expect(try await watch.nextAlert().seed == minted.seed)
    #expect(await daemon.end(by: SIGTERM) == 0, "\(daemon.errors)")
  }

  @Test func `killed at any time, it loses nothing and records nothing twice`() async throws {
    let folder = try TemporaryFolder()
    let home = try await SeedHome(in: folder)
    let minted = try await home.mintForPetitions()
    let (rounds, messagesPerRound) = (8, 50)
    for round in 0..<rounds {
      for number in 0..<messagesPerRound {
        try home.deliver(Letters.appeal(to: minted.address, id: "\(round)-\(number)"))
      }
      let daemon = try home.launchDaemon()
      // Nothing is waited for here: each round kills it at another stage of its work.
      try await Task.sleep(for: .milliseconds(40 * round))
      #expect(await daemon.end(by: SIGKILL) == -SIGKILL)
    }
    try await home.drain()

    let total = rounds * messagesPerRound
    #expect(try await home.alerts().map(\.sightings) == [total])
    let again = try await home.json(Ingested.self, "ingest", home.maildir.path)
    #expect(again.duplicates == total)
    #expect(again.recorded == 0)
  }

  @Test func `the configured command gets the finding, once`() async throws {
    let folder = try TemporaryFolder()
    let home = try await SeedHome(in: folder)
    let minted = try await home.mintForPetitions()
    try home.deliver(Letters.appeal(to: minted.address))
    let file = folder.path("findings")
    for _ in 0..<2 {
      try await home.drain(environment: ["SEED_ALERTS_COMMAND": "cat >> \(file)"])
    }

    let decoder = JSONDecoder()
    decoder.dateDecodingStrategy = .iso8601
    let alert = try decoder.decode(Alert.self, from: Data(contentsOf: URL(filePath: file)))
    #expect(alert.seed == minted.seed)
    #expect(alert.sender.domain == "party.example")
  }

  @Test func `a message that is no message is recorded, and the others go on`() async throws {
    let folder = try TemporaryFolder()
    let home = try await SeedHome(in: folder)
    let minted = try await home.mintForPetitions()
    for text in [
      "", "\n", "\n\nbody", "no colon", "\u{0}\u{0}", ":", "From", "To: \(minted.address)",
    ] {
      try home.deliver(text)
    }
    try home.deliver(Letters.appeal(to: minted.address))
    try await home.drain()

    let senders = try await home.alerts().map(\.sender.domain)
    #expect(senders.contains("party.example"))
    let again = try await home.json(Ingested.self, "ingest", home.maildir.path)
    #expect(again.read == 9)
    #expect(again.duplicates == 9)
    #expect(again.quarantined == 0)
  }

  @Test func `a reload keeps it running, and a wrong value is refused by its key`() async throws {
    let folder = try TemporaryFolder()
    let home = try await SeedHome(in: folder)
    let minted = try await home.mintForPetitions()
    let watch = try await home.watchAlerts()
    let daemon = try await home.startDaemon()
    let file = URL(filePath: home.path).appending(path: "seed.toml")
    let configuration = String(decoding: try Data(contentsOf: file), as: UTF8.self)
    try Data((configuration + "\n[nonsense]\nkey = 1\n").utf8).write(to: file)
    daemon.send(SIGHUP)
    try home.deliver(Letters.appeal(to: minted.address))
    #expect(try await watch.nextAlert().seed == minted.seed)
    #expect(await daemon.end(by: SIGTERM) == 0, "\(daemon.errors)")
    #expect(daemon.errors.contains("nonsense"))
  }
}
