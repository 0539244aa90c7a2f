import Foundation
import SeedCore
import SeedTesting
import Testing

@testable import SeedService

@Suite(.timeLimit(.minutes(1)))
struct SpoolTests {
  private let first = Spool.Entry(maildir: "/m", baseName: "1")
  private let second = Spool.Entry(maildir: "/m", baseName: "2")

  /// Leaves what a process leaves that dies now.
  private func leave(_ spool: Spool, in folder: String, isCrash: Bool) throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    let name = try #require(names.filter { $0.hasPrefix("work-") }.max())
    var bytes = try Data(contentsOf: URL(filePath: folder + "/" + name))
    if isCrash { bytes[0] = CrashMark.byte }
    try bytes.write(to: URL(filePath: folder + "/work-0-\(UUID().uuidString).json"))
  }

  /// Lets a process die during messages, and returns whom the next one accuses.
  private func die(
    during entries: [Spool.Entry],
    in folder: String,
    isCrash: Bool
  ) async throws -> [Spool.Entry: Spool.Deaths] {
    try await {
      let spool = try Spool(folder: folder)
      try await spool.begin(entries)
      try leave(spool, in: folder, isCrash: isCrash)
      try await spool.end(clearing: Array(await spool.accused.keys))
    }()
    return await (try Spool(folder: folder)).accused
  }

  /// What a daemon does before it works on one message alone.
  private static func workInHand(in folder: String) async throws -> Spool {
    CrashMark.install()
    let spool = try Spool(folder: folder)
    try await spool.begin([Spool.Entry(maildir: "/m", baseName: "1")])
    return spool
  }

  @Test func `a batch that a process died of makes suspects, and no culprit`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("")
    let accused = try await die(during: [first, second], in: path, isCrash: true)
    #expect(accused.count == 2)
    #expect(accused.values.allSatisfy { !$0.isGuilty && $0.batchCountMax == 1 })
  }

  @Test func `a crash on a message alone is proof, also after one in a batch`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("")
    _ = try await die(during: [first, second], in: path, isCrash: true)
    let accused = try await die(during: [first], in: path, isCrash: true)
    #expect(accused[first] == .init(crashes: 1, caution: 5))
    #expect(accused[first]?.isGuilty == true)
    #expect(accused[second]?.isGuilty == false)
  }

  @Test func `a batch that was killed comes in smaller ones, down to one`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("")
    var counts: [Int] = []
    for _ in 0..<6 {
      let accused = try await die(during: [first, second], in: path, isCrash: false)
      counts.append(accused[first]?.batchCountMax ?? 0)
      #expect(accused[first]?.isGuilty == false)
    }
    #expect(counts == [128, 32, 8, 2, 1, 1])
  }

  @Test func `kills are proof only in numbers`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("")
    for count in 1...Spool.killCountMax {
      let accused = try await die(during: [first], in: path, isCrash: false)
      #expect(accused[first] == .init(kills: count, caution: 5))
      #expect(accused[first]?.isGuilty == (count == Spool.killCountMax))
    }
  }

  @Test func `of a long note nothing is left behind a short one`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("")
    try await {
      let spool = try Spool(folder: path)
      try await spool.begin((1...50).map { Spool.Entry(maildir: "/m", baseName: "\($0)") })
      try await spool.begin([first])
      try leave(spool, in: path, isCrash: true)
    }()
    #expect(await (try Spool(folder: path)).accused == [first: .init(crashes: 1, caution: 5)])
  }

  @Test func `a message that is taken in is cleared`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("")
    _ = try await die(during: [first, second], in: path, isCrash: true)
    let spool = try Spool(folder: path)
    try await spool.begin([first])
    try await spool.end(clearing: [first])
    #expect(await spool.accused.keys.sorted { $0.baseName < $1.baseName } == [second])
  }

  @Test func `a process that ends well leaves nothing, and one that lives is let alone`()
    async throws
  {
    let folder = try TemporaryFolder()
    let path = folder.path("")
    let living = try Spool(folder: path)
    try await living.begin([first])
    #expect(await (try Spool(folder: path)).accused.isEmpty)
    try await living.end(clearing: [first])
    #expect(try FileManager.default.contentsOfDirectory(atPath: path).count == 1)
    withExtendedLifetime(living) {}
  }

  @Test(arguments: ["", " ", "!", "{", " {\"inHand\":[", " []"])
  func `what was being written when the machine died says nothing`(text: String) async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("")
    try Data(text.utf8).write(to: URL(filePath: path + "/work-1-1.json"))
    let spool = try Spool(folder: path)
    #expect(await spool.accused.isEmpty)
    #expect(try FileManager.default.contentsOfDirectory(atPath: path).count == 1)
  }

  @Test func `a crash is told from a kill`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("")
    await #expect(processExitsWith: .failure) { [path = path as String] in
      let spool = try await Self.workInHand(in: path)
      defer { withExtendedLifetime(spool) {} }
      fatalError("as a bug would")
    }
    #expect(await (try Spool(folder: path)).accused[first] == .init(crashes: 1, caution: 5))
    await #expect(processExitsWith: .failure) { [path = path as String] in
      let spool = try await Self.workInHand(in: path)
      defer { withExtendedLifetime(spool) {} }
      kill(getpid(), SIGKILL)
    }
    #expect(
      await (try Spool(folder: path)).accused[first] == .init(crashes: 1, kills: 1, caution: 5)
    )
    await #expect(processExitsWith: .signal(SIGABRT)) { [path = path as String] in
      let spool = try await Self.workInHand(in: path)
      defer { withExtendedLifetime(spool) {} }
      // As a watchdog does.
      _ = try Process.run(
        URL(filePath: "/bin/sh"),
        arguments: ["-c", "kill -ABRT \(getpid())"]
      )
      while true { sleep(1) }
    }
    #expect(
      await (try Spool(folder: path)).accused[first] == .init(crashes: 1, kills: 5, caution: 5)
    )
  }

  @Test func `a crash beside other work that may crash is doubtful, and two of them are proof`()
    async throws
  {
    let folder = try TemporaryFolder()
    let path = folder.path("")
    for isGuilty in [false, true] {
      await #expect(processExitsWith: .failure) { [path = path as String] in
        let spool = try await Self.workInHand(in: path)
        defer { withExtendedLifetime(spool) {} }
        _ = await CrashMark.doubting { raise(SIGILL) }
      }
      #expect(await (try Spool(folder: path)).accused[first]?.isGuilty == isGuilty)
    }
  }

  @Test func `a crash after other work that may crash is certain`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("")
    await #expect(processExitsWith: .failure) { [path = path as String] in
      let spool = try await Self.workInHand(in: path)
      defer { withExtendedLifetime(spool) {} }
      await CrashMark.doubting {}
      fatalError("as a bug would")
    }
    #expect(await (try Spool(folder: path)).accused[first]?.isGuilty == true)
  }

  @Test func `a message that kills the process ends in quarantine, and the rest goes on`()
    async throws
  {
    let folder = try TemporaryFolder()
    let home = Home(path: folder.path("home"))
    try home.create()
    let maildir = try TestMaildir(folder.path("m"))
    for number in 1...3 { try maildir.deliver("170000000\(number).x", "\(number)") }
    let poison = Spool.Entry(maildir: maildir.path, baseName: "1700000002.x")
    _ = try await die(during: [poison], in: home.spoolPath, isCrash: true)

    let taker = RecordingTaker()
    let log = LogRecorder()
    let report = try await MaildirIntake(
      [maildir.path],
      taker,
      spool: try Spool(folder: home.spoolPath),
      quarantine: Quarantine(home),
      logger: log.logger
    ).drain()
    #expect(report.read == 2)
    #expect(report.quarantined == 1)
    #expect(taker.batches == [["1700000001.x", "1700000003.x"]])
    #expect(log.lines.contains { $0.contains(" error a message was put in quarantine") })
    let record = try #require(try Quarantine(home).records().first)
    #expect(record.reason == .killedTheProcess)
    let copy = try #require(record.copy)
    #expect(try String(contentsOfFile: home.quarantinePath + "/" + copy, encoding: .utf8) == "2")

    let next = try await MaildirIntake(
      [maildir.path],
      taker,
      spool: try Spool(folder: home.spoolPath),
      quarantine: Quarantine(home)
    ).drain()
    #expect(next == IntakeReport())
  }

  @Test(arguments: [false, true])
  func `suspects are taken in apart from others, after a crash one by one`(
    isCrash: Bool
  ) async throws {
    let folder = try TemporaryFolder()
    let home = Home(path: folder.path("home"))
    try home.create()
    let maildir = try TestMaildir(folder.path("m"))
    for number in 1...4 { try maildir.deliver("170000000\(number).x", "\(number)") }
    let suspects = ["1700000001.x", "1700000002.x"].map {
      Spool.Entry(maildir: maildir.path, baseName: $0)
    }
    _ = try await die(during: suspects, in: home.spoolPath, isCrash: isCrash)
    let taker = RecordingTaker()
    _ = try await MaildirIntake(
      [maildir.path],
      taker,
      spool: try Spool(folder: home.spoolPath),
      quarantine: Quarantine(home)
    ).drain()
    #expect(
      taker.batches == [["1700000003.x", "1700000004.x"]]
        + (isCrash ? [["1700000001.x"], ["1700000002.x"]] : [["1700000001.x", "1700000002.x"]])
    )
    #expect(await (try Spool(folder: home.spoolPath)).accused.isEmpty)
  }

  @Test func `a suspect is not forgotten before the maildirs were looked through`() async throws {
    let folder = try TemporaryFolder()
    let home = Home(path: folder.path("home"))
    try home.create()
    let maildir = try TestMaildir(folder.path("m"))
    try maildir.deliver("1700000001.x", "1")
    let suspect = Spool.Entry(maildir: maildir.path, baseName: "1700000001.x")
    _ = try await die(during: [suspect], in: home.spoolPath, isCrash: false)
    let spool = try Spool(folder: home.spoolPath)
    let taker = RecordingTaker()
    let intake = MaildirIntake(
      [maildir.path],
      taker,
      spool: spool,
      quarantine: Quarantine(home)
    )
    try await intake.recover()
    // The daemon takes in while it looks.
    #expect(try await intake.step(mayScan: false) == nil)
    #expect(await spool.accused[suspect] == .init(kills: 1, caution: 5))
    await intake.scan(all: true)
    #expect(try await intake.step(mayScan: false)?.read == 1)
    #expect(try await intake.step(mayScan: false) == nil)
    #expect(await spool.accused.isEmpty)
  }
}
