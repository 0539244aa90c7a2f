/// What a delivery status notification says of recipients (RFC 3464 §2).
struct DeliveryStatus {
  /// The most recipients that are kept.
  static let recipientCountMax = 256
  /// The most codes that are kept.
  static let codeCountMax = 64

  private(set) var recipients: [String] = []
  private(set) var codes: [String] = []

  /// Reads a `message/delivery-status` part: fields, one a line, in blocks.
  mutating func read(_ input: Span<UInt8>) {
    var offset = 0
    while offset < input.count {
      let start = offset
      while offset < input.count, input[offset] != 0x0A, input[offset] != 0x0D { offset += 1 }
      readLine(input, start..<offset)
      offset += 1
    }
  }

  /// Reads addresses with commas between them.
  mutating func readList(_ text: String) {
    for address in text.split(separator: ",", maxSplits: Self.recipientCountMax) {
      let bytes = Array(address.utf8)
      if let address = EnvelopeAddress.read(bytes.span) { add(recipient: address) }
    }
  }

  /// Reads the codes in a text: `#5.1.1`, `550 5.1.1`.
  mutating func readCodes(in input: Span<UInt8>) {
    var offset = 0
    while offset < input.count, codes.count < Self.codeCountMax {
      guard input[offset].isDigit else {
        offset += 1
        continue
      }
      let start = offset
      while offset < input.count, input[offset].isDigit || input[offset] == UInt8(ascii: ".") {
        offset += 1
      }
      add(code: input, start..<offset)
    }
  }

  private mutating func readLine(_ input: Span<UInt8>, _ line: Range<Int>) {
    for name in ["final-recipient:", "original-recipient:", "x-actual-recipient:"]
    where input.hasPrefixIgnoringCase(name, at: line.lowerBound, before: line.upperBound) {
      // RFC 3464 §2.1.2: the address's type, a semicolon, the address.
      let value = line.lowerBound + name.utf8.count..<line.upperBound
      let start = value.first { input[$0] == UInt8(ascii: ";") }.map { $0 + 1 } ?? value.lowerBound
      if let address = EnvelopeAddress.read(input, start..<line.upperBound) {
        add(recipient: address)
      }
    }
    if input.hasPrefixIgnoringCase("status:", at: line.lowerBound, before: line.upperBound) {
      var start = line.lowerBound + 7
      while start < line.upperBound, !input[start].isDigit { start += 1 }
      var end = start
      while end < line.upperBound, input[end].isDigit || input[end] == UInt8(ascii: ".") {
        end += 1
      }
      add(code: input, start..<end)
    }
  }

  private mutating func add(recipient: String) {
    guard recipients.count < Self.recipientCountMax, !recipients.contains(recipient) else { return }
    recipients.append(recipient)
  }

  /// RFC 3463 §2: `class "." subject "." detail`, of which the class is 2, 4 or 5.
  private mutating func add(code input: Span<UInt8>, _ range: Range<Int>) {
    guard (5...9).contains(range.count), codes.count < Self.codeCountMax else { return }
    let text = input.text(range)
    let numbers = text.split(separator: ".", omittingEmptySubsequences: false)
    guard numbers.count == 3, ["2", "4", "5"].contains(numbers[0]),
      numbers[1...].allSatisfy({ (1...3).contains($0.utf8.count) }), !codes.contains(text)
    else { return }
    codes.append(text)
  }
}

extension Span<UInt8> {
  /// Whether `phrase`, which is in lower case, stands anywhere, in any case.
  func containsIgnoringCase(_ phrase: String) -> Bool {
    let length = phrase.utf8.count
    guard let first = phrase.utf8.first, length <= count else { return false }
    return (0...count - length).contains {
      self[$0].lowercased == first && hasPrefixIgnoringCase(phrase, at: $0, before: count)
    }
  }
}
