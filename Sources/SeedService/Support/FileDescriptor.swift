import Glibc

/// An open file, socket or folder, closed when it goes out of use.
struct FileDescriptor: ~Copyable {
  let rawValue: Int32

  /// Takes over a descriptor, or throws for what the call left in `errno`.
  init(_ operation: String, owning rawValue: Int32) throws {
    guard rawValue >= 0 else { throw SystemError(operation) }
    self.rawValue = rawValue
  }

  /// Opens a file; never inherited by a program that is started.
  init(path: String, _ flags: Int32, mode: mode_t = 0) throws {
    try self.init("open", owning: unsafe open(path, flags | O_CLOEXEC, mode))
  }

  /// Opens a file in an open folder by the bytes of its name.
  init(name: [UInt8], in folder: borrowing FileDescriptor, _ flags: Int32) throws {
    let name = name.map { CChar(bitPattern: $0) } + [0]
    try self.init("open", owning: unsafe openat(folder.rawValue, name, flags | O_CLOEXEC))
  }

  deinit { _ = close(rawValue) }

  /// Locks the file (`flock`); says whether nobody else has it.
  ///
  /// It tries for 200 ms: a program that a process was just starting when it died holds its locks until
  /// it is loaded.
  func lock() throws -> Bool {
    for _ in 0..<20 {
      if flock(rawValue, LOCK_EX | LOCK_NB) == 0 { return true }
      guard errno == EWOULDBLOCK || errno == EINTR else { throw SystemError("flock") }
      usleep(10_000)
    }
    return false
  }

  /// What the file system says about it.
  func status() throws -> stat {
    var status = stat()
    guard unsafe fstat(rawValue, &status) == 0 else { throw SystemError("stat") }
    return status
  }

  /// Every byte up to the end, at most `byteCountMax`; `nil` when there are more.
  func readAll(byteCountHint: Int, byteCountMax: Int) throws -> [UInt8]? {
    var bytes: [UInt8] = []
    // One byte more than expected, so that the end is seen without growing.
    var capacity = min(max(byteCountHint, 0), byteCountMax) + 1
    while true {
      let filled = bytes.count
      var failure: SystemError?
      let chunk = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
        while count < capacity {
          let got = unsafe read(rawValue, buffer.baseAddress?.advanced(by: count), capacity - count)
          if got < 0, errno == EINTR { continue }
          if got < 0 { failure = SystemError("read") }
          if got <= 0 { break }
          count += got
        }
      }
      if let failure { throw failure }
      if filled == 0 { bytes = chunk } else { bytes += chunk }
      if bytes.count > byteCountMax { return nil }
      if chunk.count < capacity { return bytes }
      capacity = 1 << 18
    }
  }

  /// Writes every byte, from the file's beginning on, which must not be a pipe or socket. Each part has
  /// its place, so that one that is written once more after a signal isn't there twice.
  func write(_ bytes: [UInt8]) throws {
    var offset = 0
    while offset < bytes.count {
      let count = unsafe bytes.withUnsafeBytes {
        let rest = unsafe UnsafeRawBufferPointer(rebasing: $0[offset...])
        return unsafe pwrite(rawValue, rest.baseAddress, rest.count, off_t(offset))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw SystemError("pwrite") }
      offset += count
    }
  }

  /// Waits until what was written is on disk.
  func synchronize() throws {
    guard fsync(rawValue) == 0 else { throw SystemError("fsync") }
  }
}

/// What a path leads to, seen without opening it.
enum PathStatus {
  /// The status of `path`, of the link itself where it is one; `nil` where there is nothing.
  static func read(_ path: String, followingLinks: Bool = true) throws -> stat? {
    var status = stat()
    let result =
      followingLinks ? unsafe stat(path, &status) : unsafe lstat(path, &status)
    if result == 0 { return status }
    guard errno == ENOENT || errno == ENOTDIR else { throw SystemError("stat") }
    return nil
  }

  /// The status of a name in a folder, of the link itself where it is one.
  static func read(name: [UInt8], in folder: String) throws -> stat? {
    var status = stat()
    var path: [CChar] = []
    path.reserveCapacity(folder.utf8.count + name.count + 2)
    for byte in folder.utf8 { path.append(CChar(bitPattern: byte)) }
    path.append(CChar(bitPattern: UInt8(ascii: "/")))
    for byte in name { path.append(CChar(bitPattern: byte)) }
    path.append(0)
    if unsafe lstat(path, &status) == 0 { return status }
    guard errno == ENOENT || errno == ENOTDIR else { throw SystemError("stat") }
    return nil
  }
}

extension stat {
  var isFolder: Bool { st_mode & S_IFMT == S_IFDIR }
  var isRegularFile: Bool { st_mode & S_IFMT == S_IFREG }
  /// Nanoseconds since 1970 at the last change of the contents.
  var modificationNanoseconds: Int64 {
    Int64(st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(st_mtim.tv_nsec)
  }
}
