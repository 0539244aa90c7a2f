import Glibc
import SeedCore

/// The file that holds a store: for its owner alone, and there whole or not at all.
enum StoreFile {
  /// What SQLite keeps beside the file while the store is in use.
  private static let companions = ["-wal", "-shm", "-journal"]

  /// Checks that the store is there, and that others can't read it.
  static func check(_ path: String) throws(StoreError) {
    try checkOwner(checkFile(path))
    try checkFolder(of: path)
    for companion in companions {
      if let status = try self.status(path + companion) { try checkOwner(status) }
    }
  }

  /// Checks that there is a file, and no folder or device.
  @discardableResult
  static func checkFile(_ path: String) throws(StoreError) -> stat {
    guard let status = try status(path) else { throw .missing }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .damaged }
    return status
  }

  /// Checks that nothing is at this place, nor left beside it by a store that is gone: SQLite would
  /// take what is left for the new store's. Makes the folder where it is missing.
  static func checkAbsence(_ path: String) throws(StoreError) {
    if unsafe mkdir(folder(of: path), 0o700) != 0, errno != EEXIST { throw failure() }
    try checkFolder(of: path)
    for suffix in [""] + companions where try status(path + suffix) != nil { throw .exists }
  }

  /// Lets `fill` write a new file, and gives it its name when it is complete and on disk.
  ///
  /// - Throws: ``StoreError/exists`` where there is a file of that name; and what `fill` throws.
  static func make(_ path: String, _ fill: (String) throws -> Void) throws {
    let draft = "\(path).\(getpid()).new"
    unlink(draft)
    defer { unlink(draft) }
    try create(draft)
    try fill(draft)
    try synchronize(draft, O_RDONLY)
    // A link is made only where there is none of that name; some removable disks know no links.
    if unsafe link(draft, path) != 0 {
      guard errno != EEXIST, try status(path) == nil else { throw StoreError.exists }
      guard unsafe rename(draft, path) == 0 else { throw failure() }
    }
    try synchronize(folder(of: path), O_RDONLY | O_DIRECTORY)
  }

  private static func unlink(_ draft: String) {
    for suffix in [""] + companions { _ = unsafe Glibc.unlink(draft + suffix) }
  }

  private static func create(_ path: String) throws(StoreError) {
    let descriptor = unsafe open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw failure() }
    defer { _ = close(descriptor) }
    // Whatever the umask says.
    guard fchmod(descriptor, 0o600) == 0 else { throw failure() }
  }

  private static func synchronize(_ path: String, _ flags: Int32) throws(StoreError) {
    let descriptor = unsafe open(path, flags | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure() }
    defer { _ = close(descriptor) }
    guard fsync(descriptor) == 0 else { throw failure() }
  }

  private static func checkFolder(of path: String) throws(StoreError) {
    guard let status = try status(folder(of: path)) else { throw .missing }
    try checkOwner(status)
  }

  private static func checkOwner(_ status: stat) throws(StoreError) {
    let isOurs = status.st_uid == geteuid() || geteuid() == 0
    guard isOurs, status.st_mode & 0o077 == 0 else { throw .permissions }
  }

  private static func status(_ path: String) throws(StoreError) -> stat? {
    var status = stat()
    if unsafe stat(path, &status) == 0 { return status }
    guard errno == ENOENT || errno == ENOTDIR else { throw failure() }
    return nil
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// What the call that failed last left in `errno`.
  private static func failure() -> StoreError {
    switch errno {
    case ENOENT, ENOTDIR: .missing
    case EEXIST: .exists
    case EACCES, EPERM, EROFS: .permissions
    case ENOSPC, EDQUOT: .full
    default: .inputOutput
    }
  }
}
