import Foundation
import SeedTesting
import Testing

/// Two homes, of which one cosigns the other's checkpoints.
@Suite(.timeLimit(.minutes(3)))
struct WitnessTests {
  private struct Status: Decodable {
    struct Checkpoint: Decodable { let size: Int }

    let key: String
    let checkpoint: Checkpoint?
    let witnessed: Checkpoint?
    let restoredAt: Date?
  }

  private struct Key: Decodable {
    struct Log: Decodable {
      let origin: String
      let size: Int
    }

    let key: String
    let logs: [Log]
  }

  @Test func `a witness cosigns a ledger that grows, and stops one that was rolled back`()
    async throws
  {
    let folder = try TemporaryFolder()
    let witnessFolder = try TemporaryFolder()
    let home = try await SeedHome(in: folder)
    let witness = try await SeedHome(in: witnessFolder, domain: "watchdog.example")
    let port = try LoopbackPort()
    defer { withExtendedLifetime(port) {} }
    let key = try await witness.json(Key.self, "ledger", "witness", "--key").key
    #expect(key.hasPrefix("watchdog.example/witness+"))
    try home.configure(
      """
      [[ledger.witness]]
      name = "watchdog"
      url = "http://127.0.0.1:\(port.number)"
      key = "\(key)"

      """
    )
    try witness.configure(
      """
      [[witness.log]]
      origin = "seeds.example/log"
      key = "\(try await home.json(Status.self, "ledger", "status").key)"

      """
    )
    _ = try await home.mintForPetitions()
    _ = try await home.seedctl("ledger", "checkpoint")
    // The witness isn't there yet.
    _ = try await home.seedctl("ledger", "witness", expecting: 75)

    let watching = try await witness.startDaemon(environment: [
      "SEED_WITNESS_ENABLED": "true", "SEED_WEB_LISTEN": "127.0.0.1:\(port.number)",
    ])
    for await line in watching.errorLines where line.contains("seedd listens") { break }
    _ = try await home.seedctl("ledger", "witness")
    #expect(try await home.json(Status.self, "ledger", "status").witnessed?.size == 1)

    // What a backup of the disk would hold, had somebody made one now.
    let files = FileManager.default
    try files.copyItem(atPath: home.path, toPath: folder.path("old"))

    let daemon = try await home.startDaemon(
      environment: ["SEED_LEDGER_CHECKPOINT_INTERVAL": "1s"]
    )
    _ = try await home.seedctl("mint", "--control", "c0", "--count", "20")
    var status = try await home.json(Status.self, "ledger", "status")
    while status.witnessed?.size != 21 {
      try await Task.sleep(for: .milliseconds(200))
      status = try await home.json(Status.self, "ledger", "status")
    }
    #expect(await daemon.end(by: SIGTERM) == 0, "\(daemon.errors)")
    let known = try await witness.json(Key.self, "ledger", "witness", "--key").logs
    #expect(known.map(\.origin) == ["seeds.example/log"])
    #expect(known.map(\.size) == [21])

    // Rolled back, without its log/, and with other leaves in the place of those that are lost.
    try files.removeItem(atPath: home.path)
    try files.moveItem(atPath: folder.path("old"), toPath: home.path)
    for name in try files.contentsOfDirectory(atPath: home.path + "/log") {
      try files.removeItem(atPath: home.path + "/log/" + name)
    }
    _ = try await home.seedctl("ledger", "rebuild")
    _ = try await home.seedctl("mint", "--control", "c0")
    let back = try await home.startDaemon(environment: ["SEED_LEDGER_CHECKPOINT_INTERVAL": "1s"])
    for await line in back.errorLines where line.contains("nothing new is signed") { break }
    #expect(await back.end(by: SIGTERM) == 0, "\(back.errors)")
    status = try await home.json(Status.self, "ledger", "status")
    #expect(status.checkpoint?.size == 1)
    #expect(status.restoredAt != nil)
    _ = try await home.seedctl("ledger", "checkpoint", expecting: 4)
    #expect(await watching.end(by: SIGTERM) == 0, "\(watching.errors)")
  }
}
