/// What an `Authentication-Results` field says (RFC 8601), whoever wrote it.
///
/// Reading it is no reason to believe it: ``OwnHop`` tells which fields the own server wrote.
public struct AuthenticationResultsField: Sendable, Hashable {
  /// The longest field that is read, in bytes; a longer one is refused.
  public static let byteCountMax = 64 * 1024
  /// The most statements of a field; one more and the field is refused.
  public static let resultCountMax = 256
  /// The most properties of a statement; one more and the field is refused.
  public static let propertyCountMax = 64

  /// One statement, such as `dkim=pass reason="good signature" header.d=example.org`.
  public struct Statement: Sendable, Hashable {
    /// The method, in lower case.
    public let method: String
    /// The version of the method; 1 where none is given.
    public let methodVersion: Int
    /// The result word, in lower case.
    public let result: String
    /// The `reason=` text; empty where there is none.
    public let reason: String
    /// The properties, in order.
    public let properties: [Property]
  }

  /// A property of a statement: `ptype.property=value`.
  public struct Property: Sendable, Hashable {
    /// The property type, in lower case: `smtp`, `header`, `body`, `policy`.
    public let ptype: String
    /// The property, in lower case.
    public let property: String
    /// The value, unquoted; empty where nothing was written.
    public let value: String
  }

  /// The authserv-id: who wrote the field, by its own account; in lower case.
  public let authserv: String
  /// The statements, in order; none for `none`.
  public let results: [Statement]

  /// Reads a field body.
  ///
  /// A statement whose result word is not registered for its method is left out, and the others
  /// stay. A field that breaks the grammar is refused as a whole: where one statement ends
  /// is then in doubt, and with it what the server meant to say.
  ///
  /// - Throws: ``GrammarError`` at the first byte that doesn't fit.
  public init(parsing input: Span<UInt8>) throws(GrammarError) {
    guard input.count <= Self.byteCountMax else {
      throw GrammarError(.tooLong, at: Self.byteCountMax)
    }
    var reader = Reader()
    authserv = try reader.value(in: input).lowercased()
    guard !authserv.isEmpty else { throw GrammarError(.malformedValue, at: 0) }
    try reader.skipVersion(in: input)
    results = try reader.statements(in: input)
  }
}

extension AuthenticationResultsField {
  /// RFC 8601 §2.7: the words that a method may answer with. Methods that are not listed here may
  /// answer with any word.
  private static func isKnown(result: String, of method: String) -> Bool {
    switch (method, result) {
    case ("dkim", let word), ("domainkeys", let word):
      ["none", "pass", "fail", "policy", "neutral", "temperror", "permerror"].contains(word)
    case ("spf", let word), ("sender-id", let word):
      ["none", "pass", "fail", "softfail", "policy", "neutral", "temperror", "permerror"]
        .contains(word)
    case ("dmarc", let word), ("auth", let word):
      ["none", "pass", "fail", "temperror", "permerror"].contains(word)
    case ("iprev", let word):
      ["pass", "fail", "temperror", "permerror"].contains(word)
    case ("arc", let word): ["none", "pass", "fail"].contains(word)
    default: true
    }
  }

  /// Walks through a field; every step takes at least one byte or ends.
  private struct Reader {
    var offset = 0

    /// `( [CFWS] ";" [CFWS] "none" ) / 1*resinfo`, to the end of the input.
    mutating func statements(in input: Span<UInt8>) throws(GrammarError) -> [Statement] {
      var statements: [Statement] = []
      var sawNone = false
      while true {
        try skipComments(in: input)
        guard offset < input.count else { break }
        guard input[offset] == UInt8(ascii: ";"), !sawNone else {
          throw GrammarError(.unexpectedByte, at: offset)
        }
        offset += 1
        try skipComments(in: input)
        // Deviates from RFC 8601 §2.2: an empty statement is skipped, since servers in use end the
        // field with a semicolon.
        guard offset < input.count, input[offset] != UInt8(ascii: ";") else { continue }
        let start = offset
        let method = try keyword(in: input)
        try skipComments(in: input)
        if method == "none", offset == input.count || input[offset] == UInt8(ascii: ";") {
          guard statements.isEmpty else { throw GrammarError(.malformedValue, at: start) }
          sawNone = true
          continue
        }
        let statement = try statement(of: method, in: input)
        guard statements.count < AuthenticationResultsField.resultCountMax else {
          throw GrammarError(.tooMany, at: start)
        }
        if isKnown(result: statement.result, of: method) { statements.append(statement) }
      }
      return statements
    }

    /// What follows the method's name: `[ "/" version ] "=" result [reasonspec] *propspec`.
    private mutating func statement(
      of method: String,
      in input: Span<UInt8>
    ) throws(GrammarError) -> Statement {
      var version = 1
      if offset < input.count, input[offset] == UInt8(ascii: "/") {
        offset += 1
        version = try number(in: input)
        try skipComments(in: input)
      }
      try expect(UInt8(ascii: "="), in: input)
      try skipComments(in: input)
      let result = try keyword(in: input)
      var reason = ""
      var properties: [Property] = []
      while true {
        try skipComments(in: input)
        guard offset < input.count, input[offset] != UInt8(ascii: ";") else { break }
        let start = offset
        let name = try keyword(in: input)
        try skipComments(in: input)
        var property: String?
        if offset < input.count, input[offset] == UInt8(ascii: ".") {
          offset += 1
          try skipComments(in: input)
          property = try keyword(in: input)
          try skipComments(in: input)
        }
        try expect(UInt8(ascii: "="), in: input)
        let text = try value(in: input, isProperty: true)
        guard properties.count < AuthenticationResultsField.propertyCountMax else {
          throw GrammarError(.tooMany, at: start)
        }
        if let property {
          properties.append(Property(ptype: name, property: property, value: text))
        } else if name == "reason" {
          reason = text
        }
        // Deviates from RFC 8601 §2.2: a `word=value` without a type, which some servers add, is
        // skipped.
      }
      return Statement(
        method: method,
        methodVersion: version,
        result: result,
        reason: reason,
        properties: properties
      )
    }

    /// RFC 8601 §2.2: a field of a version that isn't known must not be interpreted.
    mutating func skipVersion(in input: Span<UInt8>) throws(GrammarError) {
      try skipComments(in: input)
      guard offset < input.count, input[offset] != UInt8(ascii: ";") else { return }
      let start = offset
      guard try number(in: input) == 1 else { throw GrammarError(.malformedValue, at: start) }
    }

    /// `value = token / quoted-string`; for a property also `[[local-part] "@"] domain-name`.
    mutating func value(
      in input: Span<UInt8>,
      isProperty: Bool = false
    ) throws(GrammarError) -> String {
      try skipComments(in: input)
      var bytes: [UInt8] = []
      if offset < input.count, input[offset] == UInt8(ascii: "\"") {
        bytes = try quoted(in: input)
        // The local part of an address may be a quoted string.
        guard isProperty, offset < input.count, input[offset] == UInt8(ascii: "@") else {
          return String(decoding: bytes, as: UTF8.self)
        }
      }
      let start = offset
      while offset < input.count,
        input[offset].isTokenByte
          || isProperty
            && (input[offset] == UInt8(ascii: "@") || input[offset] == UInt8(ascii: "/"))
      {
        offset += 1
      }
      let isEmpty = bytes.isEmpty && offset == start
      // Deviates from RFC 8601 §2.2: the start of a signature (`header.b`, RFC 6008) may have the
      // padding of base64, and its "/", without quotes.
      while isProperty, !isEmpty, offset < input.count, input[offset] == UInt8(ascii: "=") {
        offset += 1
      }
      if offset < input.count, !input[offset].isValueEnd {
        throw GrammarError(.unexpectedByte, at: offset)
      }
      guard !bytes.isEmpty else { return input.text(start..<offset) }
      bytes.append(input, start..<offset)
      return String(decoding: bytes, as: UTF8.self)
    }

    private mutating func quoted(in input: Span<UInt8>) throws(GrammarError) -> [UInt8] {
      let start = offset
      var bytes: [UInt8] = []
      offset += 1
      while offset < input.count {
        let byte = input[offset]
        offset += 1
        if byte == UInt8(ascii: "\"") { return bytes }
        if byte == UInt8(ascii: "\\"), offset < input.count {
          bytes.append(input[offset])
          offset += 1
        } else if byte != 0x0D, byte != 0x0A {
          bytes.append(byte)
        }
      }
      throw GrammarError(.unexpectedEnd, at: start)
    }

    /// `Keyword` of RFC 5321 §4.1.2: letters, digits and hyphens; in lower case. An underscore is
    /// taken as well, for the properties of today's servers.
    private mutating func keyword(in input: Span<UInt8>) throws(GrammarError) -> String {
      let start = offset
      while offset < input.count, input[offset].isKeywordByte { offset += 1 }
      guard offset > start else { throw GrammarError(.unexpectedByte, at: offset) }
      return input.lowercasedText(start..<offset)
    }

    private mutating func number(in input: Span<UInt8>) throws(GrammarError) -> Int {
      try skipComments(in: input)
      let start = offset
      var number = 0
      while offset < input.count, input[offset].isDigit {
        guard offset - start < 6 else { throw GrammarError(.tooLong, at: start) }
        number = number * 10 + Int(input[offset] - 0x30)
        offset += 1
      }
      guard offset > start else { throw GrammarError(.unexpectedByte, at: offset) }
      return number
    }

    private mutating func expect(_ byte: UInt8, in input: Span<UInt8>) throws(GrammarError) {
      guard offset < input.count else { throw GrammarError(.unexpectedEnd, at: offset) }
      guard input[offset] == byte else { throw GrammarError(.unexpectedByte, at: offset) }
      offset += 1
    }

    /// RFC 5322 §3.2.2: folding white space and comments, which nest.
    private mutating func skipComments(in input: Span<UInt8>) throws(GrammarError) {
      var depth = 0
      let start = offset
      while offset < input.count {
        switch input[offset] {
        case UInt8(ascii: "("): depth += 1
        case UInt8(ascii: ")"):
          guard depth > 0 else { return }
          depth -= 1
        case UInt8(ascii: "\\") where depth > 0: offset += 1
        case 0x20, 0x09, 0x0D, 0x0A: break
        default: if depth == 0 { return }
        }
        offset += 1
      }
      offset = input.count
      guard depth == 0 else { throw GrammarError(.unexpectedEnd, at: start) }
    }
  }
}

extension UInt8 {
  fileprivate var isKeywordByte: Bool {
    isASCIILetter || isDigit || self == UInt8(ascii: "-") || self == UInt8(ascii: "_")
  }

  fileprivate var isValueEnd: Bool {
    isFoldingWhitespace || self == UInt8(ascii: ";") || self == UInt8(ascii: "(")
  }
}
