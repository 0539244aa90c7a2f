import Foundation

/// What goes wrong at one of a program's calls.
enum Fault: Hashable, CustomStringConvertible {
  /// What of the things that were not synced is there after a power cut.
  enum Survival: Hashable {
    /// Nothing.
    case nothing
    /// New names, and none of the bytes.
    case names
    /// Names and sectors of files by chance.
    case some
  }

  /// The process is killed before it.
  case kill
  /// The machine stops before it.
  case powerCut(Survival)
  /// It fails once; what was asked for is done all the same where it `isKept`.
  case failure(POSIXErrorCode, isKept: Bool)
  /// Half of what was to be written is; a call that writes nothing fails.
  case shortWrite

  var description: String {
    switch self {
    case .kill: "kill"
    case .powerCut(let survival): "power cut, \(survival) of what wasn't synced survives"
    case .failure(let code, let isKept): "\(code)\(isKept ? ", yet done" : "")"
    case .shortWrite: "short write"
    }
  }

  /// What tells the shim.
  var variables: [String: String] {
    switch self {
    case .kill, .powerCut: ["CRASH_MODE": "kill"]
    case .failure(let code, let isKept):
      ["CRASH_MODE": isKept ? "kept" : "fail", "CRASH_ERRNO": "\(code.rawValue)"]
    case .shortWrite: ["CRASH_MODE": "short", "CRASH_ERRNO": "\(POSIXErrorCode.EIO.rawValue)"]
    }
  }

  /// Whether the process ends there.
  var isDeadly: Bool {
    switch self {
    case .kill, .powerCut: true
    case .failure, .shortWrite: false
    }
  }
}

/// A call of a run.
struct CrashCall: CustomStringConvertible {
  let name: String
  let path: String

  /// Whether it writes.
  var isWrite: Bool { name.contains("write") || name.contains("send") }
  var description: String { "\(name) \(path)" }
}

/// A call of a run, by its number, and what goes wrong at it.
struct CrashPoint: Hashable, CustomStringConvertible {
  let fault: Fault
  let number: Int

  var description: String { "call \(number): \(fault)" }
}
