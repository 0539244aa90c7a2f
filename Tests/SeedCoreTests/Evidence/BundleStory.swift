import Foundation
import SeedAuth
import SeedCrypto
import SeedTesting

@testable import SeedCore

/// A case with a ledger, a witness and a timestamp authority of its own, exported for tests.
final class BundleStory: Sendable {
  let story: CaseStory
  let ledgerKey: NoteSigningKey
  let witnessKey: NoteSigningKey
  let authority: TestAuthority
  private let folder: TemporaryFolder

  /// The moment at which the story is told: an authority stamps in real time.
  static let now = Timestamp(seconds: Int64(Date.now.timeIntervalSince1970))

  init(key: UInt8 = 1) throws {
    story = try CaseStory()
    ledgerKey = try Self.key(CaseStory.origin, .ed25519, key)
    witnessKey = try Self.key("witness.example", .cosignature, key + 100)
    folder = try TemporaryFolder()
    authority = try TestAuthority(in: folder.path("tsa"))
    story.go(to: Self.now)
  }

  private static func key(
    _ name: String,
    _ algorithm: NoteKey.Algorithm,
    _ number: UInt8
  ) throws -> NoteSigningKey {
    let seed = SecretBytes([UInt8](repeating: number, count: 32))
    return try NoteSigningKey(
      name: name,
      algorithm: algorithm,
      privateKey: Ed25519PrivateKey(seed: seed)
    )
  }

  /// What a verifier who knows the ledger and its witness would bring.
  var policy: [UInt8] {
    let lines = [
      "log \(ledgerKey.key.text)", "witness watchdog \(witnessKey.key.text)", "quorum watchdog", "",
    ]
    return Array(lines.joined(separator: "\n").utf8)
  }

  var root: [UInt8] { Array(try! Data(contentsOf: URL(filePath: authority.rootPath))) }

  var trust: BundleTrust {
    BundleTrust(
      policy: try! TlogPolicy(parsing: policy),
      authorities: try! CertificateBundle(pem: root)
    )
  }

  private func hashes() async throws -> [[UInt8]] {
    try await story.store.read { try $0.leaves(from: 0, limit: .max).map(\.bytes) }
      .map(MerkleTree.leafHash)
  }

  /// Signs a checkpoint over every leaf, and has it cosigned.
  @discardableResult
  func sign(isCosigned: Bool = true) async throws -> SignedCheckpoint {
    var range = CompactRange()
    for hash in try await hashes() { range.append(leafHash: hash) }
    var note = Checkpoint(origin: CaseStory.origin, head: range.head).signed(by: ledgerKey)
    if isCosigned {
      note = SignedNote(
        text: note.text,
        signatures: note.signatures + [witnessKey.cosign(note.text, at: Self.now)]
      )
    }
    let checkpoint = SignedCheckpoint(
      head: range.head,
      note: note.bytes,
      signedAt: Self.now,
      isWitnessed: isCosigned
    )
    try await story.store.write { try $0.insert(checkpoint) }
    return checkpoint
  }

  /// Has a checkpoint stamped, and commits to the token.
  func stamp(_ checkpoint: SignedCheckpoint) async throws {
    let query = RFC3161Query(MessageImprint(of: checkpoint.note))
    guard
      case .granted(let token) = try RFC3161Reply(
        parsing: authority.reply(to: query.bytes),
        to: query
      )
    else { throw StoreError.damaged }
    let signer = Array(try Data(contentsOf: URL(filePath: authority.signerPath)))
    let chain = signer + root
    let digest = Base64.encode(SHA256.hash(token.bytes), alphabet: .url)
    let leaf = CanonicalJSON.bytes(of: ["t": "tsr", "v": 1, "h": .string(digest)])
    try await story.store.write { store in
      let index = try store.append(Leaf(kind: .tsr, bytes: leaf, subject: nil))
      try store.insert(
        TimestampToken(
          checkpointSize: checkpoint.head.size,
          authority: "tsa one",
          token: token.bytes,
          chain: chain,
          generatedAt: Timestamp(milliseconds: token.milliseconds),
          leafIndex: index
        )
      )
    }
  }

  /// Writes a bundle of the case.
  func files(
    of organisation: Organisation?,
    from sender: String,
    edition: BundleEdition = .regulator,
    withholdsBodies: Bool = false,
    policy: [UInt8]? = nil
  ) async throws -> [String: [UInt8]] {
    let writer = try await writer(
      of: organisation,
      from: sender,
      edition: edition,
      withholdsBodies: withholdsBodies,
      policy: policy
    )
    return try await writer.files { claims in
      ["report.html": Array("<p>\(claims.count)</p>".utf8)]
    }
  }

  func writer(
    of organisation: Organisation?,
    from sender: String,
    edition: BundleEdition = .regulator,
    withholdsBodies: Bool = false,
    policy: [UInt8]? = nil
  ) async throws -> BundleWriter {
    let dossier = try await story.dossier(of: organisation, from: sender)
    let leaves = try await hashes()
    let size = dossier.checkpoints.last?.head.size ?? 0
    return try BundleWriter(
      dossier,
      .init(
        edition: edition,
        withholdsBodies: withholdsBodies,
        policy: policy ?? self.policy,
        program: "seed test"
      )
    ) { node in
      let range = Int(node.index) << node.level..<Int(node.index + 1) << node.level
      precondition(range.upperBound <= Int(size))
      var part = CompactRange()
      for hash in leaves[range] { part.append(leafHash: hash) }
      return part.rootHash
    }
  }

  /// A seed of an organisation that a party wrote to: minted between two stamps, with a baseline.
  @discardableResult
  func tellPlainCase(participant: String? = "Jane Roe") async throws -> Organisation {
    let organisation = try await story.add("Example Petitions", writingFrom: "petitions.example")
    try await stamp(sign())
    let after = try await sign()
    let seed = try await story.mint(
      for: organisation,
      participant: participant,
      notice: "We never share your address.",
      after: after.head
    )
    let minted = try await sign()
    try await stamp(minted)
    try await story.deliver(.init(from: "petitions.example"), to: seed)
    try await story.guess("nobody")
    try await story.deliver(.init(from: "party.example"), to: seed)
    try await stamp(sign())
    try await sign()
    return organisation
  }

  /// The plain case as a bundle.
  static let plain = Task {
    let story = try BundleStory()
    let organisation = try await story.tellPlainCase()
    return (
      files: try await story.files(of: organisation, from: "party.example"), story: story,
      organisation: organisation
    )
  }
}

extension [Claim] {
  /// `1 PROVED, 2 SUPPORTED, …`
  var summary: String { map { "\($0.number) \($0.verdict.rawValue)" }.joined(separator: ", ") }
}
