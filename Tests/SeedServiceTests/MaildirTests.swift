import Foundation
import SeedCore
import SeedTesting
import Testing

@testable import SeedService

struct CreatedFilesTests {
  @Test func `a file is whole once it was left alone for a while`() throws {
    let folder = try TemporaryFolder()
    let maildir = try TestMaildir(folder.path("mail"))
    try maildir.deliver("1")
    let status = try #require(try PathStatus.read(maildir.path + "/new/1"))
    let written = status.modificationNanoseconds
    let quiet = Int64(CreatedFiles.quietTime / .nanoseconds(1))
    let hint = MaildirHint(
      maildir: maildir.path,
      folder: maildir.path + "/new",
      name: MaildirName(bytes: Array("1".utf8)),
      isComplete: false
    )
    var created = CreatedFiles()
    created.add([hint])
    #expect(created.takeWhole(now: written).isEmpty)
    #expect(created.takeWhole(now: written + quiet - 1).isEmpty)
    #expect(!created.isEmpty)
    #expect(created.takeWhole(now: written + quiet) == [hint])
    #expect(created.isEmpty)

    // A clock that was set back doesn't hold it up, nor does a file that is gone.
    created.add([hint])
    #expect(created.takeWhole(now: written - 2_000_000_000) == [hint])
    try FileManager.default.removeItem(atPath: maildir.path + "/new/1")
    created.add([hint])
    #expect(created.takeWhole(now: written) == [hint])
  }
}

struct MaildirNameTests {
  @Test(arguments: [
    ("1763784000.M1P2.mx", "1763784000.M1P2.mx", "1763784000.M1P2.mx:2,S"),
    ("1763784000.M1P2.mx:2,", "1763784000.M1P2.mx", "1763784000.M1P2.mx:2,S"),
    ("1763784000.M1P2.mx:2,FR", "1763784000.M1P2.mx", "1763784000.M1P2.mx:2,FRS"),
    ("1763784000.M1P2.mx:2,RST", "1763784000.M1P2.mx", "1763784000.M1P2.mx:2,RST"),
    ("a:1,x", "a:1,x", "a:1,x:2,S"),
    ("plain", "plain", "plain:2,S"),
    (":2,", "", ":2,S"),
    ("x", "x", "x:2,S"),
    ("100%", "100%25", "100%:2,S"),
    ("two\nlines", "two%0Alines", "two\nlines:2,S"),
    ("grün", "grün", "grün:2,S"),
    ("with space", "with space", "with space:2,S"),
  ])
  func `a name has a base name and a seen form`(name: String, base: String, seen: String) {
    let name = MaildirName(bytes: Array(name.utf8))
    #expect(name.baseName == base)
    #expect(name.seen.bytes == Array(seen.utf8))
    #expect(name.seen.baseName == base)
    #expect(name.seen.seen == name.seen)
  }

  @Test func `names that are no text stay different`() {
    let names: [[UInt8]] = [
      [0xFF], Array("%FF".utf8), [0xFE], [0xFF, 0xC3, 0xBC], Array("ü".utf8),
    ]
    let bases = names.map { MaildirName(bytes: $0).baseName }
    #expect(bases == ["%FF", "%25FF", "%FE", "%FF%C3%BC", "ü"])
  }

  @Test(
    arguments: [
      ("1763784000.M1P2.mx", 1_763_784_000), ("1763784000", 1_763_784_000),
      ("99999999999.x", 99_999_999_999),
      ("12345678.x", nil), ("999999999999.x", nil), ("1763784000-x", nil), ("x", nil), ("", nil),
    ] as [(String, Int64?)]
  )
  func `a name says when it was delivered, or nothing`(name: String, seconds: Int64?) {
    #expect(MaildirName(bytes: Array(name.utf8)).deliverySeconds == seconds)
  }

  @Test(arguments: 0..<32 as Range<UInt64>)
  func `any two names that differ have base names that differ, unless only flags do`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let alphabet: [UInt8] = [0x25, 0x30, 0x46, 0x0A, 0xFF, 0xC3, 0xBC, 0x41]
    var known: [String: [UInt8]] = [:]
    for _ in 0..<500 {
      let bytes = (0..<Int.random(in: 1...4, using: &random)).map { _ in
        alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
      }
      let base = MaildirName(bytes: bytes).baseName
      #expect(known[base] ?? bytes == bytes)
      #expect(!base.utf8.contains { $0 < 0x20 })
      known[base] = bytes
    }
  }
}

struct MaildirScannerTests {
  @Test func `new and cur of a maildir and its subfolders are read, oldest first`() async throws {
    let folder = try TemporaryFolder()
    let maildir = try TestMaildir(folder.path("m"))
    try maildir.deliver("1700000003.a", "3")
    try maildir.deliver("1700000001.b:2,S", "1", to: "cur")
    _ = try TestMaildir(maildir.path + "/.Junk")
    try maildir.deliver("1700000002.c", "2", to: ".Junk/new")
    _ = try TestMaildir(maildir.path + "/.Lists.x")
    try maildir.deliver("1700000004.d", "4", to: ".Lists.x/cur")

    let scanner = MaildirScanner(maildirs: [maildir.path])
    let listing = await scanner.scan(all: true)
    #expect(listing.problems.isEmpty)
    var texts: [String] = []
    for file in listing.files { texts.append(try await text(scanner.read(file))) }
    #expect(texts == ["1", "2", "3", "4"])
    #expect(listing.files.first?.deliveredAt == Timestamp(seconds: 1_700_000_001))
    #expect(listing.files.first?.identity.baseName == "1700000001.b")
  }

  @Test func `what is foreign is left alone and stops nothing`() async throws {
    let folder = try TemporaryFolder()
    let maildir = try TestMaildir(folder.path("m"))
    let secret = folder.path("secret")
    try Data("secret".utf8).write(to: URL(filePath: secret))
    try maildir.deliver("1700000001.ok", "ok")
    try maildir.deliver(".hidden")
    try maildir.deliver("1700000002.tmp", "unfinished", to: "tmp")
    try makeFolder(maildir.path + "/new/folder")
    try makeFolder(maildir.path + "/Junk/new")
    try makeFolder(maildir.path + "/.empty")
    try makeFolder(maildir.path + "/.deep/new/new")
    try Data().write(to: URL(filePath: maildir.path + "/.uidvalidity"))
    try Data().write(to: URL(filePath: maildir.path + "/dovecot.index"))
    try makeFIFO(maildir.path + "/new/fifo")
    try makeLink(maildir.path + "/new/link", to: secret)
    try makeLink(maildir.path + "/.out", to: folder.path(""))
    try makeLink(maildir.path + "/.self", to: maildir.path)

    let scanner = MaildirScanner(maildirs: [maildir.path])
    let listing = await scanner.scan(all: true)
    #expect(listing.problems.isEmpty)
    #expect(listing.files.map(\.identity.baseName) == ["1700000001.ok"])
  }

  @Test func `a link or fifo that takes a message's place is not opened`() async throws {
    let folder = try TemporaryFolder()
    let maildir = try TestMaildir(folder.path("m"))
    for name in ["fifo", "link", "gone", "dir"] { try maildir.deliver(name) }
    let scanner = MaildirScanner(maildirs: [maildir.path])
    let files = await scanner.scan(all: true).files
    for name in ["fifo", "link", "gone", "dir"] {
      try FileManager.default.removeItem(atPath: maildir.path + "/new/" + name)
    }
    try makeFIFO(maildir.path + "/new/fifo")
    try makeLink(maildir.path + "/new/link", to: "/etc/hostname")
    try makeFolder(maildir.path + "/new/dir")
    var outcomes: [String: String] = [:]
    for file in files {
      outcomes[file.identity.baseName] =
        switch await scanner.read(file) {
        case .message: "message"
        case .vanished: "vanished"
        case .folderVanished: "folder vanished"
        case .foreign: "foreign"
        case .tooLarge: "too large"
        case .unreadable: "unreadable"
        }
    }
    #expect(
      outcomes == ["fifo": "foreign", "link": "foreign", "gone": "vanished", "dir": "foreign"]
    )
  }

  @Test func `a message that moves to cur while it waits is found there`() async throws {
    let folder = try TemporaryFolder()
    let maildir = try TestMaildir(folder.path("m"))
    try maildir.deliver("1700000001.a", "moved")
    let scanner = MaildirScanner(maildirs: [maildir.path])
    let first = try #require(await scanner.scan(all: true).files.first)
    try move(maildir.path + "/new/1700000001.a", maildir.path + "/cur/1700000001.a:2,S")
    guard case .vanished = await scanner.read(first) else {
      Issue.record("it was read from where it no longer is")
      return
    }
    let second = try #require(await scanner.scan(all: false).files.first)
    #expect(second.identity == first.identity)
    #expect(try await text(scanner.read(second)) == "moved")
  }

  @Test func `a settled file is not listed again, wherever it is moved`() async throws {
    let folder = try TemporaryFolder()
    let maildir = try TestMaildir(folder.path("m"))
    try maildir.deliver("1700000001.a")
    let scanner = MaildirScanner(maildirs: [maildir.path])
    await scanner.settle(await scanner.scan(all: true).files.map(\.identity))
    #expect(await scanner.scan(all: true).files.isEmpty)
    try move(maildir.path + "/new/1700000001.a", maildir.path + "/cur/1700000001.a:2,S")
    #expect(await scanner.scan(all: true).files.isEmpty)
    // A copy is another file.
    try maildir.deliver("1700000001.a")
    #expect(await scanner.scan(all: true).files.count == 1)
  }

  @Test func `names of any bytes are read`() async throws {
    let folder = try TemporaryFolder()
    let maildir = try TestMaildir(folder.path("m"))
    for bytes in [[0xFF, 0x41], [0x41, 0x0A, 0x42], [0x20], [0xC3, 0xBC]] as [[UInt8]] {
      try makeFile(bytes, in: maildir.path + "/new")
    }
    let scanner = MaildirScanner(maildirs: [maildir.path])
    let files = await scanner.scan(all: true).files
    #expect(Set(files.map(\.identity.baseName)) == ["%FFA", "A%0AB", " ", "ü"])
    for file in files { #expect(try await text(scanner.read(file)) == "") }
  }

  @Test(arguments: [9, 10, 11]) func `a message over the limit is told from others`(
    byteCount: Int
  ) async throws {
    let folder = try TemporaryFolder()
    let maildir = try TestMaildir(folder.path("m"))
    try maildir.deliver("a", String(repeating: "x", count: byteCount))
    let scanner = MaildirScanner(
      maildirs: [maildir.path],
      listingCountMax: 10,
      messageByteCountMax: 10
    )
    let file = try #require(await scanner.scan(all: true).files.first)
    switch await scanner.read(file) {
    case .message(let arrival): #expect(byteCount <= 10 && arrival.bytes.count == byteCount)
    case .tooLarge(let count): #expect(byteCount == 11 && count == 11)
    default: Issue.record("neither")
    }
  }

  @Test func `a listing is cut to the oldest, and the rest comes later`() async throws {
    let folder = try TemporaryFolder()
    let maildir = try TestMaildir(folder.path("m"))
    for number in 0..<25 { try maildir.deliver("17000000\(10 + (number * 7) % 25).x") }
    let scanner = MaildirScanner(
      maildirs: [maildir.path],
      listingCountMax: 10,
      messageByteCountMax: 10
    )
    var names: [String] = []
    while true {
      let listing = await scanner.scan(all: false)
      if listing.files.isEmpty { break }
      #expect(listing.files.count <= 10)
      #expect(listing.isCut == (names.count < 15))
      names += listing.files.map(\.identity.baseName)
      await scanner.settle(listing.files.map(\.identity))
    }
    #expect(names == (10..<35).map { "17000000\($0).x" })
  }

  @Test func `what is no file keeps no place in a listing`() async throws {
    let folder = try TemporaryFolder()
    let maildir = try TestMaildir(folder.path("m"))
    for number in 0..<6 { try makeFolder(maildir.path + "/new/170000000\(number).folder") }
    try maildir.deliver("1700000008.a")
    try maildir.deliver("1700000009.b")
    let scanner = MaildirScanner(maildirs: [maildir.path], listingCountMax: 2)
    let listing = await scanner.scan(all: true)
    #expect(listing.files.map(\.identity.baseName) == ["1700000008.a", "1700000009.b"])
    #expect(!listing.isCut && listing.problems.isEmpty)
  }

  @Test func `a missing maildir is a problem, and the others are read`() async throws {
    let folder = try TemporaryFolder()
    let maildir = try TestMaildir(folder.path("m"))
    try maildir.deliver("1700000001.a")
    try makeFolder(folder.path("none"))
    let paths = [folder.path("absent"), folder.path("none"), maildir.path]
    let scanner = MaildirScanner(maildirs: paths)
    let listing = await scanner.scan(all: true)
    #expect(listing.files.count == 1)
    #expect(listing.problems.map(\.path) == Array(paths.prefix(2)))
    #expect(listing.problems.allSatisfy { $0.error.code == ENOENT })
  }

  @Test(.enabled(if: geteuid() != 0, "root may look anywhere"))
  func `a folder that may be listed and not entered is a problem, and not empty`() async throws {
    let folder = try TemporaryFolder()
    let maildir = try TestMaildir(folder.path("m"))
    try maildir.deliver("1700000001.a")
    let new = maildir.path + "/new"
    try FileManager.default.setAttributes([.posixPermissions: 0o400], ofItemAtPath: new)
    let scanner = MaildirScanner(maildirs: [maildir.path])
    #expect(await scanner.scan(all: true).problems.map(\.path) == [new])
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: new)
    #expect(await scanner.scan(all: false).files.count == 1)
  }

  private func text(_ reading: MaildirReading) throws -> String {
    guard case .message(let arrival) = reading else { throw CocoaError(.fileReadUnknown) }
    return String(decoding: arrival.bytes, as: UTF8.self)
  }
}

@Suite(.timeLimit(.minutes(1)))
struct MaildirWatchTests {
  @Test func `a delivery rings, and says which file`() async throws {
    let folder = try TemporaryFolder()
    let maildir = try TestMaildir(folder.path("m"))
    let bell = Bell()
    let watch = try MaildirWatch(maildirs: [maildir.path], bell: bell)
    #expect(watch.refresh().isEmpty)
    try maildir.deliver("1700000001.a")
    await bell.wait()
    let changes = watch.take()
    // A process that was started meanwhile may have the draft open, and its end is a close.
    #expect(Set(changes.hints.map(\.name.baseName)) == ["1700000001.a"])
    #expect(changes.hints.allSatisfy { $0.isComplete })
    #expect(changes.hints.first?.folder == maildir.path + "/new")
    let scanner = MaildirScanner(maildirs: [maildir.path])
    #expect(await scanner.look(at: Array(changes.hints.prefix(1))).count == 1)
  }

  @Test func `a new subfolder asks for a scan, and is watched after it`() async throws {
    let folder = try TemporaryFolder()
    let maildir = try TestMaildir(folder.path("m"))
    let bell = Bell()
    let watch = try MaildirWatch(maildirs: [maildir.path], bell: bell)
    #expect(watch.refresh().isEmpty)
    let junk = try TestMaildir(maildir.path + "/.Junk")
    while true {
      await bell.wait()
      guard watch.take().needsScan else { continue }
      #expect(watch.refresh().isEmpty)
      if try MaildirLayout.messageFolders(of: maildir.path).count == 4 { break }
    }
    try junk.deliver("1700000001.a")
    var names: [String] = []
    while names.isEmpty {
      await bell.wait()
      names = watch.take().hints.map(\.name.baseName)
    }
    #expect(names == ["1700000001.a"])
  }

  @Test func `a maildir that comes later is watched from the next refresh on`() async throws {
    let folder = try TemporaryFolder()
    let bell = Bell()
    let watch = try MaildirWatch(maildirs: [folder.path("m")], bell: bell)
    #expect(watch.refresh().map(\.path) == [folder.path("m")])
    let maildir = try TestMaildir(folder.path("m"))
    #expect(watch.refresh().isEmpty)
    try maildir.deliver("1700000001.a")
    await bell.wait()
    #expect(!watch.take().hints.isEmpty)
    // When it goes, a scan finds out.
    try FileManager.default.removeItem(atPath: maildir.path)
    while !watch.take().needsScan { await bell.wait() }
    #expect(watch.refresh().count == 1)
  }

  @Test func `more hints than are kept become a scan`() async throws {
    let folder = try TemporaryFolder()
    let maildir = try TestMaildir(folder.path("m"))
    let bell = Bell()
    let watch = try MaildirWatch(maildirs: [maildir.path], bell: bell)
    #expect(watch.refresh().isEmpty)
    try maildir.deliver("1700000001.a")
    let places = ["/new/1700000001.a", "/cur/1700000001.a"].map { maildir.path + $0 }
    // The kernel keeps as many as we do by default, so that with three times as many, one of the two
    // has too many before the first is taken.
    for _ in 0..<3 * MaildirWatch.hintCountMax / 2 {
      try move(places[0], places[1])
      try move(places[1], places[0])
    }
    await bell.wait()
    // That the kernel had too many stands behind those that it kept, which may be still to be read.
    while !watch.take().needsScan { await bell.wait() }
  }

  @Test func `a bell that rings before anybody waits is heard, and a cancelled wait ends`() async {
    let bell = Bell()
    bell.ring()
    bell.ring()
    await bell.wait()
    let task = Task { await bell.wait() }
    task.cancel()
    await task.value
    await bell.wait(atMost: .milliseconds(1))
  }
}
