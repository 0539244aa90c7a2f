/// The name of a header field, folded to lower case and packed into four words, so that it can be
/// looked up without a string.
struct PackedFieldName: Hashable {
  /// The longest name that is packed; a longer one is no name that this project reads.
  static let byteCountMax = 32

  private var first: UInt64 = 0
  private var second: UInt64 = 0
  private var third: UInt64 = 0
  private var fourth: UInt64 = 0
  private(set) var count = 0

  /// Adds a byte of the name.
  @inline(__always)
  mutating func append(_ byte: UInt8) {
    let folded = UInt64(byte.lowercased) &<< UInt64((count & 7) &* 8)
    switch count &>> 3 {
    case 0: first |= folded
    case 1: second |= folded
    case 2: third |= folded
    case 3: fourth |= folded
    default: break
    }
    count &+= 1
  }

  /// The field of that name, or ``FieldName/other``.
  var kind: FieldName {
    guard count > 0, count <= Self.byteCountMax else { return .other }
    let table = Self.table
    for entry in table.starts[count]..<table.starts[count &+ 1]
    where table.names[entry].packed == self {
      return table.names[entry].kind
    }
    return .other
  }

  /// Every known name, the short ones first, and where the names of each length start.
  private static let table: (names: [(packed: Self, kind: FieldName)], starts: [Int]) = {
    let known = FieldName.allCases.filter { $0 != .other }
    let names = known.map { kind in
      var packed = Self()
      for byte in kind.rawValue.utf8 { packed.append(byte) }
      return (packed: packed, kind: kind)
    }.sorted { $0.packed.count < $1.packed.count }
    let starts = (0...byteCountMax + 1).map { length in
      names.firstIndex { $0.packed.count >= length } ?? names.count
    }
    return (names, starts)
  }()
}
