import Glibc

/// An IPv4 or IPv6 address.
public struct IPAddress: Sendable, Hashable {
  /// The 4 or 16 bytes, in network order. An IPv4 address that was mapped into IPv6 has 4.
  public let bytes: [UInt8]

  /// Makes an address of 4 or 16 bytes; `nil` for any other count.
  public init?(bytes: [UInt8]) {
    switch bytes.count {
    case 4: self.bytes = bytes
    // RFC 7208 §5: an address of the form ::ffff:1.2.3.4 is treated as IPv4.
    case 16: self.bytes = bytes.starts(with: Self.mappedPrefix) ? Array(bytes[12...]) : bytes
    default: return nil
    }
  }

  /// Reads `192.0.2.1`, or the forms of RFC 4291 §2.2; `nil` for anything else, a zone (`%eth0`) or
  /// white space among it.
  public init?(_ text: String) {
    let isIPv6 = text.utf8.contains(UInt8(ascii: ":"))
    // Most names are none at the first look.
    guard isIPv6 || text.utf8.first.map({ (0x30...0x39).contains($0) }) ?? false else { return nil }
    guard let bytes = Self.bytes(text, isIPv6: isIPv6) else { return nil }
    self.init(bytes: bytes)
  }

  /// The bytes of an address of one family, an IPv4-mapped one as its 16; `nil` for anything else.
  static func bytes(_ text: String, isIPv6: Bool) -> [UInt8]? {
    guard text.utf8.count <= textByteCountMax, !text.utf8.contains(0) else { return nil }
    var buffer = [UInt8](repeating: 0, count: isIPv6 ? 16 : 4)
    // The buffer has the size that the family asks for.
    let status = unsafe buffer.withUnsafeMutableBytes {
      unsafe inet_pton(isIPv6 ? AF_INET6 : AF_INET, text, $0.baseAddress)
    }
    return status == 1 ? buffer : nil
  }

  /// Whether it is an IPv4 address.
  public var isIPv4: Bool { bytes.count == 4 }

  /// Whether both addresses are of one family and their first `prefixLength` bits are the same.
  public func matches(_ other: IPAddress, prefixLength: Int) -> Bool {
    guard bytes.count == other.bytes.count, prefixLength >= 0, prefixLength <= bytes.count * 8
    else { return false }
    let whole = prefixLength / 8
    guard bytes[..<whole] == other.bytes[..<whole] else { return false }
    let rest = prefixLength % 8
    guard rest > 0 else { return true }
    return (bytes[whole] ^ other.bytes[whole]) >> (8 - rest) == 0
  }

  /// The name at which its PTR records lie (RFC 1035 §3.5, RFC 3596 §2.5), without a final dot.
  public var reverseName: String {
    isIPv4
      ? bytes.reversed().map { String($0) }.joined(separator: ".") + ".in-addr.arpa"
      : nibbles.reversed().joined(separator: ".") + ".ip6.arpa"
  }

  /// The address with a dot between its parts, as SPF's macro `%{i}` has it (RFC 7208 §7.3); in
  /// capitals, as its test suite expects.
  var dotted: String {
    (isIPv4 ? bytes.map { String($0) } : nibbles).joined(separator: ".").uppercased()
  }

  private var nibbles: [String] {
    bytes.flatMap { [String($0 >> 4, radix: 16), String($0 & 15, radix: 16)] }
  }

  private static let textByteCountMax = 45
  private static let mappedPrefix: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
}

extension IPAddress: CustomStringConvertible {
  /// `192.0.2.1`, or the form of RFC 5952.
  public var description: String {
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    let family = isIPv4 ? AF_INET : AF_INET6
    // The buffer holds the longest text of either family, and its NUL.
    let written = unsafe text.withUnsafeMutableBufferPointer { output in
      unsafe bytes.withUnsafeBytes { input in
        unsafe inet_ntop(family, input.baseAddress, output.baseAddress, socklen_t(output.count))
          != nil
      }
    }
    guard written else { return dotted }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
