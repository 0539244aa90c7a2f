/// Finds the sentence that says for whom political material is published: "Promoted by … on behalf
/// of … at …" (Elections Act 2022, section 41), "Printed and published by …".
package enum Imprint {
  /// The most imprints of a message.
  package static let countMax = 4
  /// The longest imprint; what goes on for longer is none.
  static let byteCountMax = 400

  /// The imprints in a text. An empty line ends one, a single line end doesn't.
  static func all(in text: [UInt8]) -> [String] {
    // Few messages have either word, and the rest needn't be read as closely.
    guard holdsWord(text.span) else { return [] }
    let lines = collapsed(text.span)
    let input = lines.span
    var imprints: [String] = []
    var offset = 0
    while offset < input.count, imprints.count < countMax {
      guard input[offset].lowercased == UInt8(ascii: "p"),
        let (start, name) = opening(input, at: offset)
      else {
        offset += 1
        continue
      }
      offset = end(input, from: name)
      if offset - start <= byteCountMax, namesSomebody(input, name..<offset) {
        imprints.append(input.text(start..<offset))
      }
    }
    return imprints.map(\.withoutControls)
  }

  /// Whether "promoted" or "published" stands anywhere in the text.
  private static func holdsWord(_ input: Span<UInt8>) -> Bool {
    var offset = 0
    while offset < input.count {
      offset = input.firstIndex(
        of: UInt8(ascii: "p"),
        before: (UInt8(ascii: "r"), UInt8(ascii: "u")),
        isCaseIgnored: true,
        in: offset..<input.count
      )
      if input.hasPrefixIgnoringCase("promoted", at: offset, before: input.count)
        || input.hasPrefixIgnoringCase("published", at: offset, before: input.count)
      {
        return true
      }
      offset += 1
    }
    return false
  }

  /// Where an imprint starts whose words "promoted by" or "published by" stand at `offset`, and where
  /// the name after them starts.
  private static func opening(_ input: Span<UInt8>, at offset: Int) -> (Int, Int)? {
    for (words, needsLead) in [("promoted by ", false), ("published by ", true)]
    where input.hasPrefixIgnoringCase(words, at: offset, before: input.count) {
      let lead = leads.first {
        input.hasPrefixIgnoringCase($0, at: offset - $0.utf8.count, before: offset)
      }
      guard lead != nil || !needsLead else { return nil }
      return (offset - (lead?.utf8.count ?? 0), offset + words.utf8.count)
    }
    return nil
  }

  /// The longest first.
  private static let leads = [
    "printed, published and ", "printed, published & ", "printed and ", "printed & ",
    "published and ", "published & ",
  ]

  /// Where the sentence that holds `start` ends: at a line end, or at a full stop after what is no
  /// abbreviation.
  private static func end(_ input: Span<UInt8>, from start: Int) -> Int {
    var offset = start
    var wordStart = start
    var wordHasDigit = false
    while offset < input.count, input[offset] != 0x0A {
      let byte = input[offset]
      if byte == UInt8(ascii: "."), offset - wordStart > 3 || wordHasDigit,
        offset + 1 == input.count || input[offset + 1].isFoldingWhitespace
      {
        return offset
      }
      if byte == 0x20 {
        wordStart = offset + 1
        wordHasDigit = false
      } else if byte.isDigit {
        wordHasDigit = true
      }
      offset += 1
    }
    return offset
  }

  /// Whether it says for whom, or gives an address: "promoted by word of mouth" does neither.
  private static func namesSomebody(_ input: Span<UInt8>, _ range: Range<Int>) -> Bool {
    let text = input.extracting(range)
    if text.containsIgnoringCase(" on behalf of ") { return true }
    let hasDigit = range.contains { input[$0].isDigit }
    return hasDigit
      && (text.containsIgnoringCase(" at ") || text.containsIgnoringCase(" of ")
        || text.containsIgnoringCase(", "))
  }

  /// The text with one line a paragraph: runs of white space become a space, or a line feed where they
  /// hold an empty line.
  private static func collapsed(_ input: Span<UInt8>) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(input.count)
    var lineEnds = 0
    var hasSpace = false
    var offset = 0
    while offset < input.count {
      let byte = input[offset]
      // U+00A0, the space at which no line is broken.
      let isNoBreak = byte == 0xC2 && offset + 1 < input.count && input[offset + 1] == 0xA0
      if byte.isFoldingWhitespace || isNoBreak {
        hasSpace = true
        let isCRLF = byte == 0x0D && offset + 1 < input.count && input[offset + 1] == 0x0A
        if byte == 0x0A || byte == 0x0D && !isCRLF { lineEnds += 1 }
        offset += isNoBreak ? 2 : 1
        continue
      }
      if hasSpace, !output.isEmpty { output.append(lineEnds > 1 ? 0x0A : 0x20) }
      hasSpace = false
      lineEnds = 0
      output.append(byte)
      offset += 1
    }
    return output
  }
}
