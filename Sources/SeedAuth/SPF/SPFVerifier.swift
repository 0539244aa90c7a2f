public import SeedMail

/// Asks whether a host may send for a domain (RFC 7208).
public struct SPFVerifier: Sendable {
  /// The most terms that cause DNS look-ups (RFC 7208 §4.6.4).
  public static let lookupCountMax = 10
  /// The most look-ups without an answer (RFC 7208 §4.6.4).
  public static let voidLookupCountMax = 2
  /// The most hosts of one MX look-up, and the most names of one PTR look-up (RFC 7208 §4.6.4).
  public static let hostCountMax = 10
  /// The most bytes of an identity; a longer one has no verdict. SMTP allows 256 (RFC 5321 §4.5.3.1).
  public static let identityByteCountMax = 512

  private let resolver: any Resolver
  private let receiver: String

  /// Makes a verifier; `receiver` is the host that got the mail, for the macro `%{r}`.
  public init(resolver: any Resolver, receiver: String = "unknown") {
    self.resolver = resolver
    self.receiver = receiver
  }

  /// The verdict on a client.
  ///
  /// Asks at most 123 questions, most often two or three. An empty return path is replaced by
  /// `postmaster@` and the HELO name (RFC 7208 §2.4). `aligned` is left `false`.
  public func verify(
    clientAddress: IPAddress,
    helo: String,
    mailFrom: String,
    now: Timestamp
  ) async -> SPFResult {
    let path =
      mailFrom.hasPrefix("<") && mailFrom.hasSuffix(">") && mailFrom.utf8.count > 1
      ? String(mailFrom.dropFirst().dropLast()) : mailFrom
    let scope: SPFResult.Scope = path.isEmpty ? .helo : .mailFrom
    let identity = path.isEmpty ? "postmaster@" + helo : path
    guard identity.utf8.count <= Self.identityByteCountMax,
      helo.utf8.count <= Self.identityByteCountMax
    else { return SPFResult(result: .none, domain: "", scope: scope) }
    // By bytes: a character of text may join the "@" with what follows it.
    let at = identity.utf8.lastIndex(of: UInt8(ascii: "@"))
    let domainText = at.map { String(identity[identity.utf8.index(after: $0)...]) } ?? ""
    // RFC 7208 §4.3: a domain that can't be asked for has no policy.
    guard let at, let domain = Self.hostName(domainText) else {
      return SPFResult(result: .none, domain: domainText.lowercased(), scope: scope)
    }
    let localPart = at == identity.startIndex ? "postmaster" : String(identity[..<at])
    var check = SPFCheck(
      resolver: resolver,
      values: SPFMacro.Values(
        sender: localPart + "@" + domain,
        localPart: localPart,
        senderDomain: domain,
        domain: domain,
        address: clientAddress,
        helo: helo,
        validatedName: "unknown",
        receiver: receiver,
        seconds: now.seconds
      )
    )
    let verdict = await check.verdict(for: domain)
    return SPFResult(
      result: verdict.result,
      domain: domain,
      scope: scope,
      explanation: verdict.explanation
    )
  }

  /// The name in A-labels; `nil` unless it is a host name of several labels, and no address.
  private static func hostName(_ name: String) -> String? {
    guard let ascii = IDNA.toASCII(name), let domain = DNSName.normalized(ascii),
      domain.utf8.allSatisfy(DNSName.isHostByte), domain.utf8.contains(UInt8(ascii: ".")),
      IPAddress(domain) == nil
    else { return nil }
    return domain
  }
}
