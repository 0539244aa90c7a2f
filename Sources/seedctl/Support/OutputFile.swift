import Foundation
import SeedService

/// A file that a user names, or standard output.
enum OutputFile {
  /// Writes bytes to a new file that only its owner can read, or to standard output for `nil`.
  static func write(_ bytes: [UInt8], to path: String?) throws {
    if let path { return try BundleStorage.write(bytes, to: path) }
    try FileHandle.standardOutput.write(contentsOf: Data(bytes))
  }
}
