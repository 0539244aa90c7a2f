extension Span<UInt8> {
  /// Whether the bytes are well-formed UTF-8.
  var isUTF8: Bool { (try? UTF8Span(validating: self)) != nil }

  /// Whether `text` stands at `start`, wholly before `end`, in the same case.
  func hasPrefix(_ text: String, at start: Int, before end: Int) -> Bool {
    guard start >= 0, end <= count, end - start >= text.utf8.count else { return false }
    var offset = start
    for byte in text.utf8 {
      guard self[offset] == byte else { return false }
      offset += 1
    }
    return true
  }

  /// Whether `bytes` stand at `start`.
  func holds(_ bytes: [UInt8], at start: Int) -> Bool {
    guard start <= count, bytes.count <= count - start else { return false }
    for (index, byte) in bytes.enumerated() where self[start + index] != byte { return false }
    return true
  }

  /// Moves `offset` over the bytes of one class.
  @inline(__always)
  func skip(while isInClass: (UInt8) -> Bool, at offset: inout Int, before end: Int) {
    while offset < end, isInClass(self[offset]) { offset += 1 }
  }

  /// A copy of the bytes in `range`.
  func bytes(in range: Range<Int>) -> [UInt8] {
    unsafe extracting(range).withUnsafeBufferPointer { unsafe Array($0) }
  }
}

extension [UInt8] {
  /// Appends the bytes in `range` of `input`.
  @inline(__always)
  mutating func append(_ input: Span<UInt8>, _ range: Range<Int>) {
    unsafe input.extracting(range).withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
  }
}
