import Foundation
import SeedTesting
import Testing

@testable import SeedService

struct HomeTests {
  @Test func `a new home is closed to others, and opens`() throws {
    let folder = try TemporaryFolder()
    let home = Home(path: folder.path("a/b/home"))
    try home.create()
    try home.open()
    for path in [home.path, home.vaultPath, home.keysPath, home.spoolPath, home.quarantinePath] {
      #expect(try mode(path) == 0o700, "\(path)")
    }
    #expect(try mode(home.matchKeyPath) == 0o600)
    #expect(try home.matchKeyBytes().count == Home.matchKeyByteCount)
  }

  @Test func `two homes have different match keys`() throws {
    let folder = try TemporaryFolder()
    let homes = ["a", "b"].map { Home(path: folder.path($0)) }
    for home in homes { try home.create() }
    #expect(try homes[0].matchKeyBytes() != homes[1].matchKeyBytes())
  }

  @Test func `an empty folder becomes a home, and one with something in it doesn't`() throws {
    let folder = try TemporaryFolder()
    let empty = Home(path: folder.path("empty"))
    try makeFolder(empty.path)
    try empty.create()
    try empty.open()

    let full = Home(path: folder.path("full"))
    try makeFolder(full.path)
    try Data().write(to: URL(filePath: full.path + "/seed.toml"))
    #expect(throws: HomeError.exists(path: full.path)) { try full.create() }
    #expect(throws: HomeError.exists(path: empty.path)) { try empty.create() }
  }

  @Test func `a missing home, and one with a part missing, say which`() throws {
    let folder = try TemporaryFolder()
    let home = Home(path: folder.path("home"))
    let missing = #expect(throws: HomeError.missing(path: home.path)) { try home.open() }
    #expect(missing?.exitStatus == .notFound)
    try home.create()
    try FileManager.default.removeItem(atPath: home.matchKeyPath)
    #expect(throws: HomeError.incomplete(path: home.matchKeyPath)) { try home.open() }
    try FileManager.default.removeItem(atPath: home.vaultPath)
    #expect(throws: HomeError.incomplete(path: home.vaultPath)) { try home.open() }
  }

  @Test(arguments: [
    ("", 0o750, "700"), ("/keys", 0o701, "700"), ("/vault", 0o770, "700"),
    ("/keys/match.key", 0o640, "600"),
  ])
  func `open permissions are refused with the command that mends them`(
    part: String,
    mode: Int,
    mended: String
  ) throws {
    let folder = try TemporaryFolder()
    let home = Home(path: folder.path("home"))
    try home.create()
    let path = home.path + part
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    let error = #expect(throws: HomeError.self) { try home.open() }
    #expect(error == .openPermissions(path: path, mode: mended))
    #expect(error?.exitStatus == .refused)
    #expect(error?.description.contains("chmod \(mended) \(path)") == true)
  }

  @Test(.enabled(if: geteuid() == 0, "only root can give a folder away"))
  func `a home of another user is refused`() throws {
    let folder = try TemporaryFolder()
    let home = Home(path: folder.path("home"))
    try home.create()
    try FileManager.default.setAttributes([.ownerAccountID: 12_345], ofItemAtPath: home.path)
    let error = #expect(throws: HomeError.foreign(path: home.path)) { try home.open() }
    #expect(error?.exitStatus == .refused)
  }

  @Test(arguments: [0, 31, 33]) func `a match key of another length is refused`(count: Int) throws {
    let folder = try TemporaryFolder()
    let home = Home(path: folder.path("home"))
    try home.create()
    let handle = try FileHandle(forWritingTo: URL(filePath: home.matchKeyPath))
    try handle.truncate(atOffset: 0)
    try handle.write(contentsOf: Data(repeating: 1, count: count))
    try handle.close()
    #expect(throws: HomeError.malformedMatchKey(path: home.matchKeyPath)) {
      try home.matchKeyBytes()
    }
  }

  @Test func `one home has one daemon`() throws {
    let folder = try TemporaryFolder()
    let home = Home(path: folder.path("home"))
    try home.create()
    var copy: Int32 = -1
    do {
      let lock = try home.lock()
      #expect(throws: HomeError.locked(path: home.path)) { try home.lock() }
      // As a program has it that is being started.
      let held = try descriptor(of: home.spoolPath + "/seedd.lock")
      copy = dup(try #require(held))
      withExtendedLifetime(lock) {}
    }
    #expect(copy >= 0)
    #expect(throws: Never.self) { try home.lock() }
    close(copy)
  }

  private func descriptor(of path: String) throws -> Int32? {
    let files = FileManager.default
    return try files.contentsOfDirectory(atPath: "/proc/self/fd").first {
      (try? files.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")) == path
    }.flatMap { Int32($0) }
  }

  @Test(
    arguments: [
      ("/o", ["SEED_HOME": "/e", "HOME": "/h"], 1000, "/o"),
      (nil, ["SEED_HOME": "/e/", "HOME": "/h"], 1000, "/e"),
      (nil, ["SEED_HOME": "", "HOME": "/h"], 1000, "/h/.local/share/seed"),
      (nil, [:], 1000, "/home/me/.local/share/seed"),
      (nil, ["HOME": "/root"], 0, "/var/lib/seed"),
    ] as [(String?, [String: String], UInt32, String)]
  )
  func `the home is found`(
    option: String?,
    environment: [String: String],
    identifier: UInt32,
    path: String
  ) {
    let user = Home.User(identifier: identifier, name: "me", homeFolder: "/home/me")
    let home = Home.locate(option: option, environment: environment, user: user)
    #expect(home.path == path)
  }

  @Test func `the service user has the system's home`() {
    let user = Home.User(identifier: 990, name: "seed", homeFolder: "/nonexistent")
    #expect(Home.locate(option: nil, environment: [:], user: user).path == "/var/lib/seed")
  }

  @Test func `a relative home is taken from the current folder`() {
    #expect(Home(path: "x").path == FileManager.default.currentDirectoryPath + "/x")
  }

  private func mode(_ path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
  }
}
