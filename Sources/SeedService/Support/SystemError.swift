import Glibc

/// Why a call of the operating system failed.
public struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The `errno` of the call.
  public let code: Int32
  /// What was tried, such as `open`.
  public let operation: String

  /// Takes `errno` as the call left it.
  init(_ operation: String) {
    code = errno
    self.operation = operation
  }

  init(_ operation: String, code: Int32) {
    self.code = code
    self.operation = operation
  }

  /// Whether the disk, or the share of it that this user has, is full.
  public var isFull: Bool { code == ENOSPC || code == EDQUOT }

  /// What was tried and the system's words for what went wrong.
  public var description: String {
    // glibc's strerror answers from the thread's own memory.
    guard let text = unsafe strerror(code) else { return "\(operation): error \(code)" }
    return operation + ": " + (unsafe String(cString: text))
  }
}
