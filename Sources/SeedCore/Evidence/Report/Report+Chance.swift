import SeedMail

extension Report.Guessing {
  /// The bound that the mint's security argument gives: `N·G/2^bits`.
  ///
  /// Every recipient that the domain was ever asked for counts as an attempt, also those that were
  /// right, so that the bound errs on the side of the accused.
  static func telling(_ dossier: Dossier) -> Report.Guessing {
    let statistics = dossier.statistics
    let addressCount = statistics.seedCount + statistics.controls.count
    let counted = statistics.days.map { $0.counts.recipients + $0.counts.refused }.reduce(0, +)
    // What arrived today isn't in the ledger's counts yet.
    let attemptCount = max(counted, dossier.findings.map(\.finding.sightingCount).reduce(0, +))
    let schemes = dossier.seeds.map(\.seed.scheme)
    guard !schemes.contains(.adopted) else {
      return Report.Guessing(
        addressCount: addressCount,
        attemptCount: attemptCount,
        bitCount: nil,
        probability: nil,
        words: [
          "At least one address here was not minted and has no unguessable part. How likely it is that somebody guessed it cannot be said."
        ]
      )
    }
    let bitCount = schemes.contains(.p60) ? 60 : 80
    let space = (0..<bitCount).reduce(1.0) { space, _ in space * 2 }
    let bound = min(1, Double(addressCount) * Double(attemptCount) / space)
    let odds = bound > 0 ? "less than 1 in \(LargeNumber.words(1 / bound))" : "none"
    let until = statistics.days.last.map { " up to \($0.counts.day)" } ?? ""
    return Report.Guessing(
      addressCount: addressCount,
      attemptCount: attemptCount,
      bitCount: bitCount,
      probability: bound,
      words: [
        "Each address ends in symbols that were computed with a secret key: \(bitCount) bits that cannot be guessed.",
        "There \(addressCount == 1 ? "was one address" : "were \(LargeNumber.grouped(addressCount)) addresses") to hit, and this mail domain was written to \(LargeNumber.grouped(attemptCount)) times in all\(until). Even if every one of these had been a guess, the chance that a single one hit any address is \(odds).",
      ]
    )
  }
}

extension Report.Controls {
  /// What controls show at `asOf`.
  static func telling(_ statistics: Dossier.Statistics, asOf: Timestamp) -> Report.Controls {
    let count = statistics.controls.count
    let days = Int(statistics.controlDuration(until: asOf).components.seconds / 86_400)
    let intro =
      "A control is an address that is made like the others and given to nobody. Mail to one would mean that the leak is the operator's own: its server, its vault, or guessing after all."
    return Report.Controls(
      count: count,
      hitCount: statistics.hitControls.count,
      days: days,
      words: [intro] + words(count, hitCount: statistics.hitControls.count, days: days)
    )
  }

  private static func words(_ count: Int, hitCount: Int, days: Int) -> [String] {
    guard count > 0 else {
      return [
        "There are no controls here, so nothing measures how often the method itself is wrong."
      ]
    }
    let controls = count == 1 ? "One control was" : "\(count) controls were"
    let watched = "\(controls) watched, for \(LargeNumber.grouped(days)) days in all"
    guard hitCount == 0 else {
      return [
        "\(watched): \(hitCount) RECEIVED MAIL. The leak may be the operator's own, and this report must be read with that in mind."
      ]
    }
    let years = Double(days) / 365.25
    // With no hit in m control-seed-years, at most 3/m are hit in a year, with 95 % confidence.
    let bound =
      years > 3
      ? "So, with 95 % confidence, fewer than one address in \(LargeNumber.grouped(Int(years / 3))) a year receives mail without having been given away."
      : "That is too short to say more than that no leak of the operator's own has shown itself."
    return ["\(watched): none received mail.", bound]
  }
}

/// Numbers that have many digits.
package enum LargeNumber {
  private static let names = [
    "", " thousand", " million", " billion", " trillion", " quadrillion", " quintillion",
    " sextillion", " septillion",
  ]

  /// With a comma before each three digits: `12,345`.
  package static func grouped(_ number: Int) -> String {
    let digits = Array(String(number).utf8)
    var text: [UInt8] = []
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0, text.last != UInt8(ascii: "-") {
        text.append(UInt8(ascii: ","))
      }
      text.append(digit)
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Rounded down to two digits, with a name: `6 quadrillion`, `23 million`.
  package static func words(_ number: Double) -> String {
    var left = number
    var name = 0
    while left >= 1000, name < names.count - 1 {
      left /= 1000
      name += 1
    }
    guard left < 1e6 else { return "1,000,000" + names[name] }
    let whole = Int(left)
    let shown = whole >= 100 ? whole / 10 * 10 : whole
    return grouped(shown) + names[name]
  }
}
