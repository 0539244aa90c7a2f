import Glibc

/// The names in a folder, as bytes: a name may hold anything but `/` and NUL.
enum FolderListing {
  /// Calls `body` with each name but `.` and `..` and its inode, in no order.
  static func forEachName(in path: String, _ body: ([UInt8], UInt64) -> Void) throws {
    try forEachNameUntil(in: path) {
      body($0, $1)
      return true
    }
  }

  /// Whether a folder holds nothing.
  static func isEmpty(_ path: String) throws -> Bool {
    var isEmpty = true
    try forEachNameUntil(in: path) { _, _ in
      isEmpty = false
      return false
    }
    return isEmpty
  }

  private static func forEachNameUntil(
    in path: String,
    _ body: ([UInt8], UInt64) -> Bool
  ) throws {
    guard let stream = unsafe opendir(path) else { throw SystemError("opendir") }
    defer { unsafe closedir(stream) }
    while true {
      errno = 0
      guard let entry = unsafe readdir(stream) else {
        guard errno == 0 else { throw SystemError("readdir") }
        return
      }
      let name = unsafe name(of: entry)
      if name == [0x2E] || name == [0x2E, 0x2E] { continue }
      guard unsafe body(name, UInt64(entry.pointee.d_ino)) else { return }
    }
  }

  /// The entry's name: it ends in NUL, inside the entry's own length.
  private static func name(of entry: UnsafeMutablePointer<dirent>) -> [UInt8] {
    guard let offset = MemoryLayout<dirent>.offset(of: \.d_name) else { return [] }
    let start = unsafe UnsafeRawPointer(entry).advanced(by: offset)
    let count = unsafe strnlen(
      start.assumingMemoryBound(to: CChar.self),
      Int(entry.pointee.d_reclen) - offset
    )
    return unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: count))
  }
}
