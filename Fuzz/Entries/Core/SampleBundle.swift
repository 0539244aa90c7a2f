import SeedCore
import SeedMail
import SeedTesting

/// A bundle of a small case, made once in each run.
struct SampleBundle: Sendable {
  let files: [String: [UInt8]]
  /// The names of the payload's files, in order.
  let names: [String]
  let info: [(label: String, value: String)]
  let trust: BundleTrust
  /// How well its claims are shown; the best is 0.
  let ranks: [String: Int]

  static func key(_ claim: Claim) -> String { "\(claim.number) \(claim.part ?? "")" }
  static func rank(_ claim: Claim) -> Int {
    Claim.Verdict.allCases.firstIndex(of: claim.verdict) ?? .max
  }

  static let sample = Task { try await SampleBundle() }

  private init() async throws {
    let story = try CaseStory()
    let organisation = try await story.add("Example Petitions", writingFrom: "petitions.example")
    let seed = try await story.mint(for: organisation, participant: "Jane Roe", notice: "A notice.")
    try await Self.sign(story)
    story.go(to: Sample.day(1))
    try await story.deliver(.init(from: "petitions.example"), to: seed)
    try await story.deliver(.init(from: "party.example"), to: seed)
    try await story.guess("nobody")
    let leaves = try await Self.sign(story)

    let dossier = try await story.dossier(of: organisation, from: "party.example")
    let policy = try FuzzKeys.policy()
    let writer = try BundleWriter(dossier, .init(policy: policy, program: "seed test")) { node in
      var part = CompactRange()
      for index in Int(node.index) << node.level..<Int(node.index + 1) << node.level {
        part.append(leafHash: leaves[index])
      }
      return part.rootHash
    }
    files = try await writer.files { claims in
      ["report.html": Array("<p>\(claims.count)</p>".utf8)]
    }
    names = files.keys.filter { $0.hasPrefix("data/") }.sorted()
    info = Self.info(in: files["bag-info.txt"] ?? [])
    trust = BundleTrust(policy: try TlogPolicy(parsing: policy))
    let claims = await ClaimChecker.claims(of: files, trust: trust)
    ranks = Dictionary(claims.map { (Self.key($0), Self.rank($0)) }) { max($0, $1) }
    try require(claims.allSatisfy { $0.verdict != .failed }, "what was exported is verified")
  }

  /// Signs a checkpoint over every leaf; the leaves' hashes.
  @discardableResult
  private static func sign(_ story: CaseStory) async throws -> [[UInt8]] {
    let hashes = try await story.store.read { try $0.leaves(from: 0, limit: .max) }
      .map { MerkleTree.leafHash($0.bytes) }
    var range = CompactRange()
    for hash in hashes { range.append(leafHash: hash) }
    let note = Checkpoint(origin: FuzzKeys.origin, head: range.head).signed(
      by: try FuzzKeys.ledger()
    )
    let cosignature = try FuzzKeys.witness().cosign(note.text, at: Sample.start)
    let signed = SignedNote(text: note.text, signatures: note.signatures + [cosignature])
    let checkpoint = SignedCheckpoint(
      head: range.head,
      note: signed.bytes,
      signedAt: Sample.start,
      isWitnessed: true
    )
    try await story.store.write { try $0.insert(checkpoint) }
    return hashes
  }

  /// The labels and values of `bag-info.txt`, without the first, which the bag itself writes.
  private static func info(in bytes: [UInt8]) -> [(label: String, value: String)] {
    bytes.split(separator: 10).dropFirst().map { line in
      let parts = String(decoding: line, as: UTF8.self).split(separator: ":", maxSplits: 1)
      return (String(parts[0]), String(parts.last?.dropFirst() ?? ""))
    }
  }
}
