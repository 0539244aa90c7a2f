import Glibc

extension Home {
  private var folders: [String] {
    [storePath, vaultPath, keysPath, logPath, spoolPath, quarantinePath].map {
      $0 == storePath ? path + "/store" : $0
    }
  }

  /// Makes the folders and a match key, in a folder that is empty or not there yet.
  ///
  /// The configuration and the store are still missing afterwards: ``writeConfiguration(_:)`` comes last, and a
  /// home without it is no home.
  ///
  /// - Throws: ``HomeError``.
  public func create() throws {
    try onSystemError(path) {
      if let status = try PathStatus.read(path) {
        guard status.isFolder, try FolderListing.isEmpty(path) else {
          throw HomeError.exists(path: path)
        }
        guard status.st_uid == geteuid() else { throw HomeError.foreign(path: path) }
        guard unsafe chmod(path, 0o700) == 0 else { throw SystemError("chmod") }
      } else {
        try makeParents()
        try makeFolder(path)
      }
    }
    for folder in folders { try onSystemError(folder) { try makeFolder(folder) } }
    try onSystemError(matchKeyPath) {
      // The system's generator is the kernel's.
      var random = SystemRandomNumberGenerator()
      let key = (0..<Self.matchKeyByteCount).map { _ in UInt8.random(in: 0...255, using: &random) }
      try DurableFile.create(matchKeyPath, key)
      try DurableFile.synchronizeFolder(of: path + "/.")
      try DurableFile.synchronizeFolder(of: path)
    }
  }

  /// Writes `seed.toml`, which must not be there yet.
  ///
  /// - Throws: ``HomeError``.
  public func writeConfiguration(_ text: String) throws {
    try onSystemError(configurationPath) {
      try DurableFile.create(configurationPath, Array(text.utf8))
    }
  }

  /// Checks that the home is there, belongs to this user, and is closed to all others.
  ///
  /// - Parameter mayMint: Whether the vault is looked at, too; a daemon may be kept from it.
  /// - Throws: ``HomeError``.
  public func open(mayMint: Bool = true) throws {
    guard try checkFolder(path) else { throw HomeError.missing(path: path) }
    for folder in folders where mayMint || folder != vaultPath {
      guard try checkFolder(folder) else {
        throw HomeError.incomplete(path: folder)
      }
    }
    try checkFile(matchKeyPath)
  }

  /// The match key.
  ///
  /// - Throws: ``HomeError``.
  public func matchKeyBytes() throws -> [UInt8] {
    try checkFile(matchKeyPath)
    return try onSystemError(matchKeyPath) {
      guard
        let key = try? DurableFile.read(matchKeyPath, byteCountMax: Self.matchKeyByteCount),
        key.count == Self.matchKeyByteCount
      else { throw HomeError.malformedMatchKey(path: matchKeyPath) }
      return key
    }
  }

  /// Keeps other daemons off this home for as long as the result lives, or this process.
  ///
  /// - Throws: ``HomeError/locked(path:)`` where another one holds it.
  public func lock() throws -> HomeLock { try HomeLock(self) }

  private func checkFolder(_ path: String) throws -> Bool {
    try onSystemError(path) {
      guard let status = try PathStatus.read(path), status.isFolder else { return false }
      guard status.st_uid == geteuid() else { throw HomeError.foreign(path: path) }
      guard status.st_mode & 0o077 == 0 else {
        throw HomeError.openPermissions(path: path, mode: "700")
      }
      return true
    }
  }

  /// Checks a file that holds a secret.
  func checkFile(_ path: String) throws {
    try onSystemError(path) {
      guard let status = try PathStatus.read(path, followingLinks: false), status.isRegularFile
      else { throw HomeError.incomplete(path: path) }
      guard status.st_uid == geteuid() else { throw HomeError.foreign(path: path) }
      guard status.st_mode & 0o077 == 0 else {
        throw HomeError.openPermissions(path: path, mode: "600")
      }
    }
  }

  private func makeParents() throws {
    var end = path.index(after: path.startIndex)
    while let slash = path[end...].firstIndex(of: "/") {
      let parent = String(path[..<slash])
      if unsafe mkdir(parent, 0o755) != 0, errno != EEXIST { throw SystemError("mkdir") }
      end = path.index(after: slash)
    }
  }

  private func makeFolder(_ path: String) throws {
    guard unsafe mkdir(path, 0o700) == 0 else { throw SystemError("mkdir") }
  }

  /// Says on what a call of the operating system failed.
  func onSystemError<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as SystemError {
      throw HomeError.system(path: path, error)
    }
  }
}

/// The right to be the one daemon of a home; given back when it goes out of use.
public final class HomeLock: Sendable {
  private let descriptor: FileDescriptor

  fileprivate init(_ home: Home) throws {
    let path = home.spoolPath + "/seedd.lock"
    do {
      descriptor = try FileDescriptor(path: path, O_RDWR | O_CREAT | O_NOFOLLOW, mode: 0o600)
      guard try descriptor.lock() else { throw HomeError.locked(path: home.path) }
    } catch let error as SystemError {
      throw HomeError.system(path: path, error)
    }
  }

  deinit {
    // Said by word: a program that is being started beside has a copy of the descriptor until it runs,
    // and closing this one alone would leave it the lock for so long.
    _ = flock(descriptor.rawValue, LOCK_UN)
  }
}
