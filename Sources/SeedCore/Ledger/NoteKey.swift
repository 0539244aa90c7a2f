public import SeedCrypto
public import SeedMail

/// A key that notes are verified with (C2SP signed-note, "Verifier keys").
public struct NoteKey: Sendable, Hashable {
  /// What a signature is made over.
  public enum Algorithm: UInt8, Sendable, Hashable {
    /// The text of the note.
    case ed25519 = 0x01
    /// A time and a checkpoint (C2SP tlog-cosignature).
    case cosignature = 0x04
  }

  /// The longest name, in bytes.
  public static let nameByteCountMax = 512

  /// Whose key it is.
  public let name: String
  /// What a signature is made over.
  public let algorithm: Algorithm
  /// The key.
  public let publicKey: Ed25519PublicKey
  /// The first four bytes of the SHA-256 of the above.
  public let id: UInt32

  /// Makes a key.
  ///
  /// - Throws: ``GrammarError`` where the name isn't one (see ``isName(_:)``).
  public init(
    name: String,
    algorithm: Algorithm,
    publicKey: Ed25519PublicKey
  ) throws(GrammarError) {
    guard Self.isName(name) else { throw GrammarError(.malformedValue, at: 0) }
    let input = Array(name.utf8) + [0x0a, algorithm.rawValue] + publicKey.bytes
    self.name = name
    self.algorithm = algorithm
    self.publicKey = publicKey
    id = SHA256.hash(input)[..<4].reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// Reads a vkey: `name+id+key`.
  ///
  /// - Throws: ``GrammarError``; an algorithm that isn't implemented here is a malformed value.
  public init(parsing text: String) throws(GrammarError) {
    // The key is in base64, and may hold a plus itself.
    let parts = text.utf8.split(
      separator: UInt8(ascii: "+"),
      maxSplits: 2,
      omittingEmptySubsequences: false
    )
    guard parts.count == 3, let name = String(parts[0]) else {
      throw GrammarError(.malformedValue, at: 0)
    }
    let offset = text.utf8.distance(from: text.startIndex, to: parts[2].startIndex)
    let key = try Base64.decode(Array(parts[2]).span)
    guard let type = key.first, let algorithm = Algorithm(rawValue: type),
      let publicKey = try? Ed25519PublicKey(Array(key.dropFirst()))
    else { throw GrammarError(.malformedValue, at: offset) }
    try self.init(name: name, algorithm: algorithm, publicKey: publicKey)
    guard self.text.utf8.elementsEqual(text.utf8) else {
      throw GrammarError(.malformedValue, at: parts[0].count + 1)
    }
  }

  /// The vkey.
  public var text: String {
    name + "+" + idText + "+" + Base64.encode([algorithm.rawValue] + publicKey.bytes)
  }

  /// The number in eight hexadecimal digits.
  var idText: String {
    let digits = String(id, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }

  /// Whether `text` may name a key: not empty, no spaces of any script, no plus, no control character.
  public static func isName(_ text: String) -> Bool {
    (1...nameByteCountMax).contains(text.utf8.count)
      && text.unicodeScalars.allSatisfy {
        !$0.properties.isWhitespace && $0 != "+" && $0.value >= 0x20
      }
  }

  /// Whether a signature says that it is this key's.
  func isNamed(by signature: NoteSignature) -> Bool {
    id == signature.keyID && name.utf8.elementsEqual(signature.keyName.utf8)
  }
}

/// The private half of a ``NoteKey``.
public struct NoteSigningKey: Sendable {
  /// What its signatures are verified with.
  public let key: NoteKey
  private let privateKey: Ed25519PrivateKey

  /// Gives a name and a use to a key.
  ///
  /// - Throws: ``GrammarError`` where the name isn't one.
  public init(
    name: String,
    algorithm: NoteKey.Algorithm,
    privateKey: Ed25519PrivateKey
  ) throws(GrammarError) {
    key = try NoteKey(name: name, algorithm: algorithm, publicKey: privateKey.publicKey)
    self.privateKey = privateKey
  }

  /// Reads a key as Go's `sumdb/note` writes it: `PRIVATE+KEY+name+id+key`.
  ///
  /// - Throws: ``GrammarError``.
  public init(parsing text: String) throws(GrammarError) {
    guard text.utf8.starts(with: Self.marker.utf8) else {
      throw GrammarError(.malformedValue, at: 0)
    }
    let parts = text.utf8.dropFirst(Self.marker.utf8.count).split(
      separator: UInt8(ascii: "+"),
      maxSplits: 2,
      omittingEmptySubsequences: false
    )
    guard parts.count == 3, let name = String(parts[0]) else {
      throw GrammarError(.malformedValue, at: Self.marker.utf8.count)
    }
    let offset = text.utf8.distance(from: text.startIndex, to: parts[2].startIndex)
    let bytes = try Base64.decode(Array(parts[2]).span)
    guard let type = bytes.first, let algorithm = NoteKey.Algorithm(rawValue: type),
      let privateKey = try? Ed25519PrivateKey(seed: SecretBytes(Array(bytes.dropFirst())))
    else { throw GrammarError(.malformedValue, at: offset) }
    try self.init(name: name, algorithm: algorithm, privateKey: privateKey)
    guard disclosed().utf8.elementsEqual(text.utf8) else {
      throw GrammarError(.malformedValue, at: offset)
    }
  }

  /// The key in that form, to be written into a key file on purpose.
  public func disclosed() -> String {
    let bytes = [key.algorithm.rawValue] + privateKey.seed.disclosed()
    return Self.marker + key.name + "+" + key.idText + "+" + Base64.encode(bytes)
  }

  private static let marker = "PRIVATE+KEY+"

  /// Signs the text of a note, with a key for ``NoteKey/Algorithm/ed25519``.
  public func sign(_ text: [UInt8]) -> NoteSignature {
    precondition(key.algorithm == .ed25519)
    return NoteSignature(
      keyName: key.name,
      keyID: key.id,
      signature: privateKey.signature(for: text)
    )
  }

  /// Cosigns the text of a checkpoint at a time, with a key for ``NoteKey/Algorithm/cosignature``.
  ///
  /// C2SP tlog-witness: the time must not be zero.
  public func cosign(_ text: [UInt8], at time: Timestamp) -> NoteSignature {
    precondition(key.algorithm == .cosignature && time.seconds > 0)
    let seconds = time.seconds
    let bytes = (0..<8).map { UInt8(truncatingIfNeeded: seconds >> (56 - 8 * $0)) }
    let message = NoteSignature.cosignedMessage(text, seconds: seconds)
    return NoteSignature(
      keyName: key.name,
      keyID: key.id,
      signature: bytes + privateKey.signature(for: message)
    )
  }
}
