extension MIMEStructure {
  /// The most bytes that a part is decoded to, unless another limit is given.
  public static let decodedByteCountMax = 32 * 1024 * 1024

  /// The content of a part: its body with the transfer encoding taken off.
  ///
  /// Broken encodings are decoded as far as they can be. `nil` where the content has more than
  /// `limit` bytes: it is not cut.
  public func decodedBytes(of index: Int, limit: Int = decodedByteCountMax) -> [UInt8]? {
    let part = parts[index]
    guard !part.encoding.isIdentity || part.body.count <= limit else { return nil }
    let bytes = buffers[part.buffer]
    let decoded = part.encoding.decode(bytes.span, part.body)
    return decoded.count <= limit ? decoded : nil
  }

  /// The content of a part as text: the transfer encoding taken off, the charset turned into UTF-8.
  ///
  /// Line ends stay as they are. A charset that is not known is read as UTF-8, or as windows-1252
  /// where the bytes are not well-formed; characters that don't exist become U+FFFD. `nil` where the
  /// text has more than `limit` bytes.
  public func decodedText(of index: Int, limit: Int = decodedByteCountMax) -> String? {
    decodedUTF8(of: index, limit: limit).map { String(decoding: $0, as: UTF8.self) }
  }

  /// As ``decodedText(of:limit:)``, as the bytes of UTF-8.
  func decodedUTF8(of index: Int, limit: Int = decodedByteCountMax) -> [UInt8]? {
    guard let bytes = decodedBytes(of: index, limit: limit) else { return nil }
    let charset = parts[index].contentType.parameter("charset").map { Charset(named: $0) }
    let text = (charset ?? .unknown).utf8(bytes, limit: limit)
    return text.count <= limit ? text : nil
  }
}

extension MIMEStructure {
  /// Which parts are what a reader reads, and which are attached (RFC 8621 §4.1.4).
  public struct Bodies: Sendable, Hashable {
    /// The parts that make up the message for a reader of plain text.
    public fileprivate(set) var text: [Int] = []
    /// The parts that make up the message for a reader of HTML.
    public fileprivate(set) var html: [Int] = []
    /// The other parts, and the pictures, sounds and films among the ones above.
    public fileprivate(set) var attachments: [Int] = []
  }

  /// The bodies of the message; what is in messages inside it is not looked at.
  public var bodies: Bodies { bodies(of: 0) }

  /// The bodies of the message that a part is or holds.
  public func bodies(of root: Int) -> Bodies {
    var sorter = BodySorter()
    // The parts of multiparts stand right behind them; a message's parts are passed over.
    var isInside = [Bool](repeating: false, count: parts.count)
    for index in root..<parts.count {
      let part = parts[index]
      if index != root {
        guard let parent = part.parent, parent >= root, isInside[parent],
          parts[parent].isMultipart
        else { continue }
      }
      isInside[index] = true
      // A multipart in which no part was found can't be read, and is attached as it is.
      let next = index + 1 < parts.count ? parts[index + 1].parent : nil
      sorter.add(index, part, isRoot: index == root, isEmpty: part.isMultipart && next != index)
    }
    return sorter.finish()
  }

  /// The algorithm of RFC 8621 §4.1.4, with a stack in place of its recursion.
  private struct BodySorter {
    private struct Level {
      let index: Int
      let subtype: String
      let isInAlternative: Bool
      let textCount: Int
      let htmlCount: Int
      var hasText: Bool
      var hasHTML: Bool
      var childCount = 0
    }

    private var bodies = Bodies()
    private var levels = [
      Level(
        index: -1,
        subtype: "mixed",
        isInAlternative: false,
        textCount: 0,
        htmlCount: 0,
        hasText: true,
        hasHTML: true
      )
    ]

    mutating func add(_ index: Int, _ part: MIMEPart, isRoot: Bool, isEmpty: Bool) {
      if !isRoot { while levels.count > 2, levels.last?.index != part.parent { leave() } }
      guard var level = levels.last else { return }
      let position = level.childCount
      level.childCount += 1
      defer { if !part.isMultipart || isEmpty { levels[levels.count - 1] = level } }
      if part.isMultipart, !isEmpty {
        levels[levels.count - 1] = level
        let subtype = part.contentType.subtype
        levels.append(
          Level(
            index: index,
            subtype: subtype,
            isInAlternative: level.isInAlternative || subtype == "alternative",
            textCount: bodies.text.count,
            htmlCount: bodies.html.count,
            hasText: level.hasText,
            hasHTML: level.hasHTML
          )
        )
      } else if part.isInline(at: position, in: level.subtype) {
        addInline(index, part, to: &level)
      } else {
        bodies.attachments.append(index)
      }
    }

    mutating func finish() -> Bodies {
      while levels.count > 1 { leave() }
      return bodies
    }

    private mutating func addInline(_ index: Int, _ part: MIMEPart, to level: inout Level) {
      let name = part.contentType.name
      if level.subtype == "alternative" {
        switch name {
        case "text/plain": bodies.text.append(index)
        case "text/html": bodies.html.append(index)
        default: bodies.attachments.append(index)
        }
        return
      }
      if level.isInAlternative {
        if name == "text/plain" { level.hasHTML = false }
        if name == "text/html" { level.hasText = false }
      }
      if level.hasText { bodies.text.append(index) }
      if level.hasHTML { bodies.html.append(index) }
      // Deviates from RFC 8621 §4.1.4: a picture in the text is an attachment too, always.
      if part.isMedia { bodies.attachments.append(index) }
    }

    private mutating func leave() {
      guard let level = levels.popLast(), level.subtype == "alternative", level.hasText,
        level.hasHTML
      else { return }
      // An alternative of one kind alone is shown to readers of the other kind too.
      let isTextNew = bodies.text.count > level.textCount
      let isHTMLNew = bodies.html.count > level.htmlCount
      if isHTMLNew, !isTextNew { bodies.text += bodies.html[level.htmlCount...] }
      if isTextNew, !isHTMLNew { bodies.html += bodies.text[level.textCount...] }
    }
  }
}

extension MIMEPart {
  /// Whether this is shown within the text, whatever its media type.
  fileprivate var isMedia: Bool { ["image", "audio", "video"].contains(contentType.type) }

  /// RFC 8621 §4.1.4 `isInline`.
  fileprivate func isInline(at position: Int, in multipart: String) -> Bool {
    guard disposition?.kind != "attachment",
      contentType.name == "text/plain" || contentType.name == "text/html" || isMedia
    else { return false }
    return position == 0 || multipart != "related" && (isMedia || filename == nil)
  }
}
