import Foundation
import SeedTesting

/// Puts a folder into a state that a power cut may have left it in, by what the shim saw synced.
struct PowerCut {
  private let synced: String
  private let survival: Fault.Survival
  private var random: SplitMix64
  /// Where the inodes of the folder as the process left it are now.
  private var paths: [UInt64: String] = [:]

  /// How much of a file a disk writes at once.
  private static let sectorByteCount = 512

  /// Does it; `seed` decides what survives by chance.
  static func strike(
    _ root: String,
    synced: String,
    _ survival: Fault.Survival,
    seed: UInt64
  ) throws {
    var cut = PowerCut(synced: synced, survival: survival, random: SplitMix64(seed: seed))
    let left = root + ".left"
    try FileManager.default.moveItem(atPath: root, toPath: left)
    let inode = try cut.note(left)
    try cut.restore(inode, to: root)
    try FileManager.default.removeItem(atPath: left)
  }

  private init(synced: String, survival: Fault.Survival, random: SplitMix64) {
    self.synced = synced
    self.survival = survival
    self.random = random
  }

  /// Notes where the inodes below a path are; returns the path's own.
  private mutating func note(_ path: String) throws -> UInt64 {
    let inode = try Self.inode(of: path)
    paths[inode] = path
    guard Self.isFolder(path) else { return inode }
    for name in try FileManager.default.contentsOfDirectory(atPath: path) {
      _ = try note(path + "/" + name)
    }
    return inode
  }

  private mutating func restore(_ inode: UInt64, to path: String) throws {
    let now = paths[inode]
    guard let names = try names(in: inode, now) else {
      return try contents(of: inode, now).write(to: URL(filePath: path))
    }
    try FileManager.default.createDirectory(
      atPath: path,
      withIntermediateDirectories: false,
      attributes: [.posixPermissions: 0o700]
    )
    for (name, inode) in names {
      try restore(inode, to: path + "/" + name)
      if paths[inode].map(Self.isFolder) != true {
        try FileManager.default.setAttributes(
          [.posixPermissions: 0o600],
          ofItemAtPath: path + "/" + name
        )
      }
    }
  }

  /// The names in a folder; `nil` where it is a file.
  private mutating func names(in inode: UInt64, _ now: String?) throws -> [(String, UInt64)]? {
    let list = "\(synced)/d-\(inode)"
    let isFolder = now.map(Self.isFolder) ?? FileManager.default.fileExists(atPath: list)
    guard isFolder else { return nil }
    var old: [String: UInt64] = [:]
    if let data = FileManager.default.contents(atPath: list) {
      for line in String(decoding: data, as: UTF8.self).split(separator: "\n") {
        let parts = line.split(separator: " ", maxSplits: 1)
        if let inode = UInt64(parts[0]) { old[String(parts[1])] = inode }
      }
    }
    var new: [String: UInt64] = [:]
    for name in try now.map(FileManager.default.contentsOfDirectory(atPath:)) ?? [] {
      new[name] = try Self.inode(of: (now ?? "") + "/" + name)
    }
    switch survival {
    case .nothing: break
    case .names: old = new
    case .some:
      // A name may be as it was or as it is, whatever became of others.
      for name in Set(old.keys).union(new.keys).sorted() where Bool.random(using: &random) {
        old[name] = new[name]
      }
    }
    return old.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  private mutating func contents(of inode: UInt64, _ now: String?) throws -> Data {
    let old = FileManager.default.contents(atPath: "\(synced)/f-\(inode)") ?? Data()
    guard survival == .some, let now, let new = FileManager.default.contents(atPath: now) else {
      return old
    }
    var mixed = Bool.random(using: &random) ? old : new
    for start in stride(from: 0, to: mixed.count, by: Self.sectorByteCount) {
      let source = Bool.random(using: &random) ? old : new
      let end = min(start + Self.sectorByteCount, mixed.count)
      for offset in start..<end { mixed[offset] = offset < source.count ? source[offset] : 0 }
    }
    return mixed
  }

  private static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    let exists = unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    return exists && isFolder.boolValue
  }

  private static func inode(of path: String) throws -> UInt64 {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    guard let inode = attributes[.systemFileNumber] as? NSNumber else {
      throw Failure("no inode: \(path)")
    }
    return inode.uint64Value
  }
}
