/// Where a message crossed from a stranger's server to the own one, and what the own one wrote.
///
/// Everything below that `Received` field came with the message and can be forged; what stands above
/// it was added by the own servers. Servers prepend (RFC 5321 §4.4), so the own fields are the
/// topmost ones:
///
/// - The topmost `Received` must name an own host after `by`. A message without `Received`, or with
///   a stranger's on top, has no own hop, and nothing in it is trusted.
/// - The `Received` below belongs to the own servers as well where it names one of them, or
///   `localhost`, *and* the hop above surely took the message from an own server: by LMTP, or from
///   an address that is configured as one's own. The name alone proves nothing: a sender can write
///   it into the message.
public struct OwnHop: Sendable, Hashable {
  /// The most `Received` fields that are looked at, from the top.
  public static let hopCountMax = 32

  /// The position in ``Message/fields`` of the `Received` field at which mail came in.
  public let fieldIndex: Int
  /// What that field says: the client's address and name, the envelope recipient, the time.
  public let received: Received
  /// The address of the stranger's server; `nil` where an own server or this machine handed the
  /// message over, so that nothing can be said about who sent it.
  public let clientAddress: String?

  /// Finds the own hop; `nil` where the message has none.
  public init?(in message: Message, hosts: OwnHosts) {
    var found: (index: Int, received: Received)?
    var count = 0
    for (index, field) in message.fields.enumerated() where field.kind == .received {
      count += 1
      guard count <= Self.hopCountMax, let hop = message.received(field) else { break }
      if let by = hop.by, hosts.contains(by) || found != nil && hosts.isThisMachine(by) {
        found = (index, hop)
        guard hosts.isClient(of: hop) else { break }
      } else if hop.by != nil || hop.from != nil || hop.clientAddress != nil {
        break
      }
      // What remains is a note without hosts, such as qmail's "(qmail 123 invoked from network)".
    }
    guard let found else { return nil }
    (fieldIndex, received) = found
    let isOwn = hosts.isClient(of: found.received)
    clientAddress = found.received.clientAddress.flatMap {
      isOwn || OwnHosts.isLoopback($0.lowercased()) ? nil : $0
    }
  }

  /// The `Authentication-Results` fields that the own servers wrote, from top to bottom, with
  /// their positions in ``Message/fields``: they stand above the own hop, and their authserv-id is one
  /// of `authservs`. Malformed ones are left out.
  public func authenticationResults(
    in message: Message,
    authservs: OwnHosts
  ) -> [(fieldIndex: Int, field: AuthenticationResultsField)] {
    message.fields[..<min(fieldIndex, message.fields.count)].enumerated().compactMap {
      guard $1.kind == .authenticationResults, let field = message.authenticationResults($1),
        authservs.contains(field.authserv)
      else { return nil }
      return ($0, field)
    }
  }
}

extension Message {
  /// What a `Received` field says; `nil` where it is too long.
  public func received(_ field: HeaderField) -> Received? {
    Received(parsing: bytes.span.extracting(field.body))
  }

  /// What an `Authentication-Results` field says; `nil` where it breaks the grammar.
  public func authenticationResults(_ field: HeaderField) -> AuthenticationResultsField? {
    try? AuthenticationResultsField(parsing: bytes.span.extracting(field.body))
  }

  /// The address in a `Return-Path`, `Delivered-To`, `X-Original-To` or `Envelope-To` field; `nil`
  /// for the null address and for what is none.
  public func envelopeAddress(_ field: HeaderField) -> String? {
    EnvelopeAddress.read(bytes.span.extracting(field.body))
  }
}
