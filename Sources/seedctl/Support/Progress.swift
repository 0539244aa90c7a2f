import Glibc
import Synchronization

/// A line on standard error that says how far long work is; on a terminal only, and not before a
/// second has passed.
final class Progress: Sendable {
  private struct State {
    var count = 0
    var shownAt: ContinuousClock.Instant?
  }

  private let unit: String
  private let isShown: Bool
  private let start = ContinuousClock.now
  private let state = Mutex(State())

  init(_ unit: String, isShown: Bool) {
    self.unit = unit
    self.isShown = isShown && Console.hasErrorTerminal
  }

  func advance(by number: Int) {
    let now = ContinuousClock.now
    let line: String? = state.withLock { state in
      state.count += number
      guard isShown, now - start > .seconds(1), now - (state.shownAt ?? start) > .milliseconds(200)
      else { return nil }
      state.shownAt = now
      return "\r\(state.count) \(unit)"
    }
    if let line { write(line) }
  }

  func finish() {
    if state.withLock({ $0.shownAt != nil }) { write("\r\u{1b}[K") }
  }

  private func write(_ text: String) {
    let bytes = Array(text.utf8)
    // The pointer is used only while it is lent.
    _ = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}
