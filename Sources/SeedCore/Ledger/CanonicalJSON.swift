/// The one form of a JSON value that is hashed and signed (RFC 8785).
public enum CanonicalJSON {
  /// The value's bytes.
  ///
  /// Two members of one name must not be there; of a value that was parsed they never are. A number
  /// that isn't finite, which no parser gives, becomes `null`.
  public static func bytes(of value: JSONValue) -> [UInt8] {
    var output: [UInt8] = []
    write(value, to: &output)
    return output
  }

  /// The value as text.
  public static func text(of value: JSONValue) -> String {
    String(decoding: bytes(of: value), as: UTF8.self)
  }

  private static func write(_ value: JSONValue, to output: inout [UInt8]) {
    switch value {
    case .null: output += "null".utf8
    case .bool(let value): output += (value ? "true" : "false").utf8
    case .integer(let value):
      // RFC 8785 §3.2.2.3: every number is a double, and an integer past this range is rounded.
      let isExact = JSONValue.integerRange.contains(value)
      output += (isExact ? String(value) : text(of: Double(value))).utf8
    case .number(let value): output += text(of: value).utf8
    case .string(let value): write(value, to: &output)
    case .array(let elements):
      writeList(elements, "[", "]", to: &output) { write($0, to: &$1) }
    case .object(let members):
      // RFC 8785 §3.2.3: names are sorted as UTF-16.
      let sorted =
        isSorted(members)
        ? members
        : members.sorted { $0.name.utf16.lexicographicallyPrecedes($1.name.utf16) }
      writeList(sorted, "{", "}", to: &output) { member, output in
        write(member.name, to: &output)
        output.append(UInt8(ascii: ":"))
        write(member.value, to: &output)
      }
    }
  }

  /// Whether names stand in the right order already: where that is easily seen, as of most.
  private static func isSorted(_ members: [JSONValue.Member]) -> Bool {
    zip(members, members.dropFirst()).allSatisfy { left, right in
      left.name.utf8.allSatisfy { $0 < 0x80 } && right.name.utf8.allSatisfy { $0 < 0x80 }
        && left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
    }
  }

  private static func writeList<Element>(
    _ elements: [Element],
    _ start: Unicode.Scalar,
    _ end: Unicode.Scalar,
    to output: inout [UInt8],
    _ writeElement: (Element, inout [UInt8]) -> Void
  ) {
    output.append(UInt8(ascii: start))
    for (index, element) in elements.enumerated() {
      if index > 0 { output.append(UInt8(ascii: ",")) }
      writeElement(element, &output)
    }
    output.append(UInt8(ascii: end))
  }

  /// RFC 8785 §3.2.2.2: only what must be escaped is.
  static func write(_ text: String, to output: inout [UInt8]) {
    output.append(UInt8(ascii: "\""))
    if isPlain(text.utf8Span.span) {
      output += text.utf8
    } else {
      writeEscaped(text, to: &output)
    }
    output.append(UInt8(ascii: "\""))
  }

  /// Whether nothing must be escaped.
  private static func isPlain(_ text: Span<UInt8>) -> Bool {
    for index in text.indices {
      let byte = text[index]
      if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return false }
    }
    return true
  }

  private static func writeEscaped(_ text: String, to output: inout [UInt8]) {
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): output += [UInt8(ascii: "\\"), byte]
      case 0x08: output += "\\b".utf8
      case 0x09: output += "\\t".utf8
      case 0x0a: output += "\\n".utf8
      case 0x0c: output += "\\f".utf8
      case 0x0d: output += "\\r".utf8
      case 0..<0x10: output += "\\u000\(String(byte, radix: 16))".utf8
      case 0x10..<0x20: output += "\\u00\(String(byte, radix: 16))".utf8
      default: output.append(byte)
      }
    }
  }

  /// RFC 8785 §3.2.2.3: as ECMAScript writes numbers (ECMA-262 §6.1.6.1.20).
  private static func text(of number: Double) -> String {
    guard number.isFinite else { return "null" }
    guard number != 0 else { return "0" }
    let (digits, exponent) = shortestDigits(of: number.magnitude)
    let count = digits.count
    let text: String
    switch exponent {
    case count...21 where count <= 21:
      text = digits + String(repeating: "0", count: exponent - count)
    case 1...21:
      text = digits.prefix(exponent) + "." + digits.dropFirst(exponent)
    case -5...0:
      text = "0." + String(repeating: "0", count: -exponent) + digits
    default:
      let power = exponent - 1
      let fraction = count > 1 ? "." + digits.dropFirst() : ""
      text = digits.prefix(1) + fraction + "e" + (power < 0 ? "-" : "+") + String(power.magnitude)
    }
    return number < 0 ? "-" + text : text
  }

  /// The fewest digits *d* that tell the number apart, and *n*, where it is 0.*d* times 10 to the *n*.
  ///
  /// Swift's description has the same digits as ECMAScript asks for, and another layout.
  private static func shortestDigits(of number: Double) -> (digits: String, exponent: Int) {
    let parts = number.description.split(separator: "e")
    let halves = parts[0].split(separator: ".")
    let whole = halves[0] == "0" ? "" : halves[0]
    let all = whole + (halves.count > 1 ? halves[1] : "")
    let significant = all.drop { $0 == "0" }
    let zeroCount = all.count - significant.count
    let power = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    var digits = String(significant)
    while digits.count > 1, digits.hasSuffix("0") { digits.removeLast() }
    return (digits, whole.count - zeroCount + power)
  }
}
