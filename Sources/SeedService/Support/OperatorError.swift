/// How a command ends.
public enum ExitStatus: Int32, Sendable, Hashable {
  /// It did what it was asked.
  case done = 0
  /// It failed, or a check did not hold.
  case failed = 1
  /// It was called in a wrong way.
  case usage = 2
  /// What it was to work on is not there.
  case notFound = 3
  /// Permission, policy, or a locked or foreign home forbids it.
  case refused = 4
  /// It may work later.
  case tryAgain = 75
}

/// An error that tells an operator, in one line, what failed, on what, and what to do next.
///
/// It names paths and keys of the configuration; never an address, a subject or a secret.
public protocol OperatorError: Error, CustomStringConvertible {
  /// How the command that met it ends.
  var exitStatus: ExitStatus { get }
}
