import Foundation
import SeedTesting

/// A small server that takes alerts by HTTP and SMTP, and writes down what it got.
struct Receivers: Sendable {
  /// Something that it got.
  struct Entry: Decodable {
    /// `POST`, `PUT`, `GET` or `MAIL`.
    let method: String
    /// The path, or who logged in.
    let path: String
    let headers: [String: String]
    let body: String

    /// The body's JSON.
    var json: [String: Any] {
      (try? JSONSerialization.jsonObject(with: Data(body.utf8))) as? [String: Any] ?? [:]
    }
  }

  var httpPort: UInt16 { http.number }
  var smtpPort: UInt16 { smtp.number }
  private let http: LoopbackPort
  private let smtp: LoopbackPort
  private let record: URL

  /// Chooses ports, at which nobody answers yet.
  init(in folder: borrowing TemporaryFolder) throws {
    try self.init(at: folder.url.appending(path: "received.json"))
  }

  /// The same, with the file that is written to.
  init(at record: URL) throws {
    self.record = record
    http = try LoopbackPort()
    smtp = try LoopbackPort()
    try Data().write(to: record)
  }

  /// Whether it can run here.
  static var canRun: Bool { Program.system("python3") != nil }

  /// Starts to answer. What is started here has most signals blocked: end it by SIGKILL.
  func start() async throws -> RunningProgram {
    guard let python = Program.system("python3") else { throw Failure("no python3") }
    let script = fixtures.appending(path: "alerts/receivers.py").path
    let server = try RunningProgram(python, [script, record.path, "\(httpPort)", "\(smtpPort)"])
    for await line in server.lines where line == "ready" { return server }
    throw Failure("the receivers don't start: \(server.errors)")
  }

  /// What it got so far, in order.
  func entries() throws -> [Entry] {
    try Data(contentsOf: record).split(separator: UInt8(ascii: "\n")).map {
      try JSONDecoder().decode(Entry.self, from: Data($0))
    }
  }

  /// Forgets what it got.
  func forget() throws { try Data().write(to: record) }

  /// Waits until it has got so much, or throws after a while.
  func wait(for count: Int, seconds: Int = 60) async throws -> [Entry] {
    for _ in 0..<seconds * 10 {
      let entries = try entries()
      if entries.count >= count { return entries }
      try await Task.sleep(for: .milliseconds(100))
    }
    throw Failure("only \(try entries().count) of \(count) came")
  }
}

/// The fixtures that tests of several targets share.
let fixtures = URL(filePath: #filePath).deletingLastPathComponent()
  .appending(path: "../../Fixtures").standardizedFileURL

extension SeedHome {
  /// Adds to the configuration.
  func configure(_ text: String) throws {
    let file = URL(filePath: path).appending(path: "seed.toml")
    let known = String(decoding: try Data(contentsOf: file), as: UTF8.self)
    try Data((known + "\n" + text + "\n").utf8).write(to: file)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
  }

  /// Writes a file that only its owner can read, and returns its path.
  func secret(_ name: String, _ text: String) throws -> String {
    let file = URL(filePath: path).appending(path: "keys/\(name)")
    try Data((text + "\n").utf8).write(to: file)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
    return file.path
  }
}
