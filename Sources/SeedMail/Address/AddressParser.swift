/// Reads an address list token by token, without recursion and in linear time.
///
/// It keeps to RFC 5322 §3.4 with the obsolete forms of §4.4 and, where text breaks that grammar,
/// to one rule: an address in angle brackets is the address, and what stands around it is its name.
struct AddressParser {
  private(set) var groups: [AddressList.Group] = []
  private(set) var isCut = false

  private var offset: Int
  private let end: Int
  private var entryCount = 0
  private var groupName: String?
  private var groupComments: [String] = []
  private var entries: [AddressList.Entry] = []
  private var mailbox = MailboxUnderConstruction()
  private var encodedWords = EncodedWords.Search()
  /// Set once a comment, or a quoted string, was found to have no end; then no other has one, and
  /// its opening character means nothing.
  private var hasOpenComment = false
  private var hasOpenQuote = false

  init(offset: Int, end: Int) {
    self.offset = offset
    self.end = end
  }

  mutating func parse(_ input: Span<UInt8>) {
    while offset < end, !isCut {
      switch input[offset] {
      case 0x20, 0x09, 0x0D, 0x0A:
        mailbox.isAfterSpace = true
        offset += 1
      case UInt8(ascii: "("): readComment(input)
      case UInt8(ascii: "\""):
        if let content = readQuotedString(input) { mailbox.appendQuoted(content) }
      case UInt8(ascii: "<"): readAngleBrackets(input)
      case UInt8(ascii: ","):
        finishMailbox()
        offset += 1
      case UInt8(ascii: ";"):
        finishMailbox()
        finishGroup()
        offset += 1
      case UInt8(ascii: ":"):
        startGroup()
        offset += 1
      case UInt8(ascii: "["): readDomainLiteral(input)
      case UInt8(ascii: ">"), UInt8(ascii: ")"): offset += 1
      default: readWord(input)
      }
    }
    finishMailbox()
    finishGroup()
  }

  private mutating func finishMailbox() {
    guard let entry = mailbox.entry() else {
      mailbox = .init()
      return
    }
    mailbox = .init()
    guard entryCount < AddressList.mailboxCountMax else {
      isCut = true
      return
    }
    entryCount += 1
    entries.append(entry)
  }

  private mutating func finishGroup() {
    guard groupName != nil || !entries.isEmpty else { return }
    groups.append(.init(name: groupName, comments: groupComments, entries: entries))
    groupName = nil
    groupComments = []
    entries = []
  }

  private mutating func startGroup() {
    // RFC 5322 §4.4: `@relay:` before an address is an obsolete route, which is ignored.
    guard !mailbox.dropRoute() else { return }
    finishGroup()
    groupName = mailbox.name ?? ""
    groupComments = mailbox.comments
    mailbox = .init()
    // A group without members counts too, or a list of nothing but groups would have no limit.
    entryCount += 1
    isCut = entryCount > AddressList.mailboxCountMax
  }

  /// RFC 5322 §3.2.2: comments nest; here they are counted, not followed.
  private mutating func readComment(_ input: Span<UInt8>) {
    let start = offset + 1
    offset = start
    mailbox.isAfterSpace = true
    guard !hasOpenComment else { return }
    var depth = 1
    var content: [UInt8] = []
    var next = start
    while next < end {
      let byte = input[next]
      next += 1
      switch byte {
      case UInt8(ascii: "("): depth += 1
      case UInt8(ascii: ")"): depth -= 1
      case UInt8(ascii: "\\") where next < end && !input[next].isFoldingWhitespace:
        content.append(input[next])
        next += 1
        continue
      case 0x0D, 0x0A, UInt8(ascii: "\\"): continue
      case 0x20, 0x09:
        if let last = content.last, last != 0x20 { content.append(0x20) }
        continue
      default: break
      }
      guard depth > 0 else {
        offset = next
        mailbox.appendComment(content)
        return
      }
      content.append(byte)
    }
    hasOpenComment = true
  }

  /// The content of a quoted string, unquoted and unfolded; `nil` where it has no end.
  private mutating func readQuotedString(_ input: Span<UInt8>) -> [UInt8]? {
    offset += 1
    guard !hasOpenQuote else { return nil }
    var content: [UInt8] = []
    var next = offset
    while next < end {
      let byte = input[next]
      next += 1
      switch byte {
      case UInt8(ascii: "\""):
        offset = next
        return content
      case UInt8(ascii: "\\") where next < end:
        content.append(input[next])
        next += 1
      case 0x0D, 0x0A: continue
      default: content.append(byte)
      }
    }
    hasOpenQuote = true
    return nil
  }

  private mutating func readAngleBrackets(_ input: Span<UInt8>) {
    // A second address without a comma before it is one more mailbox.
    if mailbox.bracketed != nil { finishMailbox() }
    offset += 1
    var address = UnquotedAddress()
    loop: while offset < end {
      let byte = input[offset]
      switch byte {
      case UInt8(ascii: ">"):
        offset += 1
        break loop
      case UInt8(ascii: "<"):
        break loop
      // The closing bracket is missing, unless this is an obsolete route: `<@a,@b:c@d>`.
      case UInt8(ascii: ",") where !address.isRoute && address.at != nil:
        break loop
      case 0x20, 0x09, 0x0D, 0x0A: offset += 1
      case UInt8(ascii: "("): readComment(input)
      case UInt8(ascii: "\""):
        if let content = readQuotedString(input) { address.appendQuoted(content) }
      case UInt8(ascii: ":") where address.isRoute:
        address = .init()
        offset += 1
      default:
        address.append(byte)
        offset += 1
      }
    }
    mailbox.bracketed = address
    mailbox.isAfterSpace = true
  }

  /// RFC 5322 §3.4.1: `user@[IPv6:2001:db8::1]`; its colons start no group.
  private mutating func readDomainLiteral(_ input: Span<UInt8>) {
    var next = offset
    while next < end, next - offset < MailboxUnderConstruction.domainLiteralByteCountMax,
      input[next].isVisibleASCII, input[next] != UInt8(ascii: "]")
    {
      next += 1
    }
    guard next < end, input[next] == UInt8(ascii: "]") else { return readWord(input) }
    mailbox.appendWord(input.bytes(in: offset..<next + 1).span)
    offset = next + 1
  }

  /// Reads an atom, with dots and `@`, up to the next character that has a meaning.
  private mutating func readWord(_ input: Span<UInt8>) {
    let start = offset
    if let word = encodedWords.word(in: input, at: offset, before: end), word.end <= end,
      word.text.allSatisfy({ !input[$0].isFoldingWhitespace })
    {
      offset = word.end
    } else {
      offset += 1
      while offset < end, !input[offset].endsWord { offset += 1 }
    }
    mailbox.appendWord(input.extracting(start..<offset))
  }
}

extension UInt8 {
  /// Whether this byte ends a word of an address list.
  fileprivate var endsWord: Bool { isFoldingWhitespace || Self.wordEnds.contains(self) }

  private static let wordEnds = ByteSet("()<>,;:\"[")
}
