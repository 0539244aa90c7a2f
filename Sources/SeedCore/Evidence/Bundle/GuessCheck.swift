import SeedMail

/// What a bundle shows of how likely the seeds could have been guessed.
struct GuessCheck: Sendable {
  /// The greatest chance of a hit that counts as none: one in a million.
  static let chanceMax = 1e-6

  /// What was counted, and what the ledger makes of it.
  private(set) var assessment = Assessment()
  /// The attempts that were counted.
  private var attemptCount = 0
  private var dayCount = 0
  /// The most seeds that there can be: no more than leaves.
  private var seedCountMax: Int64 = 1

  /// Checks the counts of a bundle.
  init(_ files: BundleFiles, _ ledger: BundleLedger) {
    do throws(Contradiction) {
      try checkDays(files, ledger)
      try checkControls(files)
    } catch { assessment.limit(to: .failed, error.reason) }
  }

  /// How well it is shown that an address with a tag of so many bits wasn't guessed.
  func assess(bitCount: Int) -> Assessment {
    var result = assessment
    // N·G/2^bits, for at least one attempt.
    let attempts = Double(max(attemptCount, 1))
    let chance =
      Double(seedCountMax) * attempts * Double(sign: .plus, exponent: -bitCount, significand: 1)
    guard chance <= Self.chanceMax else {
      result.limit(
        to: .notShown,
        "\(attemptCount) attempts at a tag of \(bitCount) bits: a hit by chance can't be ruled out."
      )
      return result
    }
    let power = Self.powerOfTen(atMost: 1 / chance)
    result.note(
      dayCount == 0
        ? "The tag has \(bitCount) bits: one attempt hits any seed with a chance under 1 in 10^\(power)."
        : "On \(dayCount) counted days \(attemptCount) addresses were tried that are no seed's: with a tag of \(bitCount) bits, the chance that any hit is under 1 in 10^\(power)."
    )
    return result
  }

  private mutating func checkDays(
    _ files: BundleFiles,
    _ ledger: BundleLedger
  ) throws(Contradiction) {
    let path = "stats/guess-rate.json"
    seedCountMax = max(1, ledger.newest.size)
    guard files[path] != nil else {
      return assessment.limit(to: .supported, "No count of attempts is in the bundle.")
    }
    let json = try files.json(path)
    guard json["v"]?.integer == 1, let days = json["days"]?.array else {
      throw Contradiction("\(path) is malformed.")
    }
    var seen: Set<String> = []
    for entry in days {
      guard let leaf = entry["leaf"], leaf["t"]?.string == "stat", let day = leaf["day"]?.string,
        seen.insert(day).inserted, let index = entry["index"]?.integer,
        let hashes = entry["proof"]?.array
      else { throw Contradiction("\(path) is malformed.") }
      let proof = hashes.compactMap { $0.string.flatMap { [UInt8](hashLine: Array($0.utf8)[...]) } }
      guard proof.count == hashes.count,
        ledger.holds(CanonicalJSON.bytes(of: leaf), at: index, proof)
      else { throw Contradiction("\(path): the count of \(day) isn't in the ledger.") }
      ledger.limit(&assessment, for: index)
      for name in ["near", "unknown", "refused"] {
        guard let count = leaf[name]?.integer, (0...Int64(1 << 50)).contains(count) else {
          throw Contradiction("\(path) is malformed.")
        }
        let (sum, overflow) = attemptCount.addingReportingOverflow(Int(count))
        attemptCount = overflow ? .max : sum
      }
    }
    dayCount = days.count
    if days.isEmpty {
      assessment.limit(to: .supported, "No day's count of attempts is in the ledger yet.")
    }
  }

  /// Controls are seeds that nobody was given: a hit shows a leak of another kind.
  private mutating func checkControls(_ files: BundleFiles) throws(Contradiction) {
    let path = "stats/controls.json"
    guard files[path] != nil else { return }
    let json = try files.json(path)
    guard json["v"]?.integer == 1, let controls = json["controls"]?.array else {
      throw Contradiction("\(path) is malformed.")
    }
    let hits = controls.filter { $0["hit"]?.bool == true }
    if controls.contains(where: { $0["class"]?.string == "c0" && $0["hitBySender"]?.bool == true })
    {
      throw Contradiction("The same sender wrote to a control, which nobody was given.")
    }
    if !hits.isEmpty {
      assessment.limit(
        to: .supported,
        "Of \(controls.count) controls, which no organisation was given, \(hits.count) were written to by others."
      )
    } else if !controls.isEmpty {
      assessment.note(
        "None of \(controls.count) controls was written to, by the exporter's word."
      )
    }
  }

  private static func powerOfTen(atMost value: Double) -> Int {
    var power = 0
    var rest = value
    while rest >= 10, power < 400 {
      rest /= 10
      power += 1
    }
    return power
  }
}
