import SeedMail

/// Why a signature can't be verified: a verdict for the report.
struct SignatureFault: Error, Hashable {
  let result: AuthenticationResult
  let reason: String

  /// RFC 8601 §2.7.1: a signature with syntax errors is `neutral`.
  static func syntax(_ reason: String) -> Self { Self(result: .neutral, reason: reason) }
  /// RFC 6376 §3.9: PERMFAIL.
  static func permanent(_ reason: String) -> Self { Self(result: .permerror, reason: reason) }
}

/// The tags of a DKIM or ARC signature, read one by one.
struct SignatureTags {
  private let bytes: [UInt8]
  private let list: TagList
  private let base: Int

  init(_ field: HeaderField, of message: [UInt8]) throws(SignatureFault) {
    let range = field.body.clamped(to: 0..<message.count)
    let body = Array(message[range])
    do throws(GrammarError) { list = try TagList(parsing: body.span) } catch {
      throw .syntax("malformed tag list: \(error.reason.rawValue) at byte \(error.offset)")
    }
    bytes = body
    base = range.lowerBound
  }

  /// The value; `nil` where the tag is absent.
  func value(_ name: String) -> ArraySlice<UInt8>? {
    list.tag(name, in: bytes.span).map { bytes[$0.value] }
  }

  /// Where the value lies in the message, with the white space around it.
  func paddedRange(_ name: String) -> Range<Int>? {
    list.tag(name, in: bytes.span).map {
      base + $0.paddedValue.lowerBound..<base + $0.paddedValue.upperBound
    }
  }

  /// The value as a word in lower case; `nil` where the tag is absent.
  func word(_ name: String) throws(SignatureFault) -> String? {
    guard let value = value(name) else { return nil }
    guard value.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { throw .syntax("malformed \(name)=") }
    return bytes.span.lowercasedText(value.indices)
  }

  /// The words of a list with colons between them, without empty ones; `nil` where it is absent.
  func words(_ name: String) throws(SignatureFault) -> [String]? {
    guard let value = value(name) else { return nil }
    guard let words = bytes.span.colonSeparatedWords(in: value.indices) else {
      throw .syntax("malformed \(name)=")
    }
    return words
  }

  /// A decimal number, `nil` where the tag is absent; one that is too large is the largest.
  func number(_ name: String) throws(SignatureFault) -> Int64? {
    guard let value = value(name) else { return nil }
    guard !value.isEmpty, value.allSatisfy({ (0x30...0x39).contains($0) }) else {
      throw .syntax("\(name)= is no number")
    }
    var number: Int64 = 0
    for digit in value {
      let (product, overflow) = number.multipliedReportingOverflow(by: 10)
      let (sum, overflowed) = product.addingReportingOverflow(Int64(digit - 0x30))
      if overflow || overflowed { return .max }
      number = sum
    }
    return number
  }

  /// Bytes in base64, at least one, folded anywhere.
  func base64(_ name: String) throws(SignatureFault) -> [UInt8] {
    guard let value = value(name) else { throw .syntax("\(name)= is missing") }
    guard let bytes = try? Base64.decode(Array(value).span, form: .folded), !bytes.isEmpty else {
      throw .syntax("\(name)= is no base64")
    }
    return bytes
  }

  /// A domain name in lower-case A-labels.
  func domain(_ name: String, labelCountMin: Int) throws(SignatureFault) -> String {
    guard let value = value(name) else { throw .syntax("\(name)= is missing") }
    guard let domain = Self.domain(value),
      domain.utf8.count(where: { $0 == UInt8(ascii: ".") }) >= labelCountMin - 1
    else { throw .syntax("\(name)= is no domain name") }
    return domain
  }

  /// RFC 8616 §4: a domain name may be written in U-labels.
  ///
  /// Deviates from RFC 6376 §3.5: an underscore is accepted, since names with one are in use.
  static func domain(_ bytes: ArraySlice<UInt8>) -> String? {
    guard bytes.last != UInt8(ascii: "."), let text = String(validating: bytes, as: UTF8.self),
      let ascii = IDNA.toASCII(text), let domain = DNSName.normalized(ascii), !domain.isEmpty,
      domain.utf8.allSatisfy(DNSName.isHostByte)
    else { return nil }
    return domain
  }
}

extension ArraySlice<UInt8> {
  /// The bytes without the spaces, tabs and line ends around them.
  var trimmingFoldingWhitespace: Self {
    func isWhitespace(_ byte: UInt8) -> Bool {
      byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A
    }
    let head = drop(while: isWhitespace)
    guard let last = head.lastIndex(where: { !isWhitespace($0) }) else { return [] }
    return head[...last]
  }
}
