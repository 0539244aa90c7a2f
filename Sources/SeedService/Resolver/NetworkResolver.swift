import FoundationEssentials
public import SeedAuth
public import SeedMail
import Synchronization

/// Where the network's answers are checked by DNSSEC, and by which key.
public enum TrustAnchor: Sendable, Hashable {
  /// By Debian's root key, where that is installed and the system's name servers are asked, and as
  /// long as those pass on what it takes.
  case automatic
  /// Nowhere.
  case none
  /// By the keys in this file; what can't be proved then is a failure.
  case file(String)

  /// Where Debian's package dns-root-data keeps the root zone's key.
  public static let rootKeyPath = "/usr/share/dns/root.key"
}

/// Asks the network, and checks answers by DNSSEC where that is wanted and works.
///
/// Some name servers, such as those of cheap routers, leave out the signatures. By itself this takes
/// such answers as they are, unproved, and looks again later; with a key of the operator's own it
/// never does.
public final class NetworkResolver: Resolver {
  /// Why answers are checked by DNSSEC, or aren't.
  public enum Validation: Sendable, Hashable {
    /// By the keys in this file.
    case on(path: String)
    /// The configuration says so.
    case off
    /// Name servers are configured, and no key.
    case serversWithoutAnchor
    /// No root key is installed.
    case noRootKey
    /// The name servers leave out the signatures, or can't be reached.
    case unsupported
  }

  /// How long it is taken for granted that the name servers pass signatures on, and that they don't.
  static let supportedTime = Duration.seconds(3600), unsupportedTime = Duration.seconds(60)

  private let validating: UnboundResolver?
  private let plain: UnboundResolver?
  private let reason: Validation
  private let now: @Sendable () -> Timestamp
  private let support = Mutex<(isThere: Bool, until: Timestamp)?>(nil)

  /// Starts libunbound, which asks nothing yet.
  ///
  /// - Parameters:
  ///   - servers: Servers to be asked; the system's where there are none.
  ///   - trustAnchor: Where answers are checked.
  ///   - now: Tells the time at which an answer came.
  /// - Throws: ``UnboundResolverError``.
  public convenience init(
    servers: [String] = [],
    trustAnchor: TrustAnchor = .automatic,
    now: @escaping @Sendable () -> Timestamp
  ) throws(UnboundResolverError) {
    let rootKey = TrustAnchor.rootKeyPath
    let choice: (path: String?, mayFallBack: Bool, reason: Validation) =
      switch trustAnchor {
      case .none: (nil, true, .off)
      case .file(let path): (path, false, .on(path: path))
      case .automatic where !servers.isEmpty: (nil, true, .serversWithoutAnchor)
      case .automatic where !FileManager.default.isReadableFile(atPath: rootKey):
        (nil, true, .noRootKey)
      case .automatic: (rootKey, true, .on(path: rootKey))
      }
    try self.init(
      servers: servers,
      anchor: choice.path,
      mayFallBack: choice.mayFallBack,
      reason: choice.reason,
      now: now
    )
  }

  init(
    servers: [String],
    anchor: String?,
    mayFallBack: Bool,
    reason: Validation,
    now: @escaping @Sendable () -> Timestamp
  ) throws(UnboundResolverError) {
    self.now = now
    self.reason = reason
    validating =
      anchor == nil
      ? nil : try UnboundResolver(servers: servers, trustAnchorFile: anchor, now: now)
    plain = mayFallBack ? try UnboundResolver(servers: servers, now: now) : nil
  }

  public func resolve(_ name: String, _ type: RecordType) async -> DNSAnswer {
    guard let validating else { return await ask(plain, name, type) }
    guard let plain else { return await validating.resolve(name, type) }
    if let isThere = knownSupport { return await ask(isThere ? validating : plain, name, type) }
    async let probe = isSupported(validating)
    let answer = await validating.resolve(name, type)
    return await probe ? answer : await plain.resolve(name, type)
  }

  /// Whether answers are checked now; asks for the root's keys where it must find out.
  public func validation() async -> Validation {
    guard let validating, plain != nil else { return reason }
    let isThere: Bool
    if let known = knownSupport { isThere = known } else { isThere = await isSupported(validating) }
    return isThere ? reason : .unsupported
  }

  private var knownSupport: Bool? {
    support.withLock { support in support.flatMap { now() < $0.until ? $0.isThere : nil } }
  }

  /// Whether the root's own keys can be proved by way of the name servers.
  private func isSupported(_ validating: UnboundResolver) async -> Bool {
    let isThere = await validating.resolve(".", .dnskey).isSecure
    let until = now().advanced(by: isThere ? Self.supportedTime : Self.unsupportedTime)
    support.withLock { $0 = (isThere, until) }
    return isThere
  }

  private func ask(
    _ resolver: UnboundResolver?,
    _ name: String,
    _ type: RecordType
  ) async -> DNSAnswer {
    guard let resolver else {
      return DNSAnswer(name: name, type: type, status: .servfail, receivedAt: now(), source: "none")
    }
    return await resolver.resolve(name, type)
  }
}

extension NetworkResolver.Validation: CustomStringConvertible {
  /// In words, for an operator.
  public var description: String {
    switch self {
    case .on(let path): "answers are checked by DNSSEC (\(path))"
    case .off: "answers are not checked by DNSSEC: [dns] trust_anchor is empty"
    case .serversWithoutAnchor:
      "answers are not checked by DNSSEC: [dns] servers are set, and trust_anchor is not"
    case .noRootKey:
      "answers are not checked by DNSSEC: there is no \(TrustAnchor.rootKeyPath)"
    case .unsupported:
      "answers are not checked by DNSSEC: the name servers don't pass on what it takes"
    }
  }
}
