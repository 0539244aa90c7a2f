/// Finds the header fields of a message, or of one of its parts, in one pass.
///
/// Lines end with LF or CRLF. A bare CR ends lines only where there is no LF at all, as in the files
/// of old Macs; in any other message it is a byte of the line it stands in, since a reader that took
/// it for a line end would see fields that no mail server saw.
struct HeaderParser {
  private(set) var fields: [HeaderField] = []
  private(set) var defects: Message.Defects = []
  /// The byte that ends lines: LF, or CR in the files of old Macs.
  let lineEnd: UInt8
  private var end: Int

  /// Makes a parser for a message that is the whole of `input`.
  init(_ input: Span<UInt8>) {
    let all = 0..<input.count
    let isOldMac =
      input.firstIndex(of: 0x0A, in: all) == input.count
      && input.firstIndex(of: 0x0D, in: all) < input.count
    self.init(lineEnd: isOldMac ? 0x0D : 0x0A)
    fields.reserveCapacity(32)
  }

  /// Makes a parser for a part of a message whose lines end with `lineEnd`.
  init(lineEnd: UInt8) {
    self.lineEnd = lineEnd
    end = 0
  }

  /// Reads the header section at the start of `range` and returns where the body lies.
  mutating func parse(_ input: Span<UInt8>, in range: Range<Int>) -> Range<Int> {
    let limit = range.lowerBound.addingReportingOverflow(Message.headerByteCountMax).partialValue
    end = min(range.upperBound, max(limit, range.lowerBound))
    let bodyStart = scan(input, in: range)
    inspect(input, in: range.lowerBound..<bodyStart)
    return bodyStart..<range.upperBound
  }

  private mutating func scan(_ input: Span<UInt8>, in range: Range<Int>) -> Int {
    var offset = skipEnvelopeLine(input, in: range)
    while offset < end {
      let first = input[offset]
      if first == lineEnd { return offset + 1 }
      if first == 0x0D, offset + 1 < end, input[offset + 1] == lineEnd { return offset + 2 }

      var packed = PackedFieldName()
      guard let colon = readName(input, at: offset, into: &packed) else {
        let next = endOfLine(input, from: offset)
        guard next < end || end == range.upperBound else {
          defects.insert(.headerTooLarge)
          return offset
        }
        defects.insert(.malformedField)
        guard next < end, resumes(input, at: next) else {
          defects.insert(.missingBlankLine)
          return offset
        }
        offset = next
        continue
      }
      let next = endOfField(input, from: colon + 1)
      let isCut = next == end && end < range.upperBound
      guard !isCut, fields.count < Message.fieldCountMax else {
        defects.insert(.headerTooLarge)
        return offset
      }
      fields.append(
        HeaderField(
          kind: packed.kind,
          name: offset..<offset + packed.count,
          body: colon + 1..<contentEnd(input, from: colon + 1, lineEndingAt: next),
          whole: offset..<next
        )
      )
      offset = next
    }
    defects.insert(end < range.upperBound ? .headerTooLarge : .missingBlankLine)
    return offset
  }

  /// Mailboxes in the mbox format, and some mail systems, put the envelope's sender on a line before
  /// the header: `From sender date`, sometimes quoted with `>`.
  private mutating func skipEnvelopeLine(_ input: Span<UInt8>, in range: Range<Int>) -> Int {
    var start = range.lowerBound
    if start < end, input[start] == UInt8(ascii: ">") { start += 1 }
    var name = PackedFieldName()
    guard input.hasPrefix("From ", at: start, before: end),
      readName(input, at: start, into: &name) == nil
    else { return range.lowerBound }
    return endOfLine(input, from: start)
  }

  /// Reads a name up to its colon; `nil` where the line is no field.
  ///
  /// RFC 5322 §4.5: obsolete syntax allows white space before the colon.
  private func readName(
    _ input: Span<UInt8>,
    at start: Int,
    into name: inout PackedFieldName
  ) -> Int? {
    var offset = start
    while offset < end, input[offset].isFieldNameByte {
      name.append(input[offset])
      offset += 1
    }
    guard offset > start else { return nil }
    while offset < end, input[offset].isBlank { offset += 1 }
    return offset < end && input[offset] == UInt8(ascii: ":") ? offset : nil
  }

  /// Whether the header goes on at `start`, after a line that is no field: with a field, with the
  /// rest of that line, or with the empty line. Otherwise that line was the first of the body.
  private func resumes(_ input: Span<UInt8>, at start: Int) -> Bool {
    guard start < end else { return false }
    let first = input[start]
    if first.isBlank || first == lineEnd || first == 0x0D { return true }
    var name = PackedFieldName()
    return readName(input, at: start, into: &name) != nil
  }

  /// The offset after the next line end.
  private mutating func endOfLine(_ input: Span<UInt8>, from start: Int) -> Int {
    let found = input.firstIndex(of: lineEnd, in: start..<end)
    guard found < end else { return end }
    let isCRLF = lineEnd == 0x0A && found > start && input[found - 1] == 0x0D
    if !isCRLF { defects.insert(.bareLineEnd) }
    return found + 1
  }

  /// The offset after the field's last line, which is the first that no blank follows.
  private mutating func endOfField(_ input: Span<UInt8>, from start: Int) -> Int {
    var next = endOfLine(input, from: start)
    while next < end, input[next].isBlank { next = endOfLine(input, from: next) }
    return next
  }

  private func contentEnd(
    _ input: Span<UInt8>,
    from start: Int,
    lineEndingAt next: Int
  ) -> Int {
    guard next > start, input[next - 1] == lineEnd else { return next }
    let isCRLF = lineEnd == 0x0A && next - 1 > start && input[next - 2] == 0x0D
    return isCRLF ? next - 2 : next - 1
  }

  private mutating func inspect(_ input: Span<UInt8>, in header: Range<Int>) {
    let unusual = input.unusualBytes(in: header)
    if unusual.nul { defects.insert(.nul) }
    // RFC 6532 §3: bytes over 127 are UTF-8.
    if unusual.eightBit, !input.extracting(header).isUTF8 { defects.insert(.notUTF8) }
  }
}
