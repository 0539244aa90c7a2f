import ArgumentParser
import FoundationEssentials
import SeedCore
import SeedSQLite
import SeedService

/// `seedctl backup`: everything of a home in one archive.
struct Backup: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup",
    abstract: "Write everything of the home into one file, while it is in use.",
    discussion: """
      The file holds the mint keys and the mail: it is as secret as the home. It is a tar archive \
      with mode 0600.

      Example: seedctl backup /media/stick/seed-2026-11.tar
      """
  )

  @OptionGroup var homeOptions: HomeOptions
  @OptionGroup var output: OutputOptions
  @Argument(help: "The file to write; it must not exist.", completion: .file()) var file: String

  func run() async throws {
    let session = try Session(homeOptions)
    let archive = HomeArchive(path: Path.absolute(file))
    let result = try await archive.write(session.home, store: session.store)
    if output.json { return try output.printJSON(result) }
    print("\(result.file)  \(result.bytes) bytes")
  }
}

/// `seedctl restore`: makes a home of an archive.
struct Restore: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore",
    abstract: "Make a home of a file that `seedctl backup` wrote; an existing home is refused.",
    discussion: """
      The ledger signs nothing new before it is certain that it contradicts nothing that was signed \
      after the backup: see `seedctl ledger checkpoint --help`.

      Example: seedctl restore seed-2026-11.tar --home /var/lib/seed
      """
  )

  @OptionGroup var homeOptions: HomeOptions
  @OptionGroup var output: OutputOptions
  @Argument(help: "The backup.", completion: .file()) var file: String

  func run() async throws {
    let home = homeOptions.location
    let result = try await HomeArchive(path: Path.absolute(file)).restore(to: home)
    if output.json { return try output.printJSON(result) }
    print("\(home.path)  restored; check it with `seedctl doctor`")
    output.note("The ledger signs nothing new yet: seedctl ledger checkpoint --newest FILE")
  }
}
