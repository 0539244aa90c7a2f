import Foundation
import SeedCore
import SeedTesting
import Testing

@testable import SeedService

@Suite(.timeLimit(.minutes(1)))
struct MaildirIntakeTests {
  @Test func `each message is taken in once, oldest first, by whichever process`() async throws {
    let folder = try TemporaryFolder()
    let maildir = try TestMaildir(folder.path("m"))
    for number in [3, 1, 2] { try maildir.deliver("170000000\(number).x", "\(number)") }
    let taker = RecordingTaker()
    let intake = MaildirIntake([maildir.path], taker)
    #expect(try await intake.drain().read == 3)
    #expect(taker.batches == [["1700000001.x", "1700000002.x", "1700000003.x"]])
    #expect(try await intake.drain().read == 0)
    #expect(try await MaildirIntake([maildir.path], taker).drain().read == 0)
    #expect(taker.batches.count == 1)
    // Nothing was touched.
    #expect(try maildir.names("new").count == 3)
    // A reader moves one: it is still the same.
    try move(maildir.path + "/new/1700000001.x", maildir.path + "/cur/1700000001.x:2,S")
    #expect(try await MaildirIntake([maildir.path], taker).drain().read == 0)
  }

  @Test func `a batch holds as many as fit, and a large listing comes in parts`() async throws {
    let folder = try TemporaryFolder()
    let maildir = try TestMaildir(folder.path("m"))
    for number in 1000..<1600 { try maildir.deliver("170000\(number).x", "\(number)") }
    let taker = RecordingTaker()
    let intake = MaildirIntake([maildir.path], taker, listingCountMax: 550)
    #expect(try await intake.drain().read == 600)
    #expect(taker.batches.map(\.count) == [512, 38, 50])
    #expect(taker.batches.joined().elementsEqual((1000..<1600).map { "170000\($0).x" }))
  }

  @Test func `new mail doesn't wait behind a backlog`() async throws {
    let folder = try TemporaryFolder()
    let maildir = try TestMaildir(folder.path("m"))
    for number in 1000..<2100 { try maildir.deliver("170000\(number).x", "\(number)") }
    let taker = RecordingTaker()
    let intake = MaildirIntake([maildir.path], taker)
    await intake.scan(all: true)
    _ = try await intake.step()
    try maildir.deliver("1800000000.new", "new")
    let hint = MaildirHint(
      maildir: maildir.path,
      folder: maildir.path + "/new",
      name: MaildirName(bytes: Array("1800000000.new".utf8)),
      isComplete: true
    )
    // A watch may name a file twice.
    await intake.note([hint, hint])
    _ = try await intake.step()
    while let _ = try await intake.step() {}
    let batches = taker.batches
    let place = batches.firstIndex(of: ["1800000000.new"])
    #expect(place == 1 || place == 2)
    #expect(batches.joined().count == 1101)
  }

  @Test func `a slow backlog comes in batches that are short`() async throws {
    let folder = try TemporaryFolder()
    let maildir = try TestMaildir(folder.path("m"))
    for number in 1000..<1600 { try maildir.deliver("170000\(number).x", "\(number)") }
    let taker = RecordingTaker()
    // No batch is that quick.
    let intake = MaildirIntake([maildir.path], taker, batchTime: .nanoseconds(1))
    #expect(try await intake.drain().read == 600)
    let counts = taker.batches.map(\.count)
    #expect(counts.first == 63)
    #expect(counts.suffix(10).dropLast().allSatisfy { $0 == 15 })
  }

  @Test func `a daemon is told when to look, and isn't made to wait for it`() async throws {
    let folder = try TemporaryFolder()
    let maildir = try TestMaildir(folder.path("m"))
    for number in 1...9 { try maildir.deliver("170000000\(number).x", "\(number)") }
    let intake = MaildirIntake([maildir.path], RecordingTaker(), listingCountMax: 5)
    #expect(await !intake.wantsScan)
    await intake.scan(all: true)
    // Five of nine were listed, and are enough for now.
    #expect(await !intake.wantsScan)
    #expect(try await intake.step(mayScan: false)?.read == 5)
    #expect(await intake.wantsScan)
    #expect(try await intake.step(mayScan: false) == nil)
    await intake.scan(all: false)
    #expect(try await intake.step(mayScan: false)?.read == 4)
    #expect(await !intake.wantsScan)
    await intake.noteLostHints()
    #expect(await intake.wantsScan)
    await intake.scan(all: false)
    #expect(await !intake.wantsScan)
    #expect(await intake.isIdle)
  }

  @Test func `mail that can't be taken in keeps no other from being found, and nobody busy`()
    async throws
  {
    let folder = try TemporaryFolder()
    let maildir = try TestMaildir(folder.path("m"))
    // Each a batch by itself, so that nothing speaks against it, and it waits with the others.
    for number in 10...40 {
      try maildir.deliver("17000000\(number).bad", "\(number)")
      let path = maildir.path + "/new/17000000\(number).bad"
      #expect(unsafe truncate(path, Int(MaildirIntake.batchByteCountMax)) == 0)
    }
    let taker = RecordingTaker()
    taker.fail { $0.contains { $0.hasSuffix(".bad") } ? StoreError.dangling : nil }
    let intake = MaildirIntake([maildir.path], taker, listingCountMax: 5)
    /// Takes in what it can, as the daemon does; returns how often it looked.
    func settle() async throws -> Int {
      await intake.scan(all: false)
      for count in 1...100 {
        while try await intake.step(mayScan: false) != nil {}
        guard await intake.wantsScan else { return count }
        await intake.scan(all: false)
      }
      return 101
    }
    #expect(try await settle() < 20)
    #expect(try await settle() < 20)
    try maildir.deliver("1700000099.good", "99")
    #expect(try await settle() < 20)
    #expect(taker.batches == [["1700000099.good"]])
  }

  @Test(arguments: [StoreError.full, .busy, .permissions])
  func `while the store doesn't work nothing is touched, and then all is taken in`(
    failure: StoreError
  ) async throws {
    let folder = try TemporaryFolder()
    let maildir = try TestMaildir(folder.path("m"))
    for number in 1...3 { try maildir.deliver("170000000\(number).x", "\(number)") }
    let taker = RecordingTaker()
    let intake = MaildirIntake([maildir.path], taker, afterIngest: .seen)
    await intake.scan(all: true)
    taker.fail { _ in failure }
    for _ in 0..<3 {
      await #expect(throws: failure) { try await intake.step() }
    }
    #expect(try maildir.names("new").count == 3)
    taker.fail(nil)
    #expect(try await intake.step()?.read == 3)
    #expect(try maildir.names("cur").count == 3)
  }

  @Test func `a message that can't be taken in stops no other, and is tried again`() async throws {
    let folder = try TemporaryFolder()
    let maildir = try TestMaildir(folder.path("m"))
    for number in 1...5 { try maildir.deliver("170000000\(number).x", "\(number)") }
    let taker = RecordingTaker()
    taker.fail { $0.contains("1700000003.x") ? StoreError.dangling : nil }
    let log = LogRecorder()
    let intake = MaildirIntake([maildir.path], taker, logger: log.logger)
    #expect(try await intake.drain().read == 4)
    #expect(log.lines.count { $0.contains("could not be taken in") } == 1)
    taker.fail(nil)
    await intake.scan(all: false)
    #expect(try await intake.step()?.read == 1)
    #expect(try await intake.step() == nil)
  }

  @Test func `a message that another program moves while it waits is found there`() async throws {
    let folder = try TemporaryFolder()
    let maildir = try TestMaildir(folder.path("m"))
    try maildir.deliver("1700000001.x")
    let taker = RecordingTaker()
    let intake = MaildirIntake([maildir.path], taker)
    await intake.scan(all: true)
    try move(maildir.path + "/new/1700000001.x", maildir.path + "/cur/1700000001.x:2,S")
    var read = 0
    while let part = try await intake.step() { read += part.read }
    #expect(read == 1)
    #expect(taker.batches == [["1700000001.x"]])
  }

  @Test func `after ingest, a message is seen, and keeps its flags`() async throws {
    let folder = try TemporaryFolder()
    let maildir = try TestMaildir(folder.path("m"))
    try maildir.deliver("1700000001.x")
    try maildir.deliver("1700000002.x:2,F", to: "cur")
    let taker = RecordingTaker()
    _ = try await MaildirIntake([maildir.path], taker, afterIngest: .seen).drain()
    #expect(try maildir.names("new") == [])
    #expect(try maildir.names("cur") == ["1700000001.x:2,S", "1700000002.x:2,F"])
    #expect(try await MaildirIntake([maildir.path], taker).drain().read == 0)
  }

  @Test func `after ingest, a message is archived, also one from before a crash`() async throws {
    let folder = try TemporaryFolder()
    let maildir = try TestMaildir(folder.path("m"))
    try maildir.deliver("1700000001.x")
    let junk = try TestMaildir(maildir.path + "/.Junk")
    try junk.deliver("1700000002.x:2,FR", to: "cur")
    let taker = RecordingTaker()
    // The process that took it in ended before it moved it.
    _ = try await MaildirIntake([maildir.path], taker).drain()
    #expect(try maildir.names("new").count == 1)
    let intake = MaildirIntake([maildir.path], taker, afterIngest: .archive)
    #expect(try await intake.drain().read == 0)
    #expect(try maildir.names("new") == [])
    #expect(try junk.names("cur") == [])
    #expect(try maildir.names(".Archive/cur") == ["1700000001.x:2,S", "1700000002.x:2,FRS"])
    #expect(try await intake.drain().read == 0)
  }

  @Test func `an archived message never takes another's place`() async throws {
    let folder = try TemporaryFolder()
    let maildir = try TestMaildir(folder.path("m"))
    try maildir.deliver("1700000001.x", "second")
    _ = try TestMaildir(maildir.path + "/.Archive")
    try maildir.deliver("1700000001.x:2,S", "first", to: ".Archive/cur")
    let taker = RecordingTaker()
    let log = LogRecorder()
    let intake = MaildirIntake([maildir.path], taker, afterIngest: .archive, logger: log.logger)
    #expect(try await intake.drain().read == 2)
    #expect(try maildir.names("new") == ["1700000001.x"])
    let path = maildir.path + "/.Archive/cur/1700000001.x:2,S"
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "first")
    #expect(log.lines.count { $0.contains("can't be moved") } == 1)
  }

  @Test func `a message over the limit is put in quarantine, once`() async throws {
    let folder = try TemporaryFolder()
    let home = Home(path: folder.path("home"))
    try home.create()
    let maildir = try TestMaildir(folder.path("m"))
    try maildir.deliver("1700000001.x", String(repeating: "x", count: 11))
    try maildir.deliver("1700000002.x", "small")
    let taker = RecordingTaker()
    for round in 0..<2 {
      let intake = MaildirIntake(
        [maildir.path],
        taker,
        quarantine: Quarantine(home),
        messageByteCountMax: 10
      )
      let report = try await intake.drain()
      #expect(report.quarantined == (round == 0 ? 1 : 0))
    }
    #expect(taker.batches == [["1700000002.x"]])
    let record = try #require(try Quarantine(home).records().first)
    #expect(record.reason == .tooLarge)
    #expect(record.byteCount == 11)
    #expect(record.copy == nil)
    #expect(try Quarantine(home).records().count == 1)
  }

  @Test(.enabled(if: geteuid() != 0, "root may read everything"))
  func `a message that can't be read is tried again`() async throws {
    let folder = try TemporaryFolder()
    let maildir = try TestMaildir(folder.path("m"))
    try maildir.deliver("1700000001.x")
    try maildir.deliver("1700000002.x")
    let path = maildir.path + "/new/1700000001.x"
    try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: path)
    let taker = RecordingTaker()
    let log = LogRecorder()
    let intake = MaildirIntake([maildir.path], taker, logger: log.logger)
    #expect(try await intake.drain().read == 1)
    #expect(try await intake.drain().read == 0)
    #expect(log.lines.count { $0.contains("can't be read") } == 1)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    #expect(try await intake.drain().read == 1)
  }

  @Test func `what waits in a folder that was away for a moment is found again`() async throws {
    let folder = try TemporaryFolder()
    let maildir = try TestMaildir(folder.path("m"))
    try maildir.deliver("1700000001.x")
    // Long ago, so that the folder counts as unchanged.
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: 1_700_000_001)],
      ofItemAtPath: maildir.path + "/new"
    )
    let intake = MaildirIntake([maildir.path], RecordingTaker())
    await intake.scan(all: true)
    try FileManager.default.moveItem(atPath: maildir.path, toPath: folder.path("away"))
    #expect(try await intake.step(mayScan: false)?.read == 0)
    try FileManager.default.moveItem(atPath: folder.path("away"), toPath: maildir.path)
    #expect(await intake.wantsScan)
    await intake.scan(all: false)
    #expect(try await intake.step(mayScan: false)?.read == 1)
  }

  @Test func `a missing maildir is reported once, and when it is back`() async throws {
    let folder = try TemporaryFolder()
    let log = LogRecorder()
    let intake = MaildirIntake([folder.path("m")], RecordingTaker(), logger: log.logger)
    _ = try await intake.drain()
    _ = try await intake.drain()
    #expect(log.lines.map { $0.contains(" warning a maildir can't be looked into") } == [true])
    #expect(await intake.obstacles.folders == [folder.path("m")])
    let maildir = try TestMaildir(folder.path("m"))
    try maildir.deliver("1700000001.x")
    #expect(try await intake.drain().read == 1)
    #expect(log.lines.last?.contains("a maildir can be looked into again") == true)
    #expect(await intake.obstacles.folders.isEmpty)
  }
}
