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
      let byte = input[offset]
      if byte == UInt8(ascii: "<"), !hasOpenTag {
        guard let end = skipTag(input, at: offset, into: &output) else {
          hasOpenTag = true
          continue
        }
        offset = end
      } else if byte == UInt8(ascii: "&") {
        offset = readEntity(input, at: offset, into: &output)
      } else {
        // A line end in HTML is a space.
        output.append(byte == 0x0A || byte == 0x0D ? 0x20 : byte)
        offset += 1
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
    let name = nameStart..<nameEnd
    for (element, end) in [("script", "</script"), ("style", "</style")]
    where input.equalsIgnoringCase(element, name) && nameStart == start + 1 {
      return find(end, in: input, from: close + 1) ?? input.count
    }
    if lineElements.contains(where: { input.equalsIgnoringCase($0, name) }) {
      output += [0x0A, 0x0A]
    }
    return close + 1
  }

  private static let lineElements = [
    "p", "br", "div", "td", "tr", "th", "table", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5",
    "h6", "hr", "body", "center", "footer", "section", "blockquote",
  ]

  private static func find(_ text: String, in input: Span<UInt8>, from start: Int) -> Int? {
    guard start < input.count else { return nil }
    return (start..<input.count).first {
      input.hasPrefixIgnoringCase(text, at: $0, before: input.count)
    }
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
    let name = String(decoding: input.bytes(in: start + 1..<end), as: UTF8.self)
    var scalar = named[name]
    if name.hasPrefix("#x") || name.hasPrefix("#X") {
      scalar = UInt32(name.dropFirst(2), radix: 16).flatMap(Unicode.Scalar.init)
    } else if name.hasPrefix("#") {
      scalar = UInt32(name.dropFirst()).flatMap(Unicode.Scalar.init)
    }
    guard let scalar else {
      output.append(input[start])
      return start + 1
    }
    output += Array(String(Character(scalar)).utf8)
    return end + 1
  }

  private static let named: [String: Unicode.Scalar] = [
    "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": " ", "ndash": "–",
    "mdash": "—", "rsquo": "’", "lsquo": "‘", "copy": "©",
  ]
}
