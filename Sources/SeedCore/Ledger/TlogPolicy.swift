public import SeedMail

/// Whose checkpoints are believed, and which witnesses must have cosigned them (C2SP tlog-policy).
public struct TlogPolicy: Sendable, Hashable {
  /// The most bytes a policy may have.
  public static let byteCountMax = 1 << 20
  /// The most logs, witnesses and groups, each.
  public static let definitionCountMax = 256

  /// A ledger whose checkpoints are believed; its key's name is its origin.
  public struct Log: Sendable, Hashable {
    /// What its checkpoints are signed with.
    public let key: NoteKey
    /// Where it can be asked.
    public let url: String?
  }

  /// Somebody who cosigns checkpoints.
  public struct Witness: Sendable, Hashable {
    /// What this policy calls it.
    public let name: String
    /// What it cosigns with.
    public let key: NoteKey
    /// Where it can be asked.
    public let url: String?
  }

  /// The ledgers.
  public let logs: [Log]
  /// The witnesses.
  public let witnesses: [Witness]
  // Their names as they are in the file, where they needn't be UTF-8.
  private let witnessNames: [[UInt8]]
  private let quorum: Quorum

  /// A checkpoint that a policy accepts.
  public struct Accepted: Sendable, Hashable {
    /// What it says.
    public let checkpoint: Checkpoint
    /// The ledger that signed it.
    public let log: Log
    /// The witnesses that cosigned it, and when each says that it did.
    public let cosignatures: [Cosignature]
  }

  /// A witness's word on a checkpoint.
  public struct Cosignature: Sendable, Hashable {
    /// Who cosigned.
    public let witness: Witness
    /// When, as the witness says.
    public let time: Timestamp
  }

  /// Why a policy doesn't accept a checkpoint.
  public enum Refusal: Error, Sendable, Hashable {
    /// The note isn't a checkpoint.
    case malformed
    /// No ledger of the policy has this origin.
    case unknownOrigin
    /// The ledger didn't sign it.
    case unsigned
    /// A signature that says that it is a known key's isn't.
    case forged
    /// Too few witnesses cosigned it.
    case quorumNotMet
  }

  /// Whether a checkpoint is to be believed.
  ///
  /// Cosignatures' times are the witnesses' word, and aren't compared with anything here.
  public func verdict(on note: SignedNote) -> Result<Accepted, Refusal> {
    guard let checkpoint = try? Checkpoint(parsing: note.text) else { return .failure(.malformed) }
    let candidates = logs.filter { $0.key.name.utf8.elementsEqual(checkpoint.origin.utf8) }
    guard !candidates.isEmpty else { return .failure(.unknownOrigin) }
    let keys = candidates.map(\.key) + witnesses.map(\.key)
    guard let verified = note.verifiedSignatures(by: keys) else { return .failure(.forged) }
    guard let log = candidates.first(where: { log in verified.contains { $0.key == log.key } })
    else { return .failure(.unsigned) }
    var cosignatures: [Cosignature] = []
    var names: Set<[UInt8]> = []
    for (witness, name) in zip(witnesses, witnessNames) {
      guard let time = verified.first(where: { $0.key == witness.key })?.time else { continue }
      cosignatures.append(Cosignature(witness: witness, time: time))
      names.insert(name)
    }
    guard quorum.isMet(by: names) else {
      return .failure(.quorumNotMet)
    }
    return .success(Accepted(checkpoint: checkpoint, log: log, cosignatures: cosignatures))
  }

  /// Reads a policy.
  ///
  /// A key of an algorithm that isn't implemented here makes the whole policy malformed, since it
  /// would be weaker without it.
  ///
  /// - Throws: ``GrammarError`` at the start of the line that doesn't fit.
  public init(parsing bytes: [UInt8]) throws(GrammarError) {
    guard bytes.count <= Self.byteCountMax else { throw GrammarError(.tooLong, at: bytes.count) }
    var logs: [Log] = []
    var witnesses: [Witness] = []
    var witnessNames: [[UInt8]] = []
    var quorum = Quorum()
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      if let offset = line.firstIndex(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7f }) {
        throw GrammarError(.unexpectedByte, at: offset)
      }
      let words = line.split { $0 == 0x20 || $0 == 0x09 }
      guard let verb = words.first, verb.first != UInt8(ascii: "#") else { continue }
      let malformed = GrammarError(.malformedValue, at: line.startIndex)
      switch (String(decoding: verb, as: UTF8.self), words.count) {
      case ("log", 2...3):
        guard let key = Self.key(words[1], .ed25519) else { throw malformed }
        guard !logs.contains(where: { $0.key.publicKey == key.publicKey }) else {
          throw GrammarError(.duplicateTag, at: line.startIndex)
        }
        logs.append(Log(key: key, url: words.count > 2 ? Self.text(words[2]) : nil))
      case ("witness", 3...4):
        guard let key = Self.key(words[2], .cosignature) else { throw malformed }
        guard !witnesses.contains(where: { $0.key.publicKey == key.publicKey }) else {
          throw GrammarError(.duplicateTag, at: line.startIndex)
        }
        let url = words.count > 3 ? Self.text(words[3]) : nil
        guard quorum.define(Array(words[1]), .witness) else { throw malformed }
        witnessNames.append(Array(words[1]))
        witnesses.append(Witness(name: Self.text(words[1]), key: key, url: url))
      case ("group", 4...):
        guard quorum.define(group: words[1], threshold: words[2], members: words[3...]) else {
          throw malformed
        }
      case ("quorum", 2):
        guard quorum.require(Array(words[1])) else { throw malformed }
      default: throw malformed
      }
      guard max(logs.count, witnesses.count, quorum.groupCount) <= Self.definitionCountMax else {
        throw GrammarError(.tooMany, at: line.startIndex)
      }
    }
    guard quorum.isComplete else { throw GrammarError(.missingTag, at: bytes.count) }
    self.logs = logs
    self.witnesses = witnesses
    self.witnessNames = witnessNames
    self.quorum = quorum
  }

  private static func text(_ word: ArraySlice<UInt8>) -> String {
    String(decoding: word, as: UTF8.self)
  }

  private static func key(_ word: ArraySlice<UInt8>, _ algorithm: NoteKey.Algorithm) -> NoteKey? {
    guard let text = String(validating: word, as: UTF8.self),
      let key = try? NoteKey(parsing: text), key.algorithm == algorithm
    else { return nil }
    return key
  }
}
