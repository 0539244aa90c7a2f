/// The hosts that links point to. Nothing is ever fetched from them.
///
/// Hosts are in lower case, without a port or a final dot, each once, in the order met.
public struct LinkHosts: Sendable, Hashable {
  /// The most hosts that are kept; what follows is left out.
  public static let hostCountMax = 256
  /// The longest host, in bytes (RFC 1035 §2.3.4); a longer one is left out.
  public static let hostByteCountMax = 253

  /// The hosts found so far.
  public private(set) var hosts: [String] = []

  /// Starts with no hosts.
  public init() {}

  /// Adds the hosts of every `http`, `https` and `mailto` URI that stands in `input`, be it plain text,
  /// HTML or a field such as List-Unsubscribe (RFC 2369). The cost is linear.
  public mutating func add(from input: Span<UInt8>) {
    var offset = 0
    while hosts.count < Self.hostCountMax {
      let colon = input.firstIndex(of: UInt8(ascii: ":"), in: offset..<input.count)
      guard colon < input.count else { return }
      offset = colon + 1
      if endsScheme("mailto", input, at: colon) {
        add(input, authority(input, at: &offset), isMail: true)
      } else if endsScheme("http", input, at: colon) || endsScheme("https", input, at: colon),
        input.hasPrefixIgnoringCase("//", at: offset, before: input.count)
      {
        offset += 2
        add(input, authority(input, at: &offset), isMail: false)
      }
    }
  }

  private func endsScheme(_ scheme: String, _ input: Span<UInt8>, at colon: Int) -> Bool {
    let start = colon - scheme.utf8.count
    return input.hasPrefixIgnoringCase(scheme, at: start, before: colon)
      && (start == 0 || !input[start - 1].isASCIILetter)
  }

  /// RFC 3986 §3.2: what stands before a `/`, `?` or `#`; in running text also before what no
  /// URI has.
  private func authority(_ input: Span<UInt8>, at offset: inout Int) -> Range<Int> {
    let start = offset
    while offset < input.count, !input[offset].endsAuthority { offset += 1 }
    return start..<offset
  }

  private mutating func add(_ input: Span<UInt8>, _ authority: Range<Int>, isMail: Bool) {
    var start = authority.lowerBound
    if let at = authority.last(where: { input[$0] == UInt8(ascii: "@") }) {
      start = at + 1
    } else if isMail {
      return
    }
    var end = start
    if end < authority.upperBound, input[end] == UInt8(ascii: "[") {
      while end < authority.upperBound, input[end] != UInt8(ascii: "]") { end += 1 }
      start += 1
    } else {
      while end < authority.upperBound, input[end] != UInt8(ascii: ":"),
        input[end] != UInt8(ascii: ",")
      { end += 1 }
      while end > start, input[end - 1] == UInt8(ascii: ".") { end -= 1 }
    }
    guard start < end, end - start <= Self.hostByteCountMax else { return }
    // Most links of a message go to few hosts.
    let range = start..<end
    guard !hosts.contains(where: { input.equalsIgnoringCase($0, range) }) else { return }
    let host = input.text(range).lowercased()
      .withoutControls
    if !hosts.contains(host) { hosts.append(host) }
  }
}

extension UInt8 {
  fileprivate var endsAuthority: Bool {
    switch self {
    case 0...0x20, 0x7F, UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#"),
      UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "<"), UInt8(ascii: ">"),
      UInt8(ascii: "\\"), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: ";"),
      UInt8(ascii: "&"):
      true
    default: false
    }
  }
}
