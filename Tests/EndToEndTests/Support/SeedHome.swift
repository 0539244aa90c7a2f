import Foundation
import SeedTesting
import Testing

/// A home with one maildir, made and used through the built commands alone.
struct SeedHome: Sendable {
  /// The folder of the home.
  let path: String
  /// Where mail for its domain arrives.
  let maildir: URL

  private let folder: URL
  private let dnsServer: String?

  /// Makes one in `folder`, watching `maildir` or else a maildir of its own, and asking `dnsServer`
  /// or else nobody.
  init(
    in folder: borrowing TemporaryFolder,
    domain: String = "seeds.example",
    watching maildir: String? = nil,
    asking dnsServer: String? = nil
  ) async throws {
    self.folder = folder.url
    self.dnsServer = dnsServer
    path = folder.path("home")
    self.maildir = URL(filePath: maildir ?? folder.path("mail"))
    if maildir == nil { try Self.makeMaildir(at: self.maildir) }
    // No name exists: the tests ask nobody.
    try Data("{}".utf8).write(to: folder.url.appending(path: "zone.json"))
    _ = try await seedctl(
      "init",
      "--domain",
      domain,
      "--maildir",
      self.maildir.path,
      "--trust-authserv",
      "mx.seeds.example"
    )
  }

  /// Makes the three folders of a maildir.
  static func makeMaildir(at url: URL) throws {
    for name in ["tmp", "new", "cur"] {
      try FileManager.default.createDirectory(
        at: url.appending(path: name),
        withIntermediateDirectories: true
      )
    }
  }

  /// Runs `seedctl --home …`, expects the exit code, and returns what it printed.
  @discardableResult
  func seedctl(
    _ arguments: String...,
    expecting status: Int32 = 0,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> Program.Outcome {
    let outcome = try await Program.seedctl.run(
      ["--home", path] + arguments,
      environment: variables
    )
    #expect(
      outcome.status == status,
      "seedctl \(arguments.joined(separator: " ")): \(outcome.errors)",
      sourceLocation: sourceLocation
    )
    return outcome
  }

  /// Runs `seedctl … --json` and reads the document that it prints.
  func json<Value: Decodable>(
    _ type: Value.Type,
    _ arguments: String...,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> Value {
    let outcome = try await Program.seedctl.run(
      ["--home", path] + arguments + ["--json"],
      environment: variables
    )
    guard outcome.status == 0 else { throw Failure(outcome.errors) }
    let decoder = JSONDecoder()
    decoder.dateDecodingStrategy = .iso8601
    return try decoder.decode(type, from: Data(outcome.output.utf8))
  }

  /// Mints an address for Example Petitions, of petitions.example.
  func mintForPetitions() async throws -> Minted {
    try await json(
      Minted.self,
      "mint",
      "--org",
      "Example Petitions",
      "--org-domain",
      "petitions.example",
      "--form",
      "https://petitions.example/p/1"
    )
  }

  /// The findings that need a look.
  func alerts() async throws -> [Alert] { try await json([Alert].self, "alerts") }

  /// How a mail server puts a complete message into `new`.
  enum Delivery: CaseIterable {
    /// By renaming it, as Dovecot does.
    case rename
    /// By a link, and then by removing the one in `tmp`, as Postfix does.
    case link
  }

  /// Puts a message into the maildir as a mail server does.
  func deliver(
    _ message: String,
    as name: String = UUID().uuidString,
    by delivery: Delivery = .rename
  ) throws {
    let written = maildir.appending(path: "tmp").appending(path: name)
    let delivered = maildir.appending(path: "new").appending(path: name)
    try Data(message.utf8).write(to: written)
    switch delivery {
    case .rename: try FileManager.default.moveItem(at: written, to: delivered)
    case .link:
      try FileManager.default.linkItem(at: written, to: delivered)
      try FileManager.default.removeItem(at: written)
    }
  }

  /// Runs `seedd --once`.
  @discardableResult
  func drain(
    environment: [String: String] = [:],
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> Program.Outcome {
    let outcome = try await Program.seedd.run(
      ["--home", path, "--once"],
      environment: variables.merging(environment) { $1 }
    )
    #expect(outcome.status == 0, "\(outcome.errors)", sourceLocation: sourceLocation)
    return outcome
  }

  /// Starts `seedd` and waits until it says that it is ready.
  func startDaemon(environment: [String: String] = [:]) async throws -> RunningProgram {
    let name = "notify-\(UUID().uuidString.prefix(8))"
    let socket = try NotifySocket(path: folder.appending(path: name).path)
    let daemon = try launchDaemon(
      environment: environment.merging(["NOTIFY_SOCKET": socket.path]) { $1 }
    )
    while let message = await socket.message(within: 20) {
      if message.split(separator: "\n").contains("READY=1") { return daemon }
    }
    throw Failure("seedd doesn't say that it is ready\n\(daemon.errors)")
  }

  /// Starts `seedd` and waits for nothing.
  func launchDaemon(environment: [String: String] = [:]) throws -> RunningProgram {
    try RunningProgram(
      .seedd,
      ["--home", path],
      environment: variables.merging(environment) { $1 }
    )
  }

  /// Starts `seedctl alerts --watch --json` and waits until it watches.
  func watchAlerts() async throws -> RunningProgram {
    let watch = try RunningProgram(
      .seedctl,
      ["--home", path, "alerts", "--watch", "--json"],
      environment: variables
    )
    for await line in watch.errorLines where line.hasPrefix("Watching") { return watch }
    throw Failure("alerts --watch ended: \(watch.errors)")
  }

  private var variables: [String: String] {
    let dns =
      dnsServer.map { ["SEED_DNS_SERVERS": $0] }
      ?? ["SEED_DNS_ZONE": folder.appending(path: "zone.json").path]
    return dns.merging(["HOME": folder.path]) { $1 }
  }
}

/// What `seedctl mint --json` prints.
struct Minted: Decodable {
  struct Organisation: Decodable {
    let id: String
    let name: String
  }

  let address: String
  let seed: String
  let organisation: Organisation
  let form: String
  let mintedAt: Date
  let leafIndex: Int
}

/// One entry of what `seedctl alerts --json` prints.
struct Alert: Decodable {
  struct Sender: Decodable {
    let domain: String
    let status: String
  }

  let finding: String
  let `case`: String
  let seed: String
  let address: String
  let organisation: String?
  let sender: Sender
  let `class`: String
  let grade: String
  let severity: String
  let firstSeen: Date
  let sightings: Int
  let corroborated: Bool
  let state: String
  let reasons: [String]
}

/// What `seedctl ingest --json` prints.
struct Ingested: Decodable {
  let read: Int
  let recorded: Int
  let duplicates: Int
  let matched: Int
  let expected: Int
  let findings: Int
  let nearMisses: Int
  let unknown: Int
  let quarantined: Int
}
