import Logging

extension MaildirIntake {
  /// Whatever keeps mail from being taken in: folders that can't be looked into, and how many messages
  /// can't be read or taken in now.
  var obstacles: Obstacles { Obstacles(folders: reportedProblems, messageCount: deferred.count) }

  struct Obstacles: Sendable {
    var folders: Set<String> = []
    var messageCount = 0
  }

  /// Says once which folders can't be looked into, and when they can again.
  func report(_ problems: [MaildirProblem]) {
    for problem in problems where reportedProblems.insert(problem.path).inserted {
      logger.warning(
        "a maildir can't be looked into; the rest goes on",
        metadata: ["maildir": "\(problem.path)", "error": "\(problem.error)"]
      )
    }
    for path in reportedProblems.subtracting(problems.map(\.path)) {
      reportedProblems.remove(path)
      logger.notice("a maildir can be looked into again", metadata: ["maildir": "\(path)"])
    }
  }
}
