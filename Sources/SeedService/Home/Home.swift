import Glibc

/// The folder that holds everything of one installation but the mail that still waits.
public struct Home: Sendable, Hashable {
  /// How long the match key is.
  public static let matchKeyByteCount = 32
  /// The longest `seed.toml` that is read.
  public static let configurationByteCountMax = 1 << 20

  /// Where it is: an absolute path without a final slash.
  public let path: String

  /// The home at a path, which is taken from the current folder when it isn't absolute.
  public init(path: String) {
    var path = path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    self.path = path.hasPrefix("/") ? path : Self.currentFolder + "/" + path
  }

  /// The configuration.
  public var configurationPath: String { path + "/seed.toml" }
  /// The store.
  public var storePath: String { path + "/store/seed.db" }
  /// The folder of the mint keys, which minting alone opens.
  public var vaultPath: String { path + "/vault" }
  /// The folder of the keys that the daemon needs.
  public var keysPath: String { path + "/keys" }
  /// What addresses are recognised by.
  public var matchKeyPath: String { path + "/keys/match.key" }
  /// What the ledger signs with.
  public var ledgerKeyPath: String { path + "/keys/ledger.key" }
  /// What keeps two processes from writing tiles at once.
  var ledgerLockPath: String { spoolPath + "/ledger.lock" }
  /// The ledger's tiles.
  public var logPath: String { path + "/log" }
  /// What the daemon notes of the work in hand.
  public var spoolPath: String { path + "/spool" }
  /// Messages that could not be taken in.
  public var quarantinePath: String { path + "/spool/quarantine" }

  /// A path of the configuration: as it is when it is absolute, else inside the home.
  public func resolve(_ configured: String) -> String {
    configured.hasPrefix("/") ? configured : path + "/" + configured
  }

  /// Finds out which home is meant.
  ///
  /// - Parameters:
  ///   - option: The value of `--home`.
  ///   - environment: The environment; `SEED_HOME` and `HOME` are looked at.
  ///   - user: Who asks; root and the service user have their home under `/var/lib`.
  public static func locate(
    option: String?,
    environment: [String: String],
    user: User = .current
  ) -> Home {
    if let option { return Home(path: option) }
    if let path = environment["SEED_HOME"], !path.isEmpty { return Home(path: path) }
    if user.identifier == 0 || user.name == serviceUserName { return Home(path: systemPath) }
    let folder = environment["HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? user.homeFolder
    return Home(path: folder + "/.local/share/seed")
  }

  private static let serviceUserName = "seed"
  private static let systemPath = "/var/lib/seed"

  private static var currentFolder: String {
    // The system allocates the result, and leaves it to us to free.
    guard let folder = unsafe getcwd(nil, 0) else { return "" }
    defer { unsafe free(folder) }
    let path = unsafe String(cString: folder)
    return path == "/" ? "" : path
  }
}

extension Home {
  /// A user of the operating system.
  public struct User: Sendable, Hashable {
    /// The number, 0 for root.
    public let identifier: UInt32
    /// The name; empty for a number without one.
    public let name: String
    /// The home folder; empty where there is none.
    public let homeFolder: String

    /// Describes a user.
    public init(identifier: UInt32, name: String, homeFolder: String) {
      self.identifier = identifier
      self.name = name
      self.homeFolder = homeFolder
    }

    /// The user that this process acts for.
    public static var current: User {
      let identifier = geteuid()
      var buffer = [CChar](repeating: 0, count: 16_384)
      // The strings of the entry lie in the buffer, so they are copied while it is held.
      let known: User? = unsafe buffer.withUnsafeMutableBufferPointer { buffer in
        var entry = unsafe passwd()
        var found: UnsafeMutablePointer<passwd>?
        guard let start = buffer.baseAddress,
          unsafe getpwuid_r(identifier, &entry, start, buffer.count, &found) == 0,
          unsafe found != nil, let name = unsafe entry.pw_name, let folder = unsafe entry.pw_dir
        else { return nil }
        return unsafe User(
          identifier: identifier,
          name: String(cString: name),
          homeFolder: String(cString: folder)
        )
      }
      return known ?? User(identifier: identifier, name: "", homeFolder: "")
    }
  }
}
