/// Searches in bytes by vectors and machine words, which is ten times as fast as a loop over a span.
///
/// This is the one place in SeedMail that reads through a pointer: every address lies in the range
/// that the caller names, and that range is checked against the span first.
extension Span<UInt8> {
  /// Where `byte` first stands in `range`; the range's end when it doesn't.
  @inline(__always)
  func firstIndex(of byte: UInt8, in range: Range<Int>) -> Int {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    return unsafe withUnsafeBytes { bytes in
      // Sound: `offset + n <= end <= count` before each load of n bytes.
      var offset = range.lowerBound
      let end = range.upperBound
      let pattern = SIMD32(repeating: byte)
      while offset &+ 32 <= end {
        let chunk = unsafe bytes.loadUnaligned(fromByteOffset: offset, as: SIMD32<UInt8>.self)
        if (chunk .== pattern).isAnySet { break }
        offset &+= 32
      }
      let wordPattern = UInt64(byte) &* 0x0101_0101_0101_0101
      while offset &+ 8 <= end {
        let word = unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        let found = zeroBytes(UInt64(littleEndian: word) ^ wordPattern)
        if found != 0 { return offset &+ found.trailingZeroBitCount &>> 3 }
        offset &+= 8
      }
      while offset < end {
        if unsafe bytes[offset] == byte { return offset }
        offset &+= 1
      }
      return end
    }
  }

  /// Where one of four bytes first stands in `range`; the range's end when none does.
  @inline(__always)
  func firstIndex(of a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8, in range: Range<Int>) -> Int {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    return unsafe withUnsafeBytes { bytes in
      // Sound: as above.
      var offset = range.lowerBound
      let end = range.upperBound
      // Comparing with a number instead of a vector of it would go byte by byte.
      let patterns = (
        SIMD16(repeating: a), SIMD16(repeating: b), SIMD16(repeating: c), SIMD16(repeating: d)
      )
      while offset &+ 16 <= end {
        let chunk = unsafe bytes.loadUnaligned(fromByteOffset: offset, as: SIMD16<UInt8>.self)
        let isFound =
          chunk .== patterns.0 .| chunk .== patterns.1 .| chunk .== patterns.2
          .| chunk .== patterns.3
        if let index = isFound.firstSet { return offset &+ index }
        offset &+= 16
      }
      while offset < end {
        let byte = unsafe bytes[offset]
        if byte == a || byte == b || byte == c || byte == d { return offset }
        offset &+= 1
      }
      return end
    }
  }

  /// Where `first` first stands with one of two bytes right behind it; the range's end when it doesn't.
  ///
  /// Where `isCaseIgnored`, all three are lower-case letters.
  @inline(__always)
  func firstIndex(
    of first: UInt8,
    before second: (UInt8, UInt8),
    isCaseIgnored: Bool = false,
    in range: Range<Int>
  ) -> Int {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    return unsafe withUnsafeBytes { bytes in
      // Sound: as above, and `offset + 17 <= end` before the load of what stands behind.
      var offset = range.lowerBound
      let end = range.upperBound
      let caseBit: UInt8 = isCaseIgnored ? 0x20 : 0
      let caseBits = SIMD16(repeating: caseBit)
      let patterns = (
        SIMD16(repeating: first), SIMD16(repeating: second.0), SIMD16(repeating: second.1)
      )
      while offset &+ 17 <= end {
        let here = unsafe bytes.loadUnaligned(fromByteOffset: offset, as: SIMD16<UInt8>.self)
        let next = unsafe bytes.loadUnaligned(fromByteOffset: offset &+ 1, as: SIMD16<UInt8>.self)
        let isSecond = (next | caseBits) .== patterns.1 .| (next | caseBits) .== patterns.2
        let isFound = (here | caseBits) .== patterns.0 .& isSecond
        if let index = isFound.firstSet { return offset &+ index }
        offset &+= 16
      }
      while offset &+ 1 < end {
        let next = unsafe bytes[offset &+ 1] | caseBit
        if unsafe bytes[offset] | caseBit == first, next == second.0 || next == second.1 {
          return offset
        }
        offset &+= 1
      }
      return end
    }
  }

  /// Whether `range` holds a NUL, and whether it holds a byte over 127.
  func unusualBytes(in range: Range<Int>) -> (nul: Bool, eightBit: Bool) {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    return unsafe withUnsafeBytes { bytes in
      // Sound: as above.
      var zeros: UInt64 = 0
      var all: UInt64 = 0
      var offset = range.lowerBound
      let end = range.upperBound
      while offset &+ 8 <= end {
        let word = unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        zeros |= zeroBytes(word)
        all |= word
        offset &+= 8
      }
      var nul = zeros != 0
      var eightBit = all & 0x8080_8080_8080_8080 != 0
      while offset < end {
        let byte = unsafe bytes[offset]
        nul = nul || byte == 0
        eightBit = eightBit || byte > 0x7F
        offset &+= 1
      }
      return (nul, eightBit)
    }
  }
}

/// The high bit of each byte of `word` that is zero, exact from the lowest up to the first of them.
@inline(__always)
private func zeroBytes(_ word: UInt64) -> UInt64 {
  (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
}

extension SIMDMask<SIMD32<Int8>> {
  /// Whether any lane is set.
  @inline(__always)
  fileprivate var isAnySet: Bool {
    // Sound: a mask is 32 bytes that are all ones or all zeros.
    let words = unsafe unsafeBitCast(self, to: SIMD4<UInt64>.self)
    return words[0] | words[1] | words[2] | words[3] != 0
  }
}

extension SIMDMask<SIMD16<Int8>> {
  /// The first lane that is set.
  @inline(__always)
  fileprivate var firstSet: Int? {
    // Sound: a mask is 16 bytes that are all ones or all zeros.
    let words = unsafe unsafeBitCast(self, to: SIMD2<UInt64>.self)
    guard words[0] | words[1] != 0 else { return nil }
    let low = UInt64(littleEndian: words[0])
    if low != 0 { return low.trailingZeroBitCount &>> 3 }
    return 8 &+ UInt64(littleEndian: words[1]).trailingZeroBitCount &>> 3
  }
}
