/// Rows and columns, fit to the terminal's width.
struct Table {
  private let header: [String]
  private var rows: [[String]] = []

  init(_ header: [String]) { self.header = header }

  mutating func add(_ row: [String]) { rows.append(row.map(Console.safe)) }

  /// Prints the table; the widest columns give way where the terminal is too narrow.
  func print() {
    var widths = header.map(\.count)
    for row in rows {
      for (index, cell) in row.enumerated() { widths[index] = max(widths[index], cell.count) }
    }
    if let width = Console.width {
      var excess = widths.reduce(0, +) + 2 * (widths.count - 1) - width
      while excess > 0, let widest = widths.indices.max(by: { widths[$0] < widths[$1] }),
        widths[widest] > 8
      {
        widths[widest] -= 1
        excess -= 1
      }
    }
    printRow(header.map { $0.uppercased() }, widths, style: .faint)
    for row in rows { printRow(row, widths, style: nil) }
  }

  private func printRow(_ cells: [String], _ widths: [Int], style: Console.Style?) {
    var line = ""
    for (index, cell) in cells.enumerated() {
      let shown =
        cell.count > widths[index] ? cell.prefix(widths[index] - 1) + "…" : Substring(cell)
      line += shown
      if index < cells.count - 1 {
        line += String(repeating: " ", count: widths[index] - shown.count + 2)
      }
    }
    Swift.print(style.map { Console.styled(line, $0) } ?? line)
  }
}
