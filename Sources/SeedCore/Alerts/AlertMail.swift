import SeedCrypto
public import SeedMail

/// An alert as a mail (RFC 5322): the same in plain text and in HTML.
public struct AlertMail: Sendable, Hashable {
  /// The Message-ID, without its brackets: the same each time that the same alert is sent.
  public let messageID: String
  /// Every byte, with CRLF at line ends; no line is longer than 998 bytes (RFC 5322 §2.1.1).
  public let bytes: [UInt8]

  /// Writes a mail.
  ///
  /// - Parameters:
  ///   - key: What the alert is recognised by; of letters, digits, `-` and `_`.
  ///   - channel: The channel's name, so that a mailbox that two channels send to tells them apart.
  ///   - from: The author's address, and `to` the recipients'; each of visible ASCII.
  ///   - now: The time of sending.
  public init(
    _ message: AlertMessage,
    key: String,
    channel: String,
    from: String,
    to: [String],
    at now: Timestamp,
    mark: AlertMark
  ) {
    let domain = from.split(separator: "@").last ?? "localhost"
    let messageID = "\(key).\(channel)@\(domain)"
    // No encoded line holds `=_`, so the boundary stands nowhere else (RFC 2045 §6.7).
    let boundary =
      "=_\(Base64.encode(Array(SHA256.hash(Array(messageID.utf8)).prefix(15)), alphabet: .url))"
    let header = [
      "From: Seed <\(from)>",
      "To: " + to.joined(separator: ",\r\n "),
      "Subject: " + HeaderText.encoded(message.subject, after: "Subject: ".utf8.count),
      "Date: " + now.mailDate,
      "Message-ID: <\(messageID)>",
      // RFC 3834 §5: so that no other machine answers.
      "Auto-Submitted: auto-generated",
      "X-Auto-Response-Suppress: All",
      "Seed-Alert: " + mark.field(messageID: messageID, from: from).replacing(" ", with: "\r\n "),
      "MIME-Version: 1.0",
      "Content-Type: multipart/alternative;\r\n boundary=\"\(boundary)\"",
    ]
    func part(_ type: String, _ text: String) -> [UInt8] {
      let head = """
        --\(boundary)\r\nContent-Type: \(type); charset=utf-8\r\n\
        Content-Transfer-Encoding: quoted-printable\r\n\r\n
        """
      return Array(head.utf8) + QuotedPrintable.encode(Array(text.utf8)) + [0x0D, 0x0A]
    }
    self.messageID = messageID
    bytes =
      Array((header.joined(separator: "\r\n") + "\r\n\r\n").utf8)
      + part("text/plain", message.plainText) + part("text/html", message.html)
      + Array("--\(boundary)--\r\n".utf8)
  }
}

/// Unstructured text for a header field.
enum HeaderText {
  /// The most bytes of text in an encoded word: with its frame it stays below the 75 of RFC 2047 §2,
  /// also behind a field's name.
  private static let wordByteCountMax = 36
  private static let lineByteCountMax = 76

  /// One line of text as a field's body, folded: as it is where it is short plain ASCII, else in
  /// encoded words.
  static func encoded(_ text: String, after nameByteCount: Int) -> String {
    let isPlain = text.utf8.allSatisfy { (0x20...0x7E).contains($0) } && !text.contains("=?")
    guard isPlain, let folded = folded(text, nameByteCount) else { return words(text) }
    return folded
  }

  private static func folded(_ text: String, _ nameByteCount: Int) -> String? {
    var result = ""
    var columnCount = nameByteCount
    for word in text.split(separator: " ") {
      guard word.utf8.count < lineByteCountMax else { return nil }
      if !result.isEmpty {
        let isFull = columnCount + 1 + word.utf8.count > lineByteCountMax
        result += isFull ? "\r\n " : " "
        columnCount = isFull ? 1 : columnCount + 1
      }
      result += word
      columnCount += word.utf8.count
    }
    return result
  }

  /// RFC 2047 §5: each word is whole UTF-8, and white space between them is none of the text.
  private static func words(_ text: String) -> String {
    var words: [String] = []
    var bytes: [UInt8] = []
    func finish() {
      if !bytes.isEmpty { words.append("=?utf-8?B?\(Base64.encode(bytes))?=") }
      bytes = []
    }
    for scalar in text.unicodeScalars {
      let encoded = Array(String(scalar).utf8)
      if bytes.count + encoded.count > wordByteCountMax { finish() }
      bytes += encoded
    }
    finish()
    return words.joined(separator: "\r\n ")
  }
}

extension Timestamp {
  /// The time in UTC as mail writes it (RFC 5322 §3.3): `Sun, 22 Nov 2026 10:00:00 +0000`.
  public var mailDate: String {
    let date = CivilDate(self)
    let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    let dayNumber = CivilDate.dayNumber(year: date.year, month: date.month, day: date.day) ?? 0
    let weekday = days[(dayNumber % 7 + 7) % 7]
    let month = monthInWords.prefix(3)
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return
      "\(weekday), \(date.day) \(month) \(date.year) \(two(date.hour)):\(two(date.minute)):\(two(date.second)) +0000"
  }
}
