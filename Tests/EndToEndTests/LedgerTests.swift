import Foundation
import SeedTesting
import Testing

/// The ledger as the built commands keep it, and as others check it.
@Suite(.timeLimit(.minutes(3)))
struct LedgerTests {
  private struct Status: Decodable {
    struct Checkpoint: Decodable, Equatable {
      let size: Int
      let root: String
    }

    let key: String
    let leaves: Int
    let unsigned: Int
    let checkpoint: Checkpoint?
    let problem: String?
  }

  private struct Verified: Decodable {
    let valid: Bool
    let leaves: Int
    let checkpoints: Int
  }

  private static let peer = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Peers/ledger.go").path
  private static let hasGo =
    Program.system("go") != nil
    && FileManager.default.fileExists(atPath: "/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog")

  @Test(.enabled(if: hasGo, "needs Debian's golang-go and golang-golang-x-mod-dev"))
  func `Go's sumdb packages agree with our tiles, checkpoint and proofs`() async throws {
    let folder = try TemporaryFolder()
    let home = try await SeedHome(in: folder)
    _ = try await home.seedctl("mint", "--control", "c0", "--count", "300")
    let old = try await home.seedctl("ledger", "checkpoint").output
    let minted = try await home.mintForPetitions()
    try home.deliver(Letters.appeal(to: minted.address))
    try await home.drain()
    _ = try await home.seedctl("mint", "--control", "c0", "--count", "250")
    _ = try await home.seedctl("ledger", "checkpoint")
    let status = try await home.json(Status.self, "ledger", "status")
    #expect(status.unsigned == 0 && status.leaves == status.checkpoint?.size)
    let arguments = try await [
      ("proof", home.seedctl("ledger", "proof", minted.seed).output),
      ("old", old),
      ("consistency", home.seedctl("ledger", "proof", "--consistency", "300").output),
    ].map { name, text in
      try Data(text.utf8).write(to: folder.url.appending(path: name))
      return folder.path(name)
    }
    let go = try #require(Program.system("go"))
    func ask() async throws -> Program.Outcome {
      try await go.run(
        ["run", Self.peer, status.key, home.path + "/log"] + arguments,
        environment: [
          "GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOCACHE": folder.path("cache"),
        ]
      )
    }
    let outcome = try await ask()
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output == "\(status.leaves) entries, consistent since 300\n")

    // It is no yes-man.
    for name in ["log/tile/0/001", "log/tile/entries/000", "log/checkpoint"] {
      let url = URL(filePath: home.path).appending(path: name)
      let bytes = try Data(contentsOf: url)
      var changed = bytes
      changed[40] ^= 1
      try changed.write(to: url)
      #expect(try await ask().status != 0, "\(name)")
      try bytes.write(to: url)
    }
    #expect(try await home.json(Verified.self, "ledger", "verify").valid)
  }

  @Test func `killed at any time, the daemon leaves a ledger that verifies`() async throws {
    let folder = try TemporaryFolder()
    let home = try await SeedHome(in: folder)
    let minted = try await home.mintForPetitions()
    for round in 0..<8 {
      for number in 0..<20 {
        try home.deliver(Letters.appeal(to: minted.address, id: "\(round)-\(number)"))
      }
      let daemon = try home.launchDaemon(environment: ["SEED_LEDGER_CHECKPOINT_INTERVAL": "1s"])
      try await Task.sleep(for: .milliseconds(150 * (round + 1)))
      // Another process signs at the same time.
      _ = try await home.seedctl("ledger", "checkpoint")
      #expect(await daemon.end(by: SIGKILL) == -SIGKILL, "\(daemon.errors)")
      #expect(try await home.json(Verified.self, "ledger", "verify").valid)
    }
    // A busy machine may have let a daemon do nothing before it was killed.
    try await home.drain()
    _ = try await home.seedctl("ledger", "checkpoint")
    let verified = try await home.json(Verified.self, "ledger", "verify")
    #expect(verified.valid && verified.checkpoints >= 8)
    let status = try await home.json(Status.self, "ledger", "status")
    #expect(status.checkpoint?.size == verified.leaves)
  }

  @Test func `the daemon signs while there is something new`() async throws {
    let folder = try TemporaryFolder()
    let home = try await SeedHome(in: folder)
    let daemon = try home.launchDaemon(environment: ["SEED_LEDGER_CHECKPOINT_INTERVAL": "1s"])
    var size = 0
    for _ in 0..<2 {
      _ = try await home.mintForPetitions()
      size += 1
      while try await home.json(Status.self, "ledger", "status").checkpoint?.size != size {
        try await Task.sleep(for: .milliseconds(50))
      }
    }
    #expect(await daemon.end(by: SIGTERM) == 0, "\(daemon.errors)")
  }

  @Test func `after a restore nothing new is signed until the newest checkpoint was shown`()
    async throws
  {
    let folder = try TemporaryFolder()
    let home = try await SeedHome(in: folder)
    _ = try await home.mintForPetitions()
    let first = try await home.seedctl("ledger", "checkpoint").output
    _ = try await home.mintForPetitions()
    _ = try await home.seedctl("backup", folder.path("backup.tar"))
    let second = try await home.seedctl("ledger", "checkpoint").output
    try Data(first.utf8).write(to: folder.url.appending(path: "first"))
    try Data(second.utf8).write(to: folder.url.appending(path: "second"))
    try FileManager.default.removeItem(atPath: home.path)
    _ = try await home.seedctl("restore", folder.path("backup.tar"))

    // What the backup knows may be shown again; its log was made anew.
    #expect(try await home.json(Verified.self, "ledger", "verify").valid)
    for _ in 0..<2 {
      let refused = try await home.seedctl("ledger", "checkpoint", expecting: 4)
      #expect(refused.errors.split(separator: "\n").count == 1)
      #expect(refused.errors.contains("--newest") && refused.errors.contains("--nothing-newer"))
      // Mail is taken in all the while.
      try await home.drain()
    }
    let older = try await home.seedctl(
      "ledger",
      "checkpoint",
      "--newest",
      folder.path("backup.tar"),
      expecting: 4
    )
    #expect(older.errors.contains("backup.tar"))
    let shown = try await home.seedctl("ledger", "checkpoint", "--newest", folder.path("second"))
    #expect(shown.output == second)
    _ = try await home.mintForPetitions()
    let third = try await home.seedctl("ledger", "checkpoint").output
    #expect(third.split(separator: "\n")[1] == "3")
    #expect(try await home.json(Verified.self, "ledger", "verify").valid)

    // The same backup once more, by now older than what was signed and published.
    try Data(third.utf8).write(to: folder.url.appending(path: "third"))
    try FileManager.default.removeItem(atPath: home.path)
    _ = try await home.seedctl("restore", folder.path("backup.tar"))
    let lost = try await home.seedctl(
      "ledger",
      "checkpoint",
      "--newest",
      folder.path("third"),
      expecting: 4
    )
    #expect(lost.errors.contains("2 leaves") && lost.errors.contains("over 3"))
    _ = try await home.seedctl("ledger", "checkpoint", expecting: 4)
  }

  @Test func `a ledger that doesn't hold stops the daemon, and a rebuild mends its tiles`()
    async throws
  {
    let folder = try TemporaryFolder()
    let home = try await SeedHome(in: folder)
    _ = try await home.mintForPetitions()
    let checkpoint = try await home.seedctl("ledger", "checkpoint").output
    try FileManager.default.removeItem(atPath: home.path + "/log/tile")
    let stopped = try await Program.seedd.run(["--home", home.path, "--once"])
    #expect(stopped.status == 4)
    #expect(stopped.errors.contains("seedctl ledger rebuild"))
    _ = try await home.seedctl("ledger", "verify", expecting: 1)
    _ = try await home.seedctl("ledger", "status", expecting: 1)
    _ = try await home.seedctl("doctor", expecting: 1)
    _ = try await home.seedctl("ledger", "rebuild")
    try await home.drain()
    #expect(try await home.seedctl("ledger", "checkpoint").output == checkpoint)
    #expect(try await home.json(Verified.self, "ledger", "verify").valid)
  }

  @Test func `a home of an older version gets a key, with a word`() async throws {
    let folder = try TemporaryFolder()
    let home = try await SeedHome(in: folder)
    try FileManager.default.removeItem(atPath: home.path + "/keys/ledger.key")
    let made = try await home.seedctl("ledger", "status")
    #expect(made.errors.contains("ledger.key"))
    #expect(try await home.seedctl("ledger", "status").errors.isEmpty)
    try await home.drain()
  }
}
