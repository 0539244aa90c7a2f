/// How far two words are from each other.
enum EditDistance {
  /// Longer words are never near.
  static let byteCountMax = 64

  /// The word that a typing error would most likely have come from; `nil` where none is near.
  static func nearest(to word: String, among candidates: [String]) -> String? {
    let near = candidates.sorted().map { (word: $0, distance: between(word, $0)) }
      .min { $0.distance < $1.distance }
    guard let near, near.distance <= max(1, word.utf8.count / 3) else { return nil }
    return near.word
  }

  /// How many bytes must be put in, taken out or changed (Levenshtein).
  static func between(_ left: String, _ right: String) -> Int {
    let left = Array(left.utf8), right = Array(right.utf8)
    guard left.count <= byteCountMax, right.count <= byteCountMax else { return byteCountMax }
    var row = Array(0...right.count)
    for (i, byte) in left.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, other) in right.enumerated() {
        let change = diagonal + (byte == other ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(change, row[j + 1] + 1, row[j] + 1)
      }
    }
    return row[right.count]
  }
}
