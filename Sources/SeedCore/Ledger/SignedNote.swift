import SeedCrypto
public import SeedMail

/// One signature line of a note.
public struct NoteSignature: Sendable, Hashable {
  /// Whose key made it, as the line says.
  public let keyName: String
  /// Which key made it, as the line says.
  public let keyID: UInt32
  /// The signature, with the time before it in a cosignature.
  public let signature: [UInt8]

  /// Makes a signature line of its parts.
  public init(keyName: String, keyID: UInt32, signature: [UInt8]) {
    self.keyName = keyName
    self.keyID = keyID
    self.signature = signature
  }

  /// The line, with its newline.
  public var line: String {
    let id = (0..<4).map { UInt8(truncatingIfNeeded: keyID >> (24 - 8 * UInt32($0))) }
    return "\u{2014} \(keyName) \(Base64.encode(id + signature))\n"
  }

  /// Reads a line without its newline.
  ///
  /// - Throws: ``GrammarError`` with offsets from the start of the line.
  init(parsing line: ArraySlice<UInt8>) throws(GrammarError) {
    let dash = Array("\u{2014} ".utf8)
    guard line.starts(with: dash),
      let space = line.dropFirst(dash.count).firstIndex(of: UInt8(ascii: " ")),
      let name = String(validating: line[(line.startIndex + dash.count)..<space], as: UTF8.self),
      NoteKey.isName(name)
    else { throw GrammarError(.malformedValue, at: 0) }
    let bytes = try Base64.decode(Array(line[(space + 1)...]).span)
    guard bytes.count > 4 else { throw GrammarError(.malformedValue, at: space - line.startIndex) }
    self.init(
      keyName: name,
      keyID: bytes[..<4].reduce(0) { $0 << 8 | UInt32($1) },
      signature: Array(bytes[4...])
    )
  }

  /// C2SP tlog-cosignature, "Ed25519 signed message".
  static func cosignedMessage(_ text: [UInt8], seconds: Int64) -> [UInt8] {
    Array("cosignature/v1\ntime \(seconds)\n".utf8) + text
  }
}

/// A text and the signatures under it (C2SP signed-note).
///
/// What the text says is to be believed only after ``verifiedSignatures(by:)`` named a trusted key.
public struct SignedNote: Sendable, Hashable {
  /// The most bytes a note may have.
  public static let byteCountMax = 1 << 20
  /// The most signatures a note may have.
  public static let signatureCountMax = 100

  /// The signed text, with its last newline.
  public let text: [UInt8]
  /// The signatures as they stand there; none of them was checked.
  public let signatures: [NoteSignature]

  /// Puts signatures under a text, which must end in a newline.
  public init(text: [UInt8], signatures: [NoteSignature]) {
    precondition(text.last == UInt8(ascii: "\n"))
    self.text = text
    self.signatures = signatures
  }

  /// Reads a note.
  ///
  /// - Throws: ``GrammarError``; its reason is `malformedEncoding` where a signature isn't in the one
  ///   form of base64 that an encoder makes, and only there.
  public init(parsing bytes: [UInt8]) throws(GrammarError) {
    guard bytes.count <= Self.byteCountMax else { throw GrammarError(.tooLong, at: bytes.count) }
    let newline = UInt8(ascii: "\n")
    if let offset = bytes.firstIndex(where: { $0 < 0x20 && $0 != newline }) {
      throw GrammarError(.unexpectedByte, at: offset)
    }
    guard String(validating: bytes, as: UTF8.self) != nil else {
      throw GrammarError(.unexpectedByte, at: 0)
    }
    // The last empty line divides the text from the signatures.
    guard
      let end = bytes.indices.dropFirst().last(where: {
        bytes[$0] == newline && bytes[$0 - 1] == newline
      })
    else { throw GrammarError(.missingTag, at: bytes.count) }
    guard bytes.last == newline, end + 1 < bytes.count else {
      throw GrammarError(.unexpectedEnd, at: bytes.count)
    }
    var signatures: [NoteSignature] = []
    let lines = bytes[(end + 1)...].dropLast()
      .split(separator: newline, omittingEmptySubsequences: false)
    guard lines.count <= Self.signatureCountMax else { throw GrammarError(.tooMany, at: end + 1) }
    for line in lines {
      do throws(GrammarError) { signatures.append(try NoteSignature(parsing: line)) } catch {
        throw GrammarError(error.reason, at: line.startIndex + error.offset)
      }
    }
    self.init(text: Array(bytes[..<end]), signatures: signatures)
  }

  /// The note as it is written down.
  public var bytes: [UInt8] { text + Array("\n".utf8) + signatures.flatMap { Array($0.line.utf8) } }

  /// A signature that was found good.
  public struct Verified: Sendable, Hashable {
    /// Whose it is.
    public let key: NoteKey
    /// When it was made, as the key's owner says; `nil` where the algorithm has no time.
    public let time: Timestamp?
  }

  /// The signatures of known keys, each key once; signatures of others are ignored.
  ///
  /// `nil` where one that says that it is a known key's isn't: such a note is to be refused.
  public func verifiedSignatures(by keys: [NoteKey]) -> [Verified]? {
    var verified: [Verified] = []
    for signature in signatures {
      for key in keys where key.isNamed(by: signature) {
        guard let result = verify(signature, by: key) else { return nil }
        if !verified.contains(where: { $0.key == key }) { verified.append(result) }
      }
    }
    return verified
  }

  private func verify(_ signature: NoteSignature, by key: NoteKey) -> Verified? {
    switch key.algorithm {
    case .ed25519:
      let isValid = key.publicKey.isValid(signature.signature, for: text)
      return isValid ? Verified(key: key, time: nil) : nil
    case .cosignature:
      guard signature.signature.count == 8 + 64 else { return nil }
      let seconds = signature.signature[..<8].reduce(0) { $0 << 8 | UInt64($1) }
      guard let seconds = Int64(exactly: seconds) else { return nil }
      let message = NoteSignature.cosignedMessage(text, seconds: seconds)
      let bytes = Array(signature.signature[8...])
      guard key.publicKey.isValid(bytes, for: message) else { return nil }
      return Verified(key: key, time: Timestamp(seconds: seconds))
    }
  }
}
