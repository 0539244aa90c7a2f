import Foundation
public import Testing

/// Files under `Tests/Fixtures` that say what should come out, to the byte.
public enum Golden {
  /// Compares `text` with the golden file at `path` in `Tests/Fixtures`.
  ///
  /// With `SEED_RECORD=1` in the environment the file is written anew, and the test fails.
  public static func expect(
    _ text: String,
    at path: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let url = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Tests/Fixtures").standardizedFileURL.appending(path: path)
    if ProcessInfo.processInfo.environment["SEED_RECORD"] == "1" {
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(),
        withIntermediateDirectories: true
      )
      try Data(text.utf8).write(to: url)
      Issue.record("\(path) was recorded", sourceLocation: sourceLocation)
      return
    }
    let expected = String(decoding: try Data(contentsOf: url), as: UTF8.self)
    guard text != expected else { return }
    let lines = zip(text.split(separator: "\n"), expected.split(separator: "\n"))
    let difference = lines.first { $0 != $1 }
    Issue.record(
      "\(path) differs: “\(difference?.0 ?? "(length)")” is not “\(difference?.1 ?? "(length)")”",
      sourceLocation: sourceLocation
    )
  }
}
