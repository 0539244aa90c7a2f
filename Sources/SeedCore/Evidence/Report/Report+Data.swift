import FoundationEssentials

extension Report {
  /// One JSON document with sorted keys (`docs/formats/report-v1.md`).
  public func json() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
    return Array(try encoder.encode(self)) + [0x0A]
  }

  /// A table with a row for each message (RFC 4180).
  public func csv() -> String {
    let head = [
      "case", "organisation", "sender", "whose", "address_number", "address", "made", "arrived",
      "grade", "class", "from", "subject", "sha256",
    ]
    let rows = messages.map { row($0, "sender") } + ownMessages.map { row($0, "organisation") }
    return ([head] + rows).map { $0.map(Self.cell).joined(separator: ",") + "\r\n" }.joined()
  }

  private func row(_ letter: Letter, _ whose: String) -> [String] {
    let address = addresses.first { $0.number == letter.address }
    return [
      `case` ?? "", organisation?.name ?? "", sender.name, whose, String(letter.address),
      address?.address ?? "", address?.made.text ?? "", letter.arrived.text, letter.grade,
      letter.class, letter.from ?? "", letter.subject ?? "", letter.digest ?? "",
    ]
  }

  /// A cell between quotation marks. What a spreadsheet would take for a formula begins with an
  /// apostrophe, which it doesn't show.
  private static func cell(_ text: String) -> String {
    let text = String(text.drop(while: \.isWhitespace))
    let isFormula = text.first.map { "=+-@".contains($0) } ?? false
    let quoted = text.split(separator: "\"", omittingEmptySubsequences: false)
      .joined(separator: "\"\"")
    return "\"" + (isFormula ? "'" : "") + quoted + "\""
  }
}
