import Foundation
import SeedFuzz

/// Reads each shape in two sizes, so that callgrind can count the instructions of each
/// (`scripts/strain.sh`).
///
/// `seed-strain list PART PARTS` prints a line for each measure of a part of the shapes, in their
/// order; `seed-strain count PART PARTS DIVISOR` takes them, in inputs that are so many times smaller;
/// `seed-strain time FACTOR` prints the processor time of inputs that are so many times as large,
/// without callgrind.
@main struct Strain {
  private static let shapes =
    Shape.messages + Shape.grammar + Shape.names + Shape.ledger + Shape.evidence

  static func main() {
    let numbers = CommandLine.arguments.dropFirst(2).compactMap { Int($0) }.filter { $0 >= 0 }
    switch (CommandLine.arguments.dropFirst().first, numbers.count) {
    case ("list", 2):
      for shape in part(numbers) {
        print(shape.entry, shape.count, shape.name, separator: "\t")
      }
    case ("count", 3): blocking { try await count(part(numbers), divisor: max(numbers[2], 1)) }
    case ("time", 1): blocking { try await time(factor: numbers[0]) }
    default:
      print("usage: seed-strain list PART PARTS | count PART PARTS DIVISOR | time FACTOR")
      exit(2)
    }
  }

  /// Every so many of the shapes, so that the parts cost about the same.
  private static func part(_ numbers: [Int]) -> [Shape] {
    shapes.enumerated().filter { $0.offset % max(numbers[1], 1) == numbers[0] }.map(\.element)
  }

  private static func entry(of shape: Shape) -> FuzzEntry {
    guard let entry = FuzzEntry.all.first(where: { $0.name == shape.entry }) else {
      fatalError("no entry \(shape.entry)")
    }
    return entry
  }

  private static func count(_ shapes: [Shape], divisor: Int) async throws {
    for shape in shapes {
      let entry = entry(of: shape)
      let count = max(shape.count / divisor, 1)
      // What is made at the first use of anything is made now.
      try await entry.check(shape.make(1))
      for input in [shape.make(count), shape.make(2 * count)] {
        mark()
        try await entry.check(input)
        mark()
      }
    }
  }

  private static func time(factor: Int) async throws {
    for shape in shapes {
      let entry = entry(of: shape)
      var times: [Double] = []
      for factor in [factor, 2 * factor] {
        let input = shape.make(factor * shape.count)
        let start = clock()
        try await entry.check(input)
        times.append(Double(clock() - start) * 1000 / Double(CLOCKS_PER_SEC))
      }
      print(
        String(format: "%9.1f ms %5.2f", times[1], times[1] / times[0]),
        shape.entry,
        shape.name
      )
    }
  }
}

/// Where callgrind ends a count and begins another.
@inline(never)
func mark() { unsafe marks += 1 }

// Sound: only the one task above counts.
nonisolated(unsafe) private var marks = 0
