/// Input that tempts a reader to look at the same bytes again and again, in any size.
struct Shape: Sendable {
  /// The name of the entry that reads it.
  let entry: String
  /// What it is, in words.
  let name: String
  /// How often its piece occurs; twice as often has to cost twice as much.
  let count: Int
  /// The input in which the piece occurs so often.
  let make: @Sendable (Int) -> [UInt8]

  /// A piece again and again, between what stands there once.
  ///
  /// - Parameter byteCount: The size of the smaller input that is measured.
  static func text(
    _ entry: String,
    _ name: String,
    _ before: String,
    _ piece: String,
    _ after: String = "",
    byteCount: Int = 4096
  ) -> Shape {
    Shape(entry: entry, name: name, count: max(byteCount / piece.utf8.count, 1)) { count in
      Array((before + String(repeating: piece, count: count) + after).utf8)
    }
  }

  /// A shape for each piece.
  static func each(
    _ entry: String,
    _ pieces: [String],
    before: String = "",
    after: String = "",
    byteCount: Int = 4096
  ) -> [Shape] {
    pieces.map { piece in
      text(entry, String(reflecting: piece), before, piece, after, byteCount: byteCount)
    }
  }

  /// Pieces that differ by their number.
  static func numbered(
    _ entry: String,
    _ name: String,
    count: Int,
    before: String = "",
    after: String = "",
    _ piece: @escaping @Sendable (Int) -> String
  ) -> Shape {
    Shape(entry: entry, name: name, count: count) { count in
      Array((before + (0..<count).map(piece).joined() + after).utf8)
    }
  }

  /// The same bytes again and again.
  static func bytes(
    _ entry: String,
    _ name: String,
    count: Int,
    before: [UInt8] = [],
    _ piece: [UInt8]
  ) -> Shape {
    Shape(entry: entry, name: name, count: count) { count in
      before + [[UInt8]](repeating: piece, count: count).joined()
    }
  }
}
