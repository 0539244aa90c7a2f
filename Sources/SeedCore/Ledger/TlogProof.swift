public import SeedMail

/// A proof that a leaf is in a ledger, which needs nothing else but trusted keys (C2SP tlog-proof).
public struct TlogProof: Sendable, Hashable {
  /// The most bytes a proof may have.
  public static let byteCountMax = 2 << 20
  private static let header = "c2sp.org/tlog-proof@v1"

  /// The leaf's place.
  public let index: Int64
  /// The inclusion proof, from the leaf upwards.
  public let hashes: [[UInt8]]
  /// The checkpoint with its signatures.
  public let note: SignedNote
  /// Data that nothing authenticates.
  public let extra: [UInt8]?

  /// Makes a proof.
  public init(index: Int64, hashes: [[UInt8]], note: SignedNote, extra: [UInt8]? = nil) {
    self.index = index
    self.hashes = hashes
    self.note = note
    self.extra = extra
  }

  /// Reads a proof; nothing in it is checked but its form.
  ///
  /// - Throws: ``GrammarError`` at the start of the line that doesn't fit.
  public init(parsing bytes: [UInt8]) throws(GrammarError) {
    guard bytes.count <= Self.byteCountMax else { throw GrammarError(.tooLong, at: bytes.count) }
    var lines = LineReader(bytes)
    guard try lines.next().elementsEqual(Self.header.utf8) else {
      throw GrammarError(.missingTag, at: 0)
    }
    var line = try lines.next()
    var extra: [UInt8]?
    if line.starts(with: "extra ".utf8) {
      extra = try Base64.decode(Array(line.dropFirst(6)).span)
      line = try lines.next()
    }
    guard line.starts(with: "index ".utf8),
      let index = Int64(decimal: String(decoding: line.dropFirst(6), as: UTF8.self))
    else { throw GrammarError(.malformedValue, at: line.startIndex) }
    let hashes = try lines.nextHashes()
    let note: SignedNote
    do throws(GrammarError) { note = try SignedNote(parsing: Array(lines.rest)) } catch {
      throw GrammarError(error.reason, at: lines.rest.startIndex + error.offset)
    }
    self.init(index: index, hashes: hashes, note: note, extra: extra)
  }

  /// The proof as it is written down.
  public var bytes: [UInt8] {
    var lines = [Self.header]
    if let extra { lines.append("extra " + Base64.encode(extra)) }
    lines.append("index \(index)")
    lines += hashes.map { Base64.encode($0) }
    return Array((lines.joined(separator: "\n") + "\n\n").utf8) + note.bytes
  }

  /// What a proof shows under a policy.
  public enum Result: Sendable, Hashable {
    /// The leaf is in the ledger at a checkpoint that the policy accepts.
    case valid(TlogPolicy.Accepted)
    /// The policy doesn't accept the checkpoint.
    case checkpointRefused(TlogPolicy.Refusal)
    /// The hashes don't lead from the leaf to the checkpoint.
    case notIncluded
  }

  /// Checks that the leaf with a hash is in a ledger that `policy` accepts.
  public func result(leafHash: [UInt8], policy: TlogPolicy) -> Result {
    switch policy.verdict(on: note) {
    case .failure(let refusal): .checkpointRefused(refusal)
    case .success(let accepted):
      MerkleTree.verifyInclusion(
        leafHash: leafHash,
        index: index,
        proof: hashes,
        head: accepted.checkpoint.head
      ) ? .valid(accepted) : .notIncluded
    }
  }
}

/// Takes a text apart at its newlines.
struct LineReader {
  /// What wasn't read yet.
  private(set) var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { rest = bytes[...] }

  /// The next line without its newline; throws where there is none.
  mutating func next() throws(GrammarError) -> ArraySlice<UInt8> {
    guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else {
      throw GrammarError(.unexpectedEnd, at: rest.endIndex)
    }
    defer { rest = rest[(end + 1)...] }
    return rest[..<end]
  }

  /// The hashes up to the next empty line, which is read too.
  mutating func nextHashes() throws(GrammarError) -> [[UInt8]] {
    var hashes: [[UInt8]] = []
    while true {
      let line = try next()
      if line.isEmpty { return hashes }
      guard hashes.count < MerkleTree.proofCountMax else {
        throw GrammarError(.tooMany, at: line.startIndex)
      }
      guard let hash = [UInt8](hashLine: line) else {
        throw GrammarError(.malformedValue, at: line.startIndex)
      }
      hashes.append(hash)
    }
  }
}
