import Dispatch
import Glibc

/// Does one part of the work on every message of a corpus, and prints counts by which the same work
/// of another program can be recognised: `seed-bench MODE CORPUS [COUNT]`.
///
/// CORPUS is a folder with `maildir/` and `zone.tsv`. The time is the caller's to take: everything
/// runs in one task, in one process.
@main
struct SeedBench {
  // Not `async`: that would end the main thread with a call that valgrind's callgrind doesn't survive.
  static func main() {
    let isDone = DispatchSemaphore(value: 0)
    Task.detached {
      await run()
      isDone.signal()
    }
    isDone.wait()
  }

  private static func run() async {
    let arguments = CommandLine.arguments
    guard (3...4).contains(arguments.count), let mode = Mode(rawValue: arguments[1]),
      let count = arguments.count == 4 ? Int(arguments[3]) : .max, count >= 0
    else {
      let modes = Mode.allCases.map(\.rawValue).joined(separator: "|")
      fail("usage: seed-bench \(modes) CORPUS [COUNT]")
    }
    guard let corpus = Corpus(folder: arguments[2], countMax: count),
      let work = mode.work(on: corpus)
    else { fail("seed-bench: \(arguments[2]) is no corpus") }
    var counts = Counts()
    for file in corpus.files {
      guard let bytes = Corpus.read(file) else { fail("seed-bench: can't read \(file)") }
      counts.messages += 1
      counts.bytes += bytes.count
      await work(bytes, &counts)
    }
    print(mode.rawValue, counts.description)
  }

  private static func fail(_ message: String) -> Never {
    print(message)
    exit(2)
  }
}

/// What was found; what a mode doesn't look at stays 0 and isn't printed.
struct Counts: CustomStringConvertible {
  var messages = 0
  var bytes = 0
  var fields = 0
  var leaves = 0
  var decodedBytes = 0
  var tokens = 0
  var signatures = 0
  /// Messages with a signature that verifies.
  var passes = 0
  /// Messages with signatures none of which verifies.
  var failures = 0
  var spfPasses = 0
  var dmarcPasses = 0
  var linkHosts = 0

  var description: String {
    [
      ("n", messages), ("bytes", bytes), ("fields", fields), ("leaves", leaves),
      ("decoded", decodedBytes), ("tokens", tokens), ("sigs", signatures), ("pass", passes),
      ("fail", failures), ("spf", spfPasses), ("dmarc", dmarcPasses), ("links", linkHosts),
    ].filter { $0.1 > 0 }.map { "\($0.0)=\($0.1)" }.joined(separator: " ")
  }
}
