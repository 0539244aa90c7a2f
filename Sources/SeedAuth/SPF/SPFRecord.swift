public import SeedMail

/// A record of SPF (RFC 7208 §4.5 and §4.6), parsed: a mistake anywhere makes it invalid as a whole.
public struct SPFRecord: Sendable, Hashable {
  /// What a mechanism that matches says about the client.
  enum Qualifier: Sendable { case pass, fail, softfail, neutral }

  /// How a client is compared.
  enum Mechanism: Sendable, Hashable {
    case all
    case include(SPFMacroString)
    case a(SPFMacroString?, PrefixLengths)
    case mx(SPFMacroString?, PrefixLengths)
    case ptr(SPFMacroString?)
    case ip(IPAddress, prefixLength: Int)
    /// An IPv6 network that no client matches, since IPv4-mapped clients count as IPv4.
    case mappedNetwork
    case exists(SPFMacroString)
  }

  /// How many bits of an address of each family must be the same.
  struct PrefixLengths: Sendable, Hashable {
    var ipv4 = 32
    var ipv6 = 128
  }

  struct Directive: Sendable, Hashable {
    let qualifier: Qualifier
    let mechanism: Mechanism
  }

  /// The mechanisms in order.
  let directives: [Directive]
  /// The domain whose record decides where no mechanism matches.
  let redirect: SPFMacroString?
  /// The domain that has the text for a `fail`.
  let explanation: SPFMacroString?

  /// Whether a TXT record is one of SPF: `v=spf1`, and then a space or the end.
  static func isRecord(_ text: [UInt8]) -> Bool {
    text.count >= version.count
      && zip(text, version).allSatisfy { lowercased($0) == $1 }
      && (text.count == version.count || text[version.count] == 0x20)
  }

  /// Parses the text of a record, `v=spf1` included.
  ///
  /// - Throws: ``GrammarError`` at the term that is wrong.
  public init(parsing text: [UInt8]) throws(GrammarError) {
    guard Self.isRecord(text) else { throw GrammarError(.missingTag, at: 0) }
    var directives: [Directive] = []
    var redirect: SPFMacroString?
    var explanation: SPFMacroString?
    for term in text[Self.version.count...].split(separator: 0x20) {
      guard let modifier = Self.modifier(term) else {
        directives.append(try Self.directive(term))
        continue
      }
      switch modifier.name {
      case "redirect":
        guard redirect == nil else { throw GrammarError(.duplicateTag, at: term.startIndex) }
        redirect = try SPFMacroString(parsingDomain: modifier.value)
      case "exp":
        guard explanation == nil else { throw GrammarError(.duplicateTag, at: term.startIndex) }
        explanation = try SPFMacroString(parsingDomain: modifier.value)
      default: _ = try SPFMacroString(parsing: modifier.value)
      }
    }
    self.directives = directives
    self.redirect = redirect
    self.explanation = explanation
  }

  private static let memory = RecordMemory<SPFRecord>()

  /// The record that is read from `text`, once.
  static func remembered(_ text: [UInt8]) throws(GrammarError) -> SPFRecord {
    try memory.value(of: text) { text throws(GrammarError) in try SPFRecord(parsing: text) }
  }

  private static let version = Array("v=spf1".utf8)

  private static func lowercased(_ byte: UInt8) -> UInt8 {
    (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
  }
}

extension SPFRecord {
  // RFC 7208 §6: a modifier is a name, "=" and a value. What has another byte before its "=" is a
  // mechanism.
  private static func modifier(
    _ term: ArraySlice<UInt8>
  ) -> (name: String, value: ArraySlice<UInt8>)? {
    guard let first = term.first, first.isASCIIAlphabetic,
      let end = term.firstIndex(where: { !$0.isASCIIAlphanumeric && !"-_.".utf8.contains($0) }),
      term[end] == UInt8(ascii: "=")
    else { return nil }
    return (text(term[..<end]).lowercased(), term[(end + 1)...])
  }

  // RFC 7208 §4.6.1 and §5.
  private static func directive(_ term: ArraySlice<UInt8>) throws(GrammarError) -> Directive {
    var rest = term
    let qualifier: Qualifier
    switch rest.first {
    case UInt8(ascii: "+"): qualifier = .pass
    case UInt8(ascii: "-"): qualifier = .fail
    case UInt8(ascii: "~"): qualifier = .softfail
    case UInt8(ascii: "?"): qualifier = .neutral
    default:
      qualifier = .pass
      return Directive(qualifier: qualifier, mechanism: try mechanism(rest))
    }
    rest = rest.dropFirst()
    return Directive(qualifier: qualifier, mechanism: try mechanism(rest))
  }

  private static func mechanism(_ term: ArraySlice<UInt8>) throws(GrammarError) -> Mechanism {
    let end =
      term.firstIndex { $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "/") } ?? term.endIndex
    let argument = term[end...]
    switch text(term[..<end]).lowercased() {
    case "all":
      guard argument.isEmpty else { throw GrammarError(.malformedValue, at: end) }
      return .all
    case "include": return .include(try requiredDomain(argument))
    case "exists": return .exists(try requiredDomain(argument))
    case "a":
      let (domain, lengths) = try dualPrefix(argument)
      return .a(try optionalDomain(domain), lengths)
    case "mx":
      let (domain, lengths) = try dualPrefix(argument)
      return .mx(try optionalDomain(domain), lengths)
    case "ptr": return .ptr(try optionalDomain(argument))
    case "ip4": return try network(argument, isIPv6: false)
    case "ip6": return try network(argument, isIPv6: true)
    default: throw GrammarError(.malformedTagName, at: term.startIndex)
    }
  }

  private static func requiredDomain(
    _ argument: ArraySlice<UInt8>
  ) throws(GrammarError) -> SPFMacroString {
    guard let domain = try optionalDomain(argument) else {
      throw GrammarError(.missingTag, at: argument.startIndex)
    }
    return domain
  }

  private static func optionalDomain(
    _ argument: ArraySlice<UInt8>
  ) throws(GrammarError) -> SPFMacroString? {
    guard let first = argument.first else { return nil }
    guard first == UInt8(ascii: ":") else {
      throw GrammarError(.malformedValue, at: argument.startIndex)
    }
    return try SPFMacroString(parsingDomain: argument.dropFirst())
  }

  // RFC 7208 §5.6: dual-cidr-length = [ "/" number ] [ "//" number ]. A domain may itself hold
  // slashes, so the lengths are taken from the end.
  private static func dualPrefix(
    _ argument: ArraySlice<UInt8>
  ) throws(GrammarError) -> (ArraySlice<UInt8>, PrefixLengths) {
    var rest = argument
    var lengths = PrefixLengths()
    if let (before, digits) = trailingNumber(rest), before.last == UInt8(ascii: "/") {
      lengths.ipv6 = try prefixLength(digits, max: 128)
      rest = before.dropLast()
    }
    if let (before, digits) = trailingNumber(rest) {
      lengths.ipv4 = try prefixLength(digits, max: 32)
      rest = before
    }
    return (rest, lengths)
  }

  /// What stands before a final `/number`, and the number's digits.
  private static func trailingNumber(
    _ bytes: ArraySlice<UInt8>
  ) -> (ArraySlice<UInt8>, ArraySlice<UInt8>)? {
    guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")), slash + 1 < bytes.endIndex,
      bytes[(slash + 1)...].allSatisfy({ (0x30...0x39).contains($0) })
    else { return nil }
    return (bytes[..<slash], bytes[(slash + 1)...])
  }

  private static func prefixLength(
    _ digits: ArraySlice<UInt8>,
    max: Int
  ) throws(GrammarError) -> Int {
    guard digits.count <= 3, digits.count == 1 || digits.first != UInt8(ascii: "0"),
      let number = Int(text(digits)), number <= max
    else { throw GrammarError(.malformedValue, at: digits.startIndex) }
    return number
  }

  private static func network(
    _ argument: ArraySlice<UInt8>,
    isIPv6: Bool
  ) throws(GrammarError) -> Mechanism {
    guard argument.first == UInt8(ascii: ":") else {
      throw GrammarError(.malformedValue, at: argument.startIndex)
    }
    var network = argument.dropFirst()
    var length = isIPv6 ? 128 : 32
    if let slash = network.firstIndex(of: UInt8(ascii: "/")) {
      guard let (before, digits) = trailingNumber(network), before.endIndex == slash else {
        throw GrammarError(.malformedValue, at: slash)
      }
      length = try prefixLength(digits, max: length)
      network = before
    }
    guard let bytes = IPAddress.bytes(text(network), isIPv6: isIPv6),
      let address = IPAddress(bytes: bytes)
    else { throw GrammarError(.malformedAddress, at: network.startIndex) }
    return address.isIPv4 == isIPv6 ? .mappedNetwork : .ip(address, prefixLength: length)
  }

  private static func text(_ bytes: ArraySlice<UInt8>) -> String {
    String(decoding: bytes, as: UTF8.self)
  }
}
