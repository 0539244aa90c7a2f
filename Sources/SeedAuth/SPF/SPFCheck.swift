import SeedMail

/// One run of `check_host()` (RFC 7208 §4), with the look-ups that it has used up.
struct SPFCheck {
  let resolver: any Resolver
  /// What macros stand for; the domain changes with `include` and `redirect`.
  var values: SPFMacro.Values
  private var lookupCount = 0
  private var voidLookupCount = 0
  /// The names of the client's PTR records that lead back to it, once they were looked up.
  private var validatedNames: [String]?

  init(resolver: any Resolver, values: SPFMacro.Values) {
    self.resolver = resolver
    self.values = values
  }

  /// A reason to end the check at once.
  private enum Failure: Error {
    case temporary(String)
    case permanent(String)

    var verdict: (result: AuthenticationResult, explanation: String) {
      switch self {
      case .temporary(let reason): (.temperror, reason)
      case .permanent(let reason): (.permerror, reason)
      }
    }
  }

  /// The verdict, with the text of a `fail` or the reason of an error.
  mutating func verdict(
    for domain: String
  ) async -> (result: AuthenticationResult, explanation: String) {
    do throws(Failure) {
      let outcome = try await evaluate(domain)
      // RFC 7208 §6.2: only the record that says "fail" explains it, after the verdict is known.
      guard outcome.result == .fail, let target = outcome.explanation else {
        return (outcome.result, "")
      }
      values.domain = outcome.domain
      return (.fail, await explanation(at: target))
    } catch {
      return error.verdict
    }
  }

  private struct Outcome {
    var result: AuthenticationResult
    /// The domain whose record decided; it is another one after a redirect.
    var domain: String
    var explanation: SPFMacroString?
  }

  /// Evaluates the record of `domain`.
  ///
  /// It calls itself for `include` and `redirect`, and each of those is a counted look-up, so it
  /// nests at most ``SPFVerifier/lookupCountMax`` deep.
  private mutating func evaluate(_ domain: String) async throws(Failure) -> Outcome {
    let outer = values.domain
    values.domain = domain
    defer { values.domain = outer }
    guard let record = try await record(of: domain) else {
      return Outcome(result: .none, domain: domain)
    }
    for directive in record.directives where try await matches(directive.mechanism) {
      let result: AuthenticationResult =
        switch directive.qualifier {
        case .pass: .pass
        case .fail: .fail
        case .softfail: .softfail
        case .neutral: .neutral
        }
      return Outcome(result: result, domain: domain, explanation: record.explanation)
    }
    guard let redirect = record.redirect else { return Outcome(result: .neutral, domain: domain) }
    try count()
    guard let target = await name(redirect), !target.isEmpty else {
      throw .permanent("redirect to a malformed name")
    }
    let outcome = try await evaluate(target)
    // RFC 7208 §6.1: a redirect to a domain without a record is a mistake of the one that redirects.
    guard outcome.result != .none else { throw .permanent("redirect to a domain without SPF") }
    return outcome
  }

  // RFC 7208 §4.4 and §4.5.
  private func record(of domain: String) async throws(Failure) -> SPFRecord? {
    let answer = await resolver.resolve(domain, .txt)
    guard !answer.isTemporaryFailure else { throw .temporary("no answer for \(domain)") }
    let texts = answer.texts.filter { SPFRecord.isRecord($0) }
    guard let text = texts.first else { return nil }
    guard texts.count == 1 else { throw .permanent("several SPF records at \(domain)") }
    do throws(GrammarError) {
      return try SPFRecord.remembered(text)
    } catch {
      throw .permanent("malformed SPF record at \(domain), byte \(error.offset)")
    }
  }

  private mutating func matches(_ mechanism: SPFRecord.Mechanism) async throws(Failure) -> Bool {
    switch mechanism {
    case .all: return true
    case .mappedNetwork: return false
    case .ip(let network, let prefixLength):
      return values.address.matches(network, prefixLength: prefixLength)
    case .include(let domain): return try await includes(domain)
    case .a(let domain, let lengths):
      try count()
      guard let name = await name(domain) else { return false }
      return try await host(name, isWithin: lengths, countingVoid: true)
    case .mx(let domain, let lengths):
      try count()
      guard let name = await name(domain) else { return false }
      return try await exchanger(of: name, isWithin: lengths)
    case .ptr(let domain):
      try count()
      guard let name = await name(domain) else { return false }
      return try await validatedNames(countingVoid: true).contains { Self.lies($0, within: name) }
    case .exists(let domain):
      try count()
      guard let name = await name(domain) else { return false }
      // RFC 7208 §5.7: the look-up is for A also where the client has an IPv6 address.
      return try await ask(name, .a, countingVoid: true).status == .found
    }
  }

  // RFC 7208 §5.2.
  private mutating func includes(_ domain: SPFMacroString) async throws(Failure) -> Bool {
    try count()
    guard let name = await name(domain), !name.isEmpty else {
      throw .permanent("include of a malformed name")
    }
    switch try await evaluate(name).result {
    case .pass: return true
    case .none: throw .permanent("include of \(name), which has no SPF record")
    default: return false
    }
  }

  private mutating func host(
    _ name: String,
    isWithin lengths: SPFRecord.PrefixLengths,
    countingVoid: Bool
  ) async throws(Failure) -> Bool {
    let client = values.address
    let answer = try await ask(name, client.isIPv4 ? .a : .aaaa, countingVoid: countingVoid)
    let length = client.isIPv4 ? lengths.ipv4 : lengths.ipv6
    return answer.addresses.contains { $0.matches(client, prefixLength: length) }
  }

  // RFC 7208 §5.4.
  private mutating func exchanger(
    of name: String,
    isWithin lengths: SPFRecord.PrefixLengths
  ) async throws(Failure) -> Bool {
    let hosts = try await ask(name, .mx, countingVoid: true).mailExchanges
    guard hosts.count <= SPFVerifier.hostCountMax else {
      throw .permanent("more than \(SPFVerifier.hostCountMax) MX records at \(name)")
    }
    for host in hosts where !host.isEmpty {
      // Void look-ups of its hosts are not the term's own, or a domain whose mail servers have no
      // IPv6 address could not send by IPv6.
      if try await self.host(host, isWithin: lengths, countingVoid: false) { return true }
    }
    return false
  }

  /// The names of the client's PTR records that have its address (RFC 7208 §5.5); failures of single
  /// look-ups count as no match.
  private mutating func validatedNames(
    countingVoid: Bool = false
  ) async throws(Failure) -> [String] {
    if let validatedNames { return validatedNames }
    let client = values.address
    let answer = await resolver.resolve(client.reverseName, .ptr)
    if countingVoid { try countVoid(answer) }
    var names: [String] = []
    for name in answer.names.prefix(SPFVerifier.hostCountMax) where !name.isEmpty {
      let addresses = await resolver.resolve(name, client.isIPv4 ? .a : .aaaa).addresses
      if addresses.contains(client) { names.append(name) }
    }
    validatedNames = names
    return names
  }

  /// The domain that a term is about: its own, or the current one; `nil` where it can't be asked for.
  ///
  /// RFC 8616 §4: so a term with a local part outside ASCII matches nothing.
  private mutating func name(_ domain: SPFMacroString?) async -> String? {
    guard let domain else { return values.domain }
    await lookUpValidatedName(for: domain)
    guard var text = domain.expanded(with: values) else { return nil }
    if text.last == UInt8(ascii: ".") { text.removeLast() }
    // RFC 7208 §7.3: labels are removed on the left until the name fits.
    while text.count > DNSName.byteCountMax {
      guard let dot = text.firstIndex(of: UInt8(ascii: ".")) else { return nil }
      text.removeSubrange(...dot)
    }
    return DNSName.normalized(String(decoding: text, as: UTF8.self))
  }

  // RFC 7208 §7.3: for "p", the domain itself is preferred, then a name below it.
  private mutating func lookUpValidatedName(for text: SPFMacroString) async {
    guard text.needsValidatedName else { return }
    let names = (try? await validatedNames()) ?? []
    let domain = values.domain
    values.validatedName =
      names.first { $0 == domain } ?? names.first { Self.lies($0, within: domain) }
      ?? names.first ?? "unknown"
  }

  // RFC 7208 §6.2: whatever goes wrong here, there is just no explanation.
  private mutating func explanation(at target: SPFMacroString) async -> String {
    guard let name = await name(target), !name.isEmpty else { return "" }
    let answer = await resolver.resolve(name, .txt)
    guard answer.records.count == 1, let text = answer.texts.first,
      let parsed = try? SPFMacroString(parsing: text[...], isExplanation: true)
    else { return "" }
    await lookUpValidatedName(for: parsed)
    guard let expanded = parsed.expanded(with: values) else { return "" }
    return String(decoding: expanded, as: UTF8.self)
  }

  private mutating func ask(
    _ name: String,
    _ type: RecordType,
    countingVoid: Bool
  ) async throws(Failure) -> DNSAnswer {
    let answer = await resolver.resolve(name, type)
    guard !answer.isTemporaryFailure else { throw .temporary("no answer for \(name)") }
    if countingVoid { try countVoid(answer) }
    return answer
  }

  private mutating func count() throws(Failure) {
    lookupCount += 1
    guard lookupCount <= SPFVerifier.lookupCountMax else {
      throw .permanent("more than \(SPFVerifier.lookupCountMax) terms that look names up")
    }
  }

  private mutating func countVoid(_ answer: DNSAnswer) throws(Failure) {
    guard answer.status == .nodata || answer.status == .nxdomain else { return }
    voidLookupCount += 1
    guard voidLookupCount <= SPFVerifier.voidLookupCountMax else {
      throw .permanent("more than \(SPFVerifier.voidLookupCountMax) look-ups without an answer")
    }
  }

  private static func lies(_ name: String, within domain: String) -> Bool {
    name == domain || name.hasSuffix("." + domain)
  }
}
