import Foundation
import SeedTesting
import Testing

/// A home with mail that waits, which each crash begins with: two seeds and a ledger that was signed
/// once, and messages that end as findings, as expected, and as guesses.
struct CrashStory: Sendable {
  /// Holds the home, and the maildir beside it.
  let path: String
  /// The messages that wait, by their base name.
  let messages: [String: String]
  /// The channels beside the log.
  static let channels = ["command", "hook", "mail"]

  /// What stands in the configuration for what differs from run to run.
  enum Placeholder: String, CaseIterable {
    case root = "/ROOT"
    case httpPort = "65001"
    case smtpPort = "65002"
    case number = "NUMBER"
  }

  /// Makes it.
  init(in folder: borrowing TemporaryFolder) async throws {
    let home = try await SeedHome(in: folder)
    path = folder.url.path
    let first = try await home.mintForPetitions().address
    let second = try await home.mintForPetitions().address
    try await home.seedctl("ledger", "checkpoint")
    // The interval between two checkpoints: each run is to sign one.
    try await Task.sleep(for: .seconds(1))
    let secret = try home.secret(
      "hook.secret",
      "whsec_" + Data(repeating: 7, count: 32).base64EncodedString()
    )
    let placeholder = Placeholder.self
    try home.configure(
      """
      [[alerts.channel]]
      name = "hook"
      kind = "webhook"
      url = "http://127.0.0.1:\(placeholder.httpPort.rawValue)/\(placeholder.number.rawValue)"
      secret_file = "\(secret)"

      [[alerts.channel]]
      name = "mail"
      kind = "smtp"
      url = "smtp://127.0.0.1:\(placeholder.smtpPort.rawValue)"
      tls = "none"
      from = "seed@watch.example"
      to = ["\(placeholder.number.rawValue)@owner.example"]
      """
    )
    messages = [
      "1.confirmation": Letters.confirmation(to: first),
      "2.stranger": Letters.appeal(to: first),
      "3.disclosure": Letters.authenticatedAppeal(to: second),
      "4.guess": Letters.appeal(to: "postmaster@seeds.example", id: "guess"),
      "5.again": Letters.appeal(to: first, id: "again"),
    ]
    for (name, text) in messages { try home.deliver(text, as: name) }
    let file = URL(filePath: home.path).appending(path: "seed.toml")
    let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
    try Self.write(text.replacing(path, with: placeholder.root.rawValue), to: file)
  }

  /// Makes a copy of it at `root` for one run.
  func copy(to root: String, receivers: Receivers, number: Int) throws {
    let files = FileManager.default
    if files.fileExists(atPath: root) { try files.removeItem(atPath: root) }
    try files.copyItem(atPath: path, toPath: root)
    let file = URL(filePath: root).appending(path: "home/seed.toml")
    var text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
    for placeholder in Placeholder.allCases {
      let value =
        switch placeholder {
        case .root: root
        case .httpPort: "\(receivers.httpPort)"
        case .smtpPort: "\(receivers.smtpPort)"
        case .number: "\(number)"
        }
      text = text.replacing(placeholder.rawValue, with: value)
    }
    try Self.write(text, to: file)
  }

  private static func write(_ text: String, to file: URL) throws {
    try Data(text.utf8).write(to: file)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
  }
}
