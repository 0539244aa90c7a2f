import Glibc
public import SeedCore

/// Reads evidence bundles from disk, and writes them.
public enum BundleStorage {
  /// How deep folders may stand in one another.
  public static let depthMax = 16

  /// Why a bundle can't be read or written.
  public enum Failure: OperatorError, Hashable {
    /// There is nothing at this path.
    case missing(path: String)
    /// There is something at this path already.
    case exists(path: String)
    /// The operating system refused.
    case system(path: String, SystemError)

    public var exitStatus: ExitStatus {
      switch self {
      case .missing: .notFound
      case .exists: .refused
      case .system: .failed
      }
    }

    public var description: String {
      switch self {
      case .missing(let path): "\(path): there is no bundle here"
      case .exists(let path): "\(path): there is a file already; name another with --output"
      case .system(let path, let error): "\(path): \(error)"
      }
    }
  }

  /// That a file or folder can't be a bundle; a sentence that says why.
  private struct Refusal: Error {
    let reason: String
  }

  /// What the bundle at a path shows: an archive, or the folder of an unpacked one.
  ///
  /// - Throws: ``Failure``. What can be read and is no bundle has a claim that says so.
  public static func claims(at path: String, trust: BundleTrust) async throws -> [Claim] {
    do {
      guard let status = try PathStatus.read(path) else { throw Failure.missing(path: path) }
      if status.isFolder {
        var reader = FolderReader(path: path)
        try reader.read("", depth: 0)
        return await ClaimChecker.claims(of: reader.files, trust: trust)
      }
      guard status.isRegularFile, status.st_size <= ZipArchive.byteCountMax else {
        throw Refusal(reason: "It is larger than a bundle may be, or no file.")
      }
      let bytes = try DurableFile.read(path, byteCountMax: ZipArchive.byteCountMax)
      guard let bytes else { throw Failure.missing(path: path) }
      return await ClaimChecker.claims(ofArchive: bytes, trust: trust)
    } catch let refusal as Refusal {
      return ClaimChecker.refused([refusal.reason])
    } catch let error as SystemError { throw Failure.system(path: path, error) }
  }

  /// Writes an archive to a file that must not be there yet, for its owner alone.
  ///
  /// - Throws: ``Failure``.
  public static func write(_ archive: [UInt8], to path: String) throws {
    do { try DurableFile.create(path, archive) } catch let error as SystemError {
      throw error.code == EEXIST ? Failure.exists(path: path) : Failure.system(path: path, error)
    }
  }

  /// Reads every file below a folder, and nothing else.
  private struct FolderReader {
    let path: String
    private(set) var files: [String: [UInt8]] = [:]
    private var byteCount = 0

    init(path: String) { self.path = path }

    /// Reads a folder below ``path``: `""` for itself, else with a slash at its end.
    mutating func read(_ folder: String, depth: Int) throws {
      guard depth <= depthMax else { throw Refusal(reason: "Its folders are too deep.") }
      var names: [[UInt8]] = []
      try FolderListing.forEachName(in: path + "/" + folder) { name, _ in
        if names.count <= ZipArchive.fileCountMax { names.append(name) }
      }
      guard files.count + names.count <= ZipArchive.fileCountMax else {
        throw Refusal(reason: "It has more files than a bundle may have.")
      }
      for bytes in names {
        guard let name = String(validating: bytes, as: UTF8.self),
          let status = try PathStatus.read(path + "/" + folder + name, followingLinks: false)
        else { throw Refusal(reason: "It has a file whose name can't be read.") }
        if status.isFolder {
          try read(folder + name + "/", depth: depth + 1)
        } else if status.isRegularFile {
          try readFile(folder + name)
        } else {
          throw Refusal(reason: "It holds a link, or something else that is no file.")
        }
      }
    }

    private mutating func readFile(_ name: String) throws {
      let file = try FileDescriptor(path: path + "/" + name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
      let left = ZipArchive.byteCountMax - byteCount
      let bytes = try file.readAll(
        byteCountHint: Int(try file.status().st_size),
        byteCountMax: left
      )
      guard let bytes else { throw Refusal(reason: "It is larger than a bundle may be.") }
      byteCount += bytes.count
      files[name] = bytes
    }
  }
}
