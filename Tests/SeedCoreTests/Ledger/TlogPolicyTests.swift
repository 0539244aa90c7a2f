import SeedCore
import SeedCrypto
import SeedTesting
import Testing

/// A ledger, three witnesses, and policies over them.
struct TlogPolicyTests {
  private let log: NoteSigningKey
  private let witnesses: [NoteSigningKey]
  private let checkpoint = Checkpoint(
    origin: "log.example/a",
    head: TreeHead(size: 1, rootHash: MerkleTree.leafHash([1]))
  )

  init() throws {
    func key(
      _ name: String,
      _ algorithm: NoteKey.Algorithm,
      _ seed: UInt8
    ) throws -> NoteSigningKey {
      let seed = SecretBytes([UInt8](repeating: seed, count: 32))
      return try NoteSigningKey(
        name: name,
        algorithm: algorithm,
        privateKey: Ed25519PrivateKey(seed: seed)
      )
    }
    log = try key("log.example/a", .ed25519, 1)
    witnesses = try (0..<3).map { try key("w\($0).example", .cosignature, 10 + $0) }
  }

  private func policy(_ lines: String) throws(GrammarError) -> TlogPolicy {
    var text = "# a comment\n\n \tlog \(log.key.text) https://log.example/a\n"
    for (index, witness) in witnesses.enumerated() {
      text += "witness w\(index)\t\(witness.key.text)\n"
    }
    return try TlogPolicy(parsing: Array((text + lines).utf8))
  }

  private func note(cosignedBy indices: [Int]) -> SignedNote {
    let text = checkpoint.text
    let cosignatures = indices.map { witnesses[$0].cosign(text, at: Timestamp(seconds: 9)) }
    return SignedNote(text: text, signatures: [log.sign(text)] + cosignatures)
  }

  @Test(arguments: [
    ("quorum none", [], true), ("quorum w0", [0], true), ("quorum w0", [1, 2], false),
    ("group g any w0 w1\nquorum g", [1], true), ("group g any w0 w1\nquorum g", [2], false),
    ("group g all w0 w1\nquorum g", [0, 1], true), ("group g all w0 w1\nquorum g", [1, 2], false),
    ("group g 2 w0 w1 w2\nquorum g", [0, 2], true), ("group g 2 w0 w1 w2\nquorum g", [2], false),
    ("group g 1 w0 w1\ngroup h all g w2\nquorum h", [1, 2], true),
    ("group g 1 w0 w1\ngroup h all g w2\nquorum h", [0, 1], false),
    ("group g 2 w0 w1 w2\nquorum g", [1, 1], false),
    ("quorum w2\ngroup g 1 w0 w1", [2], true),
  ])
  func `a quorum counts witnesses`(lines: String, cosigners: [Int], isMet: Bool) throws {
    let verdict = try policy(lines + "\n").verdict(on: note(cosignedBy: cosigners))
    switch verdict {
    case .success(let accepted):
      #expect(isMet)
      #expect(accepted.checkpoint == checkpoint)
      #expect(accepted.log.url == "https://log.example/a")
      #expect(accepted.cosignatures.allSatisfy { $0.time == Timestamp(seconds: 9) })
    case .failure(let refusal): #expect(!isMet && refusal == .quorumNotMet)
    }
  }

  @Test(arguments: [
    (0, [], true), (1, [0], true), (1, [], false), (2, [0], false), (2, [0, 1], true),
    (3, [1], false), (3, [0, 2], true),
  ])
  func `a policy that is written asks for more than half of the witnesses`(
    count: Int,
    cosigners: [Int],
    isMet: Bool
  ) throws {
    let named = (0..<count).map {
      TlogPolicy.NamedWitness(
        name: ["a name", "none", "w\u{e9}"][$0],
        key: witnesses[$0].key,
        url: ["https://w.example", "", "no url"][$0]
      )
    }
    let policy = try TlogPolicy(parsing: TlogPolicy.bytes(log: log.key, witnesses: named))
    #expect(policy.witnesses.map(\.key) == named.map(\.key))
    #expect(policy.witnesses.map(\.url) == Array(["https://w.example", nil, nil].prefix(count)))
    let isAccepted = (try? policy.verdict(on: note(cosignedBy: cosigners)).get()) != nil
    #expect(isAccepted == isMet)
  }

  @Test(arguments: [
    "", "quorum w3", "quorum w0\nquorum w0", "quorum none\nquorum none", "quorum", "quorum w0 w1",
    "group g 0 w0\nquorum g", "group g 2 w0\nquorum g", "group g 01 w0\nquorum g",
    "group g some w0\nquorum g", "group g any\nquorum g", "group g any g\nquorum g",
    "group g any w0 w0\nquorum g", "group g any w0\ngroup h any w0\nquorum g",
    "group g any none\nquorum g", "group none any w0\nquorum none", "group w0 any w1\nquorum w0",
    "group g any h\ngroup h any w0\nquorum g", "frob\nquorum none", "quorum none\r",
    "log x\nquorum none", "witness w9\nquorum none", "quorum none\u{7f}",
  ])
  func `a policy that breaks the rules is refused`(lines: String) {
    #expect(throws: GrammarError.self) { try policy(lines + "\n") }
  }

  @Test func `keys are neither used twice nor for another purpose`() {
    for line in [
      "log \(log.key.text)", "witness again \(witnesses[0].key.text)",
      "witness log \(log.key.text)", "log \(witnesses[0].key.text)",
    ] {
      #expect(throws: GrammarError.self) { try policy(line + "\nquorum none\n") }
    }
  }

  @Test func `a checkpoint is refused for a reason`() throws {
    let policy = try policy("quorum none\n")
    let text = checkpoint.text
    func verdict(_ text: [UInt8], _ signatures: [NoteSignature]) -> TlogPolicy.Refusal? {
      guard
        case .failure(let refusal) = policy.verdict(
          on: SignedNote(text: text, signatures: signatures)
        )
      else { return nil }
      return refusal
    }
    let other = Array(String(decoding: text, as: UTF8.self).replacing("log.", with: "lag.").utf8)
    #expect(verdict(text, [log.sign(text)]) == nil)
    #expect(verdict(Array("a\n".utf8), [log.sign(Array("a\n".utf8))]) == .malformed)
    #expect(verdict(other, [log.sign(other)]) == .unknownOrigin)
    #expect(verdict(text, []) == .unsigned)
    #expect(verdict(text, [witnesses[0].cosign(text, at: Timestamp(seconds: 1))]) == .unsigned)
    #expect(verdict(text, [log.sign(other)]) == .forged)
    let forged = witnesses[0].cosign(other, at: Timestamp(seconds: 1))
    #expect(verdict(text, [log.sign(text), forged]) == .forged)
  }

  @Test func `a proof comes back, and proves its own leaf alone`() throws {
    let policy = try policy("quorum w1\n")
    let proof = TlogProof(index: 0, hashes: [], note: note(cosignedBy: [1]), extra: [1, 2, 3])
    let read = try TlogProof(parsing: proof.bytes)
    #expect(read == proof)
    guard case .valid = read.result(leafHash: MerkleTree.leafHash([1]), policy: policy) else {
      Issue.record("a good proof was refused")
      return
    }
    #expect(read.result(leafHash: MerkleTree.leafHash([2]), policy: policy) == .notIncluded)
    let unwitnessed = TlogProof(index: 0, hashes: [], note: note(cosignedBy: []))
    #expect(
      unwitnessed.result(leafHash: MerkleTree.leafHash([1]), policy: policy)
        == .checkpointRefused(.quorumNotMet)
    )
  }

  @Test func `a proof with more hashes than a tree has levels is refused`() throws {
    let hashes = Array(repeating: MerkleTree.leafHash([]), count: 64)
    let proof = TlogProof(index: 0, hashes: hashes, note: note(cosignedBy: []))
    let error = #expect(throws: GrammarError.self) { try TlogProof(parsing: proof.bytes) }
    #expect(error?.reason == .tooMany)
  }

  @Test(
    arguments: [
      (0, nil, 200), (1, nil, 409), (1, 1, 200), (0, 1, 409), (1, 2, 409), (3, nil, 400),
    ] as [(Int64, Int64?, Int)]
  )
  func `a witness compares what it was told with what it knows`(
    oldSize: Int64,
    newest: Int64?,
    status: Int
  ) throws {
    let witness = LedgerWitness(
      logs: [.init(origin: "log.example/a", keys: [log.key])],
      key: witnesses[0]
    )
    let body = AddCheckpointRequest.bytes(
      oldSize: oldSize,
      proof: [],
      note: note(cosignedBy: [])
    )
    let known = newest.map { TreeHead(size: $0, rootHash: checkpoint.head.rootHash) }
    let answer = witness.answer(
      try AddCheckpointRequest(parsing: body),
      newest: known,
      at: Timestamp(seconds: 7)
    )
    #expect(answer.status == status)
    guard case .cosigned(let head, let signature) = answer else { return }
    #expect(head == checkpoint.head)
    let note = SignedNote(text: checkpoint.text, signatures: [signature])
    #expect(note.verifiedSignatures(by: [witnesses[0].key])?.first?.time == Timestamp(seconds: 7))
  }

  @Test(arguments: [
    ("", 400), ("old 0\n", 400), ("old 00\n\n", 400), ("old 0\nAAAA\n\n", 400), ("new 0\n\n", 400),
    ("old 0\n\na\n\n\u{2014} k AAAAAAB=\n", 403), ("old 0\n\na\n\n\u{2014} k AAAAAAA=\n", 400),
  ])
  func `a witness answers a body that is no request`(body: String, status: Int) {
    let error = #expect(throws: GrammarError.self) {
      try AddCheckpointRequest(parsing: Array(body.utf8))
    }
    #expect(error.map { LedgerWitness.answer(to: $0).status } == status)
  }

  @Test func `a witness refuses a fork, and an origin that it doesn't know`() throws {
    let logs = [LedgerWitness.Log(origin: "log.example/a", keys: [log.key])]
    let witness = LedgerWitness(logs: logs, key: witnesses[0])
    let request = try AddCheckpointRequest(
      parsing: AddCheckpointRequest.bytes(oldSize: 1, proof: [], note: note(cosignedBy: []))
    )
    let fork = TreeHead(size: 1, rootHash: MerkleTree.leafHash([2]))
    let now = Timestamp(seconds: 1)
    #expect(witness.answer(request, newest: fork, at: now) == .inconsistent)
    let stranger = LedgerWitness(logs: [], key: witnesses[0])
    #expect(stranger.answer(request, newest: nil, at: now) == .unknownOrigin)
    let misused = LedgerWitness(
      logs: [.init(origin: "log.example/b", keys: [log.key])],
      key: witnesses[0]
    )
    #expect(misused.answer(request, newest: nil, at: now) == .forbidden)
  }
}
