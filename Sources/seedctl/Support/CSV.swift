import Foundation
import SeedService

/// Comma-separated values (RFC 4180).
enum CSV {
  /// The rows, without empty lines.
  static func parse(_ bytes: [UInt8], path: String) throws -> [[String]] {
    var text = bytes[...]
    if text.starts(with: [0xEF, 0xBB, 0xBF]) { text = text.dropFirst(3) }
    guard String(validating: text, as: UTF8.self) != nil else {
      throw Failure(.usage, "\(path) is not UTF-8")
    }
    var rows: [[String]] = []
    var row: [String] = []
    var cell: [UInt8] = []
    var isQuoted = false
    var line = 1
    func endCell() {
      row.append(String(decoding: cell, as: UTF8.self))
      cell = []
    }
    func endRow() {
      endCell()
      if row != [""] { rows.append(row) }
      row = []
    }
    var index = text.startIndex
    while index < text.endIndex {
      let byte = text[index]
      index += 1
      if byte == 0x0A { line += 1 }
      switch byte {
      case UInt8(ascii: "\"") where isQuoted:
        if index < text.endIndex, text[index] == byte {
          cell.append(byte)
          index += 1
        } else {
          isQuoted = false
        }
      case _ where isQuoted: cell.append(byte)
      case UInt8(ascii: "\"") where cell.isEmpty: isQuoted = true
      case UInt8(ascii: ","): endCell()
      case 0x0A: endRow()
      case 0x0D where index < text.endIndex && text[index] == 0x0A: continue
      default: cell.append(byte)
      }
    }
    guard !isQuoted else {
      throw Failure(.usage, "\(path): a quotation mark is never closed (line \(line))")
    }
    if !cell.isEmpty || !row.isEmpty { endRow() }
    return rows
  }
}

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
}
