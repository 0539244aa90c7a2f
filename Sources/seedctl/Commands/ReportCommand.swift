import ArgumentParser
import SeedCore
import SeedSQLite
import SeedService

/// How a report is printed.
enum ReportFormat: String, ExpressibleByArgument, CaseIterable { case html, pdf, json, csv }

/// `seedctl report`: what was found in a case, for people who know nothing of e-mail.
struct ReportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Tell a case to people who know nothing of e-mail.",
    discussion: """
      One self-contained page: what was found, what is known of how it came about and what is not, \
      each claim with what would refute it, and what was not proved. A PDF needs WeasyPrint.

      Example: seedctl report case_7k2m --format pdf --output report.pdf
      """
  )

  @OptionGroup var homeOptions: HomeOptions
  @OptionGroup var output: OutputOptions
  @Argument(help: "The case: case_…, or its first symbols.") var `case`: String
  @Option(help: "html, pdf, json or csv.") var format: ReportFormat?
  @Option(
    help: ArgumentHelp(
      "Who it is for: regulator (all), reviewer (nobody behind the address), public (no address, no message).",
      valueName: "edition"
    )
  )
  var edition: BundleEdition = .regulator
  @Option(
    name: .customLong("output"),
    help: "The file (else standard output); never overwritten.",
    completion: .file()
  )
  var file: String?

  func run() async throws {
    let format = format ?? (output.json ? .json : .html)
    if format == .pdf, file == nil, Console.isTerminal {
      throw Failure(.usage, "a PDF is not for a terminal; name a file with --output")
    }
    let session = try Session(homeOptions)
    let text = `case`
    let found = try await session.store.read { try Lookup.case(text, in: $0) }
    let exporter = EvidenceExporter(session: session, note: output.note)
    let bundle = try await exporter.export(
      found,
      edition: edition,
      withholdsBodies: false,
      prints: false
    )
    let report = Report(bundle.dossier, claims: bundle.claims, edition: edition)
    let bytes: [UInt8] =
      switch format {
      case .html: Array(try report.html().utf8)
      case .pdf: try PDFPrinter.pdf(of: report.html())
      case .json: try report.json()
      case .csv: Array(report.csv().utf8)
      }
    try OutputFile.write(bytes, to: file)
    if let file { output.note("Written to \(file).") }
  }
}
