/// Where bytes from outside go in: a parser, or all that is done with what it reads.
///
/// The fuzzer, the tests and the measure of hostile shapes feed the same entries.
public struct FuzzEntry: Sendable {
  /// What it is called on the command line.
  public let name: String
  /// Pieces that inputs are made of.
  public let words: [String]
  /// Inputs to begin with; those that once broke it are among them.
  public let seeds: @Sendable () async throws -> [[UInt8]]
  /// Feeds any bytes to it.
  ///
  /// Throws ``BrokenRule`` where what must hold does not; whatever else is wrong with bytes is no
  /// error.
  public let check: @Sendable ([UInt8]) async throws -> Void

  /// Makes an entry.
  public init(
    _ name: String,
    words: [String] = [],
    seeds: @escaping @Sendable () async throws -> [[UInt8]],
    check: @escaping @Sendable ([UInt8]) async throws -> Void
  ) {
    self.name = name
    self.words = words
    self.seeds = seeds
    self.check = check
  }

  /// Makes an entry whose inputs to begin with are text.
  public init(
    _ name: String,
    words: [String] = [],
    seeds: [String],
    check: @escaping @Sendable ([UInt8]) async throws -> Void
  ) {
    self.init(name, words: words, seeds: { seeds.map { Array($0.utf8) } }, check: check)
  }
}

/// What must hold for any input, and did not.
public struct BrokenRule: Error, CustomStringConvertible {
  /// The rule, in words.
  public let description: String
}

/// Throws where what must hold does not.
public func require(_ condition: Bool, _ rule: String) throws(BrokenRule) {
  guard condition else { throw BrokenRule(description: rule) }
}

/// Throws unless a range lies in another.
public func require(_ inner: Range<Int>, within outer: Range<Int>) throws(BrokenRule) {
  try require(
    inner.lowerBound >= outer.lowerBound && inner.upperBound <= outer.upperBound,
    "a range lies where it belongs"
  )
}
