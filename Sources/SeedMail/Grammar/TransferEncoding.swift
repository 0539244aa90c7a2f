/// How the bytes of a part or of an encoded word are written (RFC 2045 §6).
public enum TransferEncoding: String, Sendable, Hashable, CaseIterable {
  /// The bytes are as they are.
  case sevenBit = "7bit"
  case eightBit = "8bit"
  case binary
  case quotedPrintable = "quoted-printable"
  case base64
  /// The old encoding of Unix systems, found in mail that is older than MIME.
  case uuencode = "x-uuencode"
  /// A name that is not known: the bytes can't be decoded and are given as they are.
  case unknown = ""

  /// The encoding of that name, in either case.
  public init(named name: String) {
    switch name.lowercased() {
    case "", "7bit", "7-bit": self = .sevenBit
    case "8bit", "8-bit": self = .eightBit
    case "x-uuencode", "x-uue", "uuencode": self = .uuencode
    case let lower: self = Self(rawValue: lower) ?? .unknown
    }
  }

  /// The encoding that a Content-Transfer-Encoding field names.
  init(parsing input: Span<UInt8>, in range: Range<Int>) {
    var parser = ParameterParser(offset: range.lowerBound, end: range.upperBound)
    self.init(named: parser.readValueName(input, isType: true))
  }

  /// Whether the bytes stay as they are.
  var isIdentity: Bool {
    switch self {
    case .sevenBit, .eightBit, .binary, .unknown: true
    case .quotedPrintable, .base64, .uuencode: false
    }
  }

  /// The bytes that `range` stands for.
  func decode(_ input: Span<UInt8>, _ range: Range<Int>) -> [UInt8] {
    switch self {
    case .sevenBit, .eightBit, .binary, .unknown: input.bytes(in: range)
    case .quotedPrintable: input.decodedQuotedPrintable(range)
    case .base64: input.decodedBase64(range)
    case .uuencode: input.decodedUUEncode(range)
    }
  }
}

extension Span<UInt8> {
  /// Decodes quoted-printable (RFC 2045 §6.7); an `=` that starts nothing valid stays as it is.
  func decodedQuotedPrintable(_ range: Range<Int>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(range.count)
    var offset = range.lowerBound
    let end = range.upperBound
    // White space before a line end was added on the way, and is dropped: this counts what is kept.
    var keptCount = 0
    while offset < end {
      let next = firstIndex(of: UInt8(ascii: "="), 0x0A, 0x0D, 0x0A, in: offset..<end)
      result.append(self, offset..<next)
      var visibleEnd = next
      while visibleEnd > offset, self[visibleEnd - 1].isBlank { visibleEnd -= 1 }
      if visibleEnd > offset { keptCount = result.count - (next - visibleEnd) }
      guard next < end else { break }
      let byte = self[next]
      offset = next + 1
      if byte == UInt8(ascii: "=") {
        if let line = softLineBreak(at: offset, before: end) {
          offset = line
        } else if let value = hexPair(at: offset, before: end) {
          result.append(value)
          offset += 2
        } else {
          result.append(byte)
        }
      } else {
        let isCRLF = byte == 0x0D && offset < end && self[offset] == 0x0A
        if byte == 0x0A || isCRLF { result.removeLast(result.count - keptCount) }
        result.append(byte)
        if isCRLF {
          result.append(0x0A)
          offset += 1
        }
      }
      keptCount = result.count
    }
    return result
  }

  /// Decodes what stands between `begin mode name` and `end`, as POSIX's uudecode does.
  func decodedUUEncode(_ range: Range<Int>) -> [UInt8] {
    var result: [UInt8] = []
    var hasBegun = false
    var offset = range.lowerBound
    while offset < range.upperBound {
      let lineEnd = firstIndex(of: 0x0A, in: offset..<range.upperBound)
      let line = offset..<lineEnd
      offset = lineEnd + 1
      guard hasBegun else {
        hasBegun = hasPrefix("begin ", at: line.lowerBound, before: line.upperBound)
        continue
      }
      guard !line.isEmpty, !hasPrefix("end", at: line.lowerBound, before: line.upperBound) else {
        continue
      }
      appendUUEncodedLine(line, to: &result)
    }
    return result
  }

  private func appendUUEncodedLine(_ line: Range<Int>, to result: inout [UInt8]) {
    func value(_ index: Int) -> UInt8 {
      index < line.upperBound ? (self[index] &- 0x20) & 0x3F : 0
    }
    var left = Int(value(line.lowerBound))
    var offset = line.lowerBound + 1
    while left > 0, offset < line.upperBound {
      let (a, b, c, d) = (value(offset), value(offset + 1), value(offset + 2), value(offset + 3))
      let group = [a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d]
      result += group.prefix(left)
      left -= 3
      offset += 4
    }
  }

  /// RFC 2047 §4.2: the "Q" encoding of words, in which `_` is a space.
  func decodedQ(_ range: Range<Int>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(range.count)
    var offset = range.lowerBound
    while offset < range.upperBound {
      let byte = self[offset]
      offset += 1
      if byte == UInt8(ascii: "="), let value = hexPair(at: offset, before: range.upperBound) {
        result.append(value)
        offset += 2
      } else {
        result.append(byte == UInt8(ascii: "_") ? 0x20 : byte)
      }
    }
    return result
  }

  /// The byte that two hexadecimal digits at `offset` stand for.
  func hexPair(at offset: Int, before end: Int) -> UInt8? {
    guard offset + 1 < end, let high = self[offset].hexValue, let low = self[offset + 1].hexValue
    else { return nil }
    return high << 4 | low
  }

  /// Where the next line starts when nothing but white space stands before it, or the input ends.
  private func softLineBreak(at start: Int, before end: Int) -> Int? {
    var offset = start
    skip(while: \.isBlank, at: &offset, before: end)
    if offset == end { return end }
    if self[offset] == 0x0A { return offset + 1 }
    guard self[offset] == 0x0D else { return nil }
    return offset + 1 < end && self[offset + 1] == 0x0A ? offset + 2 : nil
  }
}
