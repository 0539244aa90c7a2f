/// Finds the header fields of a message in one pass.
struct HeaderParser {
  var fields: [HeaderField] = []
  var defects: Message.Defects = []

  /// Returns where the body lies.
  mutating func parse(_ input: Span<UInt8>) -> Range<Int> {
    var offset = 0
    while offset < input.count {
      let lineStart = offset
      var end = offset
      while end < input.count, input[end] != 0x0A { end += 1 }
      let next = min(end + 1, input.count)
      let contentEnd = end > lineStart && input[end - 1] == 0x0D ? end - 1 : end
      if contentEnd == lineStart { return next..<input.count }
      var colon = lineStart
      while colon < contentEnd, input[colon] != UInt8(ascii: ":") { colon += 1 }
      offset = next
      while offset < input.count, input[offset] == 0x20 || input[offset] == 0x09 {
        while offset < input.count, input[offset] != 0x0A { offset += 1 }
        offset = min(offset + 1, input.count)
      }
      guard colon < contentEnd else { continue }
      fields.append(
        HeaderField(
          kind: .other,
          name: lineStart..<colon,
          body: colon + 1..<offset,
          whole: lineStart..<offset
        )
      )
    }
    return input.count..<input.count
  }
}
