extension Message {
  /// The field's body as a reader should see it: on one line, with encoded words decoded.
  ///
  /// Encoded words are decoded also where they are broken (RFC 2047 §5 is not enforced). Bytes over
  /// 127 are UTF-8, or windows-1252 where they are not well-formed. Control characters, and those
  /// that turn the direction of writing, become U+FFFD: text from mail must not fool a terminal.
  public func text(of field: HeaderField) -> String {
    let unfolded = bytes.span.unfoldedForDisplay(field.body)
    return EncodedWords.decode(unfolded.span, 0..<unfolded.count).withoutControls
  }

  /// The field's body unfolded and not decoded (RFC 5322 §2.2.3), without the white space at its
  /// ends. Bytes that are no UTF-8 become U+FFFD.
  public func rawText(of field: HeaderField) -> String {
    String(decoding: bytes.span.unfolded(field.body), as: UTF8.self)
  }
}

extension String {
  /// The text with U+FFFD in place of each control character, bidirectional control, and line or
  /// paragraph separator; a tab becomes a space.
  var withoutControls: String {
    guard unicodeScalars.contains(where: \.isUnfitForDisplay) else { return self }
    var scalars = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      scalars.append(scalar == "\t" ? " " : scalar.isUnfitForDisplay ? "\u{FFFD}" : scalar)
    }
    return String(scalars)
  }
}

extension Unicode.Scalar {
  fileprivate var isUnfitForDisplay: Bool {
    switch value {
    case 0..<0x20, 0x7F..<0xA0: true
    case 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0x061C: true
    default: false
    }
  }
}
