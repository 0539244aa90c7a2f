import Foundation
import SeedTesting
import Testing

/// `seedd` is stopped, or let down by the system, at every call by which it changes something; the
/// next start must bring everything to the state that it would have come to undisturbed.
///
/// `SEED_CRASH=long` goes through more faults, and through chance more often; `SEED_CRASH_FROM` is the
/// number of the call to begin with, for looking at what failed once more.
@Suite(
  .enabled(if: CrashShim.canBuild && Receivers.canRun, "needs cc and python3"),
  .timeLimit(.minutes(600))
)
struct CrashTests {
  /// What is tried at every call, and at those that write.
  private static let faults: [Fault] =
    [
      .kill, .powerCut(.nothing), .powerCut(.some), .failure(.EIO, isKept: false),
      .failure(.EIO, isKept: true), .failure(.ENOSPC, isKept: false),
    ]
    + (isLongRun
      ? [
        .powerCut(.names), .failure(.EINTR, isKept: false), .failure(.EINTR, isKept: true),
        .failure(.EDQUOT, isKept: false), .failure(.ENOSPC, isKept: true),
      ] + [Fault](repeating: .powerCut(.some), count: 20) : [])
  /// What is tried at every second call.
  private static let rarerFaults: [Fault] =
    isLongRun
    ? []
    : [.powerCut(.names), .failure(.EINTR, isKept: false), .failure(.EINTR, isKept: true)]

  /// What is tried at the calls on the store while its log is brought into its file.
  private static let storeFaults: [Fault] =
    isLongRun
    ? faults
    : [.kill, .powerCut(.nothing), .powerCut(.some), .failure(.EIO, isKept: false)]

  @Test func `nothing is lost, doubled or denied, whatever goes wrong at any call`() async throws {
    let total = try await goThrough { calls in
      for call in ["pwrite", "fsync", "fdatasync", "rename", "link", "unlink", "send"] {
        #expect(calls.contains { $0.name == call }, "the shim sees no \(call)")
      }
      return Self.points(calls)
    }
    #expect(total >= 2000)
  }

  /// The store brings its log into its file after many pages, which no short run has; beside the
  /// commits first, and within them from twice as many on.
  @Test(arguments: [[4000, 1], [8000]])
  func `nor while the store's log is brought into its file`(pages: [Int]) async throws {
    let total = try await goThrough(logPages: pages) { calls in
      let isOnFile = calls.map { $0.path.hasSuffix("/seed.db") }
      let syncCount = calls.indices.count { isOnFile[$0] && calls[$0].name == "fdatasync" }
      #expect(syncCount >= 3, "the log is brought in only at the end")
      // The call after them, too: it may be the one with which the log begins anew.
      return calls.indices.filter { isOnFile[$0] || $0 > 0 && isOnFile[$0 - 1] }.flatMap { index in
        Self.storeFaults.map { CrashPoint(fault: $0, number: index + 1) }
      }
    }
    #expect(total >= 200)
  }

  /// Goes through the points that `points` finds among the calls of a run in which nothing goes wrong;
  /// returns how many were met.
  private func goThrough(
    logPages: [Int] = [],
    points: ([CrashCall]) -> [CrashPoint]
  ) async throws -> Int {
    let folder = try TemporaryFolder()
    var shim = try await CrashShim(in: folder)
    shim.logPages = logPages
    let storyFolder = try TemporaryFolder()
    let story = try await CrashStory(in: storyFolder)

    let siteCount = max(2, ProcessInfo.processInfo.activeProcessorCount)
    var sites: [CrashSite] = []
    var servers: [RunningProgram] = []
    for index in 0..<siteCount {
      let path = folder.path("site\(index)")
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
      let receivers = try Receivers(at: URL(filePath: path + "/received.json"))
      servers.append(try await receivers.start())
      sites.append(CrashSite(folder: path, story: story, shim: shim, receivers: receivers))
    }
    defer { for server in servers { server.send(SIGKILL) } }

    // A run in which nothing goes wrong says how it should be, and how many calls there are.
    try sites[0].prepare(number: 0)
    let calls = try await sites[0].calls(number: 0)
    let expected = try CrashWitness(sites[0]).summary()
    #expect(try await CrashWitness(sites[0]).problems(number: 0) == [])

    let round = CrashRound(points: points(calls), calls: calls, expected: expected)
    await withTaskGroup(of: Void.self) { group in
      for site in sites {
        group.addTask { while let next = round.next() { await round.strike(next, at: site) } }
      }
    }
    let struck = round.struck
    for (fault, count) in struck.sorted(by: { "\($0.key)" < "\($1.key)" }) {
      print("crash: \(fault): \(count)")
    }
    let total = struck.values.reduce(0, +)
    print("crash: \(total) of \(round.points.count) points, \(calls.count) calls in a run")
    return total
  }

  /// Every fault at every call that it can meet.
  private static func points(_ calls: [CrashCall]) -> [CrashPoint] {
    let first = ProcessInfo.processInfo.environment["SEED_CRASH_FROM"].flatMap(Int.init) ?? 1
    return (first...calls.count).flatMap { number -> [CrashPoint] in
      let faults =
        faults + (number.isMultiple(of: 2) ? rarerFaults : [])
        + (calls[number - 1].isWrite ? [.shortWrite] : [])
      return faults.map { CrashPoint(fault: $0, number: number) }
    }
    // A socket that took bytes says how many; nobody could tell that from one that took none.
    .filter {
      $0.fault != .failure(.EINTR, isKept: true) || !calls[$0.number - 1].name.contains("send")
    }
  }
}

private let isLongRun = ProcessInfo.processInfo.environment["SEED_CRASH"] == "long"
