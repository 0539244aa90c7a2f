import Foundation
import Logging
import SeedCore
import SeedTesting
import ServiceLifecycle
import Testing

@testable import SeedService

@Suite(.timeLimit(.minutes(1)))
struct DaemonTests {
  /// A home whose DNS is an empty zone file.
  private func makeHome(_ folder: borrowing TemporaryFolder, maildirs: [String]) throws -> Home {
    let home = Home(path: folder.path("home"))
    try home.create()
    try Data("{}".utf8).write(to: URL(filePath: home.path + "/zone.json"))
    let text = Configuration.template(
      domain: "seeds.example",
      maildirs: maildirs,
      trustedAuthserv: []
    )
    try home.writeConfiguration(text.replacing("\nzone = \"\"", with: "\nzone = \"zone.json\""))
    return home
  }

  private func daemon(_ home: Home, _ store: any Store, _ log: LogRecorder) -> Daemon {
    Daemon(
      home: home,
      configurationPath: home.configurationPath,
      environment: [:],
      store: store,
      logSettings: log.settings,
      logger: log.logger
    )
  }

  @Test func `once drains the maildirs, and a second time finds nothing`() async throws {
    let folder = try TemporaryFolder()
    let maildir = try TestMaildir(folder.path("m"))
    let home = try makeHome(folder, maildirs: [maildir.path, folder.path("absent")])
    try maildir.deliver("1700000001.x", "To: qz7x@seeds.example\n\n")
    try maildir.deliver("1700000002.x", "no mail at all")
    let store = InMemoryStore()
    let log = LogRecorder()
    let report = try await daemon(home, store, log).runOnce()
    #expect(report.read == 2)
    #expect(report.unknown == 1)
    #expect(try await daemon(home, store, log).runOnce() == IntakeReport())
    #expect(log.lines.contains { $0.contains("absent") })
    #expect(!log.lines.contains { $0.contains("qz7x") })
  }

  @Test func `a second daemon on a home is refused`() async throws {
    let folder = try TemporaryFolder()
    let home = try makeHome(folder, maildirs: [])
    let lock = try home.lock()
    await #expect(throws: HomeError.locked(path: home.path)) {
      try await daemon(home, InMemoryStore(), LogRecorder()).runOnce()
    }
    withExtendedLifetime(lock) {}
  }

  @Test func `a delivery is taken in while the service runs, and a shutdown ends it`() async throws
  {
    let folder = try TemporaryFolder()
    let maildir = try TestMaildir(folder.path("m"))
    let taker = RecordingTaker()
    let log = LogRecorder()
    let (isReady, ready) = AsyncStream<Void>.makeStream()
    let alertBell = Bell()
    let service = IntakeService(
      maildirs: [maildir.path],
      intake: MaildirIntake([maildir.path], taker),
      bell: Bell(),
      alertBells: [alertBell],
      upkeepBell: Bell(),
      heartbeat: Heartbeat(),
      logger: log.logger,
      onReady: { ready.yield() }
    )
    let group = ServiceGroup(services: [service], logger: log.logger)
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { try await group.run() }
      var iterator = isReady.makeAsyncIterator()
      _ = await iterator.next()
      for number in 1...3 {
        try maildir.deliver("170000000\(number).x", "\(number)")
        while taker.batches.joined().count < number { await Task.yield() }
      }
      await group.triggerGracefulShutdown()
      try await tasks.waitForAll()
    }
    #expect(Set(taker.batches.joined()) == ["1700000001.x", "1700000002.x", "1700000003.x"])
  }
}

struct SystemdNotifierTests {
  /// A socket that hears what systemd would.
  private func listen(_ name: [UInt8]) throws -> FileDescriptor {
    let socket = try FileDescriptor(
      "socket",
      owning: socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    )
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: name) }
    let length = socklen_t(2 + name.count)
    let result = unsafe withUnsafePointer(to: &address) {
      unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(socket.rawValue, $0, length)
      }
    }
    guard result == 0 else { throw SystemError("bind") }
    return socket
  }

  private func hear(_ socket: borrowing FileDescriptor) -> String {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = unsafe recv(socket.rawValue, &buffer, buffer.count, Int32(MSG_DONTWAIT))
    return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
  }

  @Test(arguments: [false, true]) func `systemd hears each state`(isAbstract: Bool) throws {
    let folder = try TemporaryFolder()
    let path = isAbstract ? "@seed-test-\(UUID().uuidString)" : folder.path("notify")
    let bytes = isAbstract ? [0] + Array(path.utf8.dropFirst()) : Array(path.utf8)
    let socket = try listen(bytes)
    let notifier = try #require(SystemdNotifier(environment: ["NOTIFY_SOCKET": path]))
    #expect(notifier.watchdogInterval == nil)
    notifier.ready()
    #expect(hear(socket).hasPrefix("READY=1\n"))
    notifier.alive()
    #expect(hear(socket) == "WATCHDOG=1")
    notifier.reloading()
    #expect(hear(socket).hasPrefix("RELOADING=1\nMONOTONIC_USEC="))
    notifier.stopping()
    #expect(hear(socket) == "STOPPING=1")
  }

  @Test(
    arguments: [
      ([:], nil), (["NOTIFY_SOCKET": ""], nil), (["NOTIFY_SOCKET": "relative"], nil),
      (["NOTIFY_SOCKET": "/" + String(repeating: "x", count: 107)], nil),
      (["NOTIFY_SOCKET": "/x"], .some(nil)),
      (["NOTIFY_SOCKET": "/x", "WATCHDOG_USEC": "2000000"], .seconds(2)),
      (["NOTIFY_SOCKET": "/x", "WATCHDOG_USEC": "2000000", "WATCHDOG_PID": "1"], .some(nil)),
      (["NOTIFY_SOCKET": "/x", "WATCHDOG_USEC": "-1"], .some(nil)),
      (["NOTIFY_SOCKET": "/x", "WATCHDOG_USEC": "soon"], .some(nil)),
    ] as [([String: String], Duration??)]
  )
  func `the environment says whether anybody listens`(
    environment: [String: String],
    interval: Duration??
  ) {
    let notifier = SystemdNotifier(environment: environment)
    #expect(notifier.map(\.watchdogInterval) == interval)
    // A socket that isn't there is no reason to fail.
    notifier?.ready()
  }
}

struct LogLineTests {
  @Test(
    arguments: [
      (["a": "b"], "notice hello a=b"), (["b": "2", "a": "1"], "notice hello a=1 b=2"),
      (["a": "x y"], #"notice hello a="x y""#), (["a": ""], #"notice hello a="""#),
      (["a": "x\ny\"\\"], #"notice hello a="x\ny\"\\""#),
      (["a": "\u{1B}[31m\u{202E}"], #"notice hello a="\u001b[31m\u202e""#),
    ] as [([String: String], String)]
  )
  func `a line is one line whatever is in it`(values: [String: String], line: String) {
    let log = LogRecorder()
    log.logger.notice("hello", metadata: values.mapValues { .string($0) })
    #expect(log.lines == ["1970-01-01T00:00:00Z " + line])
  }

  @Test func `JSON is JSON, and the level is that of the configuration`() throws {
    let log = LogRecorder()
    log.settings.apply(.init(level: .warning, format: .json))
    log.logger.notice("unheard")
    log.logger.warning("a \"b\"\u{7}", metadata: ["k": "v\u{2028}"])
    let line = try #require(log.lines.first)
    #expect(log.lines.count == 1)
    let object = try JSONDecoder().decode([String: String].self, from: Data(line.utf8))
    #expect(
      object == [
        "time": "1970-01-01T00:00:00Z", "level": "warning", "message": "a \"b\"\u{7}",
        "k": "v\u{2028}",
      ]
    )
  }

  @Test(
    arguments: [
      ([100, 200, 150, 201], [100, 200, 200, 201]),
      ([5_000_000, 1_300_000], [5_000_000, 1_300_000]),
      ([5_000_000, 1_400_000], [5_000_000, 5_000_000]),
    ] as [([Int64], [Int64])]
  )
  func `a small step back stands still, and a large one is followed`(
    times: [Int64],
    expected: [Int64]
  ) {
    var last: Int64 = 0
    #expect(times.map { WallClock.smooth($0, last: &last) } == expected)
  }
}
