/// Files in a zip archive, of which there is exactly one for each set of files
/// (`docs/formats/bundle-v1.md`).
///
/// Entries are stored as they are, sorted, and without anything that could vary. What is read is
/// compared with what would be written, so that no byte is left that could differ, hide something, or
/// mean something else to another program.
public enum ZipArchive {
  /// The most files an archive may hold.
  public static let fileCountMax = 20_000
  /// The most bytes an archive may have.
  public static let byteCountMax = 1 << 29
  /// The most bytes a path may have.
  public static let pathByteCountMax = 255

  /// Why an archive is refused.
  public enum Fault: Error, Sendable, Hashable {
    /// It is no zip archive, or one of several parts, or with something before or behind it.
    case noArchive
    /// It has more files or bytes, or a longer path, than the limits allow.
    case tooLarge
    /// A path that isn't plainly below one folder; its place among the entries.
    case unsafePath(entry: Int)
    /// Two entries have one path, or differ in case alone, or one is a folder of the other; or they
    /// aren't sorted. The place of the second.
    case duplicatePath(entry: Int)
    /// An entry is compressed, encrypted, a link or a folder, or is written in another form than here;
    /// its place among the entries.
    case otherForm(entry: Int)
  }

  /// The archive of `files`, each by its path.
  ///
  /// - Throws: ``Fault`` where a path or a size can't stand in an archive.
  public static func bytes(of files: [String: [UInt8]]) throws(Fault) -> [UInt8] {
    guard files.count <= fileCountMax else { throw .tooLarge }
    var output: [UInt8] = []
    var directory: [UInt8] = []
    var paths = PathList()
    // By bytes, and not as text is sorted.
    let sorted = files.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    for (path, content) in sorted {
      try paths.append(Array(path.utf8))
      guard content.count <= byteCountMax else { throw .tooLarge }
      let entry = Entry(path: Array(path.utf8), content: content.span, offset: output.count)
      output += entry.localHeader
      output += content
      directory += entry.directoryHeader
      guard output.count + directory.count <= byteCountMax else { throw .tooLarge }
    }
    let end = EndRecord(
      entryCount: files.count,
      byteCount: directory.count,
      offset: output.count
    )
    output += directory
    output += end.bytes
    guard output.count <= byteCountMax else { throw .tooLarge }
    return output
  }

  /// The files of an archive, each by its path.
  ///
  /// Takes time and memory in proportion to `archive`, whatever it says of itself.
  public static func files(in archive: [UInt8]) throws(Fault) -> [String: [UInt8]] {
    guard archive.count <= byteCountMax else { throw .tooLarge }
    let start = archive.count - EndRecord.byteCount
    guard start >= 0, let count = archive.littleEndian16(at: start + 10),
      let directoryCount = archive.littleEndian32(at: start + 12),
      let directoryOffset = archive.littleEndian32(at: start + 16)
    else { throw .noArchive }
    // Before a single entry is read.
    guard count <= fileCountMax else { throw .tooLarge }
    let end = EndRecord(entryCount: count, byteCount: directoryCount, offset: directoryOffset)
    guard archive[start...].elementsEqual(end.bytes), directoryOffset + directoryCount == start
    else { throw .noArchive }
    var files: [String: [UInt8]] = [:]
    var paths = PathList()
    var contentOffset = 0
    var offset = directoryOffset
    for index in 0..<count {
      guard let size = archive.littleEndian32(at: offset + 24),
        let pathCount = archive.littleEndian16(at: offset + 28),
        offset + Entry.directoryByteCount + pathCount <= start
      else { throw .otherForm(entry: index) }
      guard pathCount <= pathByteCountMax else { throw .tooLarge }
      let pathStart = offset + Entry.directoryByteCount
      let path = Array(archive[pathStart..<pathStart + pathCount])
      try paths.append(path)
      let contentStart = contentOffset + Entry.localByteCount + pathCount
      guard contentStart + size <= directoryOffset else { throw .otherForm(entry: index) }
      let content = Array(archive[contentStart..<contentStart + size])
      let entry = Entry(path: path, content: content.span, offset: contentOffset)
      guard archive[contentOffset..<contentStart].elementsEqual(entry.localHeader),
        archive[offset..<pathStart + pathCount].elementsEqual(entry.directoryHeader)
      else { throw .otherForm(entry: index) }
      files[String(decoding: path, as: UTF8.self)] = content
      contentOffset = contentStart + size
      offset = pathStart + pathCount
    }
    guard contentOffset == directoryOffset, offset == start else { throw .noArchive }
    return files
  }
}

extension ZipArchive.Fault: CustomStringConvertible {
  /// The fault in words: a sentence.
  public var description: String {
    switch self {
    case .noArchive: "It is no zip archive of this format."
    case .tooLarge: "It is larger than a bundle may be."
    case .unsafePath(let entry): "Entry \(entry + 1) of the archive has a path that isn't safe."
    case .duplicatePath(let entry):
      "Entry \(entry + 1) of the archive has the path of another, or is out of order."
    case .otherForm(let entry):
      "Entry \(entry + 1) of the archive is damaged, or in another form than a bundle's."
    }
  }
}

/// A file in the archive, in the one form that is written.
private struct Entry {
  static let localByteCount = 30
  static let directoryByteCount = 46

  let path: [UInt8]
  let size: Int
  let checksum: UInt32
  let offset: Int

  init(path: [UInt8], content: Span<UInt8>, offset: Int) {
    self.path = path
    self.offset = offset
    size = content.count
    checksum = CRC32.checksum(of: content)
  }

  /// From "version needed" to "extra field length", which both headers have: stored, 1980-01-01.
  private var common: [UInt8] {
    [10, 0, 0, 0, 0, 0, 0, 0, 0x21, 0] + checksum.bytes + UInt32(size).bytes + UInt32(size).bytes
      + UInt16(path.count).bytes + [0, 0]
  }

  var localHeader: [UInt8] { Array("PK\u{3}\u{4}".utf8) + common + path }

  /// Made by "Unix", a plain file with mode 0644.
  var directoryHeader: [UInt8] {
    let head = Array("PK\u{1}\u{2}".utf8) + [10, 3] + common
    return head + [UInt8](repeating: 0, count: 6) + [0, 0, 0xa4, 0x81] + UInt32(offset).bytes + path
  }
}

/// What ends an archive.
private struct EndRecord {
  static let byteCount = 22

  let entryCount: Int
  let byteCount: Int
  let offset: Int

  var bytes: [UInt8] {
    let count = UInt16(entryCount).bytes
    return Array("PK\u{5}\u{6}".utf8) + [0, 0, 0, 0] + count + count + UInt32(byteCount).bytes
      + UInt32(offset).bytes + [0, 0]
  }
}

/// The paths of an archive so far.
struct PathList {
  private var last: [UInt8] = []
  private var folded: Set<[UInt8]> = []
  private var folders: Set<[UInt8]> = []
  private var count = 0

  /// Adds a path that must come behind all before it.
  mutating func append(_ path: [UInt8]) throws(ZipArchive.Fault) {
    guard path.count <= ZipArchive.pathByteCountMax else { throw .tooLarge }
    guard Self.isSafe(path) else { throw .unsafePath(entry: count) }
    guard count == 0 || last.lexicographicallyPrecedes(path) else {
      throw .duplicatePath(entry: count)
    }
    let key = path.map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }
    guard folded.insert(key).inserted, !folders.contains(key) else {
      throw .duplicatePath(entry: count)
    }
    for end in key.indices where key[end] == UInt8(ascii: "/") {
      let folder = Array(key[..<end])
      guard !folded.contains(folder) else { throw .duplicatePath(entry: count) }
      folders.insert(folder)
    }
    last = path
    count += 1
  }

  /// Whether a path is a folder's name and further ones below it, all of harmless bytes.
  private static func isSafe(_ path: [UInt8]) -> Bool {
    let names = path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    return names.count >= 2
      && names.allSatisfy { name in
        !name.isEmpty && name.first != UInt8(ascii: ".") && name.allSatisfy(isSafe)
      }
  }

  private static func isSafe(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "."), UInt8(ascii: "-"),
      UInt8(ascii: "_"):
      true
    default: false
    }
  }
}

extension FixedWidthInteger {
  /// Its bytes, the lowest first.
  fileprivate var bytes: [UInt8] {
    (0..<Self.bitWidth / 8).map { UInt8(truncatingIfNeeded: self >> Self($0 * 8)) }
  }
}

extension [UInt8] {
  /// The two bytes at `offset`; `nil` past the end.
  fileprivate func littleEndian16(at offset: Int) -> Int? {
    guard offset >= 0, offset <= count - 2 else { return nil }
    return Int(self[offset]) | Int(self[offset + 1]) << 8
  }

  /// The four bytes at `offset`; `nil` past the end.
  fileprivate func littleEndian32(at offset: Int) -> Int? {
    guard let low = littleEndian16(at: offset), let high = littleEndian16(at: offset + 2) else {
      return nil
    }
    return low | high << 16
  }
}
