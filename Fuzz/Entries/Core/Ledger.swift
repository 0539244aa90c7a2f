import SeedCore
import SeedCrypto
import SeedMail

/// Keys of a ledger and of a witness, the same in every run.
enum FuzzKeys {
  static let origin = "seeds.example/log"

  static func key(
    _ name: String,
    _ algorithm: NoteKey.Algorithm,
    _ byte: UInt8
  ) throws
    -> NoteSigningKey
  {
    let seed = SecretBytes([UInt8](repeating: byte, count: 32))
    return try NoteSigningKey(
      name: name,
      algorithm: algorithm,
      privateKey: Ed25519PrivateKey(seed: seed)
    )
  }

  static func ledger() throws -> NoteSigningKey { try key(origin, .ed25519, 1) }
  static func witness() throws -> NoteSigningKey { try key("witness.example", .cosignature, 2) }

  static func policy() throws -> [UInt8] {
    let lines = [
      "log \(try ledger().key.text) https://seeds.example/log",
      "witness one \(try witness().key.text) https://witness.example/", "group g any one",
      "quorum g", "",
    ]
    return Array(lines.joined(separator: "\n").utf8)
  }

  static func leaf(_ number: Int) -> [UInt8] {
    MerkleTree.leafHash([UInt8(truncatingIfNeeded: number)])
  }

  /// The tree of the first leaves.
  static func head(_ size: Int) -> TreeHead {
    var range = CompactRange()
    for number in 0..<size { range.append(leafHash: leaf(number)) }
    return range.head
  }

  /// A checkpoint of a tree, signed and cosigned.
  static func note(_ size: Int) throws -> SignedNote {
    let note = Checkpoint(origin: origin, head: head(size)).signed(by: try ledger())
    let cosignature = try witness().cosign(note.text, at: Timestamp(seconds: 1_790_000_000))
    return SignedNote(text: note.text, signatures: note.signatures + [cosignature])
  }
}

extension FuzzEntry {
  /// JSON: what is read is written in one canonical form, which is read the same.
  static let json = FuzzEntry(
    "json",
    words: [
      "{\"", "\":", "[", "]", "\\u", "\\ud83d\\ude00", "1e308", "-0.0", "true", "null",
      "9007199254740993",
    ],
    seeds: [
      "{\"a\":[1,-2.5e-3,true,null,\"\\u00e9\\ud83d\\ude00\\n\"],\"b\":{\"\":{}}}", " [ ] ",
      "1e1000",
      "{\"v\":1,\"t\":\"mint\",\"n\":\"AA\",\"h\":\"\"}", "{\"a\":1,\"a\":2}", "\"\\ud800\"",
    ]
  ) { bytes in
    guard let value = try? JSONValue(parsing: bytes) else { return }
    let written = CanonicalJSON.bytes(of: value)
    guard let again = try? JSONValue(parsing: written) else {
      throw BrokenRule(description: "what is written is read")
    }
    try require(CanonicalJSON.bytes(of: again) == written, "the canonical form is one")
  }

  /// Signed notes: what is read is written the same.
  static let note = FuzzEntry(
    "note",
    words: ["\n\n\u{2014} ", "\u{2014} seeds.example/log ", "=\n", " AAAAAA"],
    seeds: { [try FuzzKeys.note(5).bytes, Array("a\n\n\u{2014} k AAAAAAA=\n".utf8)] }
  ) { bytes in
    guard let note = try? SignedNote(parsing: bytes) else { return }
    try require(note.bytes == bytes, "a note is written the same")
    try require(note.signatures.count <= SignedNote.signatureCountMax, "signatures are few")
    _ = note.verifiedSignatures(by: [try FuzzKeys.ledger().key, try FuzzKeys.witness().key])
  }

  /// The texts of checkpoints: what is read is written the same.
  static let checkpoint = FuzzEntry(
    "checkpoint",
    words: ["\n", "seeds.example/log", "9223372036854775807"],
    seeds: { [Checkpoint(origin: FuzzKeys.origin, head: FuzzKeys.head(5)).text] }
  ) { bytes in
    guard let checkpoint = try? Checkpoint(parsing: bytes) else { return }
    try require(checkpoint.text == bytes, "a checkpoint is written the same")
    try require(checkpoint.head.size >= 0, "a tree has a size")
  }

  /// Texts behind which a known witness's signature stands: only the text that it signed counts.
  static let cosignature = FuzzEntry(
    "cosignature",
    seeds: { [try FuzzKeys.note(5).text, try FuzzKeys.note(6).text] }
  ) { bytes in
    guard bytes.last == UInt8(ascii: "\n") else { return }
    let known = try FuzzKeys.note(5)
    let forged = SignedNote(text: bytes, signatures: known.signatures)
    guard (try? SignedNote(parsing: forged.bytes)) != nil else { return }
    let keys = [try FuzzKeys.ledger().key, try FuzzKeys.witness().key]
    let count = forged.verifiedSignatures(by: keys)?.count ?? 0
    try require(bytes == known.text || count == 0, "a signature is of one text")
    let policy = try TlogPolicy(parsing: try FuzzKeys.policy())
    if case .success = policy.verdict(on: forged) {
      try require(bytes == known.text, "a policy takes what was signed")
    }
  }

  /// Keys as text, public and private: what is read is written the same.
  static let noteKeys = FuzzEntry(
    "notekeys",
    words: ["+", "PRIVATE+KEY+", "AQ", "=="],
    seeds: {
      [
        Array(try FuzzKeys.ledger().key.text.utf8), Array(try FuzzKeys.witness().key.text.utf8),
        Array(try FuzzKeys.witness().disclosed().utf8),
      ]
    }
  ) { bytes in
    let text = String(decoding: bytes, as: UTF8.self)
    if let key = try? NoteKey(parsing: text) {
      try require(key.text.utf8.elementsEqual(text.utf8), "a key is written the same")
    }
    if let key = try? NoteSigningKey(parsing: text) {
      try require(key.disclosed().utf8.elementsEqual(text.utf8), "a key is written the same")
    }
  }

  /// Policies: any text is refused or gives a verdict.
  static let policy = FuzzEntry(
    "policy",
    words: [
      "\nlog ", "\nwitness ", "\ngroup ", " any ", " all ", " 2 ", "\nquorum ", "none", "# ",
    ],
    seeds: { [try FuzzKeys.policy(), Array("# x\nquorum none\n".utf8)] }
  ) { bytes in
    guard let policy = try? TlogPolicy(parsing: bytes) else { return }
    let key = try FuzzKeys.ledger().key
    if case .success = policy.verdict(on: try FuzzKeys.note(5)) {
      try require(policy.logs.contains { $0.key == key }, "a policy takes its own log's notes")
    }
  }

  /// The leaf at `index` of a tree of seven, as a proof.
  private static func tlogProof(_ index: Int, _ size: Int) throws -> TlogProof {
    let hashes = MerkleTree.inclusionProof(index: Int64(index), size: Int64(size)) { node in
      var range = CompactRange()
      for number in Int(node.index) << node.level..<Int(node.index + 1) << node.level {
        range.append(leafHash: FuzzKeys.leaf(number))
      }
      return range.rootHash
    }
    return TlogProof(index: Int64(index), hashes: hashes, note: try FuzzKeys.note(size))
  }

  /// Proofs of leaves: what is read is written the same, and shows one leaf alone.
  static let proof = FuzzEntry(
    "proof",
    words: ["c2sp.org/tlog-proof@v1\n", "index ", "extra ", "\n\n"],
    seeds: { try [(0, 1), (3, 7), (6, 7)].map { try tlogProof($0.0, $0.1).bytes } }
  ) { bytes in
    guard let proof = try? TlogProof(parsing: bytes) else { return }
    try require(proof.bytes == bytes, "a proof is written the same")
    let policy = try TlogPolicy(parsing: try FuzzKeys.policy())
    let stranger = MerkleTree.leafHash([1, 2, 3])
    if case .valid = proof.result(leafHash: stranger, policy: policy) {
      throw BrokenRule(description: "a leaf that isn't there is shown")
    }
  }

  /// Hashes as proofs, of any indices and sizes: two of eight bytes, then the hashes.
  static let merkle = FuzzEntry(
    "merkle",
    seeds: {
      let proof = try tlogProof(3, 7)
      return [[0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 7] + proof.hashes.joined()]
    }
  ) { bytes in
    func number(_ start: Int) -> Int64 {
      bytes.dropFirst(start).prefix(8).reduce(0) { $0 << 8 | Int64($1) }
    }
    let hashes = stride(from: 16, to: bytes.count, by: 32).map {
      Array(bytes[$0..<min($0 + 32, bytes.count)])
    }
    let head = FuzzKeys.head(7)
    let stranger = MerkleTree.leafHash([1, 2, 3])
    for size in [number(8), 7] {
      let other = TreeHead(size: size, rootHash: head.rootHash)
      try require(
        !MerkleTree.verifyInclusion(
          leafHash: stranger,
          index: number(0),
          proof: hashes,
          head: other
        ),
        "a leaf that isn't there is not shown"
      )
      let old = TreeHead(size: number(0), rootHash: stranger)
      try require(
        !MerkleTree.verifyConsistency(from: old, to: other, proof: hashes),
        "another tree was not the beginning"
      )
    }
  }

  /// What a stranger posts to the witness: only what its ledger signed is cosigned.
  static let witness = FuzzEntry(
    "witness",
    words: ["old ", "\n\n", "\u{2014} "],
    seeds: {
      [
        AddCheckpointRequest.bytes(oldSize: 0, proof: [], note: try FuzzKeys.note(5)),
        AddCheckpointRequest.bytes(
          oldSize: 5,
          proof: [FuzzKeys.leaf(1), FuzzKeys.leaf(2)],
          note: try FuzzKeys.note(7)
        ),
      ]
    }
  ) { bytes in
    let request: AddCheckpointRequest
    do throws(GrammarError) { request = try AddCheckpointRequest(parsing: bytes) } catch {
      _ = LedgerWitness.answer(to: error)
      return
    }
    let witness = LedgerWitness(
      logs: [.init(origin: FuzzKeys.origin, keys: [try FuzzKeys.ledger().key])],
      key: try FuzzKeys.witness()
    )
    let now = SameAnswer.now
    for newest in [nil, FuzzKeys.head(5)] {
      if case .cosigned(let head, _) = witness.answer(request, newest: newest, at: now) {
        try require(
          head == FuzzKeys.head(5) || head == FuzzKeys.head(7),
          "what is cosigned was signed"
        )
      }
    }
  }

  /// Bundles of leaves and paths of tiles: what is read is written the same.
  static let entryBundle = FuzzEntry(
    "tiles",
    words: ["tile/0/", "x001/", "234", ".p/5", "tile/entries/"],
    seeds: {
      [EntryBundle.bytes(of: [[1, 2], [], [3]])]
        + ["tile/0/x001/234.p/5", "tile/entries/000", "tile/5/x123/x456/789"].map { Array($0.utf8) }
    }
  ) { bytes in
    if let entries = try? EntryBundle.entries(in: bytes.span) {
      let again = EntryBundle.bytes(of: entries.map { Array(bytes[$0]) })
      try require(again == bytes, "a bundle is written the same")
    }
    let path = String(decoding: bytes, as: UTF8.self)
    if let tile = try? Tile(path: path) {
      try require(tile.path.utf8.elementsEqual(path.utf8), "a path is written the same")
    }
  }

  /// Timestamp tokens, the answers of authorities, and files of certificates: what is read of a token
  /// is read again the same from the answer that it is put into, and nothing holds that nobody signed.
  static let timestampToken = FuzzEntry(
    "timestamp",
    words: ["-----BEGIN CERTIFICATE-----\n", "-----END CERTIFICATE-----\n"],
    seeds: {
      let sample = try Base64.decode(Array(SampleToken.base64.utf8).span)
      return [
        sample, [0x30, 5, 0x30, 3, 2, 1, 0],
        try RFC3161Token(parsing: sample).reply,
        try RFC3161Token(parsing: sample).certificates.pem,
      ]
    }
  ) { bytes in
    if let bundle = try? CertificateBundle(pem: bytes) {
      try require(
        (try? CertificateBundle(pem: bundle.pem)) == bundle,
        "a bundle is written the same"
      )
    }
    _ = try? RFC3161Reply(parsing: bytes)
    guard let token = try? RFC3161Token(parsing: bytes) else { return }
    let again = try? RFC3161Reply(parsing: token.reply)
    try require(again == .granted(token), "an answer holds its token")
    _ = token.verdict(on: [], trusting: token.certificates)
  }
}
