import FoundationEssentials
import Glibc

/// Where a vault lies, and who may read it.
struct VaultFiles {
  /// `vault/`, 0700.
  let folder: String
  /// `vault/vault.db`, 0600; SQLite gives the files that it puts beside it the same mode.
  var database: String { folder + "/vault.db" }

  /// Makes the folder and an empty file in it; refuses what is there already.
  func create() throws {
    let manager = FileManager.default
    guard !manager.fileExists(atPath: database) else { throw VaultError.exists(path: folder) }
    if !manager.fileExists(atPath: folder) {
      try manager.createDirectory(
        atPath: folder,
        withIntermediateDirectories: false,
        attributes: [.posixPermissions: 0o700]
      )
    }
    try checkFolder()
    try Self.createPrivateFile(database)
  }

  /// Makes an empty file that only its owner can read; refuses one that is there already.
  static func createPrivateFile(_ path: String) throws {
    // Sound: the path lives during the call.
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw systemError }
    close(descriptor)
  }

  /// Refuses a vault that is missing, that others may read, or that is another's.
  func check() throws {
    guard FileManager.default.fileExists(atPath: database) else {
      throw VaultError.missing(path: folder)
    }
    try checkFolder()
    try Self.check(database, is: S_IFREG)
    for suffix in ["-wal", "-shm"] where FileManager.default.fileExists(atPath: database + suffix) {
      try Self.check(database + suffix, is: S_IFREG)
    }
  }

  private func checkFolder() throws { try Self.check(folder, is: S_IFDIR) }

  private static func check(_ path: String, is type: mode_t) throws {
    var status = stat()
    // Sound: the path lives during the call, and `status` is a plain value.
    guard unsafe lstat(path, &status) == 0 else { throw systemError }
    guard status.st_mode & S_IFMT == type, status.st_uid == geteuid() else {
      throw VaultError.notOurs(path: path)
    }
    let mode = status.st_mode & 0o777
    guard mode & 0o077 == 0 else {
      throw VaultError.openPermissions(path: path, mode: Int(mode))
    }
  }

  private static var systemError: POSIXError {
    POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
  }
}
