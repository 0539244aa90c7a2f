import Glibc
import SeedCore

/// Where a command prints: data on standard output, everything else on standard error.
enum Console {
  /// Whether standard output is a terminal.
  static let isTerminal = isatty(STDOUT_FILENO) == 1
  /// Whether standard error is a terminal.
  static let hasErrorTerminal = isatty(STDERR_FILENO) == 1
  private static let wantsColour = unsafe isTerminal && getenv("NO_COLOR") == nil

  /// Colours of the terminal, by what they mean.
  enum Style: String {
    case good = "32"
    case warning = "33"
    case bad = "31"
    case strong = "1"
    case faint = "2"
  }

  /// The columns of the terminal; `nil` where output goes elsewhere and nothing is cut.
  static var width: Int? {
    guard isTerminal else { return nil }
    var size = winsize()
    guard unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
      return 80
    }
    return Int(size.ws_col)
  }

  /// The text in a colour, where that is wanted.
  static func styled(_ text: String, _ style: Style) -> String {
    wantsColour ? "\u{1b}[\(style.rawValue)m\(text)\u{1b}[0m" : text
  }

  /// Writes a line to standard error.
  static func error(_ text: String) {
    var bytes = Array((text + "\n").utf8)[...]
    while !bytes.isEmpty {
      // The pointer is used only while it is lent.
      let written = unsafe bytes.withUnsafeBytes {
        unsafe write(STDERR_FILENO, $0.baseAddress, $0.count)
      }
      guard written > 0 else { return }
      bytes = bytes.dropFirst(written)
    }
  }

  /// Hands what was printed to the reader now.
  static func flush() { fflush(nil) }

  /// Text from outside without control characters, which could steer a terminal.
  static func safe(_ text: String) -> String { PlainText.line(text) }
}
