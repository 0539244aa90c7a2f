/// A list of `tag=value` pairs, the notation of DKIM signatures, DKIM keys and DMARC records.
///
/// The list holds where each name and value lies and copies no bytes, so it is of use only together
/// with the input it was parsed from.
public struct TagList: Sendable, Hashable {
  /// The most tags a list may hold; a longer one is refused, never cut short.
  public static let tagCountMax = 64

  /// Where a name and its value lie, without the white space around them.
  public struct Tag: Sendable, Hashable {
    public let name: Range<Int>
    public let value: Range<Int>
    /// The value with the white space around it: from the equals sign to the semicolon or the end.
    public let paddedValue: Range<Int>
  }

  /// The tags in the order they were written.
  public let tags: [Tag]

  /// Parses all of `input`.
  ///
  /// - Throws: ``GrammarError`` at the first byte that doesn't fit.
  public init(parsing input: Span<UInt8>) throws(GrammarError) {
    var tags: [Tag] = []
    var offset = 0
    repeat {
      let tag = try Self.parseTag(in: input, at: &offset)
      // RFC 6376 §3.2: a name that occurs twice makes the whole list invalid.
      guard !tags.contains(where: { input.holdsSameBytes(at: $0.name, and: tag.name) }) else {
        throw GrammarError(.duplicateTag, at: tag.name.lowerBound)
      }
      guard tags.count < Self.tagCountMax else { throw GrammarError(.tooMany, at: offset) }
      tags.append(tag)
    } while Self.skipSeparator(in: input, at: &offset)
    self.tags = tags
  }

  /// The tag of that name, which is case-sensitive; `input` is what the list was parsed from.
  public func tag(_ name: String, in input: Span<UInt8>) -> Tag? {
    tags.first {
      $0.name.count == name.utf8.count
        && input.hasPrefix(name, at: $0.name.lowerBound, before: $0.name.upperBound)
    }
  }
}

extension TagList {
  /// RFC 6376 §3.2: `tag-spec = [FWS] tag-name [FWS] "=" [FWS] tag-value [FWS]`.
  private static func parseTag(
    in input: Span<UInt8>,
    at offset: inout Int
  ) throws(GrammarError) -> Tag {
    input.skip(while: \.isFoldingWhitespace, at: &offset, before: input.count)
    let nameStart = offset
    input.skip(while: \.isTagNameByte, at: &offset, before: input.count)
    guard offset > nameStart, input[nameStart].isASCIILetter else {
      throw GrammarError(.malformedTagName, at: nameStart)
    }
    let name = nameStart..<offset

    input.skip(while: \.isFoldingWhitespace, at: &offset, before: input.count)
    guard offset < input.count, input[offset] == UInt8(ascii: "=") else {
      throw GrammarError(.missingEqualsSign, at: offset)
    }
    offset += 1
    let paddedStart = offset
    input.skip(while: \.isFoldingWhitespace, at: &offset, before: input.count)

    let valueStart = offset
    var valueEnd = offset
    while offset < input.count, input[offset] != UInt8(ascii: ";") {
      let byte = input[offset]
      guard byte.isTagValueByte || byte.isFoldingWhitespace else {
        throw GrammarError(.unexpectedByte, at: offset)
      }
      offset += 1
      if byte.isTagValueByte { valueEnd = offset }
    }
    return Tag(name: name, value: valueStart..<valueEnd, paddedValue: paddedStart..<offset)
  }

  /// Moves behind a semicolon; `false` where the list ends, with or without a last semicolon.
  private static func skipSeparator(in input: Span<UInt8>, at offset: inout Int) -> Bool {
    guard offset < input.count else { return false }
    offset += 1
    input.skip(while: \.isFoldingWhitespace, at: &offset, before: input.count)
    return offset < input.count
  }
}

extension UInt8 {
  /// RFC 6376 §3.2: `ALNUMPUNC`.
  fileprivate var isTagNameByte: Bool { isASCIILetter || isDigit || self == UInt8(ascii: "_") }

  /// RFC 6376 §3.2: `VALCHAR`, visible ASCII but the semicolon; RFC 8616 §4 adds UTF-8.
  fileprivate var isTagValueByte: Bool { self > 0x20 && self != 0x7F && self != 0x3B }
}

extension Span<UInt8> {
  fileprivate func holdsSameBytes(at left: Range<Int>, and right: Range<Int>) -> Bool {
    guard left.count == right.count else { return false }
    for step in 0..<left.count
    where self[left.lowerBound + step] != self[right.lowerBound + step] {
      return false
    }
    return true
  }
}
