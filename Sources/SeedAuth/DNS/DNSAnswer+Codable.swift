import FoundationEssentials
import SeedMail

/// An answer as it is archived.
///
/// Its records are not written but read again from the whole answer in wire format, so that what was
/// committed to and what a replay rests on are the same bytes.
extension DNSAnswer: Codable {
  private enum Key: String, CodingKey {
    case name, type, status, wire, timeToLive = "ttl", isSecure = "secure", receivedAt, source
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    let name = try container.decode(String.self, forKey: .name)
    let type = try container.decode(RecordType.self, forKey: .type)
    let status = try container.decode(Status.self, forKey: .status)
    let wire = Array(try container.decode(Data.self, forKey: .wire))
    var records: [[UInt8]] = []
    if status == .found {
      guard let message = DNSMessage(parsing: wire), message.name == name,
        message.type == type.rawValue, !message.records.isEmpty
      else {
        throw DecodingError.dataCorruptedError(
          forKey: .wire,
          in: container,
          debugDescription: "no answer to the question"
        )
      }
      records = message.records
    }
    self.init(
      name: name,
      type: type,
      status: status,
      records: records,
      wire: wire,
      timeToLive: try container.decode(UInt32.self, forKey: .timeToLive),
      isSecure: try container.decode(Bool.self, forKey: .isSecure),
      receivedAt: try container.decode(Timestamp.self, forKey: .receivedAt),
      source: try container.decode(String.self, forKey: .source)
    )
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(name, forKey: .name)
    try container.encode(type, forKey: .type)
    try container.encode(status, forKey: .status)
    try container.encode(Data(wire), forKey: .wire)
    try container.encode(timeToLive, forKey: .timeToLive)
    try container.encode(isSecure, forKey: .isSecure)
    try container.encode(receivedAt, forKey: .receivedAt)
    try container.encode(source, forKey: .source)
  }
}

extension DNSAnswer.Status: Codable {}

/// A type is written by its name, such as `TXT`.
extension RecordType: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let name = try container.decode(String.self)
    guard let type = Self.allCases.first(where: { $0.description == name }) else {
      throw DecodingError.dataCorruptedError(
        in: container,
        debugDescription: "unknown record type"
      )
    }
    self = type
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

extension RecordType: CustomStringConvertible {
  /// Its name in capitals, such as `TXT`.
  public var description: String {
    switch self {
    case .a: "A"
    case .cname: "CNAME"
    case .ptr: "PTR"
    case .mx: "MX"
    case .txt: "TXT"
    case .aaaa: "AAAA"
    case .ds: "DS"
    case .dnskey: "DNSKEY"
    }
  }
}
