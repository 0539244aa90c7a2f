/// Finds what canonicalization has to look at, a machine word at a time.
///
/// Like the other searches it reads through a pointer, in a range that is checked first.
extension Span<UInt8> {
  /// The first byte in `range` that may not stay as it is; the range's end where there is none.
  ///
  /// In a simple body those are the bytes of line ends. In a relaxed one they are all up to the
  /// space, but for a single space with a visible byte behind it.
  @inline(__always)
  func endOfPlainRun(in range: Range<Int>, isRelaxed: Bool) -> Int {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    return unsafe withUnsafeBytes { bytes in
      // Sound: `offset + 9 <= end <= count` before the load of eight bytes and of those one further.
      var offset = range.lowerBound
      let end = range.upperBound
      while offset &+ 9 <= end {
        let word = UInt64(
          littleEndian: unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        )
        var found: UInt64
        if isRelaxed {
          let next = UInt64(
            littleEndian: unsafe bytes.loadUnaligned(fromByteOffset: offset &+ 1, as: UInt64.self)
          )
          found = lowBytes(word) & (lowBytes(next) | ~bytesEqual(word, 0x20))
        } else {
          found = bytesEqual(word, 0x0A) | bytesEqual(word, 0x0D)
        }
        if found != 0 { return offset &+ found.trailingZeroBitCount &>> 3 }
        offset &+= 8
      }
      while offset < end {
        let byte = unsafe bytes[offset]
        if isRelaxed ? byte <= 0x20 : byte == 0x0A || byte == 0x0D { return offset }
        offset &+= 1
      }
      return end
    }
  }
}

private let ones: UInt64 = 0x0101_0101_0101_0101
private let highBits: UInt64 = 0x8080_8080_8080_8080

/// The high bit of each byte of `word` that is at most a space; no byte disturbs another.
@inline(__always)
private func lowBytes(_ word: UInt64) -> UInt64 {
  ~(((word & ~highBits) &+ 0x5F &* ones) | word) & highBits
}

/// The high bit of each byte of `word` that is `byte`; no byte disturbs another.
@inline(__always)
private func bytesEqual(_ word: UInt64, _ byte: UInt64) -> UInt64 {
  let difference = word ^ (byte &* ones)
  return ~(((difference & ~highBits) &+ ~highBits) | difference) & highBits
}
