import Foundation
import SeedTesting

@testable import SeedCore

/// Runs the verifier that a bundle carries, over files that are written to a folder first.
enum VerifierScript {
  static let isHere = FileManager.default.fileExists(atPath: "/usr/bin/python3")

  /// What it prints, `1 PROVED, 2 SUPPORTED, …`, and its exit status.
  static func run(
    _ files: [String: [UInt8]],
    script: [UInt8],
    policy: [UInt8]? = nil,
    authority: [UInt8]? = nil
  ) throws -> (summary: String, status: Int32, output: String) {
    let folder = try TemporaryFolder()
    for (path, content) in files {
      let url = folder.url.appending(path: "bag/" + path)
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(),
        withIntermediateDirectories: true
      )
      try Data(content).write(to: url)
    }
    try Data(script).write(to: folder.url.appending(path: "verify.py"))
    var arguments = [folder.path("verify.py"), folder.path("bag")]
    if let policy {
      try Data(policy).write(to: folder.url.appending(path: "policy"))
      arguments += ["--policy", folder.path("policy")]
    }
    if let authority {
      try Data(authority).write(to: folder.url.appending(path: "ca.pem"))
      arguments += ["--tsa-ca", folder.path("ca.pem")]
    }
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/python3")
    process.arguments = arguments
    let output = folder.path("output")
    try Data().write(to: URL(filePath: output))
    process.standardOutput = FileHandle(forWritingAtPath: output)
    process.standardError = FileHandle(forWritingAtPath: output)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    let text = try String(contentsOfFile: output, encoding: .utf8)
    let verdicts = text.split(separator: "\n").compactMap { line -> String? in
      let verdict = Claim.Verdict.allCases.first { line.hasPrefix($0.rawValue + " ") }
      return verdict.flatMap { verdict in
        line.dropFirst(verdict.rawValue.count + 1).first.map { "\($0) \(verdict.rawValue)" }
      }
    }
    return (verdicts.joined(separator: ", "), process.terminationStatus, text)
  }
}
