import Foundation
import SeedCore
import SeedMint
import SeedSQLite
import SeedService

/// A home in one tar archive.
struct HomeArchive {
  /// What was written or restored.
  struct Result: Encodable {
    let file: String
    let home: String
    let bytes: Int
  }

  private static let files = ["seed.toml"]
  private static let folders = ["keys"]
  private let path: String

  init(path: String) { self.path = path }

  /// Writes the archive: consistent copies of the databases, and the rest as it is. The log isn't in
  /// it: it is made anew from the store, and a copy could be newer than the store's.
  func write(_ home: Home, store: SQLiteStore) async throws -> Result {
    guard !FileManager.default.fileExists(atPath: path) else {
      throw Failure(.refused, "\(path): there is a file already; name another")
    }
    let folder = try Staging(beside: path)
    let copy = folder.path
    for name in ["store", "vault", "log", "spool", "spool/quarantine"] {
      try folder.makeFolder(name)
    }
    try await store.backup(to: copy + "/store/seed.db")
    if FileManager.default.fileExists(atPath: home.vaultPath + "/vault.db") {
      let vault = try Vault.open(at: home.vaultPath)
      try await vault.backUp(to: copy + "/vault/vault.db")
    }
    for name in Self.files + Self.folders {
      try FileManager.default.copyItem(atPath: home.path + "/" + name, toPath: copy + "/" + name)
    }
    let partial = folder.path + ".tar"
    // It holds every secret, so nobody else may read it from its first byte on.
    guard
      FileManager.default.createFile(
        atPath: partial,
        contents: nil,
        attributes: [.posixPermissions: 0o600]
      )
    else { throw Failure(.failed, "\(partial): it can't be made") }
    try Tar.run(["--create", "--file", partial, "--directory", copy, "."])
    try Staging.finish(partial, as: path)
    let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
    return Result(file: path, home: home.path, bytes: size ?? 0)
  }

  /// Makes a home of the archive; nothing is left at `home` when that fails.
  func restore(to home: Home) async throws -> Result {
    guard FileManager.default.isReadableFile(atPath: path) else {
      throw Failure(.notFound, "\(path): it can't be read")
    }
    guard !FileManager.default.fileExists(atPath: home.path) else {
      throw HomeError.exists(path: home.path)
    }
    for line in try Tar.run(["--list", "--verbose", "--file", path]).split(separator: "\n") {
      guard line.first == "d" || line.first == "-", !line.contains("/../"),
        !line.contains(" /")
      else { throw Failure(.refused, "\(path): it holds links or paths that no backup has") }
    }
    let folder = try Staging(beside: home.path)
    try Tar.run([
      "--extract", "--file", path, "--directory", folder.path, "--no-same-owner",
      "--preserve-permissions",
    ])
    let restored = Home(path: folder.path)
    try restored.open()
    let store = try SQLiteStore.open(at: restored.storePath)
    guard try await store.checkIntegrity().isEmpty else { throw StoreError.damaged }
    // More may have been signed since, which this store doesn't know of.
    try await store.write { store in
      try store.insert(Restoration(restoredAt: .now, leafCount: store.leafCount()))
    }
    try await makeLog(restored, store)
    try store.close()
    try FileManager.default.moveItem(atPath: folder.path, toPath: home.path)
    return Result(file: path, home: home.path, bytes: 0)
  }

  /// Makes the log anew. A ledger that doesn't hold is no reason to keep the rest back: it will say so
  /// by itself, and sign nothing.
  private func makeLog(_ home: Home, _ store: SQLiteStore) async throws {
    guard try await store.read({ try $0.newestCheckpoint() }) != nil else { return }
    do {
      let configuration = try SeedService.Configuration.load(
        path: home.configurationPath,
        environment: ProcessInfo.processInfo.environment
      ).configuration
      try await home.ledger(configuration, store: store).rebuild()
    } catch let error as any OperatorError {
      Console.error("the ledger's log could not be made anew: \(error)")
    }
  }
}

/// A folder beside its destination, closed to others, which goes away with this value.
private final class Staging {
  let path: String

  init(beside destination: String) throws {
    path = destination + ".partial-\(UInt32.random(in: 0 ... .max))"
    do {
      try FileManager.default.createDirectory(
        atPath: path,
        withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700]
      )
    } catch {
      throw Failure(.failed, "\(path): it can't be made; check the folder's permissions")
    }
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
    try? FileManager.default.removeItem(atPath: path + ".tar")
  }

  func makeFolder(_ name: String) throws {
    try FileManager.default.createDirectory(
      atPath: path + "/" + name,
      withIntermediateDirectories: false,
      attributes: [.posixPermissions: 0o700]
    )
  }

  /// Gives a finished file its name, once it is on disk.
  static func finish(_ partial: String, as path: String) throws {
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: partial)
    let handle = try FileHandle(forUpdating: URL(filePath: partial))
    try handle.synchronize()
    try handle.close()
    try FileManager.default.moveItem(atPath: partial, toPath: path)
  }
}

/// The tar program, which every Debian has.
private enum Tar {
  /// Runs it; returns what it printed.
  @discardableResult
  static func run(_ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/tar")
    process.arguments = arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(
        .failed,
        "tar failed (\(arguments[0])); is the archive whole, and the disk not full?"
      )
    }
    return String(decoding: data, as: UTF8.self)
  }
}
