/// Texts for chats that read markup in them.
package enum ChatText {
  /// For Slack: the three characters by which links, mentions and commands such as `<!channel>`
  /// begin.
  package static func slack(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  }

  /// For Discord: a backslash before whatever its Markdown reads.
  package static func discord(_ text: String) -> String {
    var result = ""
    // Signs of headings, lists and quotations mean something at the beginning of a line alone.
    var isLineStart = true
    for scalar in text.unicodeScalars {
      if anywhere.contains(scalar) || isLineStart && atLineStart.contains(scalar) { result += "\\" }
      result.unicodeScalars.append(scalar)
      isLineStart = scalar == "\n" || isLineStart && (scalar == " " || ("0"..."9").contains(scalar))
    }
    return result
  }

  private static let anywhere = Set("\\`*_~|<>[]:@".unicodeScalars)
  private static let atLineStart = Set("#-+.)".unicodeScalars)
}
