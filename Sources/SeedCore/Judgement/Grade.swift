/// How well a message's signatures show that its sender wrote to the seed; best first.
public enum Grade: String, Sendable, Hashable, Codable, CaseIterable, Comparable {
  /// The seed stands in the effective To or Cc of a signature aligned with From.
  case a = "A"
  /// The same, but the signature is only the platform's.
  case aESP = "A-esp"
  /// The seed stands in the signed body.
  case b = "B"
  /// A signature verifies, and the seed stands nowhere in what it signs.
  case c = "C"
  /// No signature verifies.
  case d = "D"

  /// A better grade is the greater one.
  public static func < (left: Self, right: Self) -> Bool { left.rank > right.rank }

  private var rank: Int {
    switch self {
    case .a: 0
    case .aESP: 1
    case .b: 2
    case .c: 3
    case .d: 4
    }
  }
}
