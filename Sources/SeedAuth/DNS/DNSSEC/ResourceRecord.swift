/// One record as DNSSEC sees it: names uncompressed and in lower case (RFC 4034 §6.2).
package struct ResourceRecord: Hashable {
  /// The most records that are looked at in one message or chain.
  static let countMax = 512

  var owner: [UInt8]
  var type: UInt16
  var timeToLive: UInt32
  var data: [UInt8]

  /// The types that are of use here and that ``RecordType`` doesn't have.
  enum TypeCode {
    static let rrsig: UInt16 = 46
  }

  /// The wire form, uncompressed.
  package var wire: [UInt8] {
    owner + Self.bigEndian(type) + [0, 1] + Self.bigEndian(timeToLive)
      + Self.bigEndian(UInt16(truncatingIfNeeded: data.count)) + data
  }

  static func bigEndian<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    stride(from: Number.bitWidth - 8, through: 0, by: -8).map {
      UInt8(truncatingIfNeeded: number >> Number($0))
    }
  }

  /// The name in lower case; a length is below every letter.
  static func lowercased(_ name: [UInt8]) -> [UInt8] {
    name.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
  }

  /// The parent of a name that isn't the root; `nil` for the root.
  static func parent(_ name: [UInt8]) -> [UInt8]? {
    guard let length = name.first, length > 0, Int(length) < name.count else { return nil }
    return Array(name[(Int(length) + 1)...])
  }

  /// The labels of a name, without the root's and without an asterisk in front (RFC 4034 §3.1.3).
  static func labelCount(_ name: [UInt8]) -> Int {
    var count = name.starts(with: [1, UInt8(ascii: "*")]) ? -1 : 0
    var rest = name
    while let parent = parent(rest) {
      count += 1
      rest = parent
    }
    return count
  }

  /// Whether `zone` is `name` or above it.
  static func isWithin(_ name: [UInt8], _ zone: [UInt8]) -> Bool {
    var rest = name
    while true {
      if rest == zone { return true }
      guard let parent = parent(rest) else { return false }
      rest = parent
    }
  }
}

extension ResourceRecord {
  /// The records of a chain, which must be in the form that RFC 4034 §6.2 calls canonical; `nil` for
  /// anything else.
  package static func all(inChain bytes: [UInt8]) -> [ResourceRecord]? {
    var records: [ResourceRecord] = []
    var offset = 0
    while offset < bytes.count {
      let start = offset
      guard records.count < countMax,
        let record = read(bytes, at: &offset, isCompressed: false),
        record.wire.elementsEqual(bytes[start..<offset])
      else { return nil }
      records.append(record)
    }
    return records
  }

  /// The records of a response's answer section; `nil` where it is malformed.
  static func all(inAnswerOf wire: [UInt8]) -> [ResourceRecord]? {
    guard wire.count >= 12, wire[4] == 0, wire[5] == 1 else { return nil }
    var offset = 12
    guard DNSName.uncompressed(wire, at: &offset) != nil else { return nil }
    offset += 4
    let count = Int(wire[6]) << 8 | Int(wire[7])
    guard count <= countMax else { return nil }
    var records: [ResourceRecord] = []
    for _ in 0..<count {
      guard let record = read(wire, at: &offset, isCompressed: true) else { return nil }
      records.append(record)
    }
    return records
  }

  private static func read(
    _ wire: [UInt8],
    at offset: inout Int,
    isCompressed: Bool
  ) -> ResourceRecord? {
    let start = offset
    guard let name = DNSName.uncompressed(wire, at: &offset),
      isCompressed || offset - start == name.count, offset + 10 <= wire.count,
      wire[offset + 2] == 0, wire[offset + 3] == 1
    else { return nil }
    let type = UInt16(wire[offset]) << 8 | UInt16(wire[offset + 1])
    let timeToLive = wire[offset + 4..<offset + 8].reduce(0 as UInt32) { $0 << 8 | UInt32($1) }
    let length = Int(wire[offset + 8]) << 8 | Int(wire[offset + 9])
    offset += 10
    guard offset + length <= wire.count else { return nil }
    let range = offset..<offset + length
    offset = range.upperBound
    guard let data = data(type, wire, range) else { return nil }
    return ResourceRecord(
      owner: lowercased(name),
      type: type,
      timeToLive: timeToLive,
      data: data
    )
  }

  // RFC 6840 §5.1: these types have names in their data that are written in lower case.
  private static func data(_ type: UInt16, _ wire: [UInt8], _ range: Range<Int>) -> [UInt8]? {
    let fixed: Int
    switch type {
    case RecordType.cname.rawValue, RecordType.ptr.rawValue: fixed = 0
    case RecordType.mx.rawValue: fixed = 2
    case TypeCode.rrsig: fixed = 18
    default: return Array(wire[range])
    }
    var offset = range.lowerBound + fixed
    guard offset < range.upperBound, let name = DNSName.uncompressed(wire, at: &offset),
      offset <= range.upperBound
    else { return nil }
    return wire[range.lowerBound..<range.lowerBound + fixed] + lowercased(name)
      + wire[offset..<range.upperBound]
  }
}
