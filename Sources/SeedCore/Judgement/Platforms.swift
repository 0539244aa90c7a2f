public import SeedAuth
public import SeedMail

/// The bulk-mail platforms that are known: services that send mail for many customers.
///
/// A platform's signature says through whom a message came, never for whom: the customer is named by
/// the platform's own fields, and that is a claim.
public struct Platforms: Sendable, Hashable {
  /// The most platforms that a file may name.
  public static let platformCountMax = 200
  /// The most names in one list of a platform's.
  public static let nameCountMax = 32
  /// The most header fields of a message that are looked at for a platform's marks.
  public static let fieldCountMax = 256
  /// The most platforms that are named for one message.
  public static let traceCountMax = 8
  /// The longest mark of a customer that is kept, in bytes.
  public static let customerByteCountMax = 200

  /// One platform.
  public struct Platform: Sendable, Hashable {
    /// Its name, for people.
    public let name: String
    /// The domains that it signs with (DKIM's `d=`), and everything below them.
    public let signingDomains: [String]
    /// The domains of its return paths, and everything below them.
    public let returnPathDomains: [String]
    /// Other domains of its own, by which a register may name it.
    public let sites: [String]
    /// How the names of its own header fields begin, in lower case.
    public let fieldPrefixes: [String]
    /// Where it names its customer; the first place that is there counts.
    public let customerMarks: [CustomerMark]

    /// Every domain that stands for it, each once.
    public var domains: [String] {
      var seen: Set<String> = []
      return (signingDomains + returnPathDomains + sites).filter { seen.insert($0).inserted }
    }
  }

  /// A place where a platform names its customer.
  public enum CustomerMark: Sendable, Hashable {
    /// The domain that it signs with, where that lies below its own.
    case signingDomain
    /// A header field of that name (in lower case), or that part of it, from 1 on, between colons.
    case field(String, part: Int?)
  }

  /// The platforms, those that were added last first.
  public private(set) var all: [Platform]
  private var bySigningDomain: [String: Int] = [:]
  private var byReturnPathDomain: [String: Int] = [:]
  private let byFieldPrefix: FieldNamePrefixes

  init(_ platforms: [Platform]) {
    all = platforms
    byFieldPrefix = FieldNamePrefixes(
      platforms.enumerated().flatMap { index, platform in
        platform.fieldPrefixes.map { ($0, index) }
      }
    )
    // Of two platforms with one domain the first has it.
    for (index, platform) in platforms.enumerated().reversed() {
      for domain in platform.signingDomains { bySigningDomain[domain] = index }
      for domain in platform.returnPathDomains { byReturnPathDomain[domain] = index }
    }
  }

  /// These platforms and `others`, which go before them and replace those of the same name.
  public func extended(by others: Platforms) -> Platforms {
    let names = Set(others.all.map(\.name))
    return Platforms(others.all + all.filter { !names.contains($0.name) })
  }

  /// The platforms that a message went through, the best known first: those whose signature verified
  /// when it arrived and isn't From's, that of the return path, and those whose fields it has.
  public func traces(
    in message: Message,
    report: AuthenticationReport,
    returnPath: String?
  ) -> [MessageFacts.Platform] {
    var traces: [MessageFacts.Platform] = []
    func add(_ index: Int, _ evidence: MessageFacts.Platform.Evidence, domain: String) {
      let platform = all[index]
      guard traces.count < Self.traceCountMax, !traces.contains(where: { $0.name == platform.name })
      else { return }
      var trace = MessageFacts.Platform(
        name: platform.name,
        evidence: evidence,
        domain: domain,
        domains: platform.domains
      )
      for mark in platform.customerMarks {
        switch mark {
        case .signingDomain:
          guard evidence == .signature, !platform.signingDomains.contains(domain) else { continue }
          (trace.customerField, trace.customer) = ("DKIM-Signature", domain)
        case .field(let name, let part):
          guard let field = Self.field(name, in: message),
            let value = Self.customer(in: message, field, part: part)
          else { continue }
          trace.customerField = String(decoding: message.bytes[field.name], as: UTF8.self)
          trace.customer = value
        }
        break
      }
      traces.append(trace)
    }
    for result in report.dkim where result.atArrival == .pass && !result.aligned {
      if let index = Self.index(of: result.domain, in: bySigningDomain) {
        add(index, .signature, domain: result.domain)
      }
    }
    if let domain = Self.domain(ofReturnPath: returnPath),
      let index = Self.index(of: domain, in: byReturnPathDomain)
    {
      add(index, .returnPath, domain: domain)
    }
    for index in byFieldPrefix.numbers(in: message, fieldCountMax: Self.fieldCountMax) {
      add(index, .field, domain: "")
    }
    return traces
  }

  /// The platform that has `domain` or a domain above it.
  private static func index(of domain: String, in domains: [String: Int]) -> Int? {
    guard domain.utf8.count <= DomainText.byteCountMax else { return nil }
    var rest = Substring(domain.lowercased())
    while true {
      if let index = domains[String(rest)] { return index }
      guard let dot = rest.utf8.firstIndex(of: UInt8(ascii: ".")) else { return nil }
      rest = rest[rest.utf8.index(after: dot)...]
    }
  }

  private static func domain(ofReturnPath path: String?) -> String? {
    guard let path, let at = path.utf8.lastIndex(of: UInt8(ascii: "@")) else { return nil }
    let domain = path.utf8[path.utf8.index(after: at)...].prefix { $0 != UInt8(ascii: ">") }
    return IDNA.toASCII(String(Substring(domain)))
  }

  /// The topmost field of that name, which is in lower case.
  private static func field(_ name: String, in message: Message) -> HeaderField? {
    message.fields.prefix(fieldCountMax).first { field in
      field.name.count == name.utf8.count
        && String(decoding: message.bytes[field.name], as: UTF8.self).lowercased() == name
    }
  }

  /// What the field says, where it is short and plain text.
  private static func customer(
    in message: Message,
    _ field: HeaderField,
    part: Int?
  ) -> String? {
    var text = field.kind == .listID ? message.listID ?? "" : message.rawText(of: field)
    if let part {
      let parts = text.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count >= part else { return nil }
      text = String(parts[part - 1])
    }
    guard !text.isEmpty, text.utf8.count <= customerByteCountMax,
      text.utf8.allSatisfy({ (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "\"") })
    else { return nil }
    return text
  }
}

/// How a domain is written in a list of platforms.
enum DomainText {
  /// The longest name in DNS as text (RFC 1035 §2.3.4).
  static let byteCountMax = 253

  /// The domain as A-labels in lower case; `nil` for what is none, and for a top-level domain, which
  /// nobody owns.
  static func normalized(_ text: String) -> String? {
    guard let domain = IDNA.toASCII(text), domain.utf8.count <= byteCountMax else { return nil }
    let labels = domain.split(separator: ".", omittingEmptySubsequences: false)
    let isName = labels.allSatisfy { label in
      !label.isEmpty && label.utf8.count <= 63
        && label.utf8.allSatisfy {
          (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-")
            || $0 == UInt8(ascii: "_")
        }
    }
    return labels.count >= 2 && isName && IPAddress(domain) == nil ? domain : nil
  }
}
