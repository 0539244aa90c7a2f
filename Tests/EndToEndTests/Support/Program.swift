import Foundation
import SeedTesting

/// A program to run: one that was built beside these tests, or one of the system's.
struct Program: Sendable {
  /// How a run ended.
  struct Outcome: Sendable {
    /// The exit code, or the number of the signal that ended it, negated.
    let status: Int32
    /// What it wrote to standard output.
    let output: String
    /// What it wrote to standard error.
    let errors: String
  }

  static let seedctl = built("seedctl")
  static let seedd = built("seedd")

  let path: String

  /// The system's program of that name; `nil` where it isn't installed.
  static func system(_ name: String) -> Program? {
    ["/usr/sbin", "/usr/bin", "/sbin", "/bin"].map { "\($0)/\(name)" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
      .map(Program.init(path:))
  }

  private static func built(_ name: String) -> Program {
    // The test bundle is this very program, and SwiftPM puts it beside the others.
    let bundle = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    return Program(path: bundle.deletingLastPathComponent().appending(path: name).path)
  }

  /// Runs it to its end. Its environment is `environment` and a search path, and nothing else.
  ///
  /// A test that is cancelled, as by its time limit, ends the program too.
  func run(
    _ arguments: [String],
    environment: [String: String] = [:],
    input: String = ""
  ) async throws -> Outcome {
    let folder = try TemporaryFolder()
    let files = try ["input", "output", "errors"].map { name in
      let url = folder.url.appending(path: name)
      try Data((name == "input" ? input : "").utf8).write(to: url)
      return try FileHandle(forUpdating: url)
    }
    let process = process(arguments, environment)
    process.standardInput = files[0]
    process.standardOutput = files[1]
    process.standardError = files[2]
    // A process holds on to them after its end, and thousands would use up the descriptors.
    defer { for file in files { try? file.close() } }
    try await process.runToEnd()
    func text(_ name: String) throws -> String {
      String(decoding: try Data(contentsOf: folder.url.appending(path: name)), as: UTF8.self)
    }
    return Outcome(
      status: process.outcome,
      output: try text("output"),
      errors: try text("errors")
    )
  }

  /// A process that would run it.
  func process(_ arguments: [String], _ environment: [String: String]) -> Process {
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    process.environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]
      .merging(environment) { $1 }
    return process
  }
}

extension Process {
  /// The exit code, or the number of the signal that ended it, negated.
  var outcome: Int32 {
    terminationReason == .uncaughtSignal ? -terminationStatus : terminationStatus
  }

  fileprivate func runToEnd() async throws {
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
        terminationHandler = { _ in done.resume() }
        do { try run() } catch { done.resume(throwing: error) }
      }
    } onCancel: {
      if isRunning { terminate() }
    }
  }
}
