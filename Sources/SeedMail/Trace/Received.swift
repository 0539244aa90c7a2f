/// One hop of a message: what a server wrote when it took the message over (RFC 5321 §4.4).
///
/// Servers write the field in many dialects; what can't be found is `nil`. Only the part that the own
/// server wrote is worth anything: ``OwnHop`` finds it.
public struct Received: Sendable, Hashable {
  /// The longest field that is read, in bytes.
  public static let byteCountMax = 64 * 1024

  /// What follows `from`: mostly the name that the client gave in HELO, with Exim and qmail the name
  /// that DNS has for it; or an address, without brackets.
  public internal(set) var from: String?
  /// The name in a comment such as `helo=` or `HELO`: what the client called itself.
  public internal(set) var greeting: String?
  /// The host name that the server found for the client's address.
  public internal(set) var hostName: String?
  /// The client's address as the server saw it: IPv4 or IPv6, without brackets, zone or port.
  public internal(set) var address: String?
  /// What follows `by`: the server that wrote the field.
  public internal(set) var by: String?
  /// What follows `via`.
  public internal(set) var via: String?
  /// The protocol after `with`: as IANA registers it where it is one of those, else the first word.
  public internal(set) var with: String?
  /// What follows `id`, without angle brackets.
  public internal(set) var id: String?
  /// The address after `for`: the envelope recipient, without angle brackets.
  public internal(set) var recipient: String?
  /// The version of TLS, such as `TLSv1.3`.
  public internal(set) var tlsVersion: String?
  /// The cipher suite, as it was written.
  public internal(set) var tlsCipher: String?
  /// When the server took the message over.
  public internal(set) var date: Timestamp?

  /// Reads a field body; `nil` where it is longer than ``byteCountMax``.
  ///
  /// Any other bytes give a value, in linear time.
  public init?(parsing input: Span<UInt8>) {
    guard input.count <= Self.byteCountMax else { return nil }
    var parser = ReceivedParser()
    parser.parse(input)
    self = parser.received
  }

  init() {}

  /// The client's address; where no comment has it, the address that stands after `from`.
  ///
  /// Exim writes it there for a client without a name in DNS.
  public var clientAddress: String? { address ?? (fromIsAddress ? from : nil) }

  /// What the client called itself in HELO, EHLO or LHLO.
  public var heloName: String? { greeting ?? from }

  var fromIsAddress = false
}
