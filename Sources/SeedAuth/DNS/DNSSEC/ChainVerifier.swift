import SeedMail

/// The records of one owner and type, with their signatures.
struct SignedSet {
  /// Which set it is.
  struct Key: Hashable {
    let owner: [UInt8]
    let type: UInt16
  }

  var records: [ResourceRecord] = []
  var signatures: [(record: ResourceRecord, content: RRSIG)] = []

  /// Sorts records into sets; each has at least one record and one signature, and no record twice.
  static func all(of records: [ResourceRecord]) throws(DNSSECFault) -> [Key: SignedSet] {
    guard Set(records).count == records.count else { throw .malformed }
    var sets: [Key: SignedSet] = [:]
    for record in records {
      if record.type == ResourceRecord.TypeCode.rrsig {
        guard let content = RRSIG(record) else { throw .malformed }
        sets[Key(owner: record.owner, type: content.covered), default: SignedSet()]
          .signatures.append((record, content))
      } else {
        sets[Key(owner: record.owner, type: record.type), default: SignedSet()]
          .records.append(record)
      }
    }
    guard sets.values.allSatisfy({ !$0.records.isEmpty && !$0.signatures.isEmpty }) else {
      throw .malformed
    }
    return sets
  }
}

/// Works its way from an answer up to the root, and checks everything that it passes.
struct ChainVerifier {
  private let sets: [SignedSet.Key: SignedSet]
  private let time: Timestamp
  private let anchors: [RootAnchor]
  private var used: Set<SignedSet.Key> = []
  private var keys: [[UInt8]: [ZoneKey]] = [:]
  private var signatureCount = 0
  /// Between which seconds every signature is valid that was checked.
  private(set) var validFrom = Int64.min, validUntil = Int64.max

  init(_ sets: [SignedSet.Key: SignedSet], at time: Timestamp, anchors: [RootAnchor]) {
    self.sets = sets
    self.time = time
    self.anchors = anchors
  }

  /// The records that answer a question, after its aliases.
  mutating func answer(to name: [UInt8], _ type: UInt16) throws(DNSSECFault) -> [ResourceRecord] {
    var owner = name
    for _ in 0...DNSSECChain.aliasCountMax {
      let key = SignedSet.Key(owner: owner, type: type)
      if let set = sets[key] {
        try check(set, key)
        return set.records
      }
      let alias = SignedSet.Key(owner: owner, type: RecordType.cname.rawValue)
      guard let set = sets[alias], set.records.count == 1 else { throw .incomplete }
      try check(set, alias)
      owner = set.records[0].data
    }
    throw .tooLarge
  }

  /// Throws where the chain has records that nothing needed.
  func finish() throws(DNSSECFault) {
    guard used.count == sets.count else { throw .superfluous }
  }

  /// Checks every signature of a set that is no DNSKEY set.
  private mutating func check(_ set: SignedSet, _ key: SignedSet.Key) throws(DNSSECFault) {
    guard used.insert(key).inserted else { throw .malformed }
    for (record, signature) in set.signatures {
      guard ResourceRecord.isWithin(key.owner, signature.signer) else { throw .badSignature }
      // RFC 4035 §2.4: the zone above signs the delegation, which goes one way: up.
      if key.type == RecordType.ds.rawValue, signature.signer == key.owner { throw .badSignature }
      try check(record, signature, set, by: try zoneKeys(of: signature.signer))
    }
  }

  /// The keys of a zone, which the zone above vouches for, or an anchor.
  ///
  /// It goes up one zone at a time, so that it calls itself at most once for each label.
  private mutating func zoneKeys(of zone: [UInt8]) throws(DNSSECFault) -> [ZoneKey] {
    if let known = keys[zone] { return known }
    let key = SignedSet.Key(owner: zone, type: RecordType.dnskey.rawValue)
    guard let set = sets[key] else { throw .incomplete }
    used.insert(key)
    let delegations: [[UInt8]]
    let isRoot = zone == [0]
    if isRoot {
      delegations = anchors.map(\.delegation)
    } else {
      let key = SignedSet.Key(owner: zone, type: RecordType.ds.rawValue)
      guard let set = sets[key] else { throw .incomplete }
      try check(set, key)
      delegations = set.records.map(\.data)
    }
    let found = set.records.compactMap { ZoneKey($0.data) }
    let believed = found.filter { key in
      delegations.contains { key.isMeant(by: $0, owner: zone) }
    }
    guard !believed.isEmpty else { throw isRoot ? .notAnchored : .badSignature }
    var isVouchedFor = false
    for (record, signature) in set.signatures {
      guard signature.signer == zone else { throw .badSignature }
      try check(record, signature, set, by: found)
      isVouchedFor =
        isVouchedFor
        || believed.contains { $0.tag == signature.keyTag && $0.algorithm == signature.algorithm }
          && isValid(signature, set, by: believed)
    }
    guard isVouchedFor else { throw .badSignature }
    keys[zone] = found
    return found
  }

  /// Checks one signature.
  private mutating func check(
    _ record: ResourceRecord,
    _ signature: RRSIG,
    _ set: SignedSet,
    by keys: [ZoneKey]
  ) throws(DNSSECFault) {
    guard ZoneKey.algorithms.contains(signature.algorithm) else { throw .unsupportedAlgorithm }
    // A number of labels below the owner's is a wild card's, which takes a proof of its own.
    guard Int(signature.labelCount) == ResourceRecord.labelCount(record.owner),
      record.timeToLive == signature.originalTimeToLive,
      set.records.allSatisfy({ $0.timeToLive == signature.originalTimeToLive })
    else { throw .badSignature }
    guard let validity = signature.validity(near: time), validity.contains(time.seconds) else {
      throw .notValidAtThatTime
    }
    signatureCount += 1
    guard signatureCount <= DNSSECChain.signatureCountMax else { throw .tooLarge }
    guard isValid(signature, set, by: keys) else { throw .badSignature }
    validFrom = max(validFrom, validity.lowerBound)
    validUntil = min(validUntil, validity.upperBound)
  }

  private func isValid(_ signature: RRSIG, _ set: SignedSet, by keys: [ZoneKey]) -> Bool {
    let bytes = signature.signedBytes(set.records)
    return keys.filter { $0.tag == signature.keyTag && $0.algorithm == signature.algorithm }
      .prefix(DNSSECChain.candidateCountMax)
      .contains { $0.isValid(signature.signature, for: bytes) }
  }
}
