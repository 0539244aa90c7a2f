import SeedMail

/// One macro, such as `%{d2r-}` (RFC 7208 §7.1).
struct SPFMacro: Sendable, Hashable {
  /// What a macro stands for (RFC 7208 §7.2).
  enum Letter: UInt8, Sendable {
    case sender = 0x73, localPart = 0x6C, senderDomain = 0x6F, domain = 0x64, address = 0x69
    case validatedName = 0x70, family = 0x76, helo = 0x68
    case readableAddress = 0x63, receiver = 0x72, time = 0x74

    /// Whether it may only stand in an explanation's text.
    var isForExplanations: Bool {
      self == .readableAddress || self == .receiver || self == .time
    }
  }

  /// What the macros of one check stand for.
  struct Values {
    var sender: String, localPart: String, senderDomain: String
    var domain: String
    var address: IPAddress
    var helo: String
    var validatedName: String
    var receiver: String
    var seconds: Int64
  }

  let letter: Letter
  /// Whether the value is to be escaped for a URI: the letter was a capital.
  let isEscaped: Bool
  /// How many parts on the right are kept; `nil` for all.
  let partCount: Int?
  let isReversed: Bool
  let delimiters: [UInt8]

  /// Parses what stands between the braces.
  init(parsing bytes: ArraySlice<UInt8>, inExplanation: Bool) throws(GrammarError) {
    var index = bytes.startIndex
    guard let first = bytes.first, let letter = Letter(rawValue: first | 0x20),
      inExplanation || !letter.isForExplanations
    else { throw GrammarError(.malformedValue, at: index) }
    self.letter = letter
    isEscaped = first & 0x20 == 0
    index += 1

    var count: Int?
    while index < bytes.endIndex, (0x30...0x39).contains(bytes[index]) {
      // A name has at most 127 parts, so larger numbers all mean the same.
      count = min((count ?? 0) * 10 + Int(bytes[index] - 0x30), 1000)
      index += 1
    }
    guard count != 0 else { throw GrammarError(.malformedValue, at: index) }
    partCount = count
    isReversed = index < bytes.endIndex && bytes[index] | 0x20 == UInt8(ascii: "r")
    if isReversed { index += 1 }
    guard bytes[index...].allSatisfy({ ".-+,/_=".utf8.contains($0) }) else {
      throw GrammarError(.malformedValue, at: index)
    }
    delimiters = index < bytes.endIndex ? Array(bytes[index...]) : [UInt8(ascii: ".")]
  }

  /// The value, cut into parts, turned around, and joined with dots, as the macro says.
  func expanded(with values: Values) -> [UInt8] {
    var parts = Array(value(in: values).utf8)
      .split(omittingEmptySubsequences: false) { delimiters.contains($0) }
    if isReversed { parts.reverse() }
    if let partCount { parts = parts.suffix(partCount) }
    let bytes = Array(parts.joined(separator: [UInt8(ascii: ".")]))
    return isEscaped ? bytes.flatMap(Self.escaped) : bytes
  }

  private func value(in values: Values) -> String {
    switch letter {
    case .sender: values.sender
    case .localPart: values.localPart
    case .senderDomain: values.senderDomain
    case .domain: values.domain
    case .address: values.address.dotted
    case .validatedName: values.validatedName
    case .family: values.address.isIPv4 ? "in-addr" : "ip6"
    case .helo: values.helo
    case .readableAddress: values.address.description
    case .receiver: values.receiver
    case .time: String(values.seconds)
    }
  }

  // RFC 7208 §7.3: everything but the unreserved characters of RFC 3986 is escaped.
  private static func escaped(_ byte: UInt8) -> [UInt8] {
    if byte.isASCIIAlphanumeric || "-._~".utf8.contains(byte) { return [byte] }
    let digits = Array("0123456789ABCDEF".utf8)
    return [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
  }
}

/// Text with macros, parsed: the domain that a term names, or an explanation.
struct SPFMacroString: Sendable, Hashable {
  /// The most bytes that an expansion may have; a longer one is refused.
  static let expansionByteCountMax = 4096

  enum Part: Sendable, Hashable {
    case literal([UInt8])
    case macro(SPFMacro)
  }

  let parts: [Part]

  /// Parses a macro-string. An explanation may hold spaces, and macros of its own.
  init(parsing bytes: ArraySlice<UInt8>, isExplanation: Bool = false) throws(GrammarError) {
    var endsInMacro = false
    parts = try Self.parse(bytes, isExplanation: isExplanation, endsInMacro: &endsInMacro)
  }

  /// Parses a domain-spec: a macro-string that ends in a macro, or in a dot and a top label.
  init(parsingDomain bytes: ArraySlice<UInt8>) throws(GrammarError) {
    var endsInMacro = false
    parts = try Self.parse(bytes, isExplanation: false, endsInMacro: &endsInMacro)
    guard endsInMacro || Self.endsInTopLabel(bytes) else {
      throw GrammarError(.malformedDomain, at: bytes.startIndex)
    }
  }

  /// Whether a macro stands for the validated name, which must be looked up.
  var needsValidatedName: Bool {
    parts.contains {
      if case .macro(let macro) = $0 { macro.letter == .validatedName } else { false }
    }
  }

  /// The text with each macro replaced; `nil` where it grows too long.
  func expanded(with values: SPFMacro.Values) -> [UInt8]? {
    var text: [UInt8] = []
    for part in parts {
      switch part {
      case .literal(let bytes): text.append(contentsOf: bytes)
      case .macro(let macro): text.append(contentsOf: macro.expanded(with: values))
      }
      guard text.count <= Self.expansionByteCountMax else { return nil }
    }
    return text
  }

  private static func parse(
    _ bytes: ArraySlice<UInt8>,
    isExplanation: Bool,
    endsInMacro: inout Bool
  ) throws(GrammarError) -> [Part] {
    var parts: [Part] = []
    var literal: [UInt8] = []
    var index = bytes.startIndex
    while index < bytes.endIndex {
      let byte = bytes[index]
      endsInMacro = byte == UInt8(ascii: "%")
      guard endsInMacro else {
        guard (0x21...0x7E).contains(byte) || (byte == 0x20 && isExplanation) else {
          throw GrammarError(.unexpectedByte, at: index)
        }
        literal.append(byte)
        index += 1
        continue
      }
      guard index + 1 < bytes.endIndex else { throw GrammarError(.unexpectedEnd, at: index) }
      switch bytes[index + 1] {
      case UInt8(ascii: "%"): literal.append(UInt8(ascii: "%"))
      case UInt8(ascii: "_"): literal.append(0x20)
      case UInt8(ascii: "-"): literal.append(contentsOf: "%20".utf8)
      case UInt8(ascii: "{"):
        guard let end = bytes[index...].firstIndex(of: UInt8(ascii: "}")) else {
          throw GrammarError(.unexpectedEnd, at: index)
        }
        let macro = try SPFMacro(parsing: bytes[index + 2..<end], inExplanation: isExplanation)
        if !literal.isEmpty { parts.append(.literal(literal)) }
        literal = []
        parts.append(.macro(macro))
        index = end - 1
      default: throw GrammarError(.malformedValue, at: index)
      }
      index += 2
    }
    if !literal.isEmpty { parts.append(.literal(literal)) }
    return parts
  }

  // RFC 7208 §7.1: toplabel = ( *alphanum ALPHA *alphanum )
  //                         / ( 1*alphanum "-" *( alphanum / "-" ) alphanum ).
  private static func endsInTopLabel(_ bytes: ArraySlice<UInt8>) -> Bool {
    let name = bytes.last == UInt8(ascii: ".") ? bytes.dropLast() : bytes
    guard let dot = name.lastIndex(of: UInt8(ascii: ".")) else { return false }
    let label = name[(dot + 1)...]
    guard let first = label.first, let last = label.last, first.isASCIIAlphanumeric,
      last.isASCIIAlphanumeric
    else { return false }
    return label.allSatisfy { $0.isASCIIAlphanumeric || $0 == UInt8(ascii: "-") }
      && !label.allSatisfy { (0x30...0x39).contains($0) }
  }
}

extension UInt8 {
  /// Whether it is a letter of ASCII.
  var isASCIIAlphabetic: Bool { (0x61...0x7A).contains(self | 0x20) }
  /// Whether it is a letter or digit of ASCII.
  var isASCIIAlphanumeric: Bool { isASCIIAlphabetic || (0x30...0x39).contains(self) }
}
