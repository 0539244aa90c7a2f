public import Foundation

/// A public conformance suite, or a set of vectors, that is read where it lies and is no part of
/// this repository.
public struct Suite: Sendable {
  /// Its folder's name.
  public let name: String
  /// Where it lies.
  public let folder: URL

  /// The suite of that name under `SEED_SUITES` (default `../shared/suites`); `nil` where absent.
  public static func named(_ name: String) -> Suite? {
    find(name, variable: "SEED_SUITES", fallback: "../shared/suites")
  }

  /// The vectors of that name under `SEED_VECTORS` (default `../shared/vectors`); `nil` where absent.
  public static func vectors(_ name: String) -> Suite? {
    find(name, variable: "SEED_VECTORS", fallback: "../shared/vectors")
  }

  /// The bytes of one of its files.
  public func bytes(_ path: String) throws -> [UInt8] {
    try Array(Data(contentsOf: folder.appending(path: path)))
  }

  /// Prints `name: passed/total` and a line for each miss.
  public func report(_ part: String = "", passed: Int, total: Int, misses: [String] = []) {
    let title = part.isEmpty ? name : "\(name) \(part)"
    print("\(title): \(passed)/\(total)")
    for miss in misses { print("  miss: \(miss)") }
  }

  private static func find(_ name: String, variable: String, fallback: String) -> Suite? {
    let root = ProcessInfo.processInfo.environment[variable] ?? fallback
    let folder = URL(filePath: root).appending(path: name)
    guard FileManager.default.fileExists(atPath: folder.path) else {
      print("\(name): skipped, \(folder.path) is absent; set \(variable) to where it lies")
      return nil
    }
    return Suite(name: name, folder: folder)
  }
}
