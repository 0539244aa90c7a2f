import ArgumentParser
import Foundation
import Logging
import SeedCore
import SeedSQLite
import SeedService
import SeedWeb
import ServiceLifecycle

/// `seedd`: the daemon of one home.
@main
struct Seedd: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "seedd",
    abstract: "Watch maildirs, judge what comes to seed addresses, and alert their owner.",
    discussion: """
      Runs in the foreground and logs to standard error. SIGTERM finishes the batch in hand and \
      stops; SIGHUP reads the configuration again. What it finds: seedctl alerts.

      Examples: seedd --home /var/lib/seed; seedd --once
      """,
    version: "0.1.0"
  )

  @Option(help: "The home (else $SEED_HOME, else ~/.local/share/seed).", completion: .directory)
  var home: String?

  @Option(
    help: "The configuration (else seed.toml in the home).",
    completion: .file(extensions: ["toml"])
  )
  var config: String?

  @Flag(help: "Take in what waits, deliver what is due, and end.")
  var once = false

  static func main() async {
    MemoryThrift.begin()
    // A command that doesn't read what it is given must not end the daemon.
    _ = signal(SIGPIPE, SIG_IGN)
    do {
      var command = try parseAsRoot()
      if var daemon = command as? Self {
        try await daemon.run()
      } else {
        // What is built in, such as the help.
        try command.run()
      }
    } catch {
      end(with: error)
    }
  }

  mutating func run() async throws {
    let settings = LogLineHandler.Settings()
    LoggingSystem.bootstrap { _ in LogLineHandler(settings: settings) }
    let environment = ProcessInfo.processInfo.environment
    let home = Home.locate(option: home, environment: environment)
    try home.open(mayMint: false)
    let store: SQLiteStore
    do {
      store = try SQLiteStore.open(at: home.storePath)
    } catch let error as StoreError {
      throw StoreFailure(path: home.storePath, error)
    }
    let logger = Logger(label: "seedd")
    let daemon = Daemon(
      home: home,
      configurationPath: config ?? home.configurationPath,
      environment: environment,
      store: store,
      logSettings: settings,
      logger: logger,
      lookForDamage: { try await store.checkPages() },
      extraServices: { try await Self.webServices($0, home, store, logger) }
    )
    do {
      if once { try await daemon.runOnce() } else { try await daemon.run() }
    } catch let error as StoreError {
      throw StoreFailure(path: home.storePath, error)
    }
    try store.close()
  }

  /// What is served over HTTP, where anything is.
  private static func webServices(
    _ configuration: SeedService.Configuration,
    _ home: Home,
    _ store: SQLiteStore,
    _ logger: Logger
  ) async throws -> [any Service] {
    guard configuration.witnessing.isEnabled else { return [] }
    let witness = try await home.witnessEndpoint(
      configuration,
      store: store,
      keyWasMade: {
        logger.notice(
          "a key for the witness was made; back it up",
          metadata: ["path": "keys/witness.key"]
        )
      }
    )
    return [WebServer(listen: configuration.web.listen, witness: witness, logger: logger)]
  }

  /// Says in one line why it ends, with the exit status that belongs to it.
  private static func end(with error: any Error) -> Never {
    switch error {
    case let error as any OperatorError:
      complain("seedd: \(error.description)")
      Foundation.exit(error.exitStatus.rawValue)
    case let error as SystemError:
      complain("seedd: \(error.description)")
      Foundation.exit(ExitStatus.failed.rawValue)
    default: break
    }
    switch exitCode(for: error) {
    case .success:
      print(fullMessage(for: error))
      Foundation.exit(ExitStatus.done.rawValue)
    case .validationFailure:
      complain(fullMessage(for: error))
      Foundation.exit(ExitStatus.usage.rawValue)
    default:
      complain("seedd: \(type(of: error))")
      Foundation.exit(ExitStatus.failed.rawValue)
    }
  }

  private static func complain(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
  }
}
