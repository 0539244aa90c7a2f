import Foundation
import SeedTesting

/// Debian's Postfix on a port of the loopback address, with the files of `deploy/postfix` and only
/// what a test must change in them: the paths, the port and the user.
struct PostfixServer: Sendable {
  /// Whether it can run here: it must be installed, and it starts as root alone.
  static var canRun: Bool {
    geteuid() == 0 && Program.system("postfix") != nil && Program.system("curl") != nil
  }

  /// The catch-all's maildir.
  let maildir: String
  /// The maildir of `me@owner.example`, who is alerted.
  let ownerMaildir: String
  /// Where it listens.
  var port: UInt16 { loopback.number }

  private let loopback: LoopbackPort
  private let postfix: Program
  private let curl: Program
  private let configuration: String
  private let log: URL

  /// Runs `body` beside a server, and stops it afterwards.
  ///
  /// - Parameters:
  ///   - milterPort: Where a milter listens that sees the mail first.
  ///   - settings: Further settings of its main.cf.
  static func run(
    milterPort: UInt16? = nil,
    settings: [String] = [],
    _ body: (PostfixServer) async throws -> Void
  ) async throws {
    let folder = try TemporaryFolder()
    let server = try await PostfixServer(in: folder)
    if let milterPort {
      try await server.configure([
        "smtpd_milters=inet:127.0.0.1:\(milterPort)", "milter_default_action=tempfail",
      ])
    }
    if !settings.isEmpty { try await server.configure(settings) }
    let start = try await server.postfix.run(["-c", server.configuration, "start"])
    guard start.status == 0 else { throw Failure(start.errors + server.maillog) }
    let result: Result<Void, any Error>
    do { result = .success(try await body(server)) } catch { result = .failure(error) }
    _ = try await server.postfix.run(["-c", server.configuration, "stop"])
    if case .failure = result { print(server.maillog) }
    try result.get()
  }

  private init(in folder: borrowing TemporaryFolder) async throws {
    guard let postfix = Program.system("postfix"), let curl = Program.system("curl"),
      let nobody = unsafe getpwnam("nobody")?.pointee
    else { throw Failure("Postfix, curl or the user nobody is missing") }
    self.postfix = postfix
    self.curl = curl
    configuration = folder.path("etc")
    maildir = folder.path("mail/seeds")
    ownerMaildir = folder.path("mail/owner")
    log = folder.url.appending(path: "maillog")
    loopback = try LoopbackPort()

    let files = FileManager.default
    try files.copyItem(at: Self.deployed, to: URL(filePath: configuration))
    // Postfix delivers as users who must be able to come this far.
    try files.setAttributes([.posixPermissions: 0o711], ofItemAtPath: folder.url.path)
    for name in ["queue", "data", "mail"] {
      try files.createDirectory(atPath: folder.path(name), withIntermediateDirectories: false)
    }
    try files.setAttributes([.ownerAccountName: "postfix"], ofItemAtPath: folder.path("data"))
    for box in ["seeds", "owner"] {
      try SeedHome.makeMaildir(at: folder.url.appending(path: "mail/\(box)"))
      for name in ["mail", "mail/\(box)"] + ["tmp", "new", "cur"].map({ "mail/\(box)/\($0)" }) {
        try files.setAttributes([.ownerAccountName: "nobody"], ofItemAtPath: folder.path(name))
      }
    }

    let master = URL(filePath: configuration).appending(path: "master.cf")
    let services = String(decoding: try Data(contentsOf: master), as: UTF8.self)
    guard let smtp = services.range(of: "smtp        inet") else {
      throw Failure("master.cf has no SMTP service to move")
    }
    try Data(services.replacingCharacters(in: smtp, with: "127.0.0.1:\(port) inet").utf8)
      .write(to: master)

    try await configure([
      "queue_directory=\(folder.path("queue"))",
      "data_directory=\(folder.path("data"))",
      "virtual_mailbox_domains=seeds.example, owner.example",
      "virtual_mailbox_maps=inline:{{me@owner.example=owner/}}, static:seeds/",
      "virtual_mailbox_base=\(folder.path("mail"))",
      "virtual_uid_maps=static:\(unsafe nobody.pw_uid)",
      "virtual_gid_maps=static:\(unsafe nobody.pw_gid)",
      "inet_protocols=ipv4",
      "smtpd_tls_security_level=none", "smtpd_tls_cert_file=", "smtpd_tls_key_file=",
      "maillog_file=\(log.path)", "maillog_file_prefixes=\(folder.url.path)",
    ])
  }

  private func configure(_ settings: [String]) async throws {
    guard let postconf = Program.system("postconf") else { throw Failure("no postconf") }
    let changes = try await postconf.run(["-c", configuration, "-e"] + settings)
    guard changes.status == 0 else { throw Failure(changes.errors) }
  }

  /// Hands over a message by SMTP, and throws when it is refused.
  func send(
    _ message: String,
    from sender: String,
    to recipients: [String],
    helo: String = "mail.party.example"
  ) async throws {
    let folder = try TemporaryFolder()
    let file = folder.path("message")
    try Data(message.utf8).write(to: URL(filePath: file))
    let outcome = try await curl.run(
      ["-sS", "smtp://127.0.0.1:\(port)/\(helo)", "--crlf", "--mail-from", sender]
        + recipients.flatMap { ["--mail-rcpt", $0] } + ["--upload-file", file]
    )
    guard outcome.status == 0 else { throw Failure(outcome.errors) }
  }

  private var maillog: String {
    (try? Data(contentsOf: log)).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  private static let deployed = URL(filePath: #filePath)
    .deletingLastPathComponent().appending(path: "../../../deploy/postfix").standardizedFileURL
}

/// Why a test can't go on.
struct Failure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
