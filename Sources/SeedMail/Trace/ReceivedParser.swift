/// Reads the clauses of a `Received` field from its tokens.
struct ReceivedParser {
  private(set) var received = Received()
  private var tokens = ReceivedTokens()
  private var clause = Clause.none
  private var hasBracketedAddress = false
  private var isInBrackets = false
  private var dateStart: Int?

  private enum Clause { case none, from, by, via, with, id, recipient, date }

  mutating func parse(_ input: Span<UInt8>) {
    while let token = tokens.next(in: input) {
      switch token {
      case .sign(UInt8(ascii: ";")) where tokens.depth == 0:
        clause = .date
        // RFC 5321 §4.4: the date follows the last semicolon.
        dateStart = tokens.offset
      case .sign(UInt8(ascii: "<")) where tokens.depth == 0: _ = tokens.takeAngle(in: input)
      case .sign(let sign): noteBrackets(sign)
      case .word(let range): if !readClause(range, in: input) { readDetail(range, in: input) }
      }
    }
    if let dateStart {
      received.date = Timestamp(mail: input, in: dateStart..<input.count)
    }
  }

  /// Whether `word` begins a clause; if so, its value is taken too.
  private mutating func readClause(_ word: Range<Int>, in input: Span<UInt8>) -> Bool {
    guard word.count <= 4, clause != .date || input.equalsIgnoringCase("for", word) else {
      return false
    }
    // Sendmail puts the whole clause in parentheses when a local user sent the message; any other
    // word "from" inside a comment is prose.
    if input.equalsIgnoringCase("from", word),
      tokens.depth == 0 || tokens.depth == 1 && isFirst(word, in: input)
    {
      guard received.from == nil, clause == .none else { return true }
      clause = .from
      (received.from, received.fromIsAddress) = host(in: input)
      return true
    }
    guard tokens.depth == 0 else { return false }
    if input.equalsIgnoringCase("by", word) {
      clause = .by
      let name = host(in: input).name
      // A later one can't be the server's own: it stands in what it quotes.
      if received.by == nil { received.by = name }
    } else if input.equalsIgnoringCase("via", word) {
      clause = .via
      received.via = received.via ?? plainWord(in: input)
    } else if input.equalsIgnoringCase("with", word) {
      clause = .with
      received.with = received.with ?? transferProtocol(in: input)
    } else if input.equalsIgnoringCase("id", word) {
      clause = .id
      received.id = received.id ?? identifier(in: input)
    } else if input.equalsIgnoringCase("for", word) {
      if clause != .date { clause = .recipient }
      received.recipient = received.recipient ?? recipient(in: input)
    } else {
      return false
    }
    return true
  }

  /// Reads a word that begins no clause: in the comments of `from` who the client was, anywhere else
  /// what TLS did.
  private mutating func readDetail(_ word: Range<Int>, in input: Span<UInt8>) {
    guard clause != .date else { return }
    if clause == .from, readClient(word, in: input) { return }
    // The parts of a word between colons: `TLS:`, `TLSv1:DES-CBC3-SHA:168`.
    var start = word.lowerBound
    while start <= word.upperBound {
      let part = start..<input.firstIndex(of: UInt8(ascii: ":"), in: start..<word.upperBound)
      start = part.upperBound + 1
      if tokens.depth > 0, let version = TLSNames.version(input, part) {
        received.tlsVersion = received.tlsVersion ?? version
      } else if TLSNames.isCipher(input, part), tokens.depth > 0 || received.tlsCipher == nil {
        received.tlsCipher = input.text(part)
      }
    }
  }

  private mutating func readClient(_ word: Range<Int>, in input: Span<UInt8>) -> Bool {
    if tokens.depth > 0, isGreeting(word, in: input) {
      while case .sign(let sign) = tokens.peek(in: input),
        sign == UInt8(ascii: "=") || sign == UInt8(ascii: "[")
      {
        _ = tokens.next(in: input)
      }
      if let name = plainWord(in: input), received.greeting == nil { received.greeting = name }
      return true
    }
    if tokens.depth > 0, input.equalsIgnoringCase("ident", word) {
      while case .sign(let sign) = tokens.peek(in: input),
        sign == UInt8(ascii: "=") || sign == UInt8(ascii: "[")
      {
        _ = tokens.next(in: input)
      }
      _ = plainWord(in: input)
      return true
    }
    guard tokens.depth > 0 || isInBrackets else { return false }
    if let address = AddressLiteral.read(input, word) {
      // A bracketed address is what the server saw; one without brackets may be the name that DNS
      // has, or that the client gave.
      guard received.address == nil || isInBrackets && !hasBracketedAddress else { return true }
      received.address = address
      hasBracketedAddress = isInBrackets
      return true
    }
    guard tokens.depth > 0, received.hostName == nil, isDomain(word, in: input),
      TLSNames.version(input, word) == nil
    else { return false }
    received.hostName = input.text(word)
    return true
  }

  private mutating func noteBrackets(_ sign: UInt8) {
    if sign == UInt8(ascii: "[") { isInBrackets = true }
    if sign == UInt8(ascii: "]") { isInBrackets = false }
  }
}

extension ReceivedParser {
  /// The host after `from` or `by`: a word, or an address in brackets; and whether it is an address.
  private mutating func host(in input: Span<UInt8>) -> (name: String?, isAddress: Bool) {
    var isBracketed = false
    while case .sign(let sign) = tokens.peek(in: input),
      sign == UInt8(ascii: "[") || sign == UInt8(ascii: "<")
    {
      isBracketed = isBracketed || sign == UInt8(ascii: "[")
      _ = tokens.next(in: input)
    }
    guard case .word(let word) = tokens.peek(in: input) else { return (nil, false) }
    let address = AddressLiteral.read(input, word)
    if isBracketed, address == nil { return (nil, false) }
    _ = tokens.next(in: input)
    return (address ?? input.text(word), address != nil)
  }

  private mutating func plainWord(in input: Span<UInt8>) -> String? {
    while case .sign(UInt8(ascii: "=")) = tokens.peek(in: input) { _ = tokens.next(in: input) }
    guard case .word(let word) = tokens.peek(in: input) else { return nil }
    _ = tokens.next(in: input)
    return AddressLiteral.read(input, word) ?? input.text(word)
  }

  /// The first registered protocol up to the next clause, else the first word.
  private mutating func transferProtocol(in input: Span<UInt8>) -> String? {
    var first: String?
    while let token = tokens.peek(in: input) {
      switch token {
      case .sign(UInt8(ascii: ";")) where tokens.depth == 0: return first
      case .word(let word) where tokens.depth == 0 && isClauseWord(word, in: input): return first
      case .word(let word):
        if let name = TransferProtocol.name(input, word) {
          _ = tokens.next(in: input)
          return name
        }
        if tokens.depth > 0 { readDetail(word, in: input) }
        if first == nil, tokens.depth == 0 { first = input.text(word) }
      case .sign(let sign): noteBrackets(sign)
      }
      _ = tokens.next(in: input)
    }
    return first
  }

  private mutating func identifier(in input: Span<UInt8>) -> String? {
    while case .sign(let sign) = tokens.peek(in: input) {
      switch sign {
      case UInt8(ascii: "<"):
        _ = tokens.next(in: input)
        if let range = tokens.takeAngle(in: input) { return input.text(range) }
      case UInt8(ascii: "["), UInt8(ascii: "="): _ = tokens.next(in: input)
      default: return nil
      }
    }
    let range = tokens.takeRun(in: input)
    return range.isEmpty ? nil : input.text(range)
  }

  /// The envelope recipient: an address with a domain, without a source route.
  private mutating func recipient(in input: Span<UInt8>) -> String? {
    while case .sign(UInt8(ascii: "=")) = tokens.peek(in: input) { _ = tokens.next(in: input) }
    let range: Range<Int>
    if case .sign(UInt8(ascii: "<")) = tokens.peek(in: input) {
      _ = tokens.next(in: input)
      guard let inner = tokens.takeAngle(in: input) else { return nil }
      range = inner
    } else {
      range = tokens.takeRun(in: input)
    }
    return EnvelopeAddress.read(input, range)
  }
}

extension ReceivedParser {
  private func isFirst(_ word: Range<Int>, in input: Span<UInt8>) -> Bool {
    (0..<word.lowerBound).allSatisfy {
      input[$0].isFoldingWhitespace || input[$0] == UInt8(ascii: "(")
    }
  }

  private func isGreeting(_ word: Range<Int>, in input: Span<UInt8>) -> Bool {
    word.count == 4
      && ["helo", "ehlo", "lhlo"].contains { input.equalsIgnoringCase($0, word) }
  }

  private func isClauseWord(_ word: Range<Int>, in input: Span<UInt8>) -> Bool {
    word.count <= 4
      && ["from", "by", "via", "with", "id", "for"].contains { input.equalsIgnoringCase($0, word) }
  }

  /// A name of at least two labels of letters, digits and hyphens, with a letter in it.
  private func isDomain(_ word: Range<Int>, in input: Span<UInt8>) -> Bool {
    var hasDot = false
    var hasLetter = false
    for offset in word {
      let byte = input[offset]
      if byte == UInt8(ascii: ".") { hasDot = true }
      if byte.isASCIILetter { hasLetter = true }
      guard
        byte.isASCIILetter || byte.isDigit || byte == UInt8(ascii: ".")
          || byte == UInt8(ascii: "-")
      else { return false }
    }
    return hasDot && hasLetter
  }
}
