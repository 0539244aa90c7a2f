import Foundation
import SeedTesting

/// The library that lets a program's n-th call go wrong (`Fixtures/crash/crash-shim.c`), compiled for a test.
struct CrashShim: Sendable {
  let path: String
  /// How many pages the store's log is said to have after each commit, over and over; none where that
  /// is to be as it is.
  var logPages: [Int] = []

  /// Whether it can be compiled here.
  static var canBuild: Bool { Program.system("cc") != nil }

  /// Compiles it.
  init(in folder: borrowing TemporaryFolder) async throws {
    guard let compiler = Program.system("cc") else { throw Failure("no cc") }
    path = folder.path("crash-shim.so")
    let source = fixtures.appending(path: "crash/crash-shim.c")
    let outcome = try await compiler.run([
      "-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", path, source.path, "-ldl",
    ])
    guard outcome.status == 0 else { throw Failure(outcome.errors) }
  }

  /// What lets a program's calls below `root` be counted.
  func variables(root: String) -> [String: String] {
    var variables = ["LD_PRELOAD": path, "CRASH_ROOT": root, "CRASH_MODE": "count"]
    if !logPages.isEmpty {
      variables["CRASH_PAGES"] = logPages.map(String.init).joined(separator: " ")
    }
    return variables
  }
}
