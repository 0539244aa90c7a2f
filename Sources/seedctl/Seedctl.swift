import ArgumentParser
import Glibc
import SeedCore
import SeedService

/// `seedctl`: mints addresses, keeps the register, and looks at what was found.
@main
struct Seedctl: AsyncParsableCommand {
  /// The version that it calls itself.
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "seedctl",
    abstract: "Find out who passed your e-mail address on.",
    discussion: """
      Give each organisation an address of its own (`seedctl mint`). When somebody else writes to \
      it, `seedctl alerts` says who, and how sure that is.

      Start with: seedctl init --domain seeds.example --maildir /var/mail/seeds
      """,
    version: version,
    groupedSubcommands: [
      CommandGroup(
        name: "Every day",
        subcommands: [
          Init.self, Mint.self, Ingest.self, Alerts.self, Explain.self, Status.self, Doctor.self,
        ]
      ),
      CommandGroup(
        name: "Records",
        subcommands: [
          OrgCommands.self, SeedCommands.self, SightingCommands.self, FindingCommands.self,
          CaseCommands.self, AlertCommands.self, ChannelCommands.self, LedgerCommands.self,
        ]
      ),
      CommandGroup(
        name: "Evidence",
        subcommands: [EvidenceCommands.self, ReportCommand.self, LetterCommand.self]
      ),
      CommandGroup(
        name: "Housekeeping",
        subcommands: [ConfigCommands.self, Backup.self, Restore.self]
      ),
    ]
  )

  static func main() async {
    MemoryThrift.begin()
    // A reader that went away, such as `head`, ends the command quietly.
    signal(SIGPIPE, SIG_DFL)
    do {
      let arguments = CommonOptions.moved(Array(CommandLine.arguments.dropFirst()))
      var command = try parseAsRoot(arguments)
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch {
      end(with: error)
    }
  }

  /// Prints an error in one line and ends with the exit status that belongs to it.
  private static func end(with error: any Error) -> Never {
    if let error = error as? any OperatorError {
      Console.error("seedctl: \(error.description)")
      Glibc.exit(error.exitStatus.rawValue)
    }
    if let error = error as? StoreError {
      let failure = StoreFailure(path: "the store", error)
      Console.error("seedctl: \(failure)")
      Glibc.exit(failure.exitStatus.rawValue)
    }
    switch exitCode(for: error) {
    case .success:
      print(fullMessage(for: error))
      Glibc.exit(ExitStatus.done.rawValue)
    case .validationFailure:
      Console.error(fullMessage(for: error))
      Glibc.exit(ExitStatus.usage.rawValue)
    case let code where error is ExitCode:
      Glibc.exit(code.rawValue)
    default:
      Console.error("seedctl: \(error)")
      Glibc.exit(ExitStatus.failed.rawValue)
    }
  }
}
