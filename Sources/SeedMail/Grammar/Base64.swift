/// Base64 (RFC 4648), in both alphabets.
public enum Base64 {
  /// Which characters stand for 62 and 63.
  public enum Alphabet: Sendable {
    /// `+` and `/` (RFC 4648 §4).
    case standard
    /// `-` and `_` (RFC 4648 §5).
    case url
  }

  /// How much a decoder forgives.
  public enum Form: Sendable {
    /// The one form that an encoder makes, padded; base64url without padding, as JOSE and C2SP
    /// write it.
    case strict
    /// RFC 6376 §2.10: white space anywhere, as folding puts it there. The padding may be absent,
    /// and unused bits may be set, as some keys are published.
    case folded
  }

  /// The bytes that `input` stands for.
  ///
  /// - Throws: ``GrammarError`` at the first byte that doesn't fit.
  public static func decode(
    _ input: Span<UInt8>,
    alphabet: Alphabet = .standard,
    form: Form = .strict
  ) throws(GrammarError) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(input.count / 4 * 3 + 3)
    let values = alphabet == .standard ? standardValues : urlValues
    var bits: UInt32 = 0
    var digitCount = 0
    var paddingCount = 0
    for offset in 0..<input.count {
      let byte = input[offset]
      if form == .folded, byte.isFoldingWhitespace { continue }
      let value = values[Int(byte)]
      if value < 64, paddingCount == 0 {
        bits = bits << 6 | UInt32(value)
        digitCount += 1
        guard digitCount == 4 else { continue }
        output.append(UInt8(truncatingIfNeeded: bits >> 16))
        output.append(UInt8(truncatingIfNeeded: bits >> 8))
        output.append(UInt8(truncatingIfNeeded: bits))
        bits = 0
        digitCount = 0
      } else if byte == UInt8(ascii: "="), digitCount >= 2, digitCount + paddingCount < 4 {
        paddingCount += 1
      } else {
        throw GrammarError(.malformedEncoding, at: offset)
      }
    }
    guard isComplete(digitCount, paddingCount, bits, alphabet, form) else {
      throw GrammarError(.malformedEncoding, at: input.count)
    }
    if digitCount == 2 { output.append(UInt8(truncatingIfNeeded: bits >> 4)) }
    if digitCount == 3 {
      output.append(UInt8(truncatingIfNeeded: bits >> 10))
      output.append(UInt8(truncatingIfNeeded: bits >> 2))
    }
    return output
  }

  /// The text of `bytes`: padded in the standard alphabet, not padded in the other.
  public static func encode(_ bytes: [UInt8], alphabet: Alphabet = .standard) -> String {
    var output: [UInt8] = []
    output.reserveCapacity((bytes.count + 2) / 3 * 4)
    append(bytes, to: &output, alphabet: alphabet)
    return String(decoding: output, as: UTF8.self)
  }

  /// Adds the text of `bytes` to `output`.
  public static func append(
    _ bytes: [UInt8],
    to output: inout [UInt8],
    alphabet: Alphabet = .standard
  ) {
    let digits = alphabet == .standard ? standardDigits : urlDigits
    let input = bytes.span
    var offset = 0
    while offset + 3 <= input.count {
      let first = input[offset], second = input[offset + 1], third = input[offset + 2]
      output.append(digits[Int(first >> 2)])
      output.append(digits[Int((first & 3) << 4 | second >> 4)])
      output.append(digits[Int((second & 15) << 2 | third >> 6)])
      output.append(digits[Int(third & 63)])
      offset += 3
    }
    guard offset < input.count else { return }
    let count = input.count - offset
    let first = input[offset], second = count == 2 ? input[offset + 1] : 0
    output.append(digits[Int(first >> 2)])
    output.append(digits[Int((first & 3) << 4 | second >> 4)])
    if count == 2 { output.append(digits[Int((second & 15) << 2)]) }
    if alphabet == .standard { for _ in count..<3 { output.append(UInt8(ascii: "=")) } }
  }

  private static func isComplete(
    _ digitCount: Int,
    _ paddingCount: Int,
    _ bits: UInt32,
    _ alphabet: Alphabet,
    _ form: Form
  ) -> Bool {
    guard digitCount != 1 else { return false }
    let missing = digitCount == 0 ? 0 : 4 - digitCount
    guard form == .strict else { return paddingCount == 0 || paddingCount == missing }
    // RFC 4648 §3.5: the bits that the last digit doesn't need are zero.
    let unused = bits & (digitCount == 2 ? 0xF : digitCount == 3 ? 0x3 : 0)
    return unused == 0 && paddingCount == (alphabet == .standard ? missing : 0)
  }

  private static let standardDigits = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
  )
  private static let urlDigits = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8
  )
  private static let standardValues = values(of: standardDigits)
  private static let urlValues = values(of: urlDigits)

  private static func values(of digits: [UInt8]) -> [UInt8] {
    var values = [UInt8](repeating: 255, count: 256)
    for (value, byte) in digits.enumerated() { values[Int(byte)] = UInt8(value) }
    return values
  }
}
