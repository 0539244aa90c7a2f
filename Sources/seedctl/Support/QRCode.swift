import CQREncode
import SeedService

/// A QR code (ISO/IEC 18004) in the half blocks of a terminal, by libqrencode.
struct QRCode {
  /// The code's lines, light on dark, with the margin that readers want.
  let text: String
  private static let margin = 2

  init(_ content: String) throws {
    // libqrencode owns the symbol until it is freed below, and its data has width² bytes.
    guard
      let code = unsafe QRcode_encodeString(
        content,
        0,
        QR_ECLEVEL_M,
        QR_MODE_8,
        1
      )
    else { throw Failure(.failed, "the address is too long for a QR code") }
    defer { unsafe QRcode_free(code) }
    let width = Int(unsafe code.pointee.width)
    let data = unsafe UnsafeBufferPointer(start: code.pointee.data, count: width * width)
    let isDark = unsafe data.map { $0 & 1 == 1 }
    func dark(_ row: Int, _ column: Int) -> Bool {
      (0..<width).contains(row) && (0..<width).contains(column) && isDark[row * width + column]
    }
    var lines: [String] = []
    for row in stride(from: -Self.margin, to: width + Self.margin, by: 2) {
      var line = ""
      for column in -Self.margin..<width + Self.margin {
        // Terminals are dark, so light modules are what is drawn.
        switch (dark(row, column), dark(row + 1, column)) {
        case (false, false): line += "█"
        case (false, true): line += "▀"
        case (true, false): line += "▄"
        case (true, true): line += " "
        }
      }
      lines.append(line)
    }
    text = lines.joined(separator: "\n")
  }
}
