/// The names and addresses by which the own mail servers are known.
public struct OwnHosts: Sendable, Hashable {
  /// The names that stand after `by` in the `Received` fields of the own servers, in lower case.
  public let names: Set<String>
  /// Addresses, besides those of this machine, from which only own servers hand mail on.
  public let addresses: Set<String>

  /// Names are compared without regard to case or a final dot, addresses as they are written.
  public init(names: some Sequence<String>, addresses: some Sequence<String> = []) {
    self.names = Set(names.map(Self.normalized))
    self.addresses = Set(addresses.map { $0.lowercased() })
  }

  /// Whether `name` is one of the own servers.
  public func contains(_ name: String) -> Bool { names.contains(Self.normalized(name)) }

  /// Whether `name` means the machine itself, whichever that is.
  func isThisMachine(_ name: String) -> Bool {
    let name = Self.normalized(name)
    return name == "localhost" || name.hasPrefix("localhost.") || Self.isLoopback(name)
  }

  /// Whether an own server was the client that handed a message over.
  ///
  /// The host name doesn't count, nor that of HELO: whoever owns an address can give it any name.
  func isClient(of hop: Received) -> Bool {
    if let address = hop.clientAddress?.lowercased() {
      return Self.isLoopback(address) || addresses.contains(address)
    }
    // Without an address no network was crossed: a delivery agent on a local socket (LMTP), or a
    // local program.
    guard let with = hop.with else { return hop.from == nil }
    return with.hasPrefix("LMTP") || with.hasPrefix("UTF8LMTP") || with == "LOCAL"
  }

  private static func isLoopback(_ address: String) -> Bool {
    address.hasPrefix("127.") || address == "::1" || address.hasPrefix("::ffff:127.")
  }

  private static func normalized(_ name: String) -> String {
    var name = name.lowercased()
    if name.hasSuffix(".") { name.removeLast() }
    return name
  }
}
