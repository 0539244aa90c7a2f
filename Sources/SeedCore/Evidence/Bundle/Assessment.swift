/// A verdict in the making: it begins as the best, and every fact can only lower it.
struct Assessment: Sendable {
  private(set) var verdict = Claim.Verdict.proved
  private var entries: [(verdict: Claim.Verdict, reason: String)] = []

  /// Adds a reason that lowers nothing.
  mutating func note(_ reason: String) { entries.append((.proved, reason)) }

  /// Adds a reason for which the verdict can't be better than `limit`.
  mutating func limit(to limit: Claim.Verdict, _ reason: String) {
    verdict = max(verdict, limit)
    entries.append((limit, reason))
  }

  /// Adds all that another one says.
  mutating func add(_ other: Assessment) {
    verdict = max(verdict, other.verdict)
    entries += other.entries
  }

  /// What decides first; each reason once.
  var reasons: [String] {
    var seen: Set<String> = []
    return Claim.Verdict.allCases.reversed()
      .flatMap { verdict in entries.filter { $0.verdict == verdict }.map(\.reason) }
      .filter { seen.insert($0).inserted }
  }

  /// The same as a claim.
  func claim(
    _ number: Int,
    part: String? = nil,
    _ statement: String,
    refutedBy: String
  ) -> Claim {
    Claim(
      number: number,
      part: part,
      verdict: verdict,
      statement: statement,
      reasons: reasons,
      refutedBy: refutedBy
    )
  }
}

extension Claim.Verdict: Comparable {
  /// A better verdict is the smaller one.
  public static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

  private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// A part of a bundle that contradicts what the bundle says, in a sentence.
struct Contradiction: Error, Hashable {
  let reason: String

  init(_ reason: String) { self.reason = reason }
}
