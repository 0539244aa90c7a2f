public import SeedAuth
public import SeedMail

/// Why the real resolver can't be used.
public enum UnboundResolverError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A server's address isn't like `192.0.2.1`, `2001:db8::1` or `127.0.0.1@5353`.
  case malformedServer(String)
  /// The file of the trust anchor is missing, can't be read, or holds none.
  case unusableTrustAnchor(String)
  /// The list of the system's name servers can't be read.
  case unreadableSystemConfiguration
  /// libunbound doesn't start, and why.
  case failed(String)

  public var description: String {
    switch self {
    case .malformedServer(let server): "\(server) is no address of a DNS server"
    case .unusableTrustAnchor(let path): "\(path) holds no DNSSEC trust anchor"
    case .unreadableSystemConfiguration: "/etc/resolv.conf can't be read"
    case .failed(let reason): "libunbound: \(reason)"
    }
  }
}

/// Answers from the network, through libunbound, with DNSSEC where a trust anchor is given.
///
/// An answer that DNSSEC proves false is `servfail`: it is not told apart from a broken server, and
/// is asked for again later. Every question ends within ``deadline``.
public final class UnboundResolver: Resolver {
  /// How long a question may take, the wait for its turn included.
  public static let deadline: Duration = .seconds(5)
  /// The most questions that are under way at once; others wait for their turn.
  public static let questionCountMax = 64

  private let context: UnboundContext
  private let source: String
  private let deadline: Duration
  private let now: @Sendable () -> Timestamp

  /// Starts libunbound, which asks nothing yet.
  ///
  /// - Parameters:
  ///   - servers: Servers to be asked, such as `127.0.0.1@5353`; the system's where there are none.
  ///   - trustAnchorFile: The root's DNSSEC trust anchor, such as `/usr/share/dns/root.key`; without
  ///     it, no answer is secure.
  ///   - deadline: How long a question may take.
  ///   - now: Tells the time at which an answer came.
  /// - Throws: ``UnboundResolverError``.
  public init(
    servers: [String] = [],
    trustAnchorFile: String? = nil,
    deadline: Duration = UnboundResolver.deadline,
    now: @escaping @Sendable () -> Timestamp
  ) throws(UnboundResolverError) {
    context = try UnboundContext(servers: servers, trustAnchorFile: trustAnchorFile)
    source = servers.isEmpty ? "resolv.conf" : servers.joined(separator: " ")
    self.deadline = deadline
    self.now = now
  }

  deinit { context.close() }

  public func resolve(_ name: String, _ type: RecordType) async -> DNSAnswer {
    guard let question = DNSName.normalized(name) else {
      return answer(name.lowercased(), type, .malformedName)
    }
    let outcome = await context.ask(question, type, deadline: deadline)
    switch outcome {
    case .timeout: return answer(question, type, .timeout)
    case .failure: return answer(question, type, .servfail)
    case .response(let response):
      return DNSAnswer(
        name: question,
        type: type,
        status: response.status,
        records: response.records,
        wire: response.wire,
        timeToLive: response.timeToLive,
        isSecure: response.isSecure,
        receivedAt: now(),
        source: source
      )
    }
  }

  private func answer(
    _ name: String,
    _ type: RecordType,
    _ status: DNSAnswer.Status
  ) -> DNSAnswer {
    DNSAnswer(name: name, type: type, status: status, receivedAt: now(), source: source)
  }
}
