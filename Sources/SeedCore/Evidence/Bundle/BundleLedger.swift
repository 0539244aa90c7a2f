import SeedCrypto
import SeedMail

/// What the checkpoints, the proofs and the tokens of a bundle show: which leaves are in the ledger,
/// and before which times they were there.
struct BundleLedger: Sendable {
  /// The newest checkpoint, which every proof leads to.
  let newest: TreeHead
  /// Which ledger it is.
  let origin: String
  /// Whether it is a ledger of a policy that was brought, and no other.
  let isKnown: Bool

  /// The sizes at which the policy accepts the ledger.
  private let acceptedSizes: [Int64]
  /// Why it doesn't accept it at the newest; `nil` where it does.
  private let refusal: TlogPolicy.Refusal?
  private let noteBytes: [UInt8]
  private let times: [ProvedTime]
  private let tokenLeaves: [TokenLeaf]
  private let files: BundleFiles

  /// That the ledger had a size at a time, or before.
  struct ProvedTime: Sendable {
    let size: Int64
    let time: Timestamp
    /// Who says so, for a sentence.
    let witness: String
    /// Whether their key was brought.
    let isKnown: Bool
  }

  /// A token with its leaf in the ledger: what comes behind the leaf is younger than the token.
  private struct TokenLeaf {
    let index: Int64
    let time: Timestamp
    let witness: String
    let isKnown: Bool
  }

  /// Reads and checks the ledger.
  init(_ files: BundleFiles, trust: BundleTrust) throws(Contradiction) {
    let (policy, isKnown) = try Self.policy(files, trust)
    let notes = try Self.notes(files)
    guard let newest = notes.last else {
      throw Contradiction("There is no checkpoint in log/checkpoints/.")
    }
    self.files = files
    self.isKnown = isKnown
    self.newest = newest.checkpoint.head
    origin = newest.checkpoint.origin
    noteBytes = newest.bytes
    var acceptedSizes: [Int64] = []
    var times: [ProvedTime] = []
    var refusal: TlogPolicy.Refusal?
    for note in notes {
      let size = note.checkpoint.head.size
      guard note.checkpoint.origin.utf8.elementsEqual(origin.utf8) else {
        throw Contradiction("log/checkpoints/\(size) is of another ledger.")
      }
      let cosignatures = try Self.cosignatures(of: note, policy, isKnown: isKnown)
      times += cosignatures
      switch policy.verdict(on: note.note) {
      case .success: acceptedSizes.append(size)
      case .failure(let reason): if size == newest.checkpoint.head.size { refusal = reason }
      }
      if size != newest.checkpoint.head.size {
        try Self.checkBeginning(note, of: self.newest, files)
      }
    }
    let tokens = try Self.tokens(files, trust, notes)
    self.acceptedSizes = acceptedSizes
    self.refusal = refusal
    self.times = times + tokens.map(\.time)
    var tokenLeaves: [TokenLeaf] = []
    for token in tokens {
      guard let proof = files[token.proofPath] else { continue }
      let index = try Self.index(of: token.leaf, proof, token.proofPath, noteBytes, self.newest)
      tokenLeaves.append(
        TokenLeaf(
          index: index,
          time: token.earliest,
          witness: token.time.witness,
          isKnown: token.time.isKnown
        )
      )
    }
    self.tokenLeaves = tokenLeaves
  }
}

extension BundleLedger {
  /// The index of a leaf, as a proof shows it.
  func index(of leaf: [UInt8], provedBy path: String) throws(Contradiction) -> Int64 {
    try Self.index(of: leaf, try files.required(path), path, noteBytes, newest)
  }

  /// Whether an inclusion proof leads from a leaf to the newest checkpoint.
  func holds(_ leaf: [UInt8], at index: Int64, _ proof: [[UInt8]]) -> Bool {
    MerkleTree.verifyInclusion(
      leafHash: MerkleTree.leafHash(leaf),
      index: index,
      proof: proof,
      head: newest
    )
  }

  /// Whether the ledger began as `head` says; `nil` where the bundle doesn't show it.
  func began(as head: TreeHead) throws(Contradiction) -> Bool? {
    if head.size == newest.size { return head == newest }
    if head.size == 0 { return head.rootHash == MerkleTree.emptyRootHash }
    guard head.size < newest.size else { return false }
    guard files["log/consistency/\(head.size)-\(newest.size)"] != nil else { return nil }
    let proof = try Self.consistencyProof(files, from: head.size, to: newest.size)
    return MerkleTree.verifyConsistency(from: head, to: newest, proof: proof)
  }

  /// Refuses a consistency proof that is neither of a checkpoint of the bundle nor of one of `sizes`.
  func checkConsistencyProofs(besides sizes: Set<Int64>) throws(Contradiction) {
    let old = sizes.union(files.names(in: "log/checkpoints").compactMap { Int64(decimal: $0) })
    let known = Set(old.filter { $0 > 0 && $0 < newest.size }.map { "\($0)-\(newest.size)" })
    if let stranger = files.names(in: "log/consistency").first(where: { !known.contains($0) }) {
      throw Contradiction("log/consistency/\(stranger) belongs to no checkpoint.")
    }
  }

  /// The earliest time before which the leaf was surely there: by keys that were brought, if any
  /// shows it, else by others.
  func latestBirth(of index: Int64) -> ProvedTime? {
    let all = times.filter { $0.size > index }
    let known = all.filter(\.isKnown)
    return (known.isEmpty ? all : known).min { $0.time < $1.time }
  }

  /// The latest time that is surely before the ledger grew past `size`.
  func earliestBirth(after size: Int64) -> (time: Timestamp, witness: String, isKnown: Bool)? {
    let all = tokenLeaves.filter { $0.index < size }
    let known = all.filter(\.isKnown)
    return (known.isEmpty ? all : known).max { $0.time < $1.time }
      .map { ($0.time, $0.witness, $0.isKnown) }
  }

  /// Lowers a verdict as far as the ledger's own key asks for where the leaf stands.
  func limit(_ assessment: inout Assessment, for index: Int64) {
    if !acceptedSizes.contains(where: { $0 > index }) {
      assessment.limit(
        to: .notShown,
        refusal == .quorumNotMet
          ? "Too few of the witnesses that the policy asks for cosigned the ledger."
          : "No checkpoint that the policy accepts holds the leaf."
      )
    } else if isKnown {
      assessment.note("The ledger \(origin) is one of the policy's, and signed it.")
    } else {
      assessment.limit(
        to: .supported,
        "The ledger's key comes from the bundle itself; `--policy` names one from elsewhere."
      )
    }
  }
}

extension BundleLedger {
  private struct Note {
    let bytes: [UInt8]
    let note: SignedNote
    let checkpoint: Checkpoint
  }

  private struct Token {
    let time: ProvedTime
    /// The earliest time at which it was made, given its accuracy.
    let earliest: Timestamp
    let leaf: [UInt8]
    let proofPath: String
  }

  private static func policy(
    _ files: BundleFiles,
    _ trust: BundleTrust
  ) throws(Contradiction) -> (policy: TlogPolicy, isKnown: Bool) {
    let own = files["log/policy"].map { try? TlogPolicy(parsing: $0) }
    if case .some(.none) = own { throw Contradiction("log/policy is malformed.") }
    if let policy = trust.policy { return (policy, true) }
    guard let policy = own ?? nil else { throw Contradiction("log/policy is missing.") }
    return (policy, false)
  }

  /// The checkpoints, the smallest first.
  private static func notes(_ files: BundleFiles) throws(Contradiction) -> [Note] {
    var notes: [Note] = []
    for name in files.names(in: "log/checkpoints") {
      let path = "log/checkpoints/" + name
      let bytes = try files.required(path)
      guard let size = Int64(decimal: name), let note = try? SignedNote(parsing: bytes),
        note.bytes == bytes, let checkpoint = try? Checkpoint(parsing: note.text),
        checkpoint.head.size == size
      else { throw Contradiction("\(path) is no checkpoint of that size.") }
      notes.append(Note(bytes: bytes, note: note, checkpoint: checkpoint))
    }
    return notes.sorted { $0.checkpoint.head.size < $1.checkpoint.head.size }
  }

  /// Checks who signed a checkpoint, whether or not there are enough witnesses.
  private static func cosignatures(
    of note: Note,
    _ policy: TlogPolicy,
    isKnown: Bool
  ) throws(Contradiction) -> [ProvedTime] {
    let head = note.checkpoint.head
    let path = "log/checkpoints/\(head.size)"
    let logs = policy.logs.filter { $0.key.name.utf8.elementsEqual(note.checkpoint.origin.utf8) }
    guard !logs.isEmpty else {
      throw Contradiction("\(path) is of a ledger that the policy doesn't know.")
    }
    let keys = logs.map(\.key) + policy.witnesses.map(\.key)
    guard let verified = note.note.verifiedSignatures(by: keys) else {
      throw Contradiction("\(path) has a forged signature.")
    }
    guard verified.contains(where: { entry in logs.contains { $0.key == entry.key } }) else {
      throw Contradiction("\(path) isn't signed by the ledger's key.")
    }
    return policy.witnesses.compactMap { witness in
      guard let time = verified.first(where: { $0.key == witness.key })?.time else { return nil }
      return ProvedTime(
        size: head.size,
        time: time,
        witness: "the witness \(witness.name)",
        isKnown: isKnown
      )
    }
  }

  private static func checkBeginning(
    _ note: Note,
    of newest: TreeHead,
    _ files: BundleFiles
  ) throws(Contradiction) {
    let head = note.checkpoint.head
    // The empty tree is the beginning of every tree, and needs no proof.
    let proof = head.size == 0 ? [] : try consistencyProof(files, from: head.size, to: newest.size)
    guard MerkleTree.verifyConsistency(from: head, to: newest, proof: proof) else {
      throw Contradiction(
        "log/checkpoints/\(head.size) and \(newest.size) are two histories of one ledger."
      )
    }
  }

  /// A line of base64 for each hash.
  private static func consistencyProof(
    _ files: BundleFiles,
    from old: Int64,
    to new: Int64
  ) throws(Contradiction) -> [[UInt8]] {
    let path = "log/consistency/\(old)-\(new)"
    let content = try files.required(path)
    let lines = content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    guard lines.last?.isEmpty == true, lines.count <= MerkleTree.proofCountMax + 1 else {
      throw Contradiction("\(path) is malformed.")
    }
    return try lines.dropLast().map { line throws(Contradiction) in
      guard let hash = [UInt8](hashLine: line) else {
        throw Contradiction("\(path) is malformed.")
      }
      return hash
    }
  }

  private static func index(
    of leaf: [UInt8],
    _ proof: [UInt8],
    _ path: String,
    _ note: [UInt8],
    _ head: TreeHead
  ) throws(Contradiction) -> Int64 {
    guard let parsed = try? TlogProof(parsing: proof), parsed.bytes == proof, parsed.extra == nil
    else { throw Contradiction("\(path) is malformed.") }
    guard parsed.note.bytes == note else {
      throw Contradiction("\(path) isn't over the newest checkpoint.")
    }
    guard
      MerkleTree.verifyInclusion(
        leafHash: MerkleTree.leafHash(leaf),
        index: parsed.index,
        proof: parsed.hashes,
        head: head
      )
    else { throw Contradiction("\(path) doesn't lead from the leaf to the newest checkpoint.") }
    return parsed.index
  }

  /// The tokens that an authority at hand stands behind.
  private static func tokens(
    _ files: BundleFiles,
    _ trust: BundleTrust,
    _ notes: [Note]
  ) throws(Contradiction) -> [Token] {
    let names = files.names(in: "tsa")
    var tokens: [Token] = []
    var known: Set<String> = []
    for name in names where name.hasSuffix(".tsr") {
      let base = name.dropLast(4)
      known.formUnion([name, base + ".pem", base + ".tlog-proof"])
      let parts = base.split(separator: "-", maxSplits: 1)
      guard parts.count == 2, let size = Int64(decimal: parts[0]),
        let note = notes.first(where: { $0.checkpoint.head.size == size })
      else { throw Contradiction("tsa/\(name) is over no checkpoint of the bundle.") }
      let content = try files.required("tsa/" + name)
      guard case .granted(let token)? = try? RFC3161Reply(parsing: content),
        token.reply == content
      else { throw Contradiction("tsa/\(name) is no timestamp token.") }
      guard let chain = try? CertificateBundle(pem: try files.required("tsa/\(base).pem")) else {
        throw Contradiction("tsa/\(base).pem holds no certificate.")
      }
      guard let isKnown = try isGood(token, over: note.bytes, chain, trust, name) else { continue }
      let generatedAt = Timestamp(milliseconds: token.milliseconds)
      let accuracy = token.accuracy ?? .zero
      tokens.append(
        Token(
          time: ProvedTime(
            size: size,
            time: generatedAt.advanced(by: accuracy),
            witness: "the timestamp authority \(parts[1])",
            isKnown: isKnown
          ),
          earliest: generatedAt.advanced(by: .zero - accuracy),
          leaf: Commitment.token(token.bytes, checkpointSize: size).bytes,
          proofPath: "tsa/\(base).tlog-proof"
        )
      )
    }
    if let stranger = names.first(where: { !known.contains($0) }) {
      throw Contradiction("tsa/\(stranger) belongs to no token.")
    }
    return tokens
  }

  /// Whether an authority that was brought stands behind a token (`true`), or one of the bundle's own
  /// (`false`); `nil` where the certificates at hand lead to none.
  private static func isGood(
    _ token: RFC3161Token,
    over note: [UInt8],
    _ chain: CertificateBundle,
    _ trust: BundleTrust,
    _ name: String
  ) throws(Contradiction) -> Bool? {
    if trust.authorities != .empty,
      case .success = token.verdict(on: note, trusting: trust.authorities, chain: chain)
    {
      return true
    }
    switch token.verdict(on: note, trusting: chain, chain: chain) {
    case .success: return false
    case .failure(.certificate), .failure(.unknownSigner): return nil
    case .failure(let refusal): throw Contradiction("tsa/\(name) doesn't hold: \(refusal).")
    }
  }
}
