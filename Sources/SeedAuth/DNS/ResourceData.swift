/// What the data of one record says, read from wire format (RDATA) and written to it.
///
/// Reading is total: data that doesn't fit its type is `nil`.
public enum ResourceData {
  /// The most bytes of one TXT record that are read; the wire format's own limit.
  public static let textByteCountMax = 65_535

  /// The strings of a TXT record (RFC 1035 §3.3.14), in order.
  public static func strings(_ data: [UInt8]) -> [[UInt8]]? {
    guard !data.isEmpty, data.count <= textByteCountMax else { return nil }
    var strings: [[UInt8]] = []
    var offset = 0
    while offset < data.count {
      let end = offset + 1 + Int(data[offset])
      guard end <= data.count else { return nil }
      strings.append(Array(data[offset + 1..<end]))
      offset = end
    }
    return strings
  }

  /// The strings of a TXT record, joined without a space (RFC 7208 §3.3, RFC 6376 §3.6.2.2).
  public static func text(_ data: [UInt8]) -> [UInt8]? {
    guard !data.isEmpty, data.count <= textByteCountMax else { return nil }
    var text: [UInt8] = []
    text.reserveCapacity(data.count)
    var offset = 0
    while offset < data.count {
      let end = offset + 1 + Int(data[offset])
      guard end <= data.count else { return nil }
      text.append(contentsOf: data[offset + 1..<end])
      offset = end
    }
    return text
  }

  /// The host of an MX record and its preference (RFC 1035 §3.3.9).
  public static func mailExchange(_ data: [UInt8]) -> (preference: UInt16, host: String)? {
    guard data.count > 2 else { return nil }
    guard let host = name(data[2...]) else { return nil }
    return (UInt16(data[0]) << 8 | UInt16(data[1]), host)
  }

  /// The name of a PTR or CNAME record.
  public static func name(_ data: [UInt8]) -> String? { name(data[...]) }

  private static func name(_ data: ArraySlice<UInt8>) -> String? {
    let data = Array(data)
    var offset = 0
    guard let wire = DNSName.uncompressed(data, at: &offset), offset == data.count else {
      return nil
    }
    return DNSName.text(wire)
  }

  /// The data of a TXT record; a string over 255 bytes is divided.
  static func make(strings: [[UInt8]]) -> [UInt8]? {
    var data: [UInt8] = []
    for string in strings {
      var start = 0
      repeat {
        let end = min(start + 255, string.count)
        data.append(UInt8(truncatingIfNeeded: end - start))
        data.append(contentsOf: string[start..<end])
        start = end
      } while start < string.count
    }
    return data.isEmpty || data.count > textByteCountMax ? nil : data
  }

  /// The data of an MX record for a normalized name.
  static func make(preference: UInt16, host: String) -> [UInt8] {
    [UInt8(preference >> 8), UInt8(preference & 0xFF)] + DNSName.wire(host)
  }
}

extension DNSAnswer {
  /// The joined text of each TXT record that can be read, in order.
  public var texts: [[UInt8]] {
    type == .txt ? records.compactMap { ResourceData.text($0) } : []
  }

  /// The addresses of A or AAAA records.
  public var addresses: [IPAddress] {
    switch type {
    case .a: records.compactMap { $0.count == 4 ? IPAddress(bytes: $0) : nil }
    case .aaaa: records.compactMap { $0.count == 16 ? IPAddress(bytes: $0) : nil }
    default: []
    }
  }

  /// The hosts of MX records, in the order of the answer.
  public var mailExchanges: [String] {
    type == .mx ? records.compactMap { ResourceData.mailExchange($0)?.host } : []
  }

  /// The names of PTR or CNAME records.
  public var names: [String] {
    type == .ptr || type == .cname ? records.compactMap { ResourceData.name($0) } : []
  }
}
