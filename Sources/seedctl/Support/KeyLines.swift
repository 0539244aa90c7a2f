import SeedCore

/// What became of the keys that signed mail, for a person.
enum KeyLines {
  /// Prints a sentence about each key that is gone, once; nothing where all are there.
  static func print(_ histories: [KeyHistory]) {
    var shown = Set<String>()
    for sentence in histories.compactMap(\.sentence) where shown.insert(sentence).inserted {
      Swift.print(Console.safe(sentence))
    }
  }
}
