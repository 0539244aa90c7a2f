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
    isLongRun ? [] : [.powerCut(.names), .failure(.EINTR, isKept: false)]

  @Test func `nothing is lost, doubled or denied, whatever goes wrong at any call`() async throws {
    let folder = try TemporaryFolder()
    let shim = try await CrashShim(in: folder)
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
    for call in ["write", "pwrite", "fsync", "fdatasync", "rename", "link", "unlink", "send"] {
      #expect(calls.contains(call), "the shim sees no \(call)")
    }

    let round = CrashRound(points: Self.points(calls), calls: calls, expected: expected)
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
    #expect(total >= 2000)
  }

  /// Every fault at every call that it can meet.
  private static func points(_ calls: [String]) -> [CrashPoint] {
    let first = ProcessInfo.processInfo.environment["SEED_CRASH_FROM"].flatMap(Int.init) ?? 1
    return (first...calls.count).flatMap { number -> [CrashPoint] in
      let isWrite = calls[number - 1].contains("write") || calls[number - 1].contains("send")
      let faults =
        faults + (number.isMultiple(of: 2) ? rarerFaults : []) + (isWrite ? [.shortWrite] : [])
      return faults.map { CrashPoint(fault: $0, number: number) }
    }
  }
}

private let isLongRun = ProcessInfo.processInfo.environment["SEED_CRASH"] == "long"
