import FoundationEssentials
import Glibc
import SeedCore

/// The ledger's public folder (C2SP tlog-tiles): everything in it but the newest checkpoint is derived
/// from the store.
struct LedgerFolder: Sendable {
  let path: String

  var checkpointPath: String { path + "/checkpoint" }
  var tilesPath: String { path + "/tile" }
  private var policyPath: String { path + "/policy" }

  /// The longest tile: a bundle of 256 leaves of the greatest length.
  private static let tileByteCountMax = Tile.widthMax * (2 + EntryBundle.entryByteCountMax)

  /// Where a tile lies.
  func path(of tile: Tile) -> String { path + "/" + tile.path }

  /// The bytes of a tile, from the full tile where the partial one is gone; `nil` where both are.
  ///
  /// Their number is checked for a tile of hashes, and nothing else.
  func read(_ tile: Tile) throws -> [UInt8]? {
    let whole = Tile(tile.content, index: tile.index)
    for candidate in tile == whole ? [whole] : [tile, whole] {
      guard
        let bytes = try onSystemError(
          path(of: candidate),
          {
            try DurableFile.read(path(of: candidate), byteCountMax: Self.tileByteCountMax)
          }
        )
      else { continue }
      if candidate == tile { return bytes }
      return try prefix(of: bytes, tile)
    }
    return nil
  }

  /// The first items of a full tile.
  private func prefix(of bytes: [UInt8], _ tile: Tile) throws -> [UInt8]? {
    guard tile.content == .entries else {
      return Array(bytes.prefix(tile.width * MerkleTree.hashByteCount))
    }
    guard let entries = try? EntryBundle.entries(in: bytes.span), entries.count >= tile.width else {
      throw LedgerError.damagedTile(path: path(of: tile))
    }
    return Array(bytes[..<entries[tile.width - 1].upperBound])
  }

  /// The signed note that was published last.
  func checkpoint() throws -> [UInt8]? {
    try onSystemError(checkpointPath) {
      try DurableFile.read(checkpointPath, byteCountMax: SignedNote.byteCountMax)
    }
  }

  /// Puts a signed note in place of the last one, and a policy, unless that is empty; both are on disk
  /// when this returns.
  func publish(_ note: [UInt8], policy: [UInt8]) throws {
    if !policy.isEmpty { try replace(policyPath, with: policy) }
    try replace(checkpointPath, with: note)
  }

  /// Puts bytes in place of a file, unless it has them already; they are on disk when this returns.
  func replace(_ path: String, with bytes: [UInt8]) throws {
    try onSystemError(path) {
      let byteCountMax = SignedNote.byteCountMax
      guard try DurableFile.read(path, byteCountMax: byteCountMax) != bytes else { return }
      try DurableFile.replace(path, bytes)
    }
  }

  /// Removes the partial tiles that came before full ones, and are of no use beside them.
  ///
  /// C2SP tlog-tiles, "Partial Tiles": once the full tile is there.
  func removePartials(of tile: Tile) throws {
    let folder = path(of: Tile(tile.content, index: tile.index)) + ".p"
    try onSystemError(folder) {
      try Self.remove(folder)
    }
  }

  /// A folder beside the tiles, in which new ones are made; empty.
  func draft() throws -> LedgerFolder {
    let draft = LedgerFolder(path: path + "/tile.new")
    try onSystemError(draft.path) {
      try Self.remove(draft.path)
      guard unsafe mkdir(draft.path, 0o700) == 0 else { throw SystemError("mkdir") }
    }
    return draft
  }

  /// Removes a draft that came to nothing.
  func discard(_ draft: LedgerFolder) throws {
    try onSystemError(draft.path) { try Self.remove(draft.path) }
  }

  /// Puts the tiles of a draft in place of those that are here.
  func replaceTiles(with draft: LedgerFolder) throws {
    let old = path + "/tile.old"
    try onSystemError(tilesPath) {
      try Self.remove(old)
      for (from, to) in [(tilesPath, old), (draft.tilesPath, tilesPath)] {
        guard unsafe rename(from, to) == 0 || errno == ENOENT else { throw SystemError("rename") }
      }
      try DurableFile.synchronizeFolder(of: tilesPath)
      try Self.remove(old)
      try Self.remove(draft.path)
    }
  }

  private static func remove(_ path: String) throws {
    guard try PathStatus.read(path, followingLinks: false) != nil else { return }
    do { try FileManager.default.removeItem(atPath: path) } catch {
      throw SystemError("remove", code: EIO)
    }
  }

  func onSystemError<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let error as SystemError {
      throw LedgerError.system(path: path, error)
    }
  }

  /// Writes tiles, so that all of them are on disk at the end.
  struct Writer {
    private let folder: LedgerFolder
    private var folders: Set<String> = []
    private var full: [Tile] = []

    init(_ folder: LedgerFolder) { self.folder = folder }

    /// Writes a tile, which has its name from then on, whole or not at all.
    mutating func write(_ tile: Tile, _ bytes: [UInt8]) throws {
      let path = folder.path(of: tile)
      try folder.onSystemError(path) {
        try makeFolder(of: path)
        try DurableFile.replace(path, bytes, synchronizingFolder: false)
      }
      if tile.width == Tile.widthMax { full.append(tile) }
      // Their number stays bounded, however much is written.
      if full.count >= 4096 { try synchronize() }
    }

    /// Waits until the names of everything that was written are on disk, then removes what it made
    /// useless.
    mutating func synchronize() throws {
      for path in folders {
        try folder.onSystemError(path) { try DurableFile.synchronizeFolder(of: path + "/.") }
      }
      for tile in full { try folder.removePartials(of: tile) }
      folders = []
      full = []
    }

    /// Makes the folder of `path` and those above it, as far as they are missing, and notes that all
    /// of them are to be synchronized: a process that was killed may have made them without that.
    private mutating func makeFolder(of path: String) throws {
      guard path.utf8.count > folder.path.utf8.count, let slash = path.lastIndex(of: "/") else {
        return
      }
      let parent = String(path[..<slash])
      guard folders.insert(parent).inserted else { return }
      try makeFolder(of: parent)
      guard unsafe mkdir(parent, 0o700) == 0 || errno == EEXIST else { throw SystemError("mkdir") }
    }
  }
}
