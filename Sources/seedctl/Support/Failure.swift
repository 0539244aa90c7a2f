import SeedService

/// An error of a command, in one line that says what to do next.
struct Failure: OperatorError {
  let exitStatus: ExitStatus
  let description: String

  init(_ exitStatus: ExitStatus = .failed, _ description: String) {
    self.exitStatus = exitStatus
    self.description = description
  }
}
