/// Looks at TOML before the parser does: it ends the process, by an assertion, where a table's header
/// doesn't begin with a key, where no digit follows a date and its `T`, and where a bracket closes another
/// kind.
enum TableHeaders {
  /// The line of the first header, date or bracket that the parser can't be given; `nil` where there is none.
  ///
  /// Up to the parser's first error, strings, comments and brackets are told apart here as there.
  static func firstMalformedLine(in text: [UInt8]) -> Int? {
    var line = 1
    var open: [UInt8] = []
    var isLineStart = true
    var index = 0
    while index < text.count {
      let byte = text[index]
      switch byte {
      case 0x0A...0x0D:
        isLineStart = true
        if byte == 0x0A { line += 1 }
      // Some white space isn't ASCII.
      case 0...0x20, 0x80...: break
      case UInt8(ascii: "#"): while index + 1 < text.count, text[index + 1] != 0x0A { index += 1 }
      case UInt8(ascii: "\""), UInt8(ascii: "'"):
        let end = endOfString(in: text, from: index)
        line += text[index..<end].count { $0 == 0x0A }
        index = end - 1
        isLineStart = false
      case UInt8(ascii: "["), UInt8(ascii: "{"):
        if byte == UInt8(ascii: "["), isLineStart, open.isEmpty,
          !beginsWithKey(text, after: index)
        {
          return line
        }
        open.append(byte)
        isLineStart = false
      case UInt8(ascii: "]"), UInt8(ascii: "}"):
        // An opening bracket stands two before its closing one.
        if let opening = open.popLast(), opening + 2 != byte { return line }
        isLineStart = false
      case UInt8(ascii: "T"), UInt8(ascii: "t"):
        if endsDate(text, at: index), index + 1 < text.count, !isDigit(text[index + 1]) {
          return line
        }
        isLineStart = false
      default: isLineStart = false
      }
      index += 1
    }
    return nil
  }

  /// Whether `1979-05-27` stands before `index`.
  private static func endsDate(_ text: [UInt8], at index: Int) -> Bool {
    guard index >= 10 else { return false }
    return text[(index - 10)..<index].enumerated().allSatisfy { place, byte in
      place == 4 || place == 7 ? byte == UInt8(ascii: "-") : isDigit(byte)
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  /// Whether a key, the end of the header or of the text follows the bracket at `index`.
  private static func beginsWithKey(_ text: [UInt8], after index: Int) -> Bool {
    var rest = text[(index + 1)...]
    if rest.first == UInt8(ascii: "[") { rest = rest.dropFirst() }
    rest = rest.drop { $0 == 0x20 || $0 == 0x09 }
    guard let first = rest.first else { return true }
    switch first {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"),
      UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "]"):
      return true
    default: return false
    }
  }

  /// The offset behind the string that begins at `start`, or behind its line where it isn't closed.
  private static func endOfString(in text: [UInt8], from start: Int) -> Int {
    let quote = text[start]
    let isLong = text[start...].starts(with: [quote, quote, quote])
    var index = start + (isLong ? 3 : 1)
    while index < text.count {
      if text[index] == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
        index += 2
      } else if isLong, text[index...].starts(with: [quote, quote, quote]) {
        index += 3
        // One or two of the marks that close it may be of the text.
        for _ in 0..<2 where index < text.count && text[index] == quote { index += 1 }
        return index
      } else if !isLong, text[index] == quote {
        return index + 1
      } else if !isLong, text[index] == 0x0A {
        return index
      } else {
        index += 1
      }
    }
    return text.count
  }
}
