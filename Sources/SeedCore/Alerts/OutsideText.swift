/// What comes from outside, made fit to stand in an alert.
///
/// A sender chooses its domain, and much of what the reasons quote. None of it may end a line, turn
/// the direction of writing, hide, call people (`@everyone`), or become a link.
enum OutsideText {
  /// The longest text that is shown whole, in characters.
  static let characterCountMax = 300

  /// One line with single blanks, at most ``characterCountMax`` long.
  static func line(_ text: String) -> String {
    PlainText.line(text, characterCountMax: characterCountMax).split(separator: " ")
      .joined(separator: " ")
  }

  /// The same, and nothing in it is a link or calls anybody: what looks like an address of the web or
  /// of mail has its dots in brackets, and `@` is written out.
  ///
  /// A domain name by itself stays as it is.
  static func quoted(_ text: String) -> String {
    line(text).split(separator: " ", omittingEmptySubsequences: false).map { word in
      guard word.unicodeScalars.contains(where: { "@/\\".unicodeScalars.contains($0) }) else {
        return String(word)
      }
      return String(word).replacing("://", with: "[:]//").replacing(".", with: "[.]")
        .replacing("@", with: "[at]")
    }.joined(separator: " ")
  }

  /// A word for `sh`; in quotes unless it is plain.
  static func shellWord(_ text: String) -> String {
    let plain = line(text)
    let isPlain =
      !plain.isEmpty && !plain.hasPrefix("-")
      && plain.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20)
          || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-")
      }
    return isPlain ? plain : "'" + plain.replacing("'", with: #"'\''"#) + "'"
  }
}
