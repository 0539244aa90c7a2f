/// An address without its white space, quotes and comments.
struct UnquotedAddress {
  private(set) var bytes: [UInt8] = []
  /// Where the last `@` outside quotes stands.
  private(set) var at: Int?

  /// Whether this is the start of an obsolete route, `@relay`.
  var isRoute: Bool { bytes.first == UInt8(ascii: "@") && at != nil }

  mutating func append(_ byte: UInt8) {
    if byte == UInt8(ascii: "@") { at = bytes.count }
    bytes.append(byte)
  }

  mutating func appendQuoted(_ content: [UInt8]) { bytes += content }

  /// The address as a mailbox.
  func mailbox(named name: String?) -> Mailbox {
    guard let at else { return Mailbox(displayName: name, localPart: text(bytes[...]), domain: "") }
    var domain = bytes[(at + 1)...]
    if domain.last == UInt8(ascii: ".") { domain.removeLast() }
    return Mailbox(
      displayName: name,
      localPart: text(bytes[..<at]),
      domain: text(domain).lowercased()
    )
  }

  private func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }
}

/// What an address list holds between two separators.
struct MailboxUnderConstruction {
  /// The longest domain literal; a longer one is read as a word.
  static let domainLiteralByteCountMax = 256

  /// What the angle brackets held.
  var bracketed: UnquotedAddress?
  /// Whether white space or a comment stood before what comes next.
  var isAfterSpace = false
  /// The comments, decoded.
  private(set) var comments: [String] = []

  /// The words outside angle brackets, unquoted, with one space where white space stood.
  private var phrase: [UInt8] = []
  /// The words again, as an address that stands without angle brackets.
  private var bare = UnquotedAddress()
  /// Where in the phrase the bare address starts.
  private var bareStart = 0
  private var bareIsComplete = false

  /// The display name: the words, or else the comments, as mail before RFC 822 wrote it.
  var name: String? {
    let words: ArraySlice<UInt8>
    if bracketed == nil, bare.at != nil {
      words = phrase[..<max(0, bareStart - 1)]
    } else {
      words = phrase[...]
    }
    if let name = words.isEmpty ? nil : Self.decode(Array(words)) { return name }
    return comments.isEmpty ? nil : comments.joined(separator: " ")
  }

  mutating func appendComment(_ content: [UInt8]) {
    if let comment = Self.decode(content) { comments.append(comment) }
  }

  mutating func appendQuoted(_ content: [UInt8]) {
    startWord(with: content.first)
    phrase += content
    if !bareIsComplete { bare.appendQuoted(content) }
  }

  mutating func appendWord(_ word: Span<UInt8>) {
    startWord(with: word.isEmpty ? nil : word[0])
    for index in word.indices {
      phrase.append(word[index])
      if !bareIsComplete { bare.append(word[index]) }
    }
  }

  /// Drops an obsolete route that stands without angle brackets; returns whether there was one.
  mutating func dropRoute() -> Bool {
    guard bracketed == nil, bare.isRoute else { return false }
    phrase.removeLast(phrase.count - bareStart)
    bare = .init()
    return true
  }

  /// The finished mailbox; `nil` where nothing stood between the separators.
  func entry() -> AddressList.Entry? {
    let isName = bare.at == nil && bareStart > 0
    if bracketed == nil, bare.bytes.isEmpty, comments.isEmpty { return nil }
    let isBareAddress = bracketed == nil && !bare.bytes.isEmpty && !isName
    let nameOfWords = isBareAddress && bare.at == nil ? nil : name
    let shownName = nameOfWords ?? (comments.isEmpty ? nil : comments.joined(separator: " "))
    let address = bracketed ?? (isBareAddress ? bare : .init())
    return .init(mailbox: address.mailbox(named: shownName), comments: comments)
  }

  /// RFC 5322 §4.4: white space may stand around the dots and the `@` of an address. Anywhere else
  /// it ends a word, and an address without brackets is one word.
  private mutating func startWord(with first: UInt8?) {
    defer { isAfterSpace = false }
    guard isAfterSpace, let last = phrase.last else { return }
    phrase.append(0x20)
    let joins = { (byte: UInt8) in byte == UInt8(ascii: ".") || byte == UInt8(ascii: "@") }
    if joins(last) || first.map(joins) ?? false { return }
    if bare.at != nil {
      bareIsComplete = true
    } else {
      bare = .init()
      bareStart = phrase.count
    }
  }

  private static func decode(_ bytes: [UInt8]) -> String? {
    let text = EncodedWords.decode(bytes.span, 0..<bytes.count).withoutControls
    return text.isEmpty ? nil : text
  }
}
