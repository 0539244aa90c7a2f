public import SeedMail

extension DNSSECChain {
  /// The zones that signed what an answer holds, each once; the root's name is empty.
  static func signers(of answer: DNSAnswer) -> [String] {
    var names: [String] = []
    for record in ResourceRecord.all(inAnswerOf: answer.wire) ?? [] {
      guard let signer = RRSIG(record)?.signer, let name = DNSName.text(signer) else { continue }
      if !names.contains(name) { names.append(name) }
    }
    return names
  }

  /// Puts the chain for a question together from archived answers: the answer with its aliases, and
  /// the keys and delegations of every zone above, each with the signatures that hold.
  ///
  /// - Parameters:
  ///   - name: The question's name, in A-labels.
  ///   - type: The question's type.
  ///   - answers: Archived answers, with the DNSKEY and DS records of the zones above them.
  /// - Returns: The chain, which was checked except for the root's keys, and the time at which it was:
  ///   that of the answer.
  /// - Throws: ``DNSSECFault``; ``DNSSECFault/incomplete`` where an answer is not signed.
  public static func write(
    _ name: String,
    _ type: RecordType,
    from answers: [DNSAnswer]
  ) throws(DNSSECFault) -> (chain: [UInt8], at: Timestamp) {
    let question = DNSQuestion(name, type)
    guard
      let answer = answers.first(where: {
        $0.name == question.name && $0.type == type && $0.status == .found && $0.isSecure
      })
    else { throw .incomplete }
    let time = answer.receivedAt
    var records: [ResourceRecord] = []
    var known = Set<ResourceRecord>()
    for answer in answers where answer.isSecure {
      for var record in ResourceRecord.all(inAnswerOf: answer.wire) ?? [] {
        // A cache counts it down; the canonical form has the original.
        record.timeToLive = 0
        if known.insert(record).inserted { records.append(record) }
      }
    }
    var writer = ChainWriter(records, at: time)
    let chain = try writer.chain(for: DNSName.wire(question.name), type.rawValue)
    // The root's own keys are believed for this once: whoever checks the chain knows the real ones.
    let anchors = writer.rootKeys.compactMap(RootAnchor.init(key:))
    _ = try verify(chain, name: question.name, type: type.rawValue, at: time, anchors: anchors)
    return (chain, time)
  }
}

/// Finds the sets that a chain takes, and orders them as RFC 9102 §3.1 does: the answer first, the
/// root's keys last.
private struct ChainWriter {
  private let records: [ResourceRecord]
  private let signatures: [(record: ResourceRecord, content: RRSIG)]
  private let time: Timestamp
  private var written: Set<SignedSet.Key> = []
  private var output: [UInt8] = []
  private var zones: [[UInt8]] = []
  private(set) var rootKeys: [[UInt8]] = []

  init(_ records: [ResourceRecord], at time: Timestamp) {
    self.records = records.filter { $0.type != ResourceRecord.TypeCode.rrsig }
    signatures = records.compactMap { record in RRSIG(record).map { (record, $0) } }
    self.time = time
  }

  mutating func chain(for name: [UInt8], _ type: UInt16) throws(DNSSECFault) -> [UInt8] {
    var owner = name
    for _ in 0...DNSSECChain.aliasCountMax {
      if try add(owner, type) {
        var next = 0
        // Each zone's keys add the zone above it, up to the root.
        while next < zones.count {
          try addZone(zones[next])
          next += 1
          guard next <= DNSSECChain.signatureCountMax else { throw .tooLarge }
        }
        guard try add([0], RecordType.dnskey.rawValue) else { throw .incomplete }
        return output
      }
      guard try add(owner, RecordType.cname.rawValue),
        let alias = records.first(where: {
          $0.owner == owner && $0.type == RecordType.cname.rawValue
        })
      else { throw .incomplete }
      owner = alias.data
    }
    throw .tooLarge
  }

  private mutating func addZone(_ zone: [UInt8]) throws(DNSSECFault) {
    guard zone != [0] else { return }
    guard try add(zone, RecordType.dnskey.rawValue), try add(zone, RecordType.ds.rawValue) else {
      throw .incomplete
    }
  }

  /// Adds a set with its signatures, and notes who signed it; `false` where it isn't there.
  private mutating func add(_ owner: [UInt8], _ type: UInt16) throws(DNSSECFault) -> Bool {
    let key = SignedSet.Key(owner: owner, type: type)
    guard !written.contains(key) else { return true }
    let set = records.filter { $0.owner == owner && $0.type == type }
    guard !set.isEmpty else { return false }
    let good = signatures.filter { record, content in
      record.owner == owner && content.covered == type
        && ZoneKey.algorithms.contains(content.algorithm)
        && content.validity(near: time)?.contains(time.seconds) == true
        && records.contains {
          $0.owner == content.signer && $0.type == RecordType.dnskey.rawValue
            && ZoneKey($0.data).map { $0.tag == content.keyTag } == true
        }
    }
    guard let first = good.first else { throw .incomplete }
    written.insert(key)
    for var record in set + good.map(\.record) {
      record.timeToLive = first.content.originalTimeToLive
      output += record.wire
    }
    for (_, content) in good where !zones.contains(content.signer) { zones.append(content.signer) }
    if owner == [0], type == RecordType.dnskey.rawValue { rootKeys = set.map(\.data) }
    guard output.count <= DNSSECChain.byteCountMax else { throw .tooLarge }
    return true
  }
}
