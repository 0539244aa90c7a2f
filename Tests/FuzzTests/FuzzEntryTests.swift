import SeedFuzz
import SeedFuzzService
import SeedMail
import SeedTesting
import Testing

/// What the fuzzers begin with, and what is near it, in every run of the tests.
@Suite(.timeLimit(.minutes(5)))
struct FuzzEntryTests {
  static let entries = FuzzEntry.all + FuzzEntry.services
  /// Entries that do so much that few inputs have to do.
  static let slow: Set<String> = ["bundle", "intake", "report", "configuration"]

  @Test func `every entry has a name of its own, and something to begin with`() async throws {
    #expect(Set(Self.entries.map(\.name)).count == Self.entries.count)
    for entry in Self.entries { #expect(try await !entry.seeds().isEmpty, "\(entry.name)") }
  }

  @Test(arguments: entries.map(\.name))
  func `what must hold holds for what an entry begins with, and for what is near it`(
    name: String
  ) async throws {
    let entry = try #require(Self.entries.first { $0.name == name })
    try await entry.check([])
    let seeds = try await entry.seeds()
    var random = SplitMix64(seed: 1)
    for (index, seed) in seeds.enumerated() {
      try await feed(seed, to: entry, "seed \(index)")
      for change in 0..<(Self.slow.contains(name) ? 1 : 40) {
        let input = Self.changed(seed, words: entry.words, using: &random)
        try await feed(input, to: entry, "seed \(index), change \(change)")
      }
    }
  }

  private func feed(_ input: [UInt8], to entry: FuzzEntry, _ what: String) async throws {
    do { try await entry.check(input) } catch let rule as BrokenRule {
      Issue.record("\(entry.name), \(what): \(rule) (\(Base64.encode(input)))")
    }
  }

  /// An input with a part changed, taken out, doubled, or with a word put in.
  private static func changed(
    _ input: [UInt8],
    words: [String],
    using random: inout SplitMix64
  ) -> [UInt8] {
    var bytes = input
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let start = Int.random(in: 0...bytes.count, using: &random)
      let end = min(bytes.count, start + Int.random(in: 0...16, using: &random))
      switch Int.random(in: 0..<5, using: &random) {
      case 0 where start < end: bytes[start] = UInt8.random(in: .min ... .max, using: &random)
      case 1: bytes.removeSubrange(start..<end)
      case 2: bytes.insert(contentsOf: bytes[start..<end], at: start)
      case 3:
        bytes.insert(contentsOf: (words.randomElement(using: &random) ?? "\0").utf8, at: start)
      default: bytes.removeSubrange(start...)
      }
    }
    return bytes
  }
}
