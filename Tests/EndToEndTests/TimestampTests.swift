import Foundation
import SeedTesting
import Testing

/// Timestamps of an authority that nobody here wrote: `openssl ts`, behind an HTTP server.
@Suite(.timeLimit(.minutes(3)))
struct TimestampTests {
  private struct Status: Decodable {
    struct Authority: Decodable {
      let authority: String
      let checkpoint: Int?
      let stampedAt: Date?
      let waiting: Int
      let lastError: String
    }

    let leaves: Int
    let timestamps: [Authority]
  }

  private struct Overview: Decodable {
    let timestamps: [Status.Authority]
    let alertsWaiting: Int
  }

  private struct Check: Decodable {
    let check: String
    let status: String
    let detail: String
  }

  private struct Verified: Decodable {
    struct Fault: Decodable {
      let place: String
      let problem: String
    }

    let valid: Bool
    let tokens: Int
    let faults: [Fault]
  }

  private static let server = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Peers/tsa.py").path

  @Test func `a checkpoint waits while the authority is down, and is stamped when it is back`()
    async throws
  {
    let folder = try TemporaryFolder()
    let home = try await SeedHome(in: folder)
    let authority = try TestAuthority(in: folder.path("tsa"))
    let port = try LoopbackPort()
    defer { withExtendedLifetime(port) {} }
    try home.configure(
      """
      [[ledger.timestamp]]
      name = "local"
      url = "http://127.0.0.1:\(port.number)/tsa"
      ca_file = "tsa-ca.pem"

      """
    )
    let files = FileManager.default
    try files.copyItem(atPath: authority.rootPath, toPath: home.path + "/tsa-ca.pem")
    _ = try await home.mintForPetitions()

    // Nobody listens there yet.
    _ = try await home.seedctl("ledger", "timestamp", expecting: 75)
    let waiting = try await home.json(Status.self, "ledger", "status")
    let order = try #require(waiting.timestamps.first)
    #expect(order.waiting == 1 && order.checkpoint == nil)
    #expect(order.lastError.contains("connect"))
    let overview = try await home.json(Overview.self, "status")
    #expect(overview.timestamps.first?.waiting == 1)
    #expect(overview.alertsWaiting == 0)
    let checks = try await home.json([Check].self, "doctor")
    #expect(checks.contains { $0.check == "timestamp" && $0.status == "warning" })
    let daemon = try await home.startDaemon()
    try await Task.sleep(for: .seconds(2))
    #expect(try await home.json(Status.self, "ledger", "status").timestamps.first?.waiting == 1)

    let python = try #require(Program.system("python3"))
    let server = try RunningProgram(
      python,
      [Self.server, String(port.number), authority.configurationPath]
    )
    for await line in server.lines where line == "listens" { break }
    var stamped = try await home.json(Status.self, "ledger", "status")
    while stamped.timestamps.first?.waiting != 0 {
      try await Task.sleep(for: .milliseconds(200))
      stamped = try await home.json(Status.self, "ledger", "status")
    }
    #expect(await daemon.end(by: SIGTERM) == 0, "\(daemon.errors)")
    #expect(stamped.timestamps.first?.checkpoint == 1)
    let time = try #require(stamped.timestamps.first?.stampedAt)

    // Others' tools find it good, from the files alone; and not over anything else.
    let path = home.path + "/log/timestamps/1"
    let openssl = try #require(Program.system("openssl"))
    func verify(_ data: String) async throws -> Int32 {
      try await openssl.run([
        "ts", "-verify", "-data", data, "-in", path + "-local.tsr", "-CAfile",
        authority.rootPath, "-untrusted", path + "-local.pem", "-attime",
        String(Int(time.timeIntervalSince1970)),
      ]).status
    }
    #expect(try await verify(path) == 0)
    #expect(try await verify(home.path + "/seed.toml") != 0)
    var verified = try await home.json(Verified.self, "ledger", "verify")
    #expect(verified.valid && verified.tokens == 1)

    // The files are derived.
    try files.removeItem(atPath: home.path + "/log/timestamps")
    _ = try await home.seedctl("ledger", "rebuild")
    #expect(try await verify(path) == 0)

    // The next stamp is over a checkpoint that covers the first one's leaf: it renews it.
    let again = try await home.json([Status.Authority].self, "ledger", "timestamp")
    let size = try #require(again.first?.checkpoint)
    #expect(size >= 2 && again.first?.waiting == 0)
    verified = try await home.json(Verified.self, "ledger", "verify")
    #expect(verified.valid && verified.tokens == 2)

    // Another authority's certificates vouch for none of it.
    let other = try TestAuthority(in: folder.path("other"))
    try files.removeItem(atPath: home.path + "/tsa-ca.pem")
    try files.copyItem(atPath: other.rootPath, toPath: home.path + "/tsa-ca.pem")
    let outcome = try await home.seedctl("ledger", "verify", expecting: 1)
    #expect(outcome.output.contains("token 1 local"))
    await server.end(by: SIGKILL)
  }
}
