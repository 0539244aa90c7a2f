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
  /// reader should see.
  func unfoldedForDisplay(_ range: Range<Int>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(range.count)
    var isAfterFold = true
    for offset in range {
      let byte = self[offset]
      if isLineEnd(at: offset, before: range.upperBound) {
        while let last = result.last, last.isBlank { result.removeLast() }
        isAfterFold = true
      } else if !isAfterFold {
        result.append(byte)
      } else if !byte.isBlank {
        if !result.isEmpty { result.append(0x20) }
        result.append(byte)
        isAfterFold = false
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
