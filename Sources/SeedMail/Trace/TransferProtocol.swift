/// The protocols that IANA registers for `with` (RFC 5321 §4.4, RFC 3848, RFC 6531).
enum TransferProtocol {
  /// The registered name of the protocol that a word stands for; `nil` for any other word.
  static func name(_ input: Span<UInt8>, _ range: Range<Int>) -> String? {
    guard range.count <= 16 else { return nil }
    var word = input.text(range).uppercased()
    // Exim, for a message from a program on its own machine.
    if word.hasPrefix("LOCAL-") { word.removeFirst(6) }
    if registered.contains(word) { return word }
    return spellings[word]
  }

  private static let registered: Set<String> = [
    "SMTP", "ESMTP", "ESMTPA", "ESMTPS", "ESMTPSA", "LMTP", "LMTPA", "LMTPS", "LMTPSA", "MMS",
    "UTF8SMTP", "UTF8SMTPA", "UTF8SMTPS", "UTF8SMTPSA", "UTF8LMTP", "UTF8LMTPA", "UTF8LMTPS",
    "UTF8LMTPSA", "HTTP", "HTTPS", "IMAP", "POP3", "LOCAL",
  ]

  private static let spellings = [
    "ASMTP": "ESMTPA", "BSMTP": "SMTP", "ESMTP-TLS": "ESMTPS", "HTTPREST": "HTTP", "HTTPU": "HTTP",
    "LSMTP": "LMTP", "SMTPD": "SMTP", "SMTPSVC": "SMTP", "SOCKET": "LOCAL", "STDIN": "LOCAL",
  ]
}

/// The words by which servers name versions and cipher suites of TLS.
enum TLSNames {
  /// `TLSv1.2` and the like for `TLSv1.2`, `TLS1_2`, `TLS-1.2`, `tlsv1`; `nil` for any other word.
  static func version(_ input: Span<UInt8>, _ range: Range<Int>) -> String? {
    guard (4...8).contains(range.count),
      let first = range.first(where: { input[$0].isASCIILetter || input[$0].isDigit }),
      ["d", "t", "s"].contains(Unicode.Scalar(input[first].lowercased))
    else { return nil }
    var word = ""
    for offset in range where input[offset].isASCIILetter || input[offset].isDigit {
      word.unicodeScalars.append(Unicode.Scalar(input[offset].lowercased))
    }
    for (prefix, name) in [
      ("dtlsv", "DTLSv"), ("dtls", "DTLSv"), ("tlsv", "TLSv"), ("tls", "TLSv"),
    ]
    where word.hasPrefix(prefix) {
      switch word.dropFirst(prefix.count) {
      case "1", "10": return name + "1.0"
      case "11": return name + "1.1"
      case "12": return name + "1.2"
      case "13": return name + "1.3"
      default: return nil
      }
    }
    return word == "sslv3" || word == "ssl3"
      ? "SSLv3" : word == "sslv2" || word == "ssl2" ? "SSLv2" : nil
  }

  /// Whether a word has the form of a cipher suite's name, such as `TLS_AES_256_GCM_SHA384`.
  static func isCipher(_ input: Span<UInt8>, _ range: Range<Int>) -> Bool {
    guard (7...64).contains(range.count) else { return false }
    var hasDigit = false
    var hasSeparator = false
    for offset in range {
      switch input[offset] {
      case 0x30...0x39: hasDigit = true
      case UInt8(ascii: "-"), UInt8(ascii: "_"): hasSeparator = true
      case 0x41...0x5A: break
      default: return false
      }
    }
    return hasDigit && hasSeparator
      && starts.contains {
        input.hasPrefixIgnoringCase($0, at: range.lowerBound, before: range.upperBound)
      }
  }

  private static let starts = [
    "aes", "cam", "cha", "des", "dhe", "ecd", "psk", "rsa", "srp", "tls",
  ]
}
