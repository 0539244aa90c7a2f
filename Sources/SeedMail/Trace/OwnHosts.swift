/// The names by which the own mail servers are known, and the addresses that only they send from.
public struct OwnHosts: Sendable, Hashable {
  /// The names that stand after `by` in the `Received` fields of the own servers, in lower case.
  public let names: Set<String>
  /// The addresses, IPv4 or IPv6, from which nobody but own servers hands mail to own servers.
  public let addresses: Set<String>

  /// Sorts host names and addresses; both are compared without regard to case or a final dot.
  ///
  /// `127.0.0.1` belongs among them only where a content filter hands mail back from there: a proxy or
  /// the network of a container can make strangers come from it.
  public init(names: some Sequence<String>) {
    let all = Set(names.map(Self.normalized))
    addresses = all.filter(Self.isAddress)
    self.names = all.subtracting(addresses)
  }

  /// Whether `name` is one of the own servers.
  public func contains(_ name: String) -> Bool { names.contains(Self.normalized(name)) }

  /// Whether `name` means the machine itself, whichever that is.
  func isThisMachine(_ name: String) -> Bool {
    let name = Self.normalized(name)
    return name == "localhost" || name.hasPrefix("localhost.") || Self.isLoopback(name)
  }

  /// Whether an own server, and surely no stranger, was the client that handed a message over.
  ///
  /// The client's names don't count: whoever owns an address can give it any name.
  func isClient(of hop: Received) -> Bool {
    // RFC 2033 §5: LMTP is spoken between the parts of one mail system.
    if let with = hop.with, with.hasPrefix("LMTP") || with.hasPrefix("UTF8LMTP") { return true }
    return hop.clientAddress.map { addresses.contains($0.lowercased()) } ?? false
  }

  static func isLoopback(_ address: String) -> Bool {
    address.hasPrefix("127.") || address == "::1" || address.hasPrefix("::ffff:127.")
  }

  private static func isAddress(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return AddressLiteral.read(bytes.span, 0..<bytes.count) != nil
  }

  private static func normalized(_ name: String) -> String {
    var name = name.lowercased()
    if name.hasSuffix(".") { name.removeLast() }
    return name
  }
}
