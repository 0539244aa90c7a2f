public import SeedMail

/// A policy record of DMARC (RFC 9989 §4.7), parsed.
///
/// Unknown tags and malformed values are passed over, as the RFC asks; only the version must be
/// right.
public struct DMARCRecord: Sendable, Hashable {
  /// The most bytes of a record; a longer one is refused.
  public static let byteCountMax = 4096

  /// What the record says about its domain being a public suffix.
  public enum PublicSuffixDomain: String, Sendable, Hashable {
    case yes = "y", no = "n", unknown = "u"
  }

  /// `p=`, `sp=` and `np=`: the policy for the domain, for its subdomains, and for those that don't
  /// exist.
  public let policy: DMARCResult.Policy?
  public let subdomainPolicy: DMARCResult.Policy?
  public let nonexistentPolicy: DMARCResult.Policy?
  /// Whether a policy tag has a value that is none.
  public let hasMalformedPolicy: Bool
  /// `adkim=` and `aspf=`.
  public let dkimAlignment: Alignment
  public let spfAlignment: Alignment
  /// `psd=`.
  public let publicSuffixDomain: PublicSuffixDomain
  /// `t=y`: a policy is to be applied one level lower.
  public let isTesting: Bool
  /// `pct=`, of RFC 7489 alone.
  public let percentage: Int
  /// Whether `rua=` names at least one address for reports.
  public let hasReportAddress: Bool

  /// Parses the text of a record.
  ///
  /// - Throws: ``GrammarError`` where the first tag is not `v=DMARC1`.
  public init(parsing text: [UInt8]) throws(GrammarError) {
    guard text.count <= Self.byteCountMax else { throw GrammarError(.tooLong, at: text.count) }
    let tags = text.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
    // RFC 9989 §4.8: the tag's name may be in any case, its value may not.
    guard let version = tags.first.flatMap(Self.tag), version.name == "v",
      version.value == "DMARC1"
    else { throw GrammarError(.missingTag, at: 0) }
    var values: [String: String] = [:]
    for case let tag? in tags.dropFirst().map(Self.tag) where values[tag.name] == nil {
      values[tag.name] = tag.value
    }
    let policies = ["p", "sp", "np"].map { values[$0]?.lowercased() }
    let parsed = policies.map { $0.flatMap { DMARCResult.Policy(rawValue: $0) } }
    policy = parsed[0]
    subdomainPolicy = parsed[1]
    nonexistentPolicy = parsed[2]
    hasMalformedPolicy = zip(policies, parsed).contains { $0 != nil && $1 == nil }
    dkimAlignment = values["adkim"].flatMap { Alignment(rawValue: $0.lowercased()) } ?? .relaxed
    spfAlignment = values["aspf"].flatMap { Alignment(rawValue: $0.lowercased()) } ?? .relaxed
    publicSuffixDomain =
      values["psd"].flatMap { PublicSuffixDomain(rawValue: $0.lowercased()) } ?? .unknown
    isTesting = values["t"]?.lowercased() == "y"
    percentage =
      values["pct"].flatMap(Int.init).flatMap { (0...100).contains($0) ? $0 : nil } ?? 100
    hasReportAddress = (values["rua"] ?? "").split(separator: ",").contains(where: Self.isURI)
  }

  private static let memory = RecordMemory<DMARCRecord>()

  /// The record that is read from `text`, once.
  static func remembered(_ text: [UInt8]) throws(GrammarError) -> DMARCRecord {
    try memory.value(of: text) { text throws(GrammarError) in try DMARCRecord(parsing: text) }
  }

  /// One `name = value`, with the name in lower case; `nil` for anything else.
  private static func tag(_ bytes: ArraySlice<UInt8>) -> (name: String, value: String)? {
    guard let equals = bytes.firstIndex(of: UInt8(ascii: "=")) else { return nil }
    let name = trimmed(bytes[..<equals])
    let value = trimmed(bytes[(equals + 1)...])
    guard !name.isEmpty, !value.isEmpty, name.allSatisfy(\.isASCIIAlphabetic),
      value.allSatisfy({ (0x20...0x7E).contains($0) })
    else { return nil }
    return (
      String(decoding: name, as: UTF8.self).lowercased(), String(decoding: value, as: UTF8.self)
    )
  }

  private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
    guard let first = bytes.firstIndex(where: { !isSpace($0) }),
      let last = bytes.lastIndex(where: { !isSpace($0) })
    else { return bytes[bytes.endIndex...] }
    return bytes[first...last]
  }

  /// Whether there is a scheme, and something behind it (RFC 3986 §3).
  private static func isURI(_ text: Substring) -> Bool {
    let bytes = trimmed(Array(text.utf8)[...])
    guard let first = bytes.first, first.isASCIIAlphabetic,
      let colon = bytes.firstIndex(of: UInt8(ascii: ":")), colon + 1 < bytes.endIndex
    else { return false }
    return bytes[..<colon].allSatisfy { $0.isASCIIAlphanumeric || "+-.".utf8.contains($0) }
  }
}
