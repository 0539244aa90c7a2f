import ArgumentParser
import SeedCore
import SeedSQLite
import SeedService

/// `seedctl ingest`: takes mail in once, without the daemon.
struct Ingest: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ingest",
    abstract: "Take in maildirs, mbox files or single messages once, without the daemon.",
    discussion: """
      Without a path it takes in the maildirs of the configuration. What was taken in before is \
      counted as a duplicate. Nothing is moved or changed.

      Examples: seedctl ingest; seedctl ingest old.mbox --mbox; seedctl ingest message.eml --json
      """
  )

  @OptionGroup var homeOptions: HomeOptions
  @OptionGroup var output: OutputOptions
  @Argument(help: "Maildirs, mbox files, single messages, or folders of them.", completion: .file())
  var path: [String] = []
  @Flag(help: "Take every file for an mbox.") var mbox = false
  @Option(help: "A zone file instead of the network.", completion: .file()) var zone: String?

  func run() async throws {
    let session = try Session(homeOptions)
    let intake = try session.home.intake(session.configuration, store: session.store, zone: zone)
    let paths = path.isEmpty ? session.configuration.mail.maildirs : path.map(Path.absolute)
    guard !paths.isEmpty else {
      throw Failure(
        .usage,
        "name a maildir, an mbox or a message, or enter [mail] maildirs in seed.toml"
      )
    }
    let progress = Progress("messages", isShown: !output.quiet && !output.json)
    var report = IntakeReport()
    for path in paths {
      let source = try MessageSource(path: path, asMbox: mbox)
      report += try await source.takeIn(
        with: intake,
        store: session.store,
        quarantine: Quarantine(session.home)
      ) { batch in
        progress.advance(by: batch.read)
      }
    }
    progress.finish()
    try await intake.closeDays()
    if output.json { return try output.printJSON(report) }
    print(
      """
      \(report.read) read: \(report.recorded) recorded, \(report.duplicates) duplicates, \
      \(report.unknown) to unknown recipients, \(report.nearMisses) near misses
      \(report.expected) expected, \(report.findings) for a finding\
      \(report.quarantined > 0 ? ", \(report.quarantined) set aside" : "")\
      \(report.ownAlerts > 0 ? ", \(report.ownAlerts) alerts of our own that came back" : "")
      """
    )
    if report.pending > 0 {
      output.note("\(report.pending) wait for DNS; seedd judges them when it answers")
    }
    if report.findings > 0 { output.note("Look: seedctl alerts") }
  }
}
