/// Reads the parts of a message line by line, with the open parts on a stack of its own.
struct MIMEParser {
  private(set) var parts: [MIMEPart] = []
  private(set) var buffers: [[UInt8]]
  private(set) var isCut = false

  private let lineEnd: UInt8
  private var open: [OpenPart] = []
  private var embeddedByteCount = 0
  /// Messages that had to be decoded, and are looked into when their own buffer's turn comes.
  private var waiting: [(parent: Int, buffer: Int)] = []

  /// A part whose end is not known yet.
  private struct OpenPart {
    let index: Int
    /// What the multipart's delimiters begin with after `--`, while parts may follow.
    var boundary: [UInt8]?
  }

  /// A line that ends a part.
  private struct Delimiter {
    /// The place of its multipart on the stack.
    let level: Int
    let isLast: Bool
  }

  init(_ message: Message) {
    buffers = [message.bytes]
    lineEnd = HeaderParser(message.bytes.span).lineEnd
  }

  mutating func parse(_ message: Message) {
    add(
      fields: message.fields,
      defects: message.defects,
      whole: 0..<message.bytes.count,
      body: message.body,
      buffer: 0
    )
    let bytes = message.bytes
    walk(bytes.span, from: descend(bytes.span, from: message.body.lowerBound, buffer: 0), buffer: 0)
    while let (parent, buffer) = waiting.popLast() {
      let bytes = buffers[buffer]
      open = [OpenPart(index: parent, boundary: nil)]
      let start = beginPart(bytes.span, at: 0, buffer: buffer)
      walk(bytes.span, from: start, buffer: buffer)
    }
  }

  /// Reads lines up to the end of a buffer, and closes what is open there.
  private mutating func walk(_ input: Span<UInt8>, from start: Int, buffer: Int) {
    var lineStart = start
    while open.contains(where: { $0.boundary != nil }) {
      lineStart = dashedLine(input, from: lineStart)
      guard lineStart < input.count else { break }
      let delimiter = delimiter(input, at: lineStart)
      let next = endOfLine(input, from: lineStart)
      if let delimiter {
        finishParts(input, before: lineStart, above: delimiter.level, buffer: buffer)
        if delimiter.isLast {
          open[delimiter.level].boundary = nil
          parts[open[delimiter.level].index].epilogue = next..<next
          lineStart = next
        } else {
          lineStart = beginPart(input, at: next, buffer: buffer)
        }
      } else {
        lineStart = next
      }
    }
    finish(open[...], at: input.count, buffer: buffer)
    open = []
  }

  /// Begins a part at `start`, and the message in it, and so on; returns where its lines begin.
  private mutating func beginPart(_ input: Span<UInt8>, at start: Int, buffer: Int) -> Int {
    guard start < input.count else { return start }
    guard parts.count < MIMEStructure.partCountMax else {
      isCut = true
      return start
    }
    // A delimiter ends a header that has no empty line.
    var headerEnd = start
    while headerEnd < input.count, delimiter(input, at: headerEnd) == nil {
      let isEmpty = isLineEnd(input, at: headerEnd)
      headerEnd = endOfLine(input, from: headerEnd)
      if isEmpty { break }
    }
    var header = HeaderParser(lineEnd: lineEnd)
    let bodyStart = header.parse(input, in: start..<headerEnd).lowerBound
    add(
      fields: header.fields,
      defects: header.defects,
      whole: start..<headerEnd,
      body: bodyStart..<headerEnd,
      buffer: buffer
    )
    return descend(input, from: bodyStart, buffer: buffer)
  }

  /// Decides what the newest part holds; returns where its lines begin.
  private mutating func descend(_ input: Span<UInt8>, from bodyStart: Int, buffer: Int) -> Int {
    let index = parts.count - 1
    let part = parts[index]
    open.append(OpenPart(index: index, boundary: nil))
    guard part.isMultipart || part.isMessage else { return bodyStart }
    guard part.depth < MIMEStructure.nestingMax else {
      isCut = true
      return bodyStart
    }
    if part.isMultipart {
      let boundary = Array((part.contentType.parameter("boundary") ?? "").utf8)
      if !boundary.isEmpty, boundary.count <= MIMEStructure.boundaryByteCountMax {
        open[open.count - 1].boundary = boundary
      }
      return bodyStart
    }
    guard part.encoding.isIdentity, bodyStart < input.count,
      delimiter(input, at: bodyStart) == nil
    else { return bodyStart }
    return beginPart(input, at: bodyStart, buffer: buffer)
  }

  private mutating func add(
    fields: [HeaderField],
    defects: Message.Defects,
    whole: Range<Int>,
    body: Range<Int>,
    buffer: Int
  ) {
    let parent = open.last?.index
    let bytes = buffers[buffer]
    // RFC 2045 §3 allows each field once. Of several, the topmost counts.
    func first(_ kind: FieldName) -> HeaderField? { fields.first { $0.kind == kind } }
    let type = first(.contentType).flatMap { ContentType(parsing: bytes.span, in: $0.body) }
    // RFC 2046 §5.1.5: the parts of a digest are messages unless they say otherwise.
    let isInDigest = parent.map { parts[$0].contentType.name == "multipart/digest" } ?? false
    parts.append(
      MIMEPart(
        parent: parent,
        depth: parent.map { parts[$0].depth + 1 } ?? 0,
        fields: fields,
        defects: defects,
        contentType: type ?? (isInDigest ? .message : .plainText),
        disposition: first(.contentDisposition).map {
          ContentDisposition(parsing: bytes.span, in: $0.body)
        },
        encoding: first(.contentTransferEncoding).map {
          TransferEncoding(parsing: bytes.span, in: $0.body)
        } ?? .sevenBit,
        whole: whole,
        body: body,
        buffer: buffer
      )
    )
  }

  /// Ends the parts above one multipart, before the delimiter at `lineStart`.
  ///
  /// RFC 2046 §5.1.1: the line end before a delimiter belongs to the delimiter.
  private mutating func finishParts(
    _ input: Span<UInt8>,
    before lineStart: Int,
    above level: Int,
    buffer: Int
  ) {
    var end = lineStart
    if end > 0, input[end - 1] == lineEnd { end -= 1 }
    if end < lineStart, end > 0, lineEnd == 0x0A, input[end - 1] == 0x0D { end -= 1 }
    finish(open[(level + 1)...], at: end, buffer: buffer)
    open.removeSubrange((level + 1)...)
    let index = open[level].index
    if parts[index].preamble == nil {
      let start = parts[index].body.lowerBound
      parts[index].preamble = start..<max(start, end)
    }
  }

  private mutating func finish(_ ended: ArraySlice<OpenPart>, at end: Int, buffer: Int) {
    // From the innermost outwards: a header without an empty line keeps its last line end, which would
    // else belong to the delimiter, and so the parts around it end there too.
    var end = end
    for entry in ended.reversed() where parts[entry.index].buffer == buffer {
      let part = parts[entry.index]
      end = max(part.body.lowerBound, end)
      parts[entry.index].body = part.body.lowerBound..<end
      parts[entry.index].whole = part.whole.lowerBound..<end
      if let epilogue = part.epilogue {
        parts[entry.index].epilogue = min(epilogue.lowerBound, end)..<end
      }
      if part.isMultipart, part.preamble == nil, entry.boundary != nil {
        parts[entry.index].preamble = part.body.lowerBound..<end
      }
      decodeMessage(in: entry.index)
    }
  }

  /// Puts the message in a part that had to be decoded into a buffer of its own.
  private mutating func decodeMessage(in index: Int) {
    let part = parts[index]
    guard part.isMessage, !part.encoding.isIdentity, part.depth < MIMEStructure.nestingMax,
      !part.body.isEmpty
    else { return }
    guard part.body.count <= MIMEStructure.embeddedByteCountMax - embeddedByteCount else {
      isCut = true
      return
    }
    embeddedByteCount += part.body.count
    waiting.append((index, buffers.count))
    let bytes = buffers[part.buffer]
    buffers.append(part.encoding.decode(bytes.span, part.body))
  }

  /// The first line at or behind `start`, which is one's beginning, that begins with `--`; the end of
  /// the input where none does.
  private func dashedLine(_ input: Span<UInt8>, from start: Int) -> Int {
    var lineStart = start
    while lineStart < input.count {
      if input[lineStart] == UInt8(ascii: "-"), lineStart + 1 < input.count,
        input[lineStart + 1] == UInt8(ascii: "-")
      {
        return lineStart
      }
      lineStart = endOfLine(input, from: lineStart)
    }
    return input.count
  }

  /// The delimiter that the line at `start` is.
  ///
  /// RFC 2046 §5.1.1: it is enough that a line begins with the boundary; more may follow. §5.1.2: the
  /// delimiters of outer multiparts are recognized inside inner ones.
  private func delimiter(_ input: Span<UInt8>, at start: Int) -> Delimiter? {
    guard start + 1 < input.count, input[start] == UInt8(ascii: "-"),
      input[start + 1] == UInt8(ascii: "-")
    else { return nil }
    var level = open.count
    while level > 0 {
      level -= 1
      guard let boundary = open[level].boundary, input.holds(boundary, at: start + 2) else {
        continue
      }
      let rest = start + 2 + boundary.count
      let isLast =
        rest + 1 < input.count && input[rest] == UInt8(ascii: "-")
        && input[rest + 1] == UInt8(ascii: "-")
      return Delimiter(level: level, isLast: isLast)
    }
    return nil
  }

  private func endOfLine(_ input: Span<UInt8>, from start: Int) -> Int {
    min(input.firstIndex(of: lineEnd, in: start..<input.count) + 1, input.count)
  }

  private func isLineEnd(_ input: Span<UInt8>, at offset: Int) -> Bool {
    input[offset] == lineEnd
      || input[offset] == 0x0D && offset + 1 < input.count && input[offset + 1] == lineEnd
  }
}
