/// Writes header fields in their canonical form (RFC 6376 §3.4.1, §3.4.2).
extension Canonicalization {
  /// Appends the canonical form of `field`, which lies in `bytes`, with its line end.
  ///
  /// `omitted` is left out, as if it were not there: a signature doesn't sign its own value.
  public func append(
    _ field: HeaderField,
    of bytes: [UInt8],
    omitting omitted: Range<Int>? = nil,
    to output: inout [UInt8]
  ) {
    let end = min(field.body.upperBound, bytes.count)
    switch self {
    case .simple:
      let omitted = omitted?.clamped(to: 0..<end)
      let pause = omitted?.lowerBound ?? end
      Self.appendLines(bytes, field.whole.lowerBound..<pause, to: &output)
      if let omitted { Self.appendLines(bytes, omitted.upperBound..<end, to: &output) }
    case .relaxed:
      let name = field.name.clamped(to: 0..<end)
      for offset in name { output.append(bytes[offset].lowercased) }
      output.append(UInt8(ascii: ":"))
      Self.appendUnfolded(bytes, field.body.clamped(to: 0..<end), omitting: omitted, to: &output)
    }
    output.append(0x0D)
    output.append(0x0A)
  }

  /// Copies lines, with CRLF for every line end.
  private static func appendLines(_ bytes: [UInt8], _ range: Range<Int>, to output: inout [UInt8]) {
    var offset = range.lowerBound
    while offset < range.upperBound {
      let lineFeed = bytes.span.firstIndex(of: 0x0A, in: offset..<range.upperBound)
      let hasReturn = lineFeed > offset && bytes[lineFeed - 1] == 0x0D
      guard lineFeed < range.upperBound else {
        output.append(bytes.span, offset..<range.upperBound)
        return
      }
      output.append(bytes.span, offset..<(hasReturn ? lineFeed - 1 : lineFeed))
      output.append(0x0D)
      output.append(0x0A)
      offset = lineFeed + 1
    }
  }

  /// RFC 6376 §3.4.2: line ends are removed, runs of white space become one space, and none stays
  /// at either end.
  private static func appendUnfolded(
    _ bytes: [UInt8],
    _ range: Range<Int>,
    omitting omitted: Range<Int>?,
    to output: inout [UInt8]
  ) {
    let input = bytes.span
    let start = output.count
    var owesSpace = false
    var offset = range.lowerBound
    while offset < range.upperBound {
      if let omitted, omitted.contains(offset) {
        offset = omitted.upperBound
        continue
      }
      let byte = input[offset]
      if byte.isBlank {
        owesSpace = true
        offset += 1
      } else if byte == 0x0A
        || byte == 0x0D && offset + 1 < input.count && input[offset + 1] == 0x0A
      {
        offset += 1
      } else {
        if owesSpace, output.count > start { output.append(0x20) }
        owesSpace = false
        var end = range.upperBound
        if let omitted, offset < omitted.lowerBound { end = min(end, omitted.lowerBound) }
        // A run holds single spaces between visible bytes, and ends with none.
        let runEnd =
          byte > 0x20 ? input.endOfPlainRun(in: offset..<end, isRelaxed: true) : offset + 1
        output.append(input, offset..<runEnd)
        offset = runEnd
      }
    }
  }
}
