public import SeedCore

/// That a home's store can't be used, in the words of an operator.
public struct StoreFailure: OperatorError, Hashable {
  /// The store's file.
  public let path: String
  /// What is wrong.
  public let error: StoreError

  /// Explains why the store at `path` can't be used.
  public init(path: String, _ error: StoreError) {
    self.path = path
    self.error = error
  }

  public var exitStatus: ExitStatus {
    switch error {
    case .missing: .notFound
    case .exists, .permissions, .newerVersion, .damaged, .damagedPage: .refused
    case .busy, .full: .tryAgain
    default: .failed
    }
  }

  public var description: String {
    let reason =
      switch error {
      case .missing:
        "there is no store here; restore the home from a backup, or finish `seedctl init`"
      case .exists: "there is a store here already"
      case .newerVersion: "a newer version wrote this store; update this one"
      case .busy: "another process holds the store for longer than usual; try again"
      case .full: "the disk is full; free some space, nothing was changed"
      case .damaged: "the store is damaged; restore it with `seedctl restore`"
      case .damagedPage(let page):
        """
        the store is damaged: page \(page) is not as it was written; look after the disk, and \
        restore the store with `seedctl restore`
        """
      case .permissions: "other users can get at the store, or this one can't; see `seedctl doctor`"
      default: "the store can't be used (\(error)); see `seedctl doctor`"
      }
    return "\(path): \(reason)"
  }
}
