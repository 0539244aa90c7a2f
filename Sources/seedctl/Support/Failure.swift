import SeedCore
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

extension StoreError {
  var exitStatus: ExitStatus {
    switch self {
    case .missing: .notFound
    case .exists, .permissions, .newerVersion: .refused
    case .busy, .full: .tryAgain
    case .damaged, .dangling, .inputOutput: .failed
    }
  }

  var explanation: String {
    switch self {
    case .missing: "the home has no store; restore it from a backup with `seedctl restore`"
    case .exists: "there is such a record already"
    case .newerVersion: "a newer seedctl wrote this store; update this one"
    case .busy: "the store is in use for longer than usual; try again"
    case .full: "the disk is full; free some space and try again, nothing was changed"
    case .damaged: "the store is damaged; stop seedd and restore it with `seedctl restore`"
    case .permissions: "other users can get at the store; run `chmod 700` on its folder"
    case .inputOutput: "the store's file can't be read or written; check the disk"
    case .dangling: "the store refers to a record that is not there; run `seedctl doctor`"
    }
  }
}
