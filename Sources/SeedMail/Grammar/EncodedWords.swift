/// Encoded words (RFC 2047), and what stands in their place in real mail: inside words and quoted
/// strings, folded, with white space in them, or with a character cut in two at the end of one.
enum EncodedWords {
  /// The longest charset name, language tag included.
  static let charsetByteCountMax = 64

  /// Where an encoded word and its parts lie.
  struct Word {
    let charset: Range<Int>
    let isBase64: Bool
    let text: Range<Int>
    var end: Int { text.upperBound + 2 }
  }

  /// The text of `input`, with every encoded word in it decoded.
  ///
  /// Never fails: what can't be decoded stays, or turns into U+FFFD.
  static func decode(_ input: Span<UInt8>, _ range: Range<Int>) -> String {
    var output: [UInt8] = []
    output.reserveCapacity(range.count)
    var pending: Pending?
    var plainStart = range.lowerBound
    var offset = range.lowerBound
    var search = Search()
    while offset < range.upperBound {
      guard input[offset] == UInt8(ascii: "="),
        let word = search.word(in: input, at: offset, before: range.upperBound)
      else {
        offset += 1
        continue
      }
      let gap = plainStart..<offset
      // RFC 2047 §6.2: white space between two encoded words is not part of the text.
      let isAdjacent = pending != nil && gap.allSatisfy { input[$0].isFoldingWhitespace }
      if !isAdjacent {
        pending.flush(into: &output)
        output += Charset.plainText(input, gap)
      }
      let text = word.isBase64 ? input.decodedBase64(word.text) : input.decodedQ(word.text)
      let charset = Charset(named: input, word.charset)
      if pending?.charset == charset {
        // A character that was cut in two at the end of the word before is made whole.
        pending?.bytes += text
      } else {
        pending.flush(into: &output)
        pending = Pending(charset: charset, bytes: text)
      }
      offset = word.end
      plainStart = offset
    }
    pending.flush(into: &output)
    output += Charset.plainText(input, plainStart..<range.upperBound)
    return String(decoding: output, as: UTF8.self)
  }

  /// The decoded bytes of encoded words that follow each other in one charset.
  fileprivate struct Pending {
    let charset: Charset
    var bytes: [UInt8]
  }

  /// Finds encoded words in one input in linear time.
  struct Search {
    /// From here on there is no `?=` any more.
    private var lastEnd: Int?

    /// The encoded word that starts at `start`.
    ///
    /// `=?charset?encoding?text?=`, where the text may hold white space, which RFC 2047 §5 forbids,
    /// but not the start of another encoded word.
    mutating func word(in input: Span<UInt8>, at start: Int, before end: Int) -> Word? {
      if let lastEnd, start >= lastEnd { return nil }
      guard start + 1 < end, input[start + 1] == UInt8(ascii: "?") else { return nil }
      var offset = start + 2
      let charsetStart = offset
      let charsetEnd = min(end, offset + EncodedWords.charsetByteCountMax + 1)
      while offset < charsetEnd, input[offset].isVisibleASCII, input[offset] != UInt8(ascii: "?") {
        offset += 1
      }
      guard offset > charsetStart, offset + 2 < end, input[offset] == UInt8(ascii: "?"),
        input[offset + 2] == UInt8(ascii: "?")
      else { return nil }
      let charset = charsetStart..<offset
      let encoding = input[offset + 1].lowercased
      guard encoding == UInt8(ascii: "b") || encoding == UInt8(ascii: "q") else { return nil }
      offset += 3
      let textStart = offset
      while offset + 1 < end {
        if input[offset] == UInt8(ascii: "?"), input[offset + 1] == UInt8(ascii: "=") {
          return Word(
            charset: charset,
            isBase64: encoding == UInt8(ascii: "b"),
            text: textStart..<offset
          )
        }
        let startsAnother =
          input[offset] == UInt8(ascii: "=") && input[offset + 1] == UInt8(ascii: "?")
          && (offset + 2 >= end || input[offset + 2] != UInt8(ascii: "="))
        guard !startsAnother else { return nil }
        offset += 1
      }
      lastEnd = start
      return nil
    }
  }
}

extension EncodedWords.Pending? {
  fileprivate mutating func flush(into output: inout [UInt8]) {
    guard let words = self else { return }
    output += words.charset.utf8(words.bytes.span, 0..<words.bytes.count)
    self = nil
  }
}
