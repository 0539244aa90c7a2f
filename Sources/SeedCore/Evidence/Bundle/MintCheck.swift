import SeedCrypto
import SeedMail

/// What a bundle shows of one seed: for whom it was minted and when, and that it couldn't be guessed.
struct MintCheck: Sendable {
  /// How far the own clock may differ from an authority's before it is said so.
  static let clockErrorMax = Duration.seconds(300)

  let seed: BundleDescription.Seed
  /// The record; `nil` for an adopted address, and where it isn't opened.
  private(set) var record: MintRecord?
  /// The address; `nil` where it isn't disclosed.
  private(set) var address: String?
  /// Where its leaf stands; `nil` where it has none.
  private(set) var leafIndex: Int64?
  /// Whether the tag was made again from its secret.
  private(set) var isTagShown = false
  /// Whether it was minted for X between two dates.
  private(set) var birth = Assessment()
  /// The two dates, as far as they are shown.
  private(set) var earliest: Timestamp?, latest: Timestamp?

  /// Checks a seed of a bundle.
  init(_ seed: BundleDescription.Seed, _ files: BundleFiles, _ ledger: BundleLedger) {
    self.seed = seed
    do throws(Contradiction) { try check(files, ledger) } catch {
      birth.limit(to: .failed, error.reason)
    }
  }

  private mutating func check(
    _ files: BundleFiles,
    _ ledger: BundleLedger
  ) throws(Contradiction) {
    let names = files.names(in: seed.part)
    if seed.isAdopted {
      guard names.isEmpty else {
        throw Contradiction("\(seed.part) has files of an address that was never minted.")
      }
      address = seed.address
      return birth.limit(
        to: .notShown,
        "The address was adopted: it was there before, and no commitment says for whom."
      )
    }
    guard names.contains("opening.json") else {
      return birth.limit(to: .notShown, "The commitment isn't opened: the secret wasn't at hand.")
    }
    let leafBytes = try files.required(seed.part + "/leaf")
    guard let leaf = try? MintLeaf(parsing: leafBytes) else {
      throw Contradiction("\(seed.part)/leaf is no mint leaf.")
    }
    let recordBytes = try files.required(seed.part + "/record.json")
    let opening = try BundleOpening.mint(
      files.json(seed.part + "/opening.json"),
      record: recordBytes,
      path: seed.part + "/opening.json"
    )
    switch opening.result(against: leaf) {
    case .valid(let found?): record = found
    case .valid(nil), .malformed: throw Contradiction("\(seed.part)/record.json is malformed.")
    case .commitmentMismatch:
      throw Contradiction("\(seed.part): the leaf commits to another record or address.")
    case .tagMismatch:
      throw Contradiction("\(seed.part): the address doesn't carry the tag of the record.")
    }
    if case .alias(_, _, let disclosed) = opening {
      address = disclosed
      isTagShown = true
      birth.note("The secret gives the address its tag for this very record.")
    }
    guard seed.address == address else {
      throw Contradiction("claims.json names another address than \(seed.part) opens.")
    }
    guard let record else { return }
    try check(record, leafBytes, files, ledger)
  }

  private mutating func check(
    _ record: MintRecord,
    _ leaf: [UInt8],
    _ files: BundleFiles,
    _ ledger: BundleLedger
  ) throws(Contradiction) {
    let index = try ledger.index(of: leaf, provedBy: seed.part + "/mint.tlog-proof")
    leafIndex = index
    guard record.log.utf8.elementsEqual(ledger.origin.utf8) else {
      throw Contradiction("\(seed.part)/record.json names another ledger.")
    }
    guard record.after.size <= index, try ledger.began(as: record.after) != false else {
      throw Contradiction("\(seed.part)/record.json names a checkpoint that the ledger never had.")
    }
    ledger.limit(&birth, for: index)
    guard let before = ledger.latestBirth(of: index) else {
      return birth.limit(
        to: .notShown,
        "Nobody else says when: no authority stamped, and no witness cosigned, a checkpoint that holds the leaf. The record itself says \(record.mintedAt.rfc3339)."
      )
    }
    latest = before.time
    birth.limitTime(
      before.isKnown,
      "It was in the ledger by \(before.time.rfc3339), says \(before.witness)"
    )
    if let after = ledger.earliestBirth(after: record.after.size) {
      earliest = after.time
      birth.limitTime(
        after.isKnown,
        "Its record names a checkpoint that holds a token of \(after.time.rfc3339), says \(after.witness)"
      )
    } else {
      birth.note(
        "Not before which date: the checkpoint that its record names holds no timestamp. The record itself says \(record.mintedAt.rfc3339)."
      )
    }
    let isLate = record.mintedAt > before.time.advanced(by: Self.clockErrorMax)
    let isEarly =
      earliest.map { record.mintedAt.advanced(by: Self.clockErrorMax) < $0 } ?? false
    if isLate || isEarly {
      birth.limit(
        to: .supported,
        "The record says \(record.mintedAt.rfc3339), outside of these dates: a clock was wrong."
      )
    }
  }

  /// Who the address was minted for, for a sentence.
  var holder: String {
    guard let record else { return "the organisation" }
    guard record.organisationName != MintRecord.controlName else {
      return "nobody (\(record.form))"
    }
    return record.organisationDomain.isEmpty
      ? record.organisationName : "\(record.organisationName) (\(record.organisationDomain))"
  }

  /// Between which dates, for the end of a sentence.
  var dates: String {
    switch (earliest, latest) {
    case (let earliest?, let latest?): ", between \(earliest.rfc3339) and \(latest.rfc3339)"
    case (nil, let latest?): ", before \(latest.rfc3339)"
    default: ""
    }
  }
}

extension Assessment {
  /// Notes what shows a time, which is proved only by a key that was brought.
  mutating func limitTime(_ isKnown: Bool, _ sentence: String) {
    if isKnown { return note(sentence + ".") }
    limit(to: .supported, sentence + ", whose key comes from the bundle itself.")
  }
}
