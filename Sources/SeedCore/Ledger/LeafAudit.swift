import SeedCrypto

/// Looks whether leaves say what the store's records say, without the vault.
///
/// Leaves are given in their order, each once; ``missing(in:)`` then tells which records have none.
public struct LeafAudit {
  private static let pageSize = 500

  private var counts: [Leaf.Kind: Int] = [:]
  private var days: [String: DayCounts]?

  /// Starts with no leaf.
  public init() {}

  /// What is wrong with the leaf at an index; `nil` where nothing is.
  public mutating func problem(
    with leaf: Leaf,
    at index: Int64,
    in store: any StoreReader
  ) throws -> String? {
    counts[leaf.kind, default: 0] += 1
    guard let value = try? JSONValue(parsing: leaf.bytes),
      CanonicalJSON.bytes(of: value) == leaf.bytes, value["v"]?.integer == 1,
      value["t"]?.string == leaf.kind.rawValue
    else { return "it is no \(leaf.kind.rawValue) leaf of version 1" }
    switch leaf.kind {
    case .mint: return try mintProblem(leaf, index, in: store)
    case .rcpt: return try receiptProblem(leaf, index, in: store)
    case .dns: return try dnsProblem(leaf, in: store)
    case .judge: return try judgementProblem(leaf, index, in: store)
    case .stat: return try dayProblem(leaf, value, in: store)
    case .tsr: return try tokenProblem(leaf, index, in: store)
    // What these commit to isn't in the store yet.
    case .plan, .open, .note: return nil
    }
  }

  /// What is wrong with the records that should have leaves, a line for each kind.
  public func missing(in store: any StoreReader) throws -> [String] {
    var problems: [String] = []
    let sightings = try store.sightingSummary().count
    if counts[.rcpt, default: 0] != sightings {
      problems.append("\(sightings) sightings have \(counts[.rcpt, default: 0]) rcpt leaves")
    }
    var minted = 0
    var last: Identifier<Seed>?
    repeat {
      let page = try store.seeds(after: last, limit: Self.pageSize, organisation: nil)
      minted += page.count { $0.leafIndex != nil }
      last = page.last?.id
    } while last != nil
    if counts[.mint, default: 0] != minted {
      problems.append("\(minted) minted seeds have \(counts[.mint, default: 0]) mint leaves")
    }
    return problems
  }

  /// Whether the leaf is the only one of its kind about its record.
  private func isOnly(_ leaf: Leaf, _ index: Int64, in store: any StoreReader) throws -> Bool {
    guard let subject = leaf.subject else { return false }
    return try store.leafIndices(kind: leaf.kind, subject: subject) == [index]
  }

  private func mintProblem(
    _ leaf: Leaf,
    _ index: Int64,
    in store: any StoreReader
  ) throws -> String? {
    guard (try? MintLeaf(parsing: leaf.bytes)) != nil else { return "it is no mint leaf" }
    guard let subject = leaf.subject, let seed = try store.seed(Identifier(rawValue: subject))
    else { return "its seed isn't there" }
    guard seed.leafIndex == index, try isOnly(leaf, index, in: store) else {
      return "\(seed.id) has another leaf"
    }
    return nil
  }

  private func receiptProblem(
    _ leaf: Leaf,
    _ index: Int64,
    in store: any StoreReader
  ) throws -> String? {
    guard let subject = leaf.subject,
      let sighting = try store.sighting(Identifier(rawValue: subject))?.sighting
    else { return "its sighting isn't there" }
    guard try isOnly(leaf, index, in: store) else { return "\(sighting.id) has another leaf" }
    guard let message = try store.message(sighting.messageDigest),
      SHA256.hash(message) == sighting.messageDigest
    else { return "the message of \(sighting.id) isn't what it was" }
    let looks = try store.looks(of: sighting.id)
    guard
      Commitment.receipt(
        leaf,
        opensTo: sighting.messageDigest,
        meta: sighting.canonicalJSON,
        dnsArchive: looks.first?.dnsArchive ?? []
      )
    else { return "it doesn't commit to \(sighting.id) as the store has it" }
    for look in looks where !look.dnsArchive.isEmpty {
      let indices = try store.leafIndices(kind: .dns, subject: subject)
      let leaves = try indices.compactMap { try store.leaves(from: $0, limit: 1).first }
      guard leaves.contains(where: { Commitment.dns($0, opensTo: look.dnsArchive) }) else {
        return "DNS answers of \(sighting.id) have no leaf"
      }
    }
    for judgement in try store.judgements(of: sighting.id) {
      guard try store.leafIndices(kind: .judge, subject: judgement.id.rawValue).count == 1 else {
        return "a judgement of \(sighting.id) has no leaf, or several"
      }
    }
    return nil
  }

  private func dnsProblem(_ leaf: Leaf, in store: any StoreReader) throws -> String? {
    guard let subject = leaf.subject else { return "its sighting isn't there" }
    // A later look at a key that signed a sighting's message.
    if let archive = try store.keyCheckArchive(Identifier(rawValue: subject)) {
      return Commitment.dns(leaf, opensTo: archive)
        ? nil : "it doesn't commit to the check of a key as the store has it"
    }
    let looks = try store.looks(of: Identifier(rawValue: subject))
    return looks.contains { Commitment.dns(leaf, opensTo: $0.dnsArchive) }
      ? nil : "it commits to no DNS answers of its sighting as the store has them"
  }

  private func judgementProblem(
    _ leaf: Leaf,
    _ index: Int64,
    in store: any StoreReader
  ) throws -> String? {
    guard let subject = leaf.subject,
      let judgement = try store.judgement(Identifier(rawValue: subject))
    else { return "its judgement isn't there" }
    guard try isOnly(leaf, index, in: store) else { return "\(judgement.id) has another leaf" }
    return Commitment.judgement(leaf, opensTo: judgement)
      ? nil : "it doesn't commit to \(judgement.id) as the store has it"
  }

  /// A day's leaf is made when it is over. A clock that is set back may add to it later, but nothing
  /// takes away from it.
  private mutating func dayProblem(
    _ leaf: Leaf,
    _ value: JSONValue,
    in store: any StoreReader
  ) throws -> String? {
    let days =
      try days
      ?? Dictionary(
        store.dayCounts(from: "").map { ($0.day, $0) },
        uniquingKeysWith: { first, _ in first }
      )
    self.days = days
    guard let name = value["day"]?.string, let day = days[name],
      leaf.subject == day.dayNumber
    else { return "its day isn't there" }
    let counted = [
      ("rcpt", day.recipients), ("known", day.known), ("near", day.near),
      ("unknown", day.unknown), ("refused", day.refused),
    ]
    let isSame = counted.allSatisfy { name, count in
      value[name]?.integer.map { (0...Int64(count)).contains($0) } ?? false
    }
    return isSame ? nil : "the store has counted less on \(day.day)"
  }

  private func tokenProblem(
    _ leaf: Leaf,
    _ index: Int64,
    in store: any StoreReader
  ) throws -> String? {
    guard let size = leaf.subject,
      let token = try store.timestamps(ofCheckpoint: size).first(where: { $0.leafIndex == index })
    else { return "its timestamp token isn't there" }
    return leaf == Commitment.token(token.token, checkpointSize: size)
      ? nil : "it doesn't commit to the token of \(token.authority) over \(size) leaves"
  }
}
