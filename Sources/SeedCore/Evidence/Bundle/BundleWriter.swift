import SeedCrypto
import SeedMail

/// Why a bundle can't be written.
public enum BundleError: Error, Sendable, Hashable {
  /// The ledger has signed no checkpoint, or none over the leaf at this index: it has to sign one first.
  case unsigned(leaf: Int64)
  /// What is to be written isn't what a verifier could read; a sentence that says what.
  case unreadable(String)
}

/// Writes the evidence of one case as the files of a bag (`docs/formats/bundle-v1.md`).
///
/// The same dossier, ledger and report give the same bytes.
public struct BundleWriter: Sendable {
  /// What is to be written, and how.
  public struct Settings: Sendable {
    /// Who it is for.
    public var edition: BundleEdition
    /// Whether the bodies of messages are left out.
    public var withholdsBodies: Bool
    /// The ledger's key and the witnesses', as C2SP's tlog-policy.
    public var policy: [UInt8]
    /// The program that writes it, with its version.
    public var program: String

    /// Makes settings.
    public init(
      edition: BundleEdition = .regulator,
      withholdsBodies: Bool = false,
      policy: [UInt8],
      program: String
    ) {
      self.edition = edition
      self.withholdsBodies = withholdsBodies
      self.policy = policy
      self.program = program
    }
  }

  let dossier: Dossier
  let settings: Settings
  let seeds: [(part: String, entry: Dossier.SeedEntry)]
  let messages: [(part: String, isOwn: Bool, message: Dossier.Message)]
  private let newest: SignedCheckpoint
  /// The files of the payload so far, by their paths below `data/`.
  private var payload: [String: [UInt8]] = [:]

  /// Gathers what a bundle holds, but for its claims and its report.
  ///
  /// - Parameter hash: Reads the hash of a complete subtree below the newest checkpoint.
  /// - Throws: ``BundleError``, and what `hash` throws.
  public init(
    _ dossier: Dossier,
    _ settings: Settings,
    hash: (MerkleNode) throws -> [UInt8]
  ) throws {
    guard let newest = dossier.checkpoints.last else { throw BundleError.unsigned(leaf: 0) }
    self.dossier = dossier
    self.settings = settings
    self.newest = newest
    seeds = Self.seedParts(of: dossier)
    messages = Self.messageParts(of: dossier)
    try addLedger(hash)
    for seed in seeds { try addMint(seed.part, seed.entry, hash) }
    for message in messages { try addMessage(message.part, message.message, hash) }
    try addStatistics(hash)
    addNotices()
    payload["tools/verify.py"] = PackageResources.verify_py
    payload["tools/verify.sh"] = PackageResources.verify_sh
  }

  /// The files of the whole bag.
  ///
  /// - Parameter report: Makes `report.html`, and `report.pdf` where it can, of what the verifier finds.
  /// - Throws: ``BundleError``, and what `report` throws.
  public func files(
    report: ([Claim]) throws -> [String: [UInt8]]
  ) async throws -> [String: [UInt8]] {
    var payload = payload
    payload["claims.json"] = CanonicalJSON.bytes(of: description(claims: []))
    let claims = try await claims(of: payload)
    payload["claims.json"] = CanonicalJSON.bytes(of: description(claims: claims))
    for (name, content) in try report(claims) { payload[name] = content }
    payload["README.txt"] = Array(readme(claims).utf8)
    payload["ro-crate-metadata.json"] = CanonicalJSON.bytes(of: crate(payload))
    let paths = Dictionary(uniqueKeysWithValues: payload.map { ("data/" + $0.key, $0.value) })
    return Bag(payload: paths, info: bagInfo).files
  }

  /// The archive of a bag's files.
  public func archive(of files: [String: [UInt8]]) throws -> [UInt8] {
    let named = files.map { ("\(name)/\($0.key)", $0.value) }
    return try ZipArchive.bytes(of: Dictionary(uniqueKeysWithValues: named))
  }

  /// What the bag is called.
  public var name: String { Self.name(of: dossier, settings.edition) }

  /// What a bag is called.
  static func name(of dossier: Dossier, _ edition: BundleEdition) -> String {
    edition == .public ? "seed-evidence-public" : "\(dossier.case.id)-\(edition.rawValue)"
  }

  private func claims(of payload: [String: [UInt8]]) async throws -> [Claim] {
    let paths = Dictionary(uniqueKeysWithValues: payload.map { ("data/" + $0.key, $0.value) })
    do throws(Contradiction) {
      return try await ClaimChecker.claims(of: BundleFiles(files: paths))
    } catch { throw BundleError.unreadable(error.reason) }
  }

  /// The seeds of a dossier with the folder of each below `data/`.
  static func seedParts(of dossier: Dossier) -> [(part: String, entry: Dossier.SeedEntry)] {
    let isAlone = dossier.seeds.count == 1
    return dossier.seeds.enumerated().map { index, entry in
      (isAlone ? "mint" : "mint/" + number(index), entry)
    }
  }

  /// The messages of a dossier with the folder of each below `data/`, in the order of their arrival.
  static func messageParts(
    of dossier: Dossier
  ) -> [(part: String, isOwn: Bool, message: Dossier.Message)] {
    let own = dossier.seeds.flatMap(\.baseline).map { (isOwn: true, message: $0) }
    let all = own + dossier.messages.map { (isOwn: false, message: $0) }
    return all.filter { $0.message.receipt != nil }.sorted {
      ($0.message.sighting.arrivedAt, $0.message.sighting.id)
        < ($1.message.sighting.arrivedAt, $1.message.sighting.id)
    }.enumerated().map { ("msg/" + number($0), $1.isOwn, $1.message) }
  }

  static func number(_ index: Int) -> String { (index < 9 ? "0" : "") + String(index + 1) }
}

extension BundleWriter {
  /// The proof of a leaf under the newest checkpoint.
  private func proof(
    of index: Int64,
    _ hash: (MerkleNode) throws -> [UInt8]
  ) throws -> [[UInt8]] {
    guard index < newest.head.size else { throw BundleError.unsigned(leaf: index) }
    return try MerkleTree.inclusionProof(index: index, size: newest.head.size, reading: hash)
  }

  private func proofFile(
    of index: Int64,
    _ hash: (MerkleNode) throws -> [UInt8]
  ) throws -> [UInt8] {
    guard let note = try? SignedNote(parsing: newest.note) else {
      throw BundleError.unreadable("The newest checkpoint is malformed.")
    }
    return TlogProof(index: index, hashes: try proof(of: index, hash), note: note).bytes
  }

  private mutating func addLedger(_ hash: (MerkleNode) throws -> [UInt8]) throws {
    payload["log/policy"] = settings.policy
    var sizes = Set(dossier.checkpoints.map(\.head.size))
    for checkpoint in dossier.checkpoints {
      payload["log/checkpoints/\(checkpoint.head.size)"] = checkpoint.note
    }
    for seed in dossier.seeds {
      if let record = dossier.record(of: seed.seed.id) { sizes.insert(record.after.size) }
    }
    for size in sizes where size > 0 && size < newest.head.size {
      let proof = try MerkleTree.consistencyProof(from: size, to: newest.head.size, reading: hash)
      payload["log/consistency/\(size)-\(newest.head.size)"] = Array(
        proof.map { Base64.encode($0) + "\n" }.joined().utf8
      )
    }
    for stamp in dossier.timestamps where sizes.contains(stamp.checkpointSize) {
      guard let token = try? RFC3161Token(parsing: stamp.token) else {
        throw BundleError.unreadable("A timestamp token in the store is malformed.")
      }
      let authority = String(
        decoding: stamp.authority.utf8.map { Self.isNameByte($0) ? $0 : UInt8(ascii: "_") },
        as: UTF8.self
      )
      var base = "tsa/\(stamp.checkpointSize)-\(authority)"
      while payload[base + ".tsr"] != nil { base += "_" }
      payload[base + ".tsr"] = token.reply
      payload[base + ".pem"] = stamp.chain
      if stamp.leafIndex < newest.head.size {
        payload[base + ".tlog-proof"] = try proofFile(of: stamp.leafIndex, hash)
      }
    }
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
  }

  private mutating func addMint(
    _ part: String,
    _ entry: Dossier.SeedEntry,
    _ hash: (MerkleNode) throws -> [UInt8]
  ) throws {
    guard let mint = entry.mint, let opening = dossier.openings[entry.seed.id],
      case .alias(let secret, let record, let address) = opening
    else { return }
    payload[part + "/leaf"] = mint.leaf.bytes
    payload[part + "/mint.tlog-proof"] = try proofFile(of: mint.index, hash)
    payload[part + "/record.json"] = record
    var shown = opening
    if settings.edition == .public {
      let alias = AliasSecret(SecretBytes(secret))
      let commitment = alias.commitment(recordDigest: SHA256.hash(record), address: address)
      shown = .record(
        blind: alias.recordBlind.disclosed(),
        record: record,
        addressHash: commitment.addressHash
      )
    }
    payload[part + "/opening.json"] = BundleOpening.json(shown).map { CanonicalJSON.bytes(of: $0) }
  }

  private mutating func addMessage(
    _ part: String,
    _ message: Dossier.Message,
    _ hash: (MerkleNode) throws -> [UInt8]
  ) throws {
    guard let receipt = message.receipt else { return }
    payload[part + "/leaf"] = receipt.leaf.bytes
    payload[part + "/rcpt.tlog-proof"] = try proofFile(of: receipt.index, hash)
    guard settings.edition != .public else {
      payload[part + "/meta.json"] = CanonicalJSON.bytes(of: Self.publicMeta(of: message))
      return
    }
    let look = message.bestLook
    guard let opening = MessageOpening(message, answers: look?.dns) else {
      throw BundleError.unreadable("What opens a receipt is missing in the store.")
    }
    payload[part + "/opening.json"] = CanonicalJSON.bytes(of: opening.json)
    payload[part + "/meta.json"] = message.sighting.canonicalJSON
    if settings.withholdsBodies {
      let end = SeedMail.Message(parsing: message.bytes).body.lowerBound
      payload[part + "/header.eml"] = Array(message.bytes[..<end])
    } else {
      payload[part + "/message.eml"] = message.bytes
    }
    if opening.judgement != nil, let leaf = message.judgements.last?.leaf {
      payload[part + "/judge.tlog-proof"] = try proofFile(of: leaf.index, hash)
    }
    let archive = look?.recorded.dnsArchive ?? []
    guard !archive.isEmpty else { return }
    payload[part + "/dns/dns.json"] = archive
    if let leaf = look?.dns {
      payload[part + "/dns/dns.tlog-proof"] = try proofFile(of: leaf.index, hash)
    }
    let answers = try DNSArchive.answers(in: archive)
    for (name, content) in BundleDNS.files(of: answers) { payload["\(part)/dns/\(name)"] = content }
    for (name, content) in BundleDNS.chains(of: answers) {
      payload["\(part)/dns/\(name)"] = content
    }
  }

  private mutating func addStatistics(_ hash: (MerkleNode) throws -> [UInt8]) throws {
    let first = dossier.seeds.map(\.seed.mintedAt).min()?.day ?? ""
    // A day whose leaf isn't signed yet is no part of the evidence yet.
    let days = dossier.statistics.days.filter {
      $0.counts.day >= first && $0.leaf.index < newest.head.size
    }
    let entries: [JSONValue] = try days.map { day in
      guard let leaf = try? JSONValue(parsing: day.leaf.leaf.bytes) else {
        throw BundleError.unreadable("A day's leaf is malformed.")
      }
      return [
        "leaf": leaf, "index": .integer(day.leaf.index),
        "proof": .array(try proof(of: day.leaf.index, hash).map { .string(Base64.encode($0)) }),
      ]
    }
    payload["stats/guess-rate.json"] = CanonicalJSON.bytes(of: [
      "v": 1, "days": .array(entries),
    ])
    let statistics = dossier.statistics
    payload["stats/controls.json"] = CanonicalJSON.bytes(of: [
      "v": 1,
      "controls": .array(
        statistics.controls.map { control in
          [
            "class": .string(control.control?.rawValue ?? ""),
            "minted": .string(
              settings.edition == .public
                ? String(control.mintedAt.day.prefix(7)) : control.mintedAt.rfc3339
            ),
            "hit": .bool(statistics.hitControls.contains(control.id)),
            // In the case of a control itself, that says nothing beside it.
            "hitBySender": .bool(
              dossier.organisation != nil && statistics.controlsHitBySender.contains(control.id)
            ),
          ]
        }
      ),
    ])
  }

  private mutating func addNotices() {
    guard settings.edition == .regulator else { return }
    for notice in dossier.seeds.compactMap(\.notice) {
      payload["notice/" + SHA256.hash(notice).hexadecimal] = notice
    }
  }
}

extension Dossier.Message {
  /// The look that shows most; of equal ones the first, which the receipt commits to.
  fileprivate var bestLook: Dossier.Look? {
    looks.indices.max {
      (looks[$0].recorded.facts.grade, $1) < (looks[$1].recorded.facts.grade, $0)
    }
    .map { looks[$0] }
  }
}
