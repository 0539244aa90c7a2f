import Foundation
import SeedCore
import SeedService

/// A file that a user names, or standard input.
enum InputFile {
  /// The most bytes that are read.
  static let byteCountMax = 256 * 1024 * 1024

  /// The bytes of a file; `-` is standard input.
  static func read(_ path: String) throws -> [UInt8] {
    let handle = path == "-" ? .standardInput : FileHandle(forReadingAtPath: path)
    guard let handle, let data = try? handle.read(upToCount: byteCountMax + 1) ?? Data() else {
      throw Failure(.notFound, "\(path): it can't be read; check the path and its permissions")
    }
    guard data.count <= byteCountMax else {
      throw Failure(.refused, "\(path): over \(byteCountMax / 1024 / 1024) MiB")
    }
    return Array(data)
  }

  /// The rows of comma-separated values; `path` is only for the error's text.
  static func rows(in bytes: [UInt8], path: String) throws -> [[String]] {
    do throws(GrammarError) { return try CSV.rows(in: bytes) } catch {
      guard error.reason == .unexpectedEnd else {
        throw Failure(.usage, "\(path) is not UTF-8")
      }
      let line = bytes.prefix(error.offset).count { $0 == 0x0A } + 1
      throw Failure(.usage, "\(path): a quotation mark is never closed (line \(line))")
    }
  }
}
