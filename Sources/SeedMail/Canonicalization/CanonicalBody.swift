/// The canonical form of a body, in pieces (RFC 6376 §3.4.3, §3.4.4).
///
/// The body is read once and never as a whole: a caller hashes one piece after the other, in memory
/// that doesn't grow with the body. It works on runs of bytes that need no change; text without
/// trailing white space is one run a line, or a paragraph where lines end with CRLF.
public struct CanonicalBody: Sendable {
  /// The most bytes of one piece.
  public static let pieceByteCount = 64 * 1024

  private let canonicalization: Canonicalization
  private let end: Int
  private var offset: Int
  /// Line ends that were read, and count only if something follows.
  private var owedLineEndCount = 0
  /// White space that was read, and counts as one space only if the line goes on.
  private var owesSpace = false
  private var isEmpty = true
  /// The rest of a line end that the last piece had no room for.
  private var owesLineFeed = false
  private var isFinished = false

  /// Starts at the beginning of the body in `range`.
  public init(_ canonicalization: Canonicalization, of range: Range<Int>) {
    self.canonicalization = canonicalization
    offset = range.lowerBound
    end = range.upperBound
  }

  /// How far the message has been read: what lies behind is in no piece so far, but for white
  /// space.
  public var position: Int { offset }

  /// Replaces `piece` with the next bytes, `limit` at most; an empty piece is the end.
  ///
  /// `bytes` is the whole message, the same in every call.
  public mutating func next(
    of bytes: [UInt8],
    into piece: inout [UInt8],
    limit: Int = pieceByteCount
  ) {
    piece.removeAll(keepingCapacity: true)
    let limit = max(1, min(limit, Self.pieceByteCount))
    if owesLineFeed {
      piece.append(0x0A)
      owesLineFeed = false
    }
    let end = min(end, bytes.count)
    while offset < end, piece.count < limit {
      let runEnd = endOfRun(bytes.span, pausingAt: min(end, offset &+ limit), before: end)
      if runEnd > offset {
        guard payDebts(into: &piece, limit: limit) else { return }
        copyRun(bytes.span, offset..<min(runEnd, offset + limit - piece.count), into: &piece)
        // The common end of a line: a line feed alone, and a line that begins with no white space.
        if offset &+ 1 < end, bytes[offset] == 0x0A, bytes[offset &+ 1] > 0x20, !owesLineFeed,
          piece.count &+ 2 <= limit
        {
          piece.append(0x0D)
          piece.append(0x0A)
          offset &+= 1
        }
      } else {
        skipWhitespace(bytes.span, before: end)
      }
    }
    if offset >= end, piece.count < limit, !isFinished { finish(&piece, limit: limit) }
  }

  /// The end of the bytes from `offset` on that stay as they are.
  private func endOfRun(_ bytes: Span<UInt8>, pausingAt limit: Int, before end: Int) -> Int {
    let isRelaxed = canonicalization == .relaxed
    var index = offset
    while true {
      index = bytes.endOfPlainRun(in: index..<limit, isRelaxed: isRelaxed)
      guard index < limit else { return index }
      let next = index &+ 1 < end ? bytes[index &+ 1] : 0x0A
      switch bytes[index] {
      case 0x0A: return index
      case 0x0D:
        if next != 0x0A || index &+ 1 >= end {
          index &+= 1
        } else if index > offset, index &+ 2 < limit, bytes[index &+ 2] > 0x20 {
          // A line end between two lines, the next of which begins with no white space.
          index &+= 3
        } else {
          return index
        }
      case 0x20 where next <= 0x20: return index
      case 0x09: return index
      // Control characters but for tab, LF and CR are bytes like others.
      default: index &+= 1
      }
    }
  }

  private mutating func copyRun(
    _ bytes: Span<UInt8>,
    _ run: Range<Int>,
    into piece: inout [UInt8]
  ) {
    piece.append(bytes, run)
    isEmpty = false
    offset = run.upperBound
    // A limit may part a line end within the run.
    if bytes[offset - 1] == 0x0D, offset < min(end, bytes.count), bytes[offset] == 0x0A {
      owesLineFeed = true
      offset += 1
    }
  }

  /// Reads line ends and, in relaxed form, white space.
  private mutating func skipWhitespace(_ bytes: Span<UInt8>, before end: Int) {
    let isRelaxed = canonicalization == .relaxed
    while offset < end {
      switch bytes[offset] {
      case 0x0A: offset += 1
      case 0x0D where offset + 1 < end && bytes[offset + 1] == 0x0A: offset += 2
      case 0x20 where isRelaxed, 0x09 where isRelaxed:
        owesSpace = true
        offset += 1
        continue
      default: return
      }
      owedLineEndCount += 1
      owesSpace = false
    }
  }

  /// Writes the line ends and the space that turned out to count; `false` where there was no room.
  private mutating func payDebts(into piece: inout [UInt8], limit: Int) -> Bool {
    while owedLineEndCount > 0 {
      guard appendLineEnd(to: &piece, limit: limit) else { return false }
      owedLineEndCount -= 1
    }
    guard piece.count < limit else { return false }
    if owesSpace {
      piece.append(0x20)
      owesSpace = false
      isEmpty = false
    }
    return piece.count < limit
  }

  private mutating func appendLineEnd(to piece: inout [UInt8], limit: Int) -> Bool {
    guard piece.count < limit else { return false }
    piece.append(0x0D)
    isEmpty = false
    if piece.count < limit { piece.append(0x0A) } else { owesLineFeed = true }
    return true
  }

  /// RFC 6376 §3.4.3: a simple body ends with exactly one line end, also an empty one.
  /// RFC 6376 §3.4.4: a relaxed body that is not empty ends with exactly one.
  private mutating func finish(_ piece: inout [UInt8], limit: Int) {
    isFinished = true
    owedLineEndCount = 0
    owesSpace = false
    guard canonicalization == .simple || !isEmpty else { return }
    _ = appendLineEnd(to: &piece, limit: limit)
  }
}
