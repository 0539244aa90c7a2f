import Glibc

/// Files that are either there whole, or not at all, whatever happens meanwhile.
enum DurableFile {
  /// Makes a file that must not be there yet, and waits until it is on disk.
  static func create(_ path: String, _ bytes: [UInt8], mode: mode_t = 0o600) throws {
    let file = try FileDescriptor(path: path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: mode)
    do {
      try file.write(bytes)
      try file.synchronize()
    } catch {
      _ = unsafe unlink(path)
      throw error
    }
    try synchronizeFolder(of: path)
  }

  /// Replaces a file, or makes it, in one step.
  ///
  /// The new one is on disk when this returns, but for its name where the folder isn't synchronized.
  static func replace(
    _ path: String,
    _ bytes: [UInt8],
    mode: mode_t = 0o600,
    synchronizingFolder: Bool = true
  ) throws {
    let draft = path + ".new"
    let file = try FileDescriptor(
      path: draft,
      O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW,
      mode: mode
    )
    try file.write(bytes)
    try file.synchronize()
    guard unsafe rename(draft, path) == 0 else { throw SystemError("rename") }
    if synchronizingFolder { try synchronizeFolder(of: path) }
  }

  /// Removes a file that may be missing.
  static func remove(_ path: String) throws {
    guard unsafe unlink(path) == 0 || errno == ENOENT else { throw SystemError("unlink") }
  }

  /// The bytes of a file; `nil` where there is none.
  ///
  /// - Throws: ``SystemError``; with `EFBIG` for a file of more than `byteCountMax` bytes.
  static func read(_ path: String, byteCountMax: Int) throws -> [UInt8]? {
    let file: FileDescriptor
    do {
      file = try FileDescriptor(path: path, O_RDONLY | O_NONBLOCK)
    } catch let error as SystemError where error.code == ENOENT || error.code == ENOTDIR {
      return nil
    }
    let status = try file.status()
    guard status.isRegularFile else { throw SystemError("open", code: EINVAL) }
    let hint = Int(status.st_size)
    guard let bytes = try file.readAll(byteCountHint: hint, byteCountMax: byteCountMax) else {
      throw SystemError("read", code: EFBIG)
    }
    return bytes
  }

  /// Waits until the names in the folder that holds `path` are on disk.
  static func synchronizeFolder(of path: String) throws {
    let end = path.lastIndex(of: "/") ?? path.startIndex
    let folder = end == path.startIndex ? "/" : String(path[..<end])
    try FileDescriptor(path: folder, O_RDONLY | O_DIRECTORY).synchronize()
  }
}
