/// The words of an HTML text, to be searched and never to be shown: tags, comments, scripts and
/// styles are left out, and a tag that begins a new line leaves an empty line.
enum HTMLText {
  /// Reads any bytes, in linear time.
  static func read(_ input: Span<UInt8>) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(input.count)
    var hasOpenTag = false
    var offset = 0
    while offset < input.count {
      let next = input.firstIndex(
        of: hasOpenTag ? UInt8(ascii: "&") : UInt8(ascii: "<"),
        UInt8(ascii: "&"),
        0x0A,
        0x0D,
        in: offset..<input.count
      )
      output.append(input, offset..<next)
      guard next < input.count else { break }
      switch input[next] {
      case UInt8(ascii: "<"):
        if let end = skipTag(input, at: next, into: &output) {
          offset = end
        } else {
          hasOpenTag = true
          offset = next
        }
      case UInt8(ascii: "&"): offset = readEntity(input, at: next, into: &output)
      default:
        // A line end in HTML is a space.
        output.append(0x20)
        offset = next + 1
      }
    }
    return output
  }

  /// Where the tag, comment or element without words at `start` ends; `nil` where it doesn't.
  private static func skipTag(
    _ input: Span<UInt8>,
    at start: Int,
    into output: inout [UInt8]
  ) -> Int? {
    if input.hasPrefixIgnoringCase("<!--", at: start, before: input.count) {
      return find("-->", in: input, from: start + 4).map { $0 + 3 } ?? input.count
    }
    guard let close = find(">", in: input, from: start + 1) else { return nil }
    var nameStart = start + 1
    if nameStart < close, input[nameStart] == UInt8(ascii: "/") { nameStart += 1 }
    var nameEnd = nameStart
    while nameEnd < close, input[nameEnd].isASCIILetter || input[nameEnd].isDigit { nameEnd += 1 }
    let name = key(input, nameStart..<nameEnd)
    if nameStart == start + 1, name == script || name == style {
      let end = name == script ? "</script" : "</style"
      return find(end, in: input, from: close + 1) ?? input.count
    }
    if lineElements.contains(name) {
      output.append(0x0A)
      output.append(0x0A)
    }
    return close + 1
  }

  private static let script = key("script"), style = key("style")
  private static let lineElements = [
    "p", "br", "div", "td", "tr", "li", "table", "th", "ul", "ol", "h1", "h2", "h3", "h4", "h5",
    "h6", "hr", "body", "center", "footer", "section", "blockquote",
  ].map { key($0) }

  /// The name of an element, to be compared at once and without regard to case: its first seven bytes
  /// and its length.
  ///
  /// No two elements that are looked for share a key, and none with an element of HTML.
  private static func key(_ input: Span<UInt8>, _ name: Range<Int>) -> UInt64 {
    var key = UInt64(truncatingIfNeeded: min(name.count, 255))
    for offset in name.prefix(7) { key = key &<< 8 | UInt64(input[offset].lowercased) }
    return key
  }

  private static func key(_ name: String) -> UInt64 {
    let bytes = Array(name.utf8)
    return key(bytes.span, bytes.indices)
  }

  private static func find(_ text: String, in input: Span<UInt8>, from start: Int) -> Int? {
    guard let first = text.utf8.first else { return nil }
    var offset = start
    while offset < input.count {
      offset = input.firstIndex(of: first, in: offset..<input.count)
      if input.hasPrefixIgnoringCase(text, at: offset, before: input.count) { return offset }
      offset += 1
    }
    return nil
  }

  /// The character references that are met in names and addresses; any other stays as it is.
  private static func readEntity(
    _ input: Span<UInt8>,
    at start: Int,
    into output: inout [UInt8]
  ) -> Int {
    var end = start + 1
    while end < input.count, end - start <= 10, input[end] != UInt8(ascii: ";") { end += 1 }
    guard end < input.count, input[end] == UInt8(ascii: ";") else {
      output.append(input[start])
      return start + 1
    }
    guard let scalar = scalar(input, start + 1..<end) else {
      output.append(input[start])
      return start + 1
    }
    output.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    return end + 1
  }

  /// What a reference means, of at most ten bytes.
  private static func scalar(_ input: Span<UInt8>, _ name: Range<Int>) -> Unicode.Scalar? {
    guard !name.isEmpty, input[name.lowerBound] == UInt8(ascii: "#") else {
      return named.first {
        $0.name.utf8.count == name.count
          && input.hasPrefix($0.name, at: name.lowerBound, before: name.upperBound)
      }?.scalar
    }
    let isHexadecimal = name.count > 1 && input[name.lowerBound + 1].lowercased == UInt8(ascii: "x")
    let digits = name.dropFirst(isHexadecimal ? 2 : 1)
    var number: UInt32 = 0
    for offset in digits {
      guard let value = input[offset].hexValue, isHexadecimal || value < 10 else { return nil }
      // Eight hexadecimal digits or nine decimal ones at most: the number fits.
      number = number &* (isHexadecimal ? 16 : 10) &+ UInt32(value)
    }
    return digits.isEmpty ? nil : Unicode.Scalar(number)
  }

  private static let named: [(name: String, scalar: Unicode.Scalar)] = [
    ("nbsp", " "), ("amp", "&"), ("lt", "<"), ("gt", ">"), ("quot", "\""), ("apos", "'"),
    ("ndash", "–"), ("mdash", "—"), ("rsquo", "’"), ("lsquo", "‘"), ("copy", "©"),
  ]
}
