import Foundation
import SeedTesting

/// A place at which one run after another goes wrong, is taken up again, and looked at.
struct CrashSite: Sendable {
  /// How long a run may take.
  static let runTimeLimit = Duration.seconds(60)

  /// What holds the home and its maildir, and is named to the shim.
  var root: String { folder + "/root" }
  var homePath: String { root + "/home" }
  /// Copies of the checkpoints that were published.
  var seenPath: String { folder + "/seen" }
  /// What the configured command got.
  var commandSink: String { folder + "/command" }

  let story: CrashStory
  let receivers: Receivers
  private let shim: CrashShim
  private let folder: String
  private var synced: String { folder + "/synced" }
  private var counts: String { folder + "/counts" }

  init(folder: String, story: CrashStory, shim: CrashShim, receivers: Receivers) {
    self.folder = folder
    self.story = story
    self.shim = shim
    self.receivers = receivers
  }

  /// Makes everything as it is before a run.
  func prepare(number: Int) throws {
    try story.copy(to: root, receivers: receivers, number: number)
    try receivers.forget()
    for path in [seenPath, synced] {
      try? FileManager.default.removeItem(atPath: path)
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }
    for path in [counts, commandSink] { try Data().write(to: URL(filePath: path)) }
  }

  /// Runs a program to its end, or to the fault.
  func run(
    _ program: Program = .seedd,
    _ arguments: [String] = ["--once"],
    number: Int,
    with variables: [String: String] = [:]
  ) async throws -> Program.Outcome {
    let environment = [
      "HOME": folder, "SEED_DNS_ZONE": root + "/zone.json",
      "SEED_LEDGER_CHECKPOINT_INTERVAL": "1s", "SEED_MAIL_AFTER_INGEST": "archive",
      "SEED_ALERTS_COMMAND": "cat >> \(commandSink)-\(number)",
    ]
    return try await withTimeLimit(Self.runTimeLimit) { [homePath] in
      try await program.run(
        ["--home", homePath] + arguments,
        environment: environment.merging(variables) { $1 }
      )
    }
  }

  /// Runs `seedd --once` with the shim, which only counts; returns the calls.
  func calls(number: Int) async throws -> [CrashCall] {
    let outcome = try await run(
      number: number,
      with: shim.variables(root: root).merging(["CRASH_COUNTS": counts]) { $1 }
    )
    guard outcome.status == 0 else { throw Failure(outcome.errors) }
    return try String(decoding: Data(contentsOf: URL(filePath: counts)), as: UTF8.self)
      .split(separator: "\n").map { line in
        let parts = line.split(separator: " ", maxSplits: 2).map(String.init)
        return CrashCall(name: parts[1], path: parts[2])
      }
  }

  /// Runs `seedd --once` up to a point, and lets happen there what is to; says whether the run has
  /// such a call.
  func strike(_ point: CrashPoint, number: Int) async throws -> Bool {
    var variables = shim.variables(root: root).merging(point.fault.variables) { $1 }
    variables["CRASH_AT"] = "\(point.number)"
    variables["CRASH_SEEN"] = seenPath
    variables["CRASH_COUNTS"] = counts
    if case .powerCut = point.fault { variables["CRASH_SYNCED"] = synced }
    let outcome = try await run(number: number, with: variables)
    let calls = try Data(contentsOf: URL(filePath: counts)).count { $0 == UInt8(ascii: "\n") }
    guard calls >= point.number else { return false }
    if point.fault.isDeadly, outcome.status != -SIGKILL {
      throw Failure("the program outlived it: \(outcome.errors)")
    }
    if case .powerCut(let survival) = point.fault {
      try PowerCut.strike(root, synced: synced, survival, seed: UInt64(number))
    }
    return true
  }

  /// Starts again without the shim, as an operator would, until nothing waits.
  func recover(number: Int) async throws {
    for attempt in 0..<2 {
      let outcome = try await run(number: number)
      guard outcome.status == 0 else {
        throw Failure("the next start ends with \(outcome.status): \(outcome.errors)")
      }
      let waiting = try CrashWitness(self).waitingChannels()
      guard !waiting.isEmpty else { return }
      guard attempt == 0 else { throw Failure("alerts wait still: \(outcome.errors)") }
      // What failed is tried again later; that is now.
      for channel in waiting {
        _ = try await run(.seedctl, ["alert", "retry", "--channel", channel], number: number)
      }
    }
  }
}

/// Runs something that is cancelled after a while.
private func withTimeLimit<Result: Sendable>(
  _ limit: Duration,
  _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
  try await withThrowingTaskGroup(of: Result?.self) { group in
    group.addTask { try await body() }
    group.addTask {
      try? await Task.sleep(for: limit)
      return nil
    }
    defer { group.cancelAll() }
    guard let result = try await group.next() ?? nil else {
      throw Failure("it takes longer than \(limit)")
    }
    return result
  }
}
