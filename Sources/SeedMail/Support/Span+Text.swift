/// Bytes as text, without an array between them.
extension Span<UInt8> {
  /// The bytes of `range`; those that are no UTF-8 become U+FFFD.
  package func text(_ range: Range<Int>) -> String {
    // Sound: the string copies the bytes before the pointer ends.
    unsafe extracting(range).withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
  }

  /// As ``text(_:)``, with ASCII letters in lower case.
  package func lowercasedText(_ range: Range<Int>) -> String {
    // Sound: every byte of the buffer is written, and the string checks that they are UTF-8.
    unsafe String(unsafeUninitializedCapacity: range.count) { buffer in
      var index = 0
      for offset in range {
        unsafe buffer[index] = self[offset].lowercased
        index &+= 1
      }
      return index
    }
  }

  /// The words between colons, in lower case, without white space around them and without empty ones;
  /// `nil` where one holds anything but visible ASCII.
  package func colonSeparatedWords(in range: Range<Int>) -> [String]? {
    var words: [String] = []
    var offset = range.lowerBound
    while offset < range.upperBound {
      skip(while: \.isFoldingWhitespace, at: &offset, before: range.upperBound)
      let start = offset
      skip(
        while: { $0.isVisibleASCII && $0 != UInt8(ascii: ":") },
        at: &offset,
        before: range.upperBound
      )
      if offset > start { words.append(lowercasedText(start..<offset)) }
      skip(while: \.isFoldingWhitespace, at: &offset, before: range.upperBound)
      guard offset < range.upperBound else { break }
      guard self[offset] == UInt8(ascii: ":") else { return nil }
      offset += 1
    }
    return words
  }
}
