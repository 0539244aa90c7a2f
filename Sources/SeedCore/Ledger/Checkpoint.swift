public import SeedMail

/// What a ledger says of itself at one size (C2SP tlog-checkpoint): the text of a signed note.
public struct Checkpoint: Sendable, Hashable {
  /// Which ledger it is.
  public let origin: String
  /// How many leaves there are, and the hash over them.
  public let head: TreeHead
  /// Lines behind the hash that only the ledger understands.
  public let extensions: [String]

  /// Makes a checkpoint; no line may be empty or hold a newline.
  public init(origin: String, head: TreeHead, extensions: [String] = []) {
    precondition(([origin] + extensions).allSatisfy { !$0.isEmpty && !$0.utf8.contains(0x0a) })
    self.origin = origin
    self.head = head
    self.extensions = extensions
  }

  /// Reads the text of a note.
  ///
  /// - Throws: ``GrammarError`` at the start of the line that doesn't fit.
  public init(parsing text: [UInt8]) throws(GrammarError) {
    guard text.last == UInt8(ascii: "\n") else {
      throw GrammarError(.unexpectedEnd, at: text.count)
    }
    let lines = text.dropLast()
      .split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    guard lines.count >= 3 else { throw GrammarError(.unexpectedEnd, at: text.count) }
    var words: [String] = []
    for line in lines {
      guard !line.isEmpty, let word = String(validating: line, as: UTF8.self) else {
        throw GrammarError(.malformedValue, at: line.startIndex)
      }
      words.append(word)
    }
    guard let size = Int64(decimal: words[1]) else {
      throw GrammarError(.malformedValue, at: lines[1].startIndex)
    }
    guard let rootHash = [UInt8](hashLine: lines[2]) else {
      throw GrammarError(.malformedValue, at: lines[2].startIndex)
    }
    self.init(
      origin: words[0],
      head: TreeHead(size: size, rootHash: rootHash),
      extensions: Array(words[3...])
    )
  }

  /// The text that is signed.
  public var text: [UInt8] {
    let lines = [origin, String(head.size), Base64.encode(head.rootHash)] + extensions
    return Array(lines.map { $0 + "\n" }.joined().utf8)
  }

  /// The note with a ledger's signature.
  public func signed(by key: NoteSigningKey) -> SignedNote {
    SignedNote(text: text, signatures: [key.sign(text)])
  }
}

extension Int64 {
  /// Reads a number as C2SP's formats write it: decimal, without a sign and without zeros in front.
  init?(decimal text: some StringProtocol) {
    guard let value = Int64(text), value >= 0, String(value).utf8.elementsEqual(text.utf8) else {
      return nil
    }
    self = value
  }
}

extension Array where Element == UInt8 {
  /// Reads a hash of 32 bytes in base64.
  init?(hashLine line: ArraySlice<UInt8>) {
    guard let hash = try? Base64.decode(Array(line).span), hash.count == MerkleTree.hashByteCount
    else { return nil }
    self = hash
  }
}
