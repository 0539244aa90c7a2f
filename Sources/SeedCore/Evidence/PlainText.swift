import SeedAuth

/// Text from outside, made harmless to people's eyes: it can't hide, reorder or overlap what stands
/// beside it. It says nothing of markup, which is escaped where it is written.
public enum PlainText {
  /// The most marks on one letter that are kept; more would grow over other lines.
  static let markCountMax = 3

  /// One line: what steers a terminal or the direction of text becomes U+FFFD, white space a blank.
  ///
  /// - Parameter characterCountMax: A longer text is cut, with an ellipsis as its last character.
  public static func line(_ text: String, characterCountMax: Int = .max) -> String {
    var result = String.UnicodeScalarView()
    var markCount = 0
    for scalar in text.unicodeScalars {
      switch scalar.properties.generalCategory {
      case _ where scalar == "\n" || scalar == "\r" || scalar == "\t": result.append(" ")
      case .control, .format, .lineSeparator, .paragraphSeparator: result.append("\u{FFFD}")
      case .nonspacingMark, .enclosingMark:
        markCount += 1
        if markCount <= markCountMax { result.append(scalar) }
        continue
      default: result.append(scalar)
      }
      markCount = 0
    }
    let line = withBareSigns(String(result))
    guard line.count > characterCountMax else { return line }
    return line.prefix(max(0, characterCountMax - 1)) + "…"
  }

  /// Signs without marks on them, and letters as they are.
  ///
  /// Whoever escapes signs, such as quotation marks, by comparing characters would overlook one with a
  /// mark; a shell, a browser or a spreadsheet sees the sign, and then the mark.
  private static func withBareSigns(_ text: String) -> String {
    func isSign(_ scalar: Unicode.Scalar) -> Bool {
      scalar.isASCII && !scalar.properties.isAlphabetic && !("0"..."9").contains(scalar)
    }
    func isMarkedSign(_ character: Character) -> Bool {
      character.unicodeScalars.count > 1 && character.unicodeScalars.contains(where: isSign)
    }
    guard !text.utf8.allSatisfy({ $0 < 0x80 }), text.contains(where: isMarkedSign) else {
      return text
    }
    var result = String.UnicodeScalarView()
    for character in text {
      let isMarked = isMarkedSign(character)
      for scalar in character.unicodeScalars where !isMarked || isSign(scalar) {
        result.append(scalar)
      }
    }
    return String(result)
  }

  /// A domain in A-labels, which can't deceive, with its U-labels behind it where they differ.
  public static func domain(_ name: String) -> String {
    let written = line(IDNA.toUnicode(name), characterCountMax: domainCharacterCountMax)
    let name = line(name, characterCountMax: domainCharacterCountMax)
    return written == name ? name : "\(name) (shown as “\(written)”)"
  }

  /// RFC 1035 §2.3.4: the longest domain name.
  private static let domainCharacterCountMax = 255
}
