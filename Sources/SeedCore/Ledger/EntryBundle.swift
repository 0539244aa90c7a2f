public import SeedMail

/// The leaves of a tile, each with its length in front (C2SP tlog-tiles, "Log entries").
public enum EntryBundle {
  /// The longest leaf, in bytes.
  public static let entryByteCountMax = Int(UInt16.max)

  /// The bytes of a bundle; no leaf may be longer than ``entryByteCountMax``.
  public static func bytes(of entries: some Sequence<[UInt8]>) -> [UInt8] {
    var output: [UInt8] = []
    for entry in entries {
      precondition(entry.count <= entryByteCountMax)
      output.append(UInt8(entry.count >> 8))
      output.append(UInt8(entry.count & 0xff))
      output += entry
    }
    return output
  }

  /// Where each leaf lies in a bundle.
  ///
  /// - Throws: ``GrammarError`` where the last one is cut off, or where there are more than a tile has.
  public static func entries(in bundle: Span<UInt8>) throws(GrammarError) -> [Range<Int>] {
    var entries: [Range<Int>] = []
    var offset = 0
    while offset < bundle.count {
      guard entries.count < Tile.widthMax else { throw GrammarError(.tooMany, at: offset) }
      guard bundle.count - offset >= 2 else { throw GrammarError(.unexpectedEnd, at: offset) }
      let count = Int(bundle[offset]) << 8 | Int(bundle[offset + 1])
      let start = offset + 2
      guard bundle.count - start >= count else { throw GrammarError(.unexpectedEnd, at: start) }
      entries.append(start..<start + count)
      offset = start + count
    }
    return entries
  }
}
