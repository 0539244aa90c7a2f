/// Breaks text into lines for a drawing, where nothing does so by itself.
///
/// The width of a letter isn't known here, since the reader's font isn't: each is taken for wider than
/// it is in the fonts that are asked for, so that a line never runs over what stands beside it.
struct TextLayout {
  /// The size of the letters, and the room that a line has, in units of the drawing.
  let size: Double, width: Double
  /// The most lines; what is left over is cut with an ellipsis.
  var lineCountMax = 6

  /// How far one line stands below another.
  var lineHeight: Double { (size * 1.3).rounded() }

  /// The lines of a text.
  func lines(of text: String) -> [String] {
    var lines: [String] = []
    var line = ""
    var used = 0.0
    for word in text.split(separator: " ") {
      for piece in pieces(of: word) {
        let needed = Self.units(of: piece) * size
        let gap = line.isEmpty ? 0 : Self.units(of: " ") * size
        if !line.isEmpty, used + gap + needed > width || piece.startIndex != word.startIndex {
          lines.append(line)
          line = ""
          used = 0
        }
        if !line.isEmpty {
          line += " "
          used += gap
        }
        line += piece
        used += needed
      }
    }
    if !line.isEmpty { lines.append(line) }
    guard lines.count > lineCountMax else { return lines }
    lines = Array(lines.prefix(lineCountMax))
    let last = lines[lineCountMax - 1]
    lines[lineCountMax - 1] = last.prefix(max(0, last.count - 1)) + "…"
    return lines
  }

  /// A word, cut where it is longer than a line.
  private func pieces(of word: Substring) -> [Substring] {
    var pieces: [Substring] = []
    var start = word.startIndex
    var used = 0.0
    for index in word.indices {
      let needed = Self.units(of: word[index...index]) * size
      if used + needed > width, index > start {
        pieces.append(word[start..<index])
        start = index
        used = 0
      }
      used += needed
    }
    return pieces + [word[start...]]
  }

  /// How wide a text is, in parts of its size.
  private static func units(of text: some StringProtocol) -> Double {
    text.unicodeScalars.reduce(0) { sum, scalar in
      switch scalar {
      case " ", "i", "j", "l", ".", ",", ":", ";", "'", "|", "!", "(", ")": sum + 0.4
      case "m", "w", "M", "W", "@", "%", "—": sum + 1
      case "A"..."Z": sum + 0.76
      case "\u{0}"..."\u{24F}": sum + 0.64
      case "\u{1100}"...: sum + 1.1
      default: sum + 0.9
      }
    }
  }
}
