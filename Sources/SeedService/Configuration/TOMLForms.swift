/// Looks at TOML before the parser does, which ends the process, by an assertion or for want of stack, on some
/// of what is wrong.
///
/// Up to the parser's first error, strings, comments, brackets and values are told apart here as there.
struct TOMLForms {
  /// What the parser can't be given, in the words of the message.
  enum Fault: String, Error {
    case namelessTable = "a table has no name"
    case mismatchedBracket = "a bracket closes one of another kind"
    case nestedTooDeep = "values are nested too deep"
    case keyTooLong = "a key has too many parts"
    case bareValue = "a value without quotes is no number, true or false"
  }

  /// The most arrays and inline tables that may lie in each other.
  static let depthMax = 16
  /// The most parts of a dotted key.
  static let keyPartCountMax = 16
  /// The longest number.
  static let bareValueByteCountMax = 64

  /// The first fault and its line; `nil` where there is none.
  static func firstFault(in text: [UInt8]) -> (fault: Fault, line: Int)? {
    var forms = TOMLForms(text)
    do throws(Fault) {
      while forms.index < text.count { try forms.readNext() }
      return nil
    } catch {
      return (error, forms.line)
    }
  }

  private let text: [UInt8]
  private var index = 0
  private var line = 1
  private var isLineStart = true
  private var isHeader = false
  private var isBehindEqualsSign = false
  private var keyPartCount = 1
  /// The brackets of the arrays and inline tables that are open.
  private var open: [UInt8] = []

  private init(_ text: [UInt8]) { self.text = text }

  private mutating func readNext() throws(Fault) {
    let byte = text[index]
    switch byte {
    case 0x0A...0x0D:
      if byte == 0x0A { line += 1 }
      (isLineStart, isHeader, isBehindEqualsSign, keyPartCount) = (true, false, false, 1)
    case 0...0x20: break
    case UInt8(ascii: "#"): while index + 1 < text.count, text[index + 1] != 0x0A { index += 1 }
    case UInt8(ascii: "["), UInt8(ascii: "{"): try readOpeningBracket(byte)
    case UInt8(ascii: "]"), UInt8(ascii: "}"):
      // An opening bracket stands two before its closing one.
      if !isHeader, let opening = open.popLast(), opening + 2 != byte { throw .mismatchedBracket }
      (isLineStart, isBehindEqualsSign) = (false, false)
    case UInt8(ascii: ","): (isLineStart, isBehindEqualsSign, keyPartCount) = (false, false, 1)
    case UInt8(ascii: "\""), UInt8(ascii: "'"):
      let start = index
      skipString()
      line += text[start..<index].count { $0 == 0x0A }
      (isLineStart, isBehindEqualsSign) = (false, false)
      return
    case _ where isBehindEqualsSign || open.last == UInt8(ascii: "["):
      try readBareValue()
      return
    // Some white space isn't ASCII.
    case 0x80...: break
    case UInt8(ascii: "="): (isLineStart, isBehindEqualsSign, keyPartCount) = (false, true, 1)
    default:
      isLineStart = false
      if byte == UInt8(ascii: ".") { keyPartCount += 1 }
      if keyPartCount > Self.keyPartCountMax { throw .keyTooLong }
    }
    index += 1
  }

  private mutating func readOpeningBracket(_ byte: UInt8) throws(Fault) {
    if byte == UInt8(ascii: "["), isLineStart, open.isEmpty {
      guard isKeyNext() else { throw .namelessTable }
      isHeader = true
    }
    (isLineStart, isBehindEqualsSign, keyPartCount) = (false, false, 1)
    guard !isHeader else { return }
    guard open.count < Self.depthMax else { throw .nestedTooDeep }
    open.append(byte)
  }

  /// Whether a key, the end of the header or of the text follows the header's bracket.
  private func isKeyNext() -> Bool {
    var rest = text[(index + 1)...]
    if rest.first == UInt8(ascii: "[") { rest = rest.dropFirst() }
    rest = rest.drop { $0 == 0x20 || $0 == 0x09 }
    guard let first = rest.first else { return true }
    return first.isLetterOrDigit || "_-\"']".utf8.contains(first)
  }

  /// Reads a number, `true` or `false`; the parser looks into its kind later.
  private mutating func readBareValue() throws(Fault) {
    let rest = text[index...]
    let value = rest.prefix { !"\t\n\u{B}\u{C}\r ,]}#".utf8.contains($0) }
    let isSigned = value.first == UInt8(ascii: "-") || value.first == UInt8(ascii: "+")
    guard value.count <= Self.bareValueByteCountMax,
      value.dropFirst(isSigned ? 1 : 0).allSatisfy({
        $0.isLetterOrDigit || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ".")
      })
    else { throw .bareValue }
    index = value.endIndex
    (isLineStart, isBehindEqualsSign) = (false, false)
  }

  /// Goes behind the string that begins here, or behind its line where it isn't closed.
  private mutating func skipString() {
    let quote = text[index]
    let isLong = text[index...].starts(with: [quote, quote, quote])
    index += isLong ? 3 : 1
    while index < text.count {
      if text[index] == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
        index = min(index + 2, text.count)
      } else if isLong, text[index...].starts(with: [quote, quote, quote]) {
        index += 3
        // One or two of the marks that close it may be of the text.
        for _ in 0..<2 where index < text.count && text[index] == quote { index += 1 }
        return
      } else if !isLong, text[index] == quote {
        index += 1
        return
      } else if !isLong, text[index] == 0x0A {
        return
      } else {
        index += 1
      }
    }
  }
}

extension UInt8 {
  fileprivate var isLetterOrDigit: Bool {
    (0x30...0x39).contains(self) || (0x61...0x7A).contains(self | 0x20)
  }
}
