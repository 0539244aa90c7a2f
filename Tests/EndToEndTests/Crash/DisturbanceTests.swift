import Foundation
import SeedTesting
import Testing

/// What goes on around a daemon: a second one, other programs, a clock that is wrong, a disk that is
/// full, and a message that ends it.
@Suite(.enabled(if: CrashShim.canBuild, "needs cc"), .timeLimit(.minutes(10)))
struct DisturbanceTests {
  private struct Verified: Decodable {
    let valid: Bool
    let leaves: Int
  }

  private func expectSound(_ home: SeedHome) async throws {
    #expect(try await home.json(Verified.self, "ledger", "verify").valid)
  }

  @Test func `a second daemon is refused in clear words, and the first goes on`() async throws {
    let folder = try TemporaryFolder()
    let home = try await SeedHome(in: folder)
    let minted = try await home.mintForPetitions()
    let daemon = try await home.startDaemon()
    for arguments in [["--home", home.path], ["--home", home.path, "--once"]] {
      let second = try await Program.seedd.run(arguments, environment: ["HOME": folder.url.path])
      #expect(second.status == 4)
      #expect(second.errors.contains("another seedd works on this home"), "\(second.errors)")
    }
    let watch = try await home.watchAlerts()
    try home.deliver(Letters.appeal(to: minted.address))
    #expect(try await watch.nextAlert().seed == minted.seed)
    #expect(await daemon.end(by: SIGTERM) == 0, "\(daemon.errors)")
  }

  @Test func `what the daemon and an ingest beside it take in is recorded once`() async throws {
    let folder = try TemporaryFolder()
    let home = try await SeedHome(in: folder)
    let minted = try await home.mintForPetitions()
    let daemon = try await home.startDaemon(environment: ["SEED_LEDGER_CHECKPOINT_INTERVAL": "1s"])
    let count = 200
    async let ingests: Void = {
      for _ in 0..<4 { try await home.seedctl("ingest", home.maildir.path) }
    }()
    for number in 0..<count {
      try home.deliver(Letters.appeal(to: minted.address, id: "\(number)"), as: "m\(number)")
    }
    try await ingests
    #expect(await daemon.end(by: SIGTERM) == 0, "\(daemon.errors)")
    try await home.drain()
    #expect(try await home.alerts().map(\.sightings) == [count])
    try await expectSound(home)
  }

  @Test func `a mail client that moves and renames messages meanwhile hides none`() async throws {
    let folder = try TemporaryFolder()
    let home = try await SeedHome(in: folder)
    let minted = try await home.mintForPetitions()
    let daemon = try await home.startDaemon()
    let count = 300
    let new = home.maildir.appending(path: "new"), cur = home.maildir.appending(path: "cur")
    let files = FileManager.default
    for number in 0..<count {
      let name = "\(number).message"
      try home.deliver(Letters.appeal(to: minted.address, id: "\(number)"), as: name)
      // As when somebody reads along: seen at once, flagged, and unflagged again.
      var path = new.appending(path: name)
      for flags in ["S", "FS", "S"].prefix(number % 4) {
        let next = cur.appending(path: "\(name):2,\(flags)")
        try files.moveItem(at: path, to: next)
        path = next
      }
    }
    var alerts = try await home.alerts()
    for _ in 0..<300 where alerts.first?.sightings != count {
      try await Task.sleep(for: .milliseconds(200))
      alerts = try await home.alerts()
    }
    #expect(alerts.map(\.sightings) == [count])
    #expect(await daemon.end(by: SIGTERM) == 0, "\(daemon.errors)")
    try await home.drain()
    #expect(try await home.alerts().map(\.sightings) == [count])
    #expect(
      try files.contentsOfDirectory(atPath: new.path).count
        + files.contentsOfDirectory(atPath: cur.path).count == count
    )
    try await expectSound(home)
  }

  @Test func `a clock that goes back by an hour or a year changes no order, and is said`()
    async throws
  {
    let folder = try TemporaryFolder()
    let shim = try await CrashShim(in: folder)
    let home = try await SeedHome(in: folder)
    let minted = try await home.mintForPetitions()
    let (hour, year) = (3600, 365 * 86_400)
    var leaves = 0
    var (lastStep, toldDays) = (0, Set<Int>())
    for (round, step) in [0, -hour, -year, 0, year, 0].enumerated() {
      try home.deliver(Letters.appeal(to: minted.address, id: "\(round)"))
      let day = dayNumber(after: step)
      let outcome = try await home.drain(
        environment: shim.variables(root: folder.url.path).merging([
          "CRASH_CLOCK": "\(step)", "SEED_LEDGER_CHECKPOINT_INTERVAL": "1s",
        ]) { $1 }
      )
      // Once for each day of the clock that went back; an hour ago may be yesterday.
      let isTold = step < lastStep && toldDays.insert(day).inserted
      lastStep = step
      #expect(outcome.errors.contains("clock") == isTold, "round \(round): \(outcome.errors)")
      #expect(try await home.alerts().map(\.sightings) == [round + 1])
      try await home.seedctl("ledger", "checkpoint")
      let verified = try await home.json(Verified.self, "ledger", "verify")
      #expect(verified.valid && verified.leaves > leaves)
      leaves = verified.leaves
    }
  }

  @Test func `a disk that is full holds mail up, and what waited is recorded when it is freed`()
    async throws
  {
    let folder = try TemporaryFolder()
    let shim = try await CrashShim(in: folder)
    let home = try await SeedHome(in: folder)
    let minted = try await home.mintForPetitions()
    // Below the folder of the home alone: the mail server has another disk.
    let daemon = try await home.startDaemon(
      environment: shim.variables(root: home.path).merging(["CRASH_MODE": "full"]) { $1 }
    )
    let full = folder.url.appending(path: "full")
    let held = "mail can't be taken in now"
    for round in 1...2 {
      try Data().write(to: full)
      for number in 0..<3 {
        try home.deliver(Letters.appeal(to: minted.address, id: "\(round)-\(number)"))
      }
      for _ in 0..<100 where daemon.errors.ranges(of: held).count < round {
        try await Task.sleep(for: .milliseconds(100))
      }
      // Time for further attempts, of which nothing more is said.
      try await Task.sleep(for: .seconds(2))
      #expect(daemon.errors.ranges(of: held).count == round, "\(daemon.errors)")
      try FileManager.default.removeItem(at: full)
      for _ in 0..<400 {
        if try await home.alerts().first?.sightings == 3 * round { break }
        try await Task.sleep(for: .milliseconds(100))
      }
      #expect(try await home.alerts().map(\.sightings) == [3 * round])
    }
    #expect(daemon.errors.ranges(of: "mail is taken in again").count == 2, "\(daemon.errors)")
    #expect(await daemon.end(by: SIGTERM) == 0, "\(daemon.errors)")
    try await expectSound(home)
  }

  @Test func `a message that ends the process is put in quarantine, and the others are recorded`()
    async throws
  {
    let folder = try TemporaryFolder()
    let shim = try await CrashShim(in: folder)
    let home = try await SeedHome(in: folder)
    let minted = try await home.mintForPetitions()
    for number in 0..<20 {
      let id = number == 7 ? "poison" : "\(number)"
      try home.deliver(Letters.appeal(to: minted.address, id: id), as: "m\(number)")
    }
    let variables = shim.variables(root: folder.url.path)
      .merging(["CRASH_BYTES": "<poison@party.example>"]) { $1 }
    var crashCount = 0
    var daemon = try home.launchDaemon(environment: variables)
    while try await home.alerts().first?.sightings != 19 {
      if let status = daemon.status {
        #expect(status == -SIGSEGV, "\(daemon.errors)")
        crashCount += 1
        // As systemd does.
        daemon = try home.launchDaemon(environment: variables)
      }
      guard crashCount < 10 else { break }
      try await Task.sleep(for: .milliseconds(50))
    }
    // Among others first, and then alone.
    #expect(crashCount == 2)
    #expect(try await home.alerts().map(\.sightings) == [19])
    let quarantine = home.path + "/spool/quarantine"
    let records = try FileManager.default.contentsOfDirectory(atPath: quarantine)
      .filter { $0.hasSuffix(".json") }
    #expect(records.count == 1)
    let record = try String(
      decoding: Data(contentsOf: URL(filePath: "\(quarantine)/\(records.first ?? "")")),
      as: UTF8.self
    )
    #expect(record.contains("\"m7\""))
    #expect(await daemon.end(by: SIGTERM) == 0, "\(daemon.errors)")
    try await expectSound(home)
  }
}
