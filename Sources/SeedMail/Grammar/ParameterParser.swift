/// Reads `value; name=value; …` with comments, quoted strings and RFC 2231's continuations, and with
/// what mail makes of it: missing semicolons, encoded words, open quotes.
struct ParameterParser {
  /// The most pieces of parameters that are read; what follows is left out.
  static let pieceCountMax = 1_000

  private var offset: Int
  private let end: Int

  init(offset: Int, end: Int) {
    self.offset = offset
    self.end = end
  }

  /// One `name*section*=value` as it was written.
  private struct Piece {
    let name: String
    let section: Int?
    let isExtended: Bool
    let value: [UInt8]
  }

  /// Steps over `byte` and the white space and comments around it; returns whether it was there.
  mutating func skip(_ byte: UInt8, in input: Span<UInt8>) -> Bool {
    skipFoldsAndComments(input)
    guard offset < end, input[offset] == byte else { return false }
    offset += 1
    return true
  }

  /// Reads a type, a subtype or a disposition, in lower case. A subtype may hold `/`.
  mutating func readValueName(_ input: Span<UInt8>, isType: Bool) -> String {
    skipFoldsAndComments(input)
    let start = offset
    input.skip(
      while: {
        !$0.isFoldingWhitespace && $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: "(")
          && !(isType && $0 == UInt8(ascii: "/"))
      },
      at: &offset,
      before: end
    )
    return input.lowercasedText(start..<offset)
  }

  /// Reads the parameters that follow.
  mutating func parameters(_ input: Span<UInt8>) -> [MIMEParameter] {
    var pieces: [Piece] = []
    while pieces.count < Self.pieceCountMax, let piece = nextPiece(input) { pieces.append(piece) }
    return Self.join(pieces)
  }

  private mutating func nextPiece(_ input: Span<UInt8>) -> Piece? {
    while true {
      skipFoldsAndComments(input)
      guard offset < end else { return nil }
      let start = offset
      input.skip(while: \.isParameterNameByte, at: &offset, before: end)
      let name = start..<offset
      skipFoldsAndComments(input)
      guard offset < end else { return nil }
      guard input[offset] == UInt8(ascii: "="), !name.isEmpty else {
        // No parameter: go on behind this byte, or at the next word.
        if offset == start || input[offset] == UInt8(ascii: "=") { offset += 1 }
        continue
      }
      offset += 1
      skipFoldsAndComments(input)
      let value = readValue(input)
      guard let piece = Self.piece(input.bytes(in: name), value) else { continue }
      return piece
    }
  }

  private mutating func readValue(_ input: Span<UInt8>) -> [UInt8] {
    guard offset < end else { return [] }
    if input[offset] == UInt8(ascii: "\"") { return readQuotedString(input) }
    let start = offset
    var words = EncodedWords.Search()
    // RFC 2047 §5 forbids encoded words here; they are met all the same, with spaces between.
    while let word = words.word(in: input, at: offset, before: end) {
      offset = word.end
      var next = offset
      input.skip(while: \.isFoldingWhitespace, at: &next, before: end)
      guard next > offset, words.word(in: input, at: next, before: end) != nil else { break }
      offset = next
    }
    input.skip(
      while: { !$0.isFoldingWhitespace && $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: "(") },
      at: &offset,
      before: end
    )
    return input.bytes(in: start..<offset)
  }

  /// The content of a quoted string; one without an end goes up to the end of the field.
  private mutating func readQuotedString(_ input: Span<UInt8>) -> [UInt8] {
    offset += 1
    var content: [UInt8] = []
    while offset < end {
      let byte = input[offset]
      offset += 1
      switch byte {
      case UInt8(ascii: "\""): return content
      case UInt8(ascii: "\\") where offset < end:
        content.append(input[offset])
        offset += 1
      case 0x0D, 0x0A: continue
      default: content.append(byte)
      }
    }
    return content
  }

  private mutating func skipFoldsAndComments(_ input: Span<UInt8>) {
    var depth = 0
    while offset < end {
      switch input[offset] {
      case UInt8(ascii: "("): depth += 1
      case UInt8(ascii: ")") where depth > 0: depth -= 1
      case UInt8(ascii: "\\") where depth > 0: offset += 1
      case let byte where depth == 0 && !byte.isFoldingWhitespace: return
      default: break
      }
      offset += 1
    }
    offset = min(offset, end)
  }

  /// RFC 2231 §3 and §4: `name*`, `name*0` or `name*0*`.
  private static func piece(_ name: [UInt8], _ value: [UInt8]) -> Piece? {
    let parts = name.split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false)
    guard let base = parts.first, !base.isEmpty else { return nil }
    let isMarked = parts.count > 1 && parts[parts.count - 1].isEmpty
    let section = parts.count > 1 ? Int(String(decoding: parts[1], as: UTF8.self)) : nil
    return Piece(
      name: String(decoding: base, as: UTF8.self).lowercased(),
      section: section.flatMap { $0 >= 0 ? $0 : nil },
      isExtended: isMarked,
      value: value
    )
  }

  /// Puts the pieces of each parameter together.
  private static func join(_ pieces: [Piece]) -> [MIMEParameter] {
    var names: [String] = []
    var byName: [String: [Piece]] = [:]
    for piece in pieces where !piece.value.isEmpty {
      if byName[piece.name] == nil { names.append(piece.name) }
      byName[piece.name, default: []].append(piece)
    }
    return names.map { name in
      let all = byName[name] ?? []
      // RFC 2231 §3: a value in pieces is put together in the order of their numbers. The extended
      // form is worth more than the plain one, which is there for old readers.
      let sections = all.filter { $0.section != nil }.sorted { $0.section ?? 0 < $1.section ?? 0 }
      let whole = all.first { $0.isExtended && $0.section == nil } ?? all.first
      let chosen = sections.isEmpty ? whole.map { [$0] } ?? [] : sections
      return decode(chosen, named: name)
    }
  }

  private static func decode(_ pieces: [Piece], named name: String) -> MIMEParameter {
    guard pieces.contains(where: \.isExtended) else {
      let bytes = pieces.flatMap(\.value)
      let text = EncodedWords.decode(bytes.span, 0..<bytes.count)
      return MIMEParameter(name: name, value: text, language: nil)
    }
    var bytes: [UInt8] = []
    var charset = Charset.unknown
    var language: String?
    for (index, piece) in pieces.enumerated() {
      var value = piece.value[...]
      guard piece.isExtended else {
        bytes += value
        continue
      }
      // RFC 2231 §4: the first piece begins with `charset'language'`.
      if index == 0 {
        let marks = value.indices.filter { value[$0] == UInt8(ascii: "'") }.prefix(2)
        if let first = marks.first, let second = marks.last, second > first {
          charset = Charset(named: String(decoding: value[..<first], as: UTF8.self))
          let tag = String(decoding: value[(first + 1)..<second], as: UTF8.self)
          language = tag.isEmpty ? nil : tag
          value = value[(second + 1)...]
        }
      }
      bytes += percentDecoded(Array(value))
    }
    let text = String(decoding: charset.utf8(bytes.span, 0..<bytes.count), as: UTF8.self)
    return MIMEParameter(name: name, value: text, language: language)
  }

  private static func percentDecoded(_ value: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var offset = 0
    while offset < value.count {
      if value[offset] == UInt8(ascii: "%"),
        let byte = value.span.hexPair(at: offset + 1, before: value.count)
      {
        result.append(byte)
        offset += 3
      } else {
        result.append(value[offset])
        offset += 1
      }
    }
    return result
  }
}

extension UInt8 {
  fileprivate var isParameterNameByte: Bool {
    !isFoldingWhitespace && self != UInt8(ascii: "=") && self != UInt8(ascii: ";")
      && self != UInt8(ascii: "(")
  }
}
