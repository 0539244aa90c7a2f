/// The classes of bytes that mail's grammars are made of (RFC 5234 appendix B.1, RFC 5322 §3.2).
extension UInt8 {
  /// A space or a tab.
  @inlinable var isBlank: Bool { self == 0x20 || self == 0x09 }

  /// A space, a tab, or a byte of a line end.
  @inlinable var isFoldingWhitespace: Bool {
    self == 0x20 || self == 0x09 || self == 0x0D || self == 0x0A
  }

  /// RFC 5234 `VCHAR`: a visible ASCII character.
  @inlinable var isVisibleASCII: Bool { self > 0x20 && self < 0x7F }

  /// `0` to `9`.
  @inlinable var isDigit: Bool { self &- 0x30 < 10 }

  /// `A` to `Z` or `a` to `z`.
  @inlinable var isASCIILetter: Bool { (self | 0x20) &- 0x61 < 26 }

  /// RFC 5322 §2.2: what a field name is made of, any visible ASCII character but the colon.
  @inlinable var isFieldNameByte: Bool { self > 0x20 && self < 0x7F && self != 0x3A }

  /// RFC 2045 §5.1 `token`, with bytes over 127, which are met though they are not allowed.
  @inlinable var isTokenByte: Bool {
    self > 0x20 && self != 0x7F && !Self.tokenSpecials.contains(self)
  }

  /// The lower-case form of an ASCII letter; any other byte as it is.
  @inlinable var lowercased: UInt8 { self &- 0x41 < 26 ? self | 0x20 : self }

  /// The value of a hexadecimal digit of either case.
  @inlinable var hexValue: UInt8? {
    if isDigit { return self &- 0x30 }
    let letter = (self | 0x20) &- 0x61
    return letter < 6 ? letter &+ 10 : nil
  }

  @usableFromInline static let tokenSpecials = ByteSet("()<>@,;:\\\"/[]?=")
}

/// A set of ASCII characters as 128 bits.
@usableFromInline
struct ByteSet: Sendable {
  @usableFromInline let low: UInt64
  @usableFromInline let high: UInt64

  init(_ characters: StaticString) {
    var low: UInt64 = 0
    var high: UInt64 = 0
    for byte in "\(characters)".utf8 {
      if byte < 64 { low |= 1 << UInt64(byte) } else { high |= 1 << UInt64(byte & 63) }
    }
    self.low = low
    self.high = high
  }

  @inlinable
  func contains(_ byte: UInt8) -> Bool {
    let bits = byte < 64 ? low : byte < 128 ? high : 0
    return bits >> UInt64(byte & 63) & 1 == 1
  }
}
