/// Writes text in quoted-printable (RFC 2045 §6.7).
public enum QuotedPrintable {
  /// The longest line, without its end.
  public static let lineByteCountMax = 76

  /// The encoded form of a text whose lines end in LF; its own lines end in CRLF.
  public static func encode(_ text: [UInt8]) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(text.count + text.count / 8)
    var columnCount = 0
    for (offset, byte) in text.enumerated() {
      if byte == UInt8(ascii: "\n") {
        output += [0x0D, 0x0A]
        columnCount = 0
        continue
      }
      let isLast = offset + 1 == text.count || text[offset + 1] == UInt8(ascii: "\n")
      let piece = encoded(byte, isLast: isLast)
      // A line that goes on ends in one more byte.
      if columnCount + piece.count > lineByteCountMax - (isLast ? 0 : 1) {
        output += [UInt8(ascii: "="), 0x0D, 0x0A]
        columnCount = 0
      }
      output += piece
      columnCount += piece.count
    }
    return output
  }

  private static func encoded(_ byte: UInt8, isLast: Bool) -> [UInt8] {
    let isPlain =
      (0x21...0x7E).contains(byte) && byte != UInt8(ascii: "=")
      || byte == UInt8(ascii: " ") && !isLast
    guard !isPlain else { return [byte] }
    let digits = Array("0123456789ABCDEF".utf8)
    return [UInt8(ascii: "="), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
  }
}
