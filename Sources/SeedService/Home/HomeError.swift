/// Why a home can't be made or used.
public enum HomeError: OperatorError, Hashable {
  /// There is nothing at this path.
  case missing(path: String)
  /// There is something at this path already.
  case exists(path: String)
  /// A part of the home is missing.
  case incomplete(path: String)
  /// Another user owns it.
  case foreign(path: String)
  /// Others may read or change it; `mode` is what `chmod` takes.
  case openPermissions(path: String, mode: String)
  /// Another daemon works on it.
  case locked(path: String)
  /// The match key has not the length of one.
  case malformedMatchKey(path: String)
  /// The operating system refused.
  case system(path: String, SystemError)

  public var exitStatus: ExitStatus {
    switch self {
    case .missing: .notFound
    case .exists, .foreign, .openPermissions, .locked: .refused
    case .incomplete, .malformedMatchKey, .system: .failed
    }
  }

  public var description: String {
    switch self {
    case .missing(let path):
      "\(path): there is no home here; make one with `seedctl init --home \(path) --domain …`"
    case .exists(let path):
      "\(path): there is something here already; name another folder, or move it away"
    case .incomplete(let path):
      "\(path): this part of the home is missing; restore it from a backup, or finish `seedctl init`"
    case .foreign(let path):
      "\(path): another user owns it; run as that user (sudo -u USER …), or name another --home"
    case .openPermissions(let path, let mode):
      "\(path): other users can get at it; run `chmod \(mode) \(path)`"
    case .locked(let path):
      "\(path): another seedd works on this home; stop it first"
    case .malformedMatchKey(let path):
      "\(path): this is no match key of \(Home.matchKeyByteCount) bytes; restore it from a backup"
    case .system(let path, let error):
      "\(path): \(error)"
    }
  }
}
