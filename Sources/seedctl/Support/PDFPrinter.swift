import Foundation
import SeedService

/// Turns a page into a PDF by WeasyPrint, a program of the system's.
enum PDFPrinter {
  /// How long a page may take.
  private static let deadline: TimeInterval = 120
  private static let folders = ["/usr/bin", "/usr/local/bin", "/bin"]

  /// Where the program is; `nil` where it isn't installed.
  private static var program: URL? {
    folders.map { URL(filePath: $0).appending(path: "weasyprint") }
      .first { FileManager.default.isExecutableFile(atPath: $0.path) }
  }

  /// Whether it can be done here.
  static var isInstalled: Bool { program != nil }

  /// The PDF of a page that loads nothing; the same page gives the same bytes.
  static func pdf(of html: String) throws -> [UInt8] {
    guard let program else {
      throw Failure(
        .failed,
        "a PDF is made by WeasyPrint, which is not installed: `apt-get install weasyprint`, or take --format html and print it"
      )
    }
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "seed-\(UUID().uuidString)", directoryHint: .isDirectory)
    try FileManager.default.createDirectory(
      at: folder,
      withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o700]
    )
    // What is left behind is in a folder that only its owner can read.
    defer { try? FileManager.default.removeItem(at: folder) }
    let page = folder.appending(path: "report.html")
    let printed = folder.appending(path: "report.pdf")
    try Data(html.utf8).write(to: page)
    let process = Process()
    process.executableURL = program
    // Nothing is loaded: the page names nothing, and what is relative leads nowhere.
    process.arguments = [
      "--quiet", "--encoding", "utf-8", "--base-url", "about:blank", page.path, printed.path,
    ]
    process.environment = [
      "PATH": folders.joined(separator: ":"), "HOME": folder.path, "LANG": "C.UTF-8",
      // Else the fonts in it bear the time, and their names are in no order.
      "SOURCE_DATE_EPOCH": "0", "PYTHONHASHSEED": "0",
    ]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    let timer = DispatchSource.makeTimerSource()
    timer.schedule(deadline: .now() + deadline)
    timer.setEventHandler { @Sendable in process.terminate() }
    timer.activate()
    defer { timer.cancel() }
    process.waitUntilExit()
    guard process.terminationStatus == 0, let data = try? Data(contentsOf: printed),
      data.starts(with: Data("%PDF-".utf8))
    else {
      throw Failure(
        .failed,
        "WeasyPrint made no PDF; run `\(program.path) --info`, or take --format html and print it"
      )
    }
    return Array(data)
  }
}
