/// A response in DNS wire format (RFC 1035 §4).
enum DNSMessage {
  /// One record of an answer section.
  struct Record: Sendable, Hashable {
    var owner: String
    var type: RecordType
    var data: [UInt8]
  }

  /// A response code (RFC 1035 §4.1.1).
  enum ResponseCode: UInt8, Sendable {
    case noError = 0, serverFailure = 2, nameError = 3
  }

  /// Writes a response to one question, uncompressed. All names are normalized.
  static func response(
    to name: String,
    _ type: RecordType,
    code: ResponseCode,
    answers: [Record],
    timeToLive: UInt32
  ) -> [UInt8] {
    var wire: [UInt8] = [0, 0]
    // QR, RD and RA are set: a response from a recursive server.
    wire.append(0x81)
    wire.append(0x80 | code.rawValue)
    wire.append(bigEndian: UInt16(1))
    wire.append(bigEndian: UInt16(truncatingIfNeeded: answers.count))
    wire.append(bigEndian: UInt16(0))
    wire.append(bigEndian: UInt16(0))
    wire.append(contentsOf: DNSName.wire(name))
    wire.append(bigEndian: type.rawValue)
    wire.append(bigEndian: internetClass)
    for answer in answers {
      wire.append(contentsOf: DNSName.wire(answer.owner))
      wire.append(bigEndian: answer.type.rawValue)
      wire.append(bigEndian: internetClass)
      wire.append(bigEndian: UInt16(truncatingIfNeeded: timeToLive >> 16))
      wire.append(bigEndian: UInt16(truncatingIfNeeded: timeToLive))
      wire.append(bigEndian: UInt16(truncatingIfNeeded: answer.data.count))
      wire.append(contentsOf: answer.data)
    }
    return wire
  }

  private static let internetClass: UInt16 = 1
}

extension [UInt8] {
  fileprivate mutating func append(bigEndian value: UInt16) {
    append(UInt8(value >> 8))
    append(UInt8(value & 0xFF))
  }
}
