public import SeedMail

/// Where DNS answers come from: the network, an archive of earlier answers, or a zone file.
///
/// An answer is a value, also a failure: a resolver never throws, and it always returns within a
/// deadline of its own.
public protocol Resolver: Sendable {
  /// Asks for the records of one name and type, following aliases.
  ///
  /// `name` is in ASCII (A-labels); a trailing dot is optional.
  func resolve(_ name: String, _ type: RecordType) async -> DNSAnswer

  /// Whether nobody else is asked, so that no answer is waited for: then questions that could be under
  /// way at the same time needn't be.
  var answersAtOnce: Bool { get }
}

extension Resolver {
  /// By default, answers are waited for.
  public var answersAtOnce: Bool { false }
}

/// The record types that this project asks for.
public enum RecordType: UInt16, Sendable, Hashable, CaseIterable {
  case a = 1
  case cname = 5
  case ptr = 12
  case mx = 15
  case txt = 16
  case aaaa = 28
  case ds = 43
  case dnskey = 48
}

/// What came back from one question.
public struct DNSAnswer: Sendable, Hashable {
  /// How a question ended.
  public enum Status: String, Sendable, Hashable {
    /// There are records.
    case found
    /// The name exists, and has no records of this type.
    case nodata
    /// There is no such name.
    case nxdomain
    /// The servers failed, or DNSSEC says that the answer was forged: ask again later.
    case servfail
    /// No answer in time: ask again later.
    case timeout
    /// The name can't be asked for: a label over 63 bytes, an empty label, over 255 bytes.
    case malformedName
  }

  /// The question's name, in lower case, without a trailing dot.
  public let name: String
  /// The question's type.
  public let type: RecordType
  /// How it ended.
  public let status: Status
  /// The data of each record in wire format (RDATA), in the order of the answer.
  public let records: [[UInt8]]
  /// The whole answer in DNS wire format, to be archived; empty where there is none.
  public let wire: [UInt8]
  /// The smallest time to live among the records, in seconds.
  public let timeToLive: UInt32
  /// Whether DNSSEC proved the answer.
  public let isSecure: Bool
  /// When it was received.
  public let receivedAt: Timestamp
  /// Which resolver gave it: an address, or the words `zone file`.
  public let source: String

  /// Makes an answer.
  public init(
    name: String,
    type: RecordType,
    status: Status,
    records: [[UInt8]] = [],
    wire: [UInt8] = [],
    timeToLive: UInt32 = 0,
    isSecure: Bool = false,
    receivedAt: Timestamp,
    source: String
  ) {
    self.name = name
    self.type = type
    self.status = status
    self.records = records
    self.wire = wire
    self.timeToLive = timeToLive
    self.isSecure = isSecure
    self.receivedAt = receivedAt
    self.source = source
  }

  /// The same answer, received at another time.
  func received(at time: Timestamp) -> DNSAnswer {
    DNSAnswer(
      name: name,
      type: type,
      status: status,
      records: records,
      wire: wire,
      timeToLive: timeToLive,
      isSecure: isSecure,
      receivedAt: time,
      source: source
    )
  }

  /// Whether asking again later may help.
  public var isTemporaryFailure: Bool { status == .servfail || status == .timeout }
}
