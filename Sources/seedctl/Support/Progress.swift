import Glibc

/// A line on standard error that says how far long work is; on a terminal only, and not before a
/// second has passed.
final class Progress {
  private let unit: String
  private let isShown: Bool
  private let start = ContinuousClock.now
  private var count = 0
  private var lastShown = ContinuousClock.now

  init(_ unit: String, isShown: Bool) {
    self.unit = unit
    self.isShown = isShown && Console.hasErrorTerminal
  }

  func advance(by number: Int) {
    count += number
    let now = ContinuousClock.now
    guard isShown, now - start > .seconds(1), now - lastShown > .milliseconds(200) else { return }
    lastShown = now
    write("\r\(count) \(unit)")
  }

  func finish() {
    if isShown, lastShown != start { write("\r\u{1b}[K") }
  }

  private func write(_ text: String) {
    let bytes = Array(text.utf8)
    // The pointer is used only while it is lent.
    _ = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}
