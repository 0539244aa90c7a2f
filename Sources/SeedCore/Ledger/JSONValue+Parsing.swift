public import SeedMail

extension JSONValue {
  /// The most bytes a text may have.
  public static let byteCountMax = 16 << 20
  /// How deep arrays and objects may stand in one another.
  public static let depthMax = 64
  /// The most bytes a number may have.
  public static let numberByteCountMax = 128

  /// Reads a whole JSON text (RFC 8259), as I-JSON (RFC 7493): names differ, text is well formed,
  /// numbers are finite.
  ///
  /// - Throws: ``GrammarError`` at the first byte that doesn't fit.
  public init(parsing input: Span<UInt8>) throws(GrammarError) {
    guard input.count <= Self.byteCountMax else { throw GrammarError(.tooLong, at: input.count) }
    var offset = 0
    self = try Self.parseValue(in: input, at: &offset, depth: 0)
    Self.skipSpace(in: input, at: &offset)
    guard offset == input.count else { throw GrammarError(.unexpectedByte, at: offset) }
  }

  /// Reads a whole JSON text.
  ///
  /// - Throws: ``GrammarError`` at the first byte that doesn't fit.
  public init(parsing input: [UInt8]) throws(GrammarError) { try self.init(parsing: input.span) }

  private static func parseValue(
    in input: Span<UInt8>,
    at offset: inout Int,
    depth: Int
  ) throws(GrammarError) -> JSONValue {
    guard depth <= depthMax else { throw GrammarError(.tooDeep, at: offset) }
    skipSpace(in: input, at: &offset)
    guard offset < input.count else { throw GrammarError(.unexpectedEnd, at: offset) }
    switch input[offset] {
    case UInt8(ascii: "{"): return try parseObject(in: input, at: &offset, depth: depth)
    case UInt8(ascii: "["): return try parseArray(in: input, at: &offset, depth: depth)
    case UInt8(ascii: "\""): return .string(try parseString(in: input, at: &offset))
    case UInt8(ascii: "-"), 0x30...0x39: return try parseNumber(in: input, at: &offset)
    case UInt8(ascii: "t"): return try parseWord("true", .bool(true), in: input, at: &offset)
    case UInt8(ascii: "f"): return try parseWord("false", .bool(false), in: input, at: &offset)
    case UInt8(ascii: "n"): return try parseWord("null", .null, in: input, at: &offset)
    default: throw GrammarError(.unexpectedByte, at: offset)
    }
  }

  private static func parseArray(
    in input: Span<UInt8>,
    at offset: inout Int,
    depth: Int
  ) throws(GrammarError) -> JSONValue {
    var elements: [JSONValue] = []
    offset += 1
    if take("]", in: input, at: &offset) { return .array(elements) }
    while true {
      elements.append(try parseValue(in: input, at: &offset, depth: depth + 1))
      if take("]", in: input, at: &offset) { return .array(elements) }
      try expect(",", in: input, at: &offset)
    }
  }

  private static func parseObject(
    in input: Span<UInt8>,
    at offset: inout Int,
    depth: Int
  ) throws(GrammarError) -> JSONValue {
    var members: [Member] = []
    // Names are told apart by their bytes; `String` would take two spellings of a letter for one.
    var names: Set<[UInt8]> = []
    offset += 1
    if take("}", in: input, at: &offset) { return .object(members) }
    while true {
      skipSpace(in: input, at: &offset)
      let start = offset
      guard offset < input.count else { throw GrammarError(.unexpectedEnd, at: offset) }
      guard input[offset] == UInt8(ascii: "\"") else {
        throw GrammarError(.unexpectedByte, at: offset)
      }
      let name = try parseString(in: input, at: &offset)
      guard names.insert(Array(name.utf8)).inserted else {
        throw GrammarError(.duplicateTag, at: start)
      }
      try expect(":", in: input, at: &offset)
      members.append(Member(name, try parseValue(in: input, at: &offset, depth: depth + 1)))
      if take("}", in: input, at: &offset) { return .object(members) }
      try expect(",", in: input, at: &offset)
    }
  }

  /// RFC 8259 §7. The byte at `offset` is a quotation mark.
  private static func parseString(
    in input: Span<UInt8>,
    at offset: inout Int
  ) throws(GrammarError) -> String {
    let start = offset
    var bytes: [UInt8] = []
    offset += 1
    while offset < input.count {
      let byte = input[offset]
      switch byte {
      case UInt8(ascii: "\""):
        offset += 1
        guard let text = String(validating: bytes, as: UTF8.self) else {
          throw GrammarError(.malformedEncoding, at: start)
        }
        return text
      case UInt8(ascii: "\\"): try parseEscape(in: input, at: &offset, into: &bytes)
      case 0..<0x20: throw GrammarError(.unexpectedByte, at: offset)
      default:
        bytes.append(byte)
        offset += 1
      }
    }
    throw GrammarError(.unexpectedEnd, at: offset)
  }

  private static func parseEscape(
    in input: Span<UInt8>,
    at offset: inout Int,
    into bytes: inout [UInt8]
  ) throws(GrammarError) {
    guard offset + 1 < input.count else { throw GrammarError(.unexpectedEnd, at: offset) }
    let plain: UInt8
    switch input[offset + 1] {
    case UInt8(ascii: "u"):
      let scalar = try parseUnicodeEscape(in: input, at: &offset)
      bytes += String(Character(scalar)).utf8
      return
    case UInt8(ascii: "b"): plain = 0x08
    case UInt8(ascii: "f"): plain = 0x0c
    case UInt8(ascii: "n"): plain = 0x0a
    case UInt8(ascii: "r"): plain = 0x0d
    case UInt8(ascii: "t"): plain = 0x09
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): plain = input[offset + 1]
    default: throw GrammarError(.unexpectedByte, at: offset + 1)
    }
    bytes.append(plain)
    offset += 2
  }

  /// One `\uXXXX`, or two that make a pair (RFC 8259 §7); RFC 7493 §2.1 refuses half a pair.
  private static func parseUnicodeEscape(
    in input: Span<UInt8>,
    at offset: inout Int
  ) throws(GrammarError) -> Unicode.Scalar {
    let start = offset
    let first = try parseCodeUnit(in: input, at: &offset)
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard first < 0xdc00, offset + 1 < input.count, input[offset] == UInt8(ascii: "\\"),
      input[offset + 1] == UInt8(ascii: "u")
    else { throw GrammarError(.malformedEncoding, at: start) }
    let second = try parseCodeUnit(in: input, at: &offset)
    guard (0xdc00...0xdfff).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (first - 0xd800) << 10 + (second - 0xdc00))
    else { throw GrammarError(.malformedEncoding, at: start) }
    return scalar
  }

  private static func parseCodeUnit(
    in input: Span<UInt8>,
    at offset: inout Int
  ) throws(GrammarError) -> UInt32 {
    guard input.count - offset >= 6 else { throw GrammarError(.unexpectedEnd, at: input.count) }
    var unit: UInt32 = 0
    for digitOffset in offset + 2..<offset + 6 {
      let byte = input[digitOffset]
      switch byte {
      case 0x30...0x39: unit = unit << 4 | UInt32(byte - 0x30)
      case 0x41...0x46, 0x61...0x66: unit = unit << 4 | UInt32(byte | 0x20 - 0x57)
      default: throw GrammarError(.unexpectedByte, at: digitOffset)
      }
    }
    offset += 6
    return unit
  }

  /// RFC 8259 §6. The byte at `offset` is a digit or a minus sign.
  private static func parseNumber(
    in input: Span<UInt8>,
    at offset: inout Int
  ) throws(GrammarError) -> JSONValue {
    let start = offset
    if input[offset] == UInt8(ascii: "-") { offset += 1 }
    let isZero = offset < input.count && input[offset] == UInt8(ascii: "0")
    let wholeStart = offset
    try skipDigits(in: input, at: &offset)
    guard !isZero || offset == wholeStart + 1 else {
      throw GrammarError(.unexpectedByte, at: wholeStart + 1)
    }
    if offset < input.count, input[offset] == UInt8(ascii: ".") {
      offset += 1
      try skipDigits(in: input, at: &offset)
    }
    if offset < input.count, input[offset] | 0x20 == UInt8(ascii: "e") {
      offset += 1
      if offset < input.count,
        input[offset] == UInt8(ascii: "+") || input[offset] == UInt8(ascii: "-")
      {
        offset += 1
      }
      try skipDigits(in: input, at: &offset)
    }
    guard offset - start <= numberByteCountMax else { throw GrammarError(.tooLong, at: start) }
    let text = String(decoding: (start..<offset).map { input[$0] }, as: UTF8.self)
    guard let number = Double(text), number.isFinite else {
      throw GrammarError(.malformedValue, at: start)
    }
    // One number has one value here, whichever way it was spelt.
    if let integer = Int64(exactly: number), integerRange.contains(integer) {
      return .integer(integer)
    }
    return .number(number)
  }

  private static func skipDigits(
    in input: Span<UInt8>,
    at offset: inout Int
  ) throws(GrammarError) {
    let start = offset
    while offset < input.count, (0x30...0x39).contains(input[offset]) { offset += 1 }
    guard offset > start else {
      throw GrammarError(offset < input.count ? .unexpectedByte : .unexpectedEnd, at: offset)
    }
  }

  private static func parseWord(
    _ word: StaticString,
    _ value: JSONValue,
    in input: Span<UInt8>,
    at offset: inout Int
  ) throws(GrammarError) -> JSONValue {
    for byte in String(describing: word).utf8 {
      guard offset < input.count else { throw GrammarError(.unexpectedEnd, at: offset) }
      guard input[offset] == byte else { throw GrammarError(.unexpectedByte, at: offset) }
      offset += 1
    }
    return value
  }

  private static func skipSpace(in input: Span<UInt8>, at offset: inout Int) {
    while offset < input.count {
      switch input[offset] {
      case 0x20, 0x09, 0x0a, 0x0d: offset += 1
      default: return
      }
    }
  }

  private static func take(
    _ character: Unicode.Scalar,
    in input: Span<UInt8>,
    at offset: inout Int
  ) -> Bool {
    skipSpace(in: input, at: &offset)
    guard offset < input.count, input[offset] == UInt8(ascii: character) else { return false }
    offset += 1
    return true
  }

  private static func expect(
    _ character: Unicode.Scalar,
    in input: Span<UInt8>,
    at offset: inout Int
  ) throws(GrammarError) {
    guard !take(character, in: input, at: &offset) else { return }
    throw GrammarError(offset < input.count ? .unexpectedByte : .unexpectedEnd, at: offset)
  }
}
