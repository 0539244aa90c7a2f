import Foundation
import SeedTesting

/// Debian's opendkim, which signs the mail of one domain on its way in.
struct SigningMilter {
  /// Whether it is installed.
  static var canRun: Bool {
    Program.system("opendkim") != nil && Program.system("opendkim-genkey") != nil
  }

  /// The port that it listens on.
  var port: UInt16 { loopback.number }
  /// The domain's key, as a line of a zone.
  let keyRecord: String
  private let loopback: LoopbackPort
  private let process: RunningProgram

  /// Makes a key of 2,048 bits, and starts to sign with it.
  init(domain: String, in folder: borrowing TemporaryFolder) async throws {
    guard let opendkim = Program.system("opendkim"),
      let generator = Program.system("opendkim-genkey")
    else { throw Failure("opendkim is not installed") }
    let made = try await generator.run([
      "-b", "2048", "-d", domain, "-s", "mail", "-D", folder.url.path,
    ])
    guard made.status == 0 else { throw Failure(made.errors) }
    let record = try String(contentsOfFile: folder.path("mail.txt"), encoding: .utf8)
    let strings = record.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
      .filter { $0.offset % 2 == 1 }.map { "\"\($0.element)\"" }
    keyRecord = "mail._domainkey.\(domain). 60 IN TXT \(strings.joined(separator: " "))"
    loopback = try LoopbackPort()
    let configuration = folder.path("opendkim.conf")
    try Data(
      """
      Mode s
      Domain \(domain)
      Selector mail
      KeyFile \(folder.path("mail.private"))
      Socket inet:\(loopback.number)@127.0.0.1
      InternalHosts 127.0.0.1
      Canonicalization relaxed/simple
      # The key lies below a folder that everybody may write to.
      RequireSafeKeys no

      """.utf8
    ).write(to: URL(filePath: configuration))
    process = try RunningProgram(opendkim, ["-f", "-x", configuration])
    let clock = ContinuousClock()
    let start = clock.now
    while !canConnect(to: port) {
      guard clock.now - start < .seconds(20) else {
        throw Failure("opendkim doesn't listen\n\(process.errors)")
      }
      try await Task.sleep(for: .milliseconds(20))
    }
  }
}
