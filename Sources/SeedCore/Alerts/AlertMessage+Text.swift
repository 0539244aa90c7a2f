extension AlertMessage {
  /// The width that a terminal's mail reader and a quoted answer leave room for, in columns.
  public static let columnCount = 72

  /// The whole message as plain text, each line ended.
  public var plainText: String {
    var lines: [String] = []
    for paragraph in lead { lines += Self.wrapped(paragraph) + [""] }
    for section in sections {
      lines += [section.heading.uppercased(), ""]
      for block in section.blocks {
        switch block {
        case .paragraph(let text): lines += Self.wrapped(text) + [""]
        case .command(let text): lines += ["    " + text, ""]
        case .list(let items):
          for item in items { lines += Self.wrapped(item, first: "- ", indent: "  ") }
          if !items.isEmpty { lines.append("") }
        }
      }
    }
    if let link { lines += [link, ""] }
    // RFC 3676 §4.3: what stands below this line is a signature.
    lines += ["-- "] + Self.wrapped("Seed. " + reference)
    return lines.map { $0 + "\n" }.joined()
  }

  /// A paragraph in lines of at most ``columnCount`` columns; a word that is longer has a line of its
  /// own, so that it can be copied whole.
  static func wrapped(_ text: String, first: String = "", indent: String = "") -> [String] {
    var lines: [String] = []
    var line = first
    var isEmpty = true
    for word in text.split(separator: " ") {
      if !isEmpty, columns(line) + 1 + columns(word) > columnCount {
        lines.append(line)
        line = indent
        isEmpty = true
      }
      if !isEmpty { line += " " }
      line += word
      isEmpty = false
    }
    return lines + [line]
  }

  /// How wide a terminal shows a text: ideographs and their like take two columns.
  private static func columns(_ text: some StringProtocol) -> Int {
    text.unicodeScalars.reduce(0) { sum, scalar in
      switch scalar.value {
      case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
        0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
        sum + 2
      default: sum + (scalar.properties.generalCategory == .nonspacingMark ? 0 : 1)
      }
    }
  }
}
