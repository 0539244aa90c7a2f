import Glibc
import SeedAuth
import SeedMail

/// A folder that the corpus maker made.
struct Corpus {
  /// The messages, in the order of their names.
  let files: [String]
  private let folder: String

  /// Lists the first `countMax` messages of `maildir/cur` and `maildir/new`; `nil` where there are
  /// none.
  init?(folder: String, countMax: Int) {
    self.folder = folder
    var files: [String] = []
    for name in ["cur", "new"] { files += Self.list("\(folder)/maildir/\(name)") }
    guard !files.isEmpty else { return nil }
    self.files = Array(files.sorted().prefix(countMax))
  }

  /// The TXT records that the messages are verified by; `nil` where there are none.
  func zone() -> ZoneFile? {
    guard let bytes = Self.read("\(folder)/zone.tsv") else { return nil }
    var zone = ZoneFile { .benchmark }
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      guard let tab = line.firstIndex(of: UInt8(ascii: "\t")) else { return nil }
      let name = String(decoding: line[..<tab], as: UTF8.self)
      do { try zone.add([Array(line[(tab + 1)...])], for: name, .txt) } catch { return nil }
    }
    return zone
  }

  /// The bytes of a file; `nil` where it can't be read.
  static func read(_ path: String) -> [UInt8]? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { return nil }
    let size = Int(status.st_size)
    // Sound: `read` writes at most the bytes that the buffer has room for, and says how many.
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      count = unsafe max(0, Glibc.read(descriptor, buffer.baseAddress, size))
    }
    return bytes.count == size ? bytes : nil
  }

  private static func list(_ path: String) -> [String] {
    guard let folder = unsafe opendir(path) else { return [] }
    defer { unsafe _ = closedir(folder) }
    var names: [String] = []
    while let entry = unsafe readdir(folder) {
      // Sound: the name ends with NUL, within the entry.
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if !name.hasPrefix(".") { names.append("\(path)/\(name)") }
    }
    return names
  }
}
