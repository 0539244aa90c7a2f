extension Span<UInt8> {
  /// The bytes of a folded field body on one line, without the white space at its ends.
  ///
  /// RFC 5322 §2.2.3: unfolding takes the line ends away and leaves the white space after them.
  func unfolded(_ range: Range<Int>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(range.count)
    for offset in range where !isLineEnd(at: offset, before: range.upperBound) {
      if result.isEmpty, self[offset].isBlank { continue }
      result.append(self[offset])
    }
    while let last = result.last, last.isBlank { result.removeLast() }
    return result
  }

  /// As ``unfolded(_:)``, with one space in place of each fold and the white space around it: what a
  /// reader should see. A fold inside an encoded word, where none is allowed, leaves nothing.
  func unfoldedForDisplay(_ range: Range<Int>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(range.count)
    var isAfterFold = true
    var word = EncodedWordTracker()
    for offset in range {
      let byte = self[offset]
      if isLineEnd(at: offset, before: range.upperBound) {
        while let last = result.last, last.isBlank { result.removeLast() }
        isAfterFold = true
      } else if !isAfterFold || !byte.isBlank {
        if isAfterFold, !result.isEmpty, !word.isInText {
          result.append(0x20)
          word.step(0x20)
        }
        isAfterFold = false
        result.append(byte)
        word.step(byte)
      }
    }
    while let last = result.last, last.isBlank { result.removeLast() }
    return result
  }

  /// An LF, or a CR that stands before a line end or at a fold; any other CR is content.
  private func isLineEnd(at offset: Int, before end: Int) -> Bool {
    switch self[offset] {
    case 0x0A: true
    case 0x0D: offset + 1 >= end || self[offset + 1].isFoldingWhitespace
    default: false
    }
  }
}

/// Follows a text byte by byte and knows when it is in the encoded text of `=?charset?Q?text?=`.
private struct EncodedWordTracker {
  /// The question marks since the `=?`, that one included; 0 outside an encoded word.
  private var markCount = 0
  private var last: UInt8 = 0

  var isInText: Bool { markCount == 3 }

  mutating func step(_ byte: UInt8) {
    switch markCount {
    case 0: if last == UInt8(ascii: "="), byte == UInt8(ascii: "?") { markCount = 1 }
    case 1, 2:
      if byte == UInt8(ascii: "?") { markCount += 1 }
      if byte.isFoldingWhitespace { markCount = 0 }
      // The mark before the text is no part of its end.
      if markCount == 3 {
        last = 0
        return
      }
    default:
      if last == UInt8(ascii: "?"), byte == UInt8(ascii: "=") { markCount = 0 }
    }
    last = byte
  }
}
