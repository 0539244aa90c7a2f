import Foundation
import SeedFuzz

/// Reads each shape in two sizes, so that callgrind can count the instructions of each
/// (`scripts/strain.sh`).
enum Strain {
  /// What is printed.
  enum Mode {
    /// A line for each measure, in their order; nothing is measured.
    case list
    /// Nothing: callgrind counts between marks.
    case count
    /// The processor time of inputs so many times as large, without callgrind.
    case time(factor: Int)
  }

  /// Takes the measures.
  static func run(_ mode: Mode) async throws {
    let entries = Dictionary(uniqueKeysWithValues: FuzzEntry.all.map { ($0.name, $0) })
    let shapes = Shape.messages + Shape.grammar + Shape.names + Shape.ledger + Shape.evidence
    for shape in shapes {
      guard let entry = entries[shape.entry] else { fatalError("no entry \(shape.entry)") }
      switch mode {
      case .list: print(shape.entry, shape.count, shape.name, separator: "\t")
      case .count:
        // What is made at the first use of anything is made now.
        try await entry.check(shape.make(1))
        for input in [shape.make(shape.count), shape.make(2 * shape.count)] {
          mark()
          try await entry.check(input)
          mark()
        }
      case .time(let factor):
        let times = try await [factor, 2 * factor].asyncMap { factor in
          let input = shape.make(factor * shape.count)
          let start = processorTime()
          try await entry.check(input)
          return processorTime() - start
        }
        print(
          String(format: "%9.1f ms %5.2f", times[1], times[1] / times[0]),
          shape.entry,
          shape.name
        )
      }
    }
  }

  /// What the process used so far, in milliseconds.
  private static func processorTime() -> Double { Double(clock()) * 1000 / Double(CLOCKS_PER_SEC) }
}

extension Array {
  fileprivate func asyncMap<Result>(
    _ transform: (Element) async throws -> Result
  ) async rethrows -> [Result] {
    var results: [Result] = []
    for element in self { results.append(try await transform(element)) }
    return results
  }
}

/// Where callgrind ends a count and begins another.
@inline(never)
func mark() { unsafe marks += 1 }

// Sound: only the one task above counts.
nonisolated(unsafe) private var marks = 0
