/// Cuts a `Received` field into words and signs, whatever dialect wrote it.
///
/// Quoted strings are left out as a whole: what a client or a certificate put there can't be taken for
/// the server's own words.
struct ReceivedTokens {
  enum Token: Equatable {
    case word(Range<Int>)
    /// A single byte that separates words: one of `(`, `)`, `<`, `>`, `[`, `]`, `;`, `,`, `=`, `/`.
    case sign(UInt8)
  }

  private(set) var offset = 0
  /// How many comments are open before the next token.
  private(set) var depth = 0
  /// A quotation mark without its partner is no quotation mark, and so are all that follow.
  private var hasOpenQuote = false
  /// The same for an opening angle bracket.
  private var hasOpenAngle = false

  /// The next token, or `nil` at the end.
  mutating func next(in input: Span<UInt8>) -> Token? {
    while offset < input.count {
      let byte = input[offset]
      if byte.isFoldingWhitespace {
        offset += 1
      } else if byte == UInt8(ascii: "\""), !hasOpenQuote {
        skipQuoted(in: input)
      } else if byte.isReceivedSign {
        offset += 1
        if byte == UInt8(ascii: "(") { depth += 1 }
        if byte == UInt8(ascii: ")") { depth = max(0, depth - 1) }
        return .sign(byte)
      } else {
        let start = offset
        while offset < input.count, !input[offset].isFoldingWhitespace,
          !input[offset].isReceivedSign, hasOpenQuote || input[offset] != UInt8(ascii: "\"")
        {
          offset += 1
        }
        return .word(start..<offset)
      }
    }
    return nil
  }

  /// What the next token will be.
  func peek(in input: Span<UInt8>) -> Token? {
    var copy = self
    return copy.next(in: input)
  }

  /// Takes everything up to the next `>`, quoted strings and all, and the sign itself; where there is
  /// none, nothing is taken.
  mutating func takeAngle(in input: Span<UInt8>) -> Range<Int>? {
    guard !hasOpenAngle else { return nil }
    let start = offset
    var position = offset
    var isQuoted = false
    while position < input.count {
      let byte = input[position]
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      if byte == UInt8(ascii: "\\"), isQuoted { position += 1 }
      if byte == UInt8(ascii: ">"), !isQuoted {
        offset = position + 1
        return start..<position
      }
      position += 1
    }
    hasOpenAngle = true
    return nil
  }

  /// Takes what stands up to white space or one of `;`, `(`, `,`.
  mutating func takeRun(in input: Span<UInt8>) -> Range<Int> {
    while offset < input.count, input[offset].isFoldingWhitespace { offset += 1 }
    let start = offset
    while offset < input.count, !input[offset].endsRun { offset += 1 }
    return start..<offset
  }

  private mutating func skipQuoted(in input: Span<UInt8>) {
    var position = offset + 1
    while position < input.count, input[position] != UInt8(ascii: "\"") {
      position += input[position] == UInt8(ascii: "\\") ? 2 : 1
    }
    if position < input.count { offset = position + 1 } else { hasOpenQuote = true }
  }
}

extension UInt8 {
  fileprivate var endsRun: Bool {
    isFoldingWhitespace || self == UInt8(ascii: ";") || self == UInt8(ascii: "(")
      || self == UInt8(ascii: ",")
  }

  fileprivate var isReceivedSign: Bool {
    switch self {
    case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "<"), UInt8(ascii: ">"),
      UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: ";"), UInt8(ascii: ","),
      UInt8(ascii: "="), UInt8(ascii: "/"):
      true
    default: false
    }
  }
}
