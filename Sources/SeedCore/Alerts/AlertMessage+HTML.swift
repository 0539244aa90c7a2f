extension AlertMessage {
  /// The whole message as an HTML document for mail readers: nothing remote, no script, no link but
  /// ours.
  public var html: String {
    let leads = lead.enumerated().map { index, text -> HTMLMarkup in
      index == 0
        ? "<p style=\"font-size:18px;line-height:1.45;margin:0 0 12px\"><b>\(text)</b></p>\n"
        : "<p style=\"margin:0 0 12px\">\(text)</p>\n"
    }
    let parts = sections.map { section -> HTMLMarkup in
      """
      <h2 style="font-size:15px;margin:24px 0 8px;border-top:1px solid #8888;padding-top:16px">\
      \(section.heading)</h2>
      \(HTMLMarkup.joined(section.blocks.map(Self.html)))
      """
    }
    let button: HTMLMarkup =
      link.map { link in
        "<p style=\"margin:20px 0\"><a href=\"\(link)\" style=\"\(Self.buttonStyle)\">Open it</a></p>\n"
      } ?? ""
    let page: HTMLMarkup = """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">
      <title>\(subject)</title></head>
      <body style="margin:0;padding:16px;\(Self.fontStyle)">
      <div style="max-width:600px;margin:0 auto">
      <p style="margin:0 0 12px"><span style="\(badgeStyle)">\(badge)</span></p>
      \(HTMLMarkup.joined(leads))\(button)\(HTMLMarkup.joined(parts))\
      <p style="margin:24px 0 0;border-top:1px solid #8888;padding-top:12px;font-size:13px;\
      opacity:.75;overflow-wrap:anywhere">Seed. \(reference)</p>
      </div>
      </body></html>

      """
    return page.markup
  }

  /// The subject, the lead and the first command, for chats that show HTML.
  public var shortHTML: String {
    let paragraphs = shortText.split(separator: "\n\n").map { HTMLMarkup("<p>\(String($0))</p>") }
    let all: HTMLMarkup = "<p><strong>\(subject)</strong></p>\(HTMLMarkup.joined(paragraphs))"
    return all.markup
  }

  private static func html(_ block: Block) -> HTMLMarkup {
    switch block {
    case .paragraph(let text): "<p style=\"margin:0 0 8px\">\(text)</p>\n"
    case .command(let text): "<pre style=\"\(commandStyle)\">\(text)</pre>\n"
    case .list(let items):
      items.isEmpty
        ? ""
        : """
        <ul style="margin:0 0 8px;padding-left:20px">
        \(HTMLMarkup.joined(items.map { "<li style=\"margin:0 0 4px\">\($0)</li>\n" }))</ul>

        """
    }
  }

  /// The severity in words, that need no colour.
  private var badge: String { "Severity: \(severity.rawValue)" }

  private var badgeStyle: String {
    // Dark enough for white letters, whatever is behind them (WCAG contrast of 4.5 and more).
    let colour =
      switch severity {
      case .critical: "#8b0000"
      case .high: "#b3261e"
      case .medium: "#8a5000"
      case .low: "#3d5a80"
      }
    return
      "display:inline-block;background:\(colour);color:#ffffff;padding:2px 10px;border-radius:12px;font-size:13px;font-weight:bold"
  }

  private static let fontStyle =
    "font:16px/1.5 -apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;overflow-wrap:anywhere"
  private static let commandStyle =
    "margin:0 0 12px;padding:10px 12px;background:#8882;border-radius:6px;font:14px/1.4 ui-monospace,Menlo,Consolas,monospace;white-space:pre-wrap;overflow-wrap:anywhere"
  private static let buttonStyle =
    "display:inline-block;background:#1f4e79;color:#ffffff;padding:10px 18px;border-radius:6px;text-decoration:none"
}
