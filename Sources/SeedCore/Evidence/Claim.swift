/// One thing that an evidence bundle is to show, and what its verifier makes of it
/// (`docs/formats/bundle-v1.md`).
public struct Claim: Sendable, Hashable {
  /// How well a claim is shown; best first.
  public enum Verdict: String, Sendable, Hashable, CaseIterable {
    /// Everything holds, and time and identity rest on keys that the verifier was given from outside.
    case proved = "PROVED"
    /// Everything holds, as far as keys and times that come from the bundle itself can show.
    case supported = "SUPPORTED"
    /// A part that it would rest on isn't there, or shows too little.
    case notShown = "NOT SHOWN"
    /// Something contradicts it, or was altered.
    case failed = "FAILED"
  }

  /// Which claim: 1 to 5 (`docs/formats/bundle-v1.md`); 0 for the bundle as a whole.
  public let number: Int
  /// The folder of the seed that it is about, as `mint/01`; `nil` for one about the whole case.
  public let part: String?
  /// How well it is shown.
  public let verdict: Verdict
  /// What is claimed: a sentence without its full stop.
  public let statement: String
  /// Why that verdict: sentences, what decides first.
  public let reasons: [String]
  /// What would refute it: a sentence.
  public let refutedBy: String

  /// Makes a claim.
  public init(
    number: Int,
    part: String? = nil,
    verdict: Verdict,
    statement: String,
    reasons: [String],
    refutedBy: String
  ) {
    self.number = number
    self.part = part
    self.verdict = verdict
    self.statement = statement
    self.reasons = reasons
    self.refutedBy = refutedBy
  }
}
