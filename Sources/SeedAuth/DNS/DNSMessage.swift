/// A response in DNS wire format (RFC 1035 §4).
struct DNSMessage {
  /// The most bytes of a response; the wire format's own limit over TCP.
  static let byteCountMax = 65_535
  /// The most aliases that are followed within one response.
  static let aliasCountMax = 16

  /// One record of the answer section. Names in its data are uncompressed.
  struct Record: Sendable, Hashable {
    var owner: String
    var type: UInt16
    var data: [UInt8]
  }

  /// A response code (RFC 1035 §4.1.1).
  enum ResponseCode: UInt8, Sendable {
    case noError = 0, serverFailure = 2, nameError = 3
  }

  /// The response code, with values that aren't in ``ResponseCode`` too.
  let code: UInt8
  /// The question's name and type.
  let name: String, type: UInt16
  /// The answer section, without records whose owner has no form as text.
  let answers: [Record]

  /// Reads a response to one question; `nil` where it is malformed or cut off.
  init?(parsing wire: [UInt8]) {
    guard wire.count >= 12, wire.count <= Self.byteCountMax, wire[2] & 0x80 != 0,
      wire[2] & 0x02 == 0, wire.bigEndian(at: 4) == 1, let answerCount = wire.bigEndian(at: 6)
    else { return nil }
    code = wire[3] & 0x0F
    var offset = 12
    guard let question = DNSName.uncompressed(wire, at: &offset).flatMap(DNSName.text),
      let type = wire.bigEndian(at: offset)
    else { return nil }
    name = question
    self.type = type
    offset += 4
    var answers: [Record] = []
    for _ in 0..<answerCount {
      guard let owner = DNSName.uncompressed(wire, at: &offset),
        let type = wire.bigEndian(at: offset), let length = wire.bigEndian(at: offset + 8)
      else { return nil }
      let start = offset + 10
      offset = start + Int(length)
      guard offset <= wire.count, let data = Self.data(type, wire, start..<offset) else {
        return nil
      }
      guard let owner = DNSName.text(owner) else { continue }
      answers.append(Record(owner: owner, type: type, data: data))
    }
    self.answers = answers
  }

  /// The data of the records that answer the question, after its aliases.
  var records: [[UInt8]] {
    var owner = name
    for _ in 0...Self.aliasCountMax {
      let found = answers.filter { $0.type == type && $0.owner == owner }
      guard found.isEmpty else { return found.map(\.data) }
      guard
        let alias = answers.first(where: {
          $0.type == RecordType.cname.rawValue && $0.owner == owner
        }), let target = ResourceData.name(alias.data)
      else { return [] }
      owner = target
    }
    return []
  }

  // RFC 3597 §4: only the types of RFC 1035 may have compressed names in their data.
  private static func data(_ type: UInt16, _ wire: [UInt8], _ range: Range<Int>) -> [UInt8]? {
    let fixed: Int
    switch RecordType(rawValue: type) {
    case .cname, .ptr: fixed = 0
    case .mx: fixed = 2
    default: return Array(wire[range])
    }
    var offset = range.lowerBound + fixed
    guard offset < range.upperBound, let name = DNSName.uncompressed(wire, at: &offset),
      offset == range.upperBound
    else { return nil }
    return wire[range.lowerBound..<(range.lowerBound + fixed)] + name
  }
}

extension DNSMessage {
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
    wire.append(bigEndian: 1)
    wire.append(bigEndian: UInt16(truncatingIfNeeded: answers.count))
    wire.append(bigEndian: 0)
    wire.append(bigEndian: 0)
    wire.append(contentsOf: DNSName.wire(name))
    wire.append(bigEndian: type.rawValue)
    wire.append(bigEndian: internetClass)
    for answer in answers {
      wire.append(contentsOf: DNSName.wire(answer.owner))
      wire.append(bigEndian: answer.type)
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
  fileprivate func bigEndian(at offset: Int) -> UInt16? {
    guard offset >= 0, offset + 1 < count else { return nil }
    return UInt16(self[offset]) << 8 | UInt16(self[offset + 1])
  }

  fileprivate mutating func append(bigEndian value: UInt16) {
    append(UInt8(value >> 8))
    append(UInt8(value & 0xFF))
  }
}
