/// Comma-separated values (RFC 4180), as spreadsheets and other services export them.
public enum CSV {
  /// The rows, without empty lines; a byte order mark is passed over.
  ///
  /// - Throws: ``GrammarError`` where the text is no UTF-8, or a quotation mark is never closed, at
  ///   the offset of the mark.
  public static func rows(in bytes: [UInt8]) throws(GrammarError) -> [[String]] {
    let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
    guard String(validating: text, as: UTF8.self) != nil else {
      throw GrammarError(.malformedEncoding, at: 0)
    }
    var rows: [[String]] = []
    var row: [String] = []
    var cell: [UInt8] = []
    var quote: Int?
    func endCell() {
      row.append(String(decoding: cell, as: UTF8.self))
      cell = []
    }
    func endRow() {
      endCell()
      if row != [""] { rows.append(row) }
      row = []
    }
    var index = text.startIndex
    while index < text.endIndex {
      let byte = text[index]
      index += 1
      switch byte {
      case UInt8(ascii: "\"") where quote != nil:
        if index < text.endIndex, text[index] == byte {
          cell.append(byte)
          index += 1
        } else {
          quote = nil
        }
      case _ where quote != nil: cell.append(byte)
      case UInt8(ascii: "\"") where cell.isEmpty: quote = index - 1
      case UInt8(ascii: ","): endCell()
      case 0x0A: endRow()
      case 0x0D where index < text.endIndex && text[index] == 0x0A: continue
      default: cell.append(byte)
      }
    }
    if let quote { throw GrammarError(.unexpectedEnd, at: quote) }
    if !cell.isEmpty || !row.isEmpty { endRow() }
    return rows
  }
}
