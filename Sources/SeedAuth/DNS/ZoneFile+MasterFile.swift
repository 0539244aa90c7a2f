public import SeedMail

extension ZoneFile {
  /// Reads a table from a zone file: from JSON where it begins with a brace, else from a master file.
  ///
  /// - Throws: ``ZoneFileError``.
  public init(
    parsing bytes: [UInt8],
    now: @escaping @Sendable () -> Timestamp
  ) throws(ZoneFileError) {
    if bytes.first(where: { $0 > 0x20 }) == UInt8(ascii: "{") {
      try self.init(json: bytes, now: now)
    } else {
      try self.init(masterFile: bytes, now: now)
    }
  }

  /// Reads a table from a master file, RFC 1035 §5.1.
  ///
  /// Names without a final dot lie below the `$ORIGIN`, which is the root until one is named. Times to
  /// live are not kept, and records of types that nobody asks for merely say that their name exists.
  /// No other file is read: `$INCLUDE` is refused, as is every other directive but `$TTL`.
  ///
  /// - Throws: ``ZoneFileError``.
  public init(
    masterFile bytes: [UInt8],
    now: @escaping @Sendable () -> Timestamp
  ) throws(ZoneFileError) {
    self.init(now: now)
    var reader = MasterFileReader(bytes)
    var origin = ""
    var owner: String?
    while var entry = try reader.next() {
      if let directive = entry.directive {
        switch (directive, entry.words.count) {
        case ("$ORIGIN", 2): origin = try entry.name(1, below: origin)
        case ("$TTL", 2): break
        default: throw entry.error("\(directive) is not known here")
        }
        continue
      }
      if !entry.isOwnerLeftOut {
        owner = try entry.name(0, below: origin)
        entry.words.removeFirst()
      }
      guard let owner else { throw entry.error("the first record names no owner") }
      try add(entry, for: owner, below: origin)
    }
    guard reader.hasEntries else { throw .malformedMasterFile(line: 1, "there is no record") }
  }

  private mutating func add(
    _ entry: MasterFileReader.Entry,
    for owner: String,
    below origin: String
  ) throws(ZoneFileError) {
    guard let typeIndex = entry.words.firstIndex(where: { !$0.isTimeToLive && !$0.isInternet }),
      typeIndex <= 2
    else { throw entry.error("a record has a type") }
    let typeName = entry.words[typeIndex].text.uppercased()
    let values = entry.words[(typeIndex + 1)...]
    guard let type = Self.types[typeName] else {
      guard Self.passedOver.contains(typeName) else {
        throw entry.error("\(typeName.prefix(16)) is no type that is known here")
      }
      return try add(owner)
    }
    var strings = values.map(\.bytes)
    switch (type, values.count) {
    case (.cname, 1), (.ptr, 1):
      strings = [Array(try entry.name(typeIndex + 1, below: origin).utf8)]
    case (.mx, 2):
      let host = try entry.name(typeIndex + 2, below: origin)
      strings = [values[typeIndex + 1].bytes + [UInt8(ascii: " ")] + Array(host.utf8)]
    default: break
    }
    guard let data = Self.data(type, strings) else {
      throw entry.error("this is no \(typeName) record")
    }
    try add(.records([data]), for: owner, type)
  }

  /// Types that a zone often has, and that nobody here asks for.
  private static let passedOver: Set<String> = [
    "CAA", "CDNSKEY", "CDS", "DNSKEY", "DS", "HINFO", "HTTPS", "LOC", "NAPTR", "NS", "NSEC",
    "NSEC3",
    "NSEC3PARAM", "OPENPGPKEY", "RP", "RRSIG", "SMIMEA", "SOA", "SPF", "SRV", "SSHFP", "SVCB",
    "TLSA",
    "URI", "ZONEMD",
  ]
}

/// The entries of a master file, one after another; each is a line, or more in parentheses.
private struct MasterFileReader {
  /// A word, or a quoted string, without its quotes and escapes.
  struct Word {
    var bytes: [UInt8] = []
    var isQuoted = false
    /// Whether a dot of it divides no labels, which no name of ours can say.
    var hasEscapedDot = false

    var text: String { String(decoding: bytes, as: UTF8.self) }
    var isInternet: Bool { text.uppercased() == "IN" }
    /// A number of seconds, or one with units such as `1h30m`.
    var isTimeToLive: Bool {
      bytes.first?.isDecimal == true
        && bytes.allSatisfy { $0.isDecimal || "smhdwSMHDW".utf8.contains($0) }
    }
  }

  struct Entry {
    let line: Int
    /// Whether it begins with white space: it belongs to the owner of the entry before.
    let isOwnerLeftOut: Bool
    var words: [Word]

    var directive: String? {
      guard !isOwnerLeftOut, let first = words.first, !first.isQuoted,
        first.bytes.first == UInt8(ascii: "$")
      else { return nil }
      return first.text.uppercased()
    }

    func error(_ problem: String) -> ZoneFileError {
      .malformedMasterFile(line: line, problem)
    }

    /// The name that a word says, absolute.
    func name(_ index: Int, below origin: String) throws(ZoneFileError) -> String {
      let word = words[index]
      guard !word.hasEscapedDot else { throw error("a label can't hold a dot here") }
      if word.bytes == [UInt8(ascii: "@")] { return origin.isEmpty ? "." : origin }
      if word.bytes.last == UInt8(ascii: ".") || origin.isEmpty || origin == "." {
        return word.text
      }
      return word.text + "." + origin
    }
  }

  private let bytes: [UInt8]
  private var offset = 0
  private var line = 1
  private(set) var hasEntries = false

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func next() throws(ZoneFileError) -> Entry? {
    var words: [Word] = []
    var start = line
    var isOwnerLeftOut = false
    var isInParentheses = false
    var isAtLineStart = true
    while offset < bytes.count {
      switch bytes[offset] {
      case UInt8(ascii: "\n"):
        offset += 1
        line += 1
        if isInParentheses { continue }
        guard words.isEmpty else { return entry(start, isOwnerLeftOut, words) }
        start = line
        isOwnerLeftOut = false
        isAtLineStart = true
        continue
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"):
        if isAtLineStart { isOwnerLeftOut = true }
        offset += 1
      case UInt8(ascii: ";"):
        while offset < bytes.count, bytes[offset] != UInt8(ascii: "\n") { offset += 1 }
      case UInt8(ascii: "("), UInt8(ascii: ")"):
        guard isInParentheses == (bytes[offset] == UInt8(ascii: ")")) else {
          throw .malformedMasterFile(line: line, "parentheses don't nest")
        }
        isInParentheses.toggle()
        offset += 1
      default: words.append(try word())
      }
      isAtLineStart = false
    }
    guard !isInParentheses else {
      throw .malformedMasterFile(line: start, "a parenthesis is never closed")
    }
    return words.isEmpty ? nil : entry(start, isOwnerLeftOut, words)
  }

  private mutating func entry(_ line: Int, _ isOwnerLeftOut: Bool, _ words: [Word]) -> Entry {
    hasEntries = true
    return Entry(line: line, isOwnerLeftOut: isOwnerLeftOut, words: words)
  }

  private mutating func word() throws(ZoneFileError) -> Word {
    var word = Word()
    word.isQuoted = bytes[offset] == UInt8(ascii: "\"")
    if word.isQuoted { offset += 1 }
    while offset < bytes.count {
      let byte = bytes[offset]
      switch byte {
      case UInt8(ascii: "\""):
        if word.isQuoted { offset += 1 }
        return word
      case UInt8(ascii: "\n"):
        guard !word.isQuoted else { break }
        return word
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: ";"),
        UInt8(ascii: "("), UInt8(ascii: ")"):
        guard word.isQuoted else { return word }
        word.bytes.append(byte)
        offset += 1
        continue
      case UInt8(ascii: "\\"):
        let plain = try unescaped()
        if plain == UInt8(ascii: ".") { word.hasEscapedDot = true }
        word.bytes.append(plain)
        continue
      default:
        word.bytes.append(byte)
        offset += 1
        continue
      }
      break
    }
    guard !word.isQuoted else {
      throw .malformedMasterFile(line: line, "a quote is never closed")
    }
    return word
  }

  /// The byte that `\DDD` or `\X` at the offset says; moves behind it.
  private mutating func unescaped() throws(ZoneFileError) -> UInt8 {
    let rest = bytes[(offset + 1)...].prefix(3)
    guard let first = rest.first, first != UInt8(ascii: "\n") else {
      throw .malformedMasterFile(line: line, "a backslash ends the line")
    }
    guard first.isDecimal else {
      offset += 2
      return first
    }
    guard rest.count == 3, let byte = UInt8(String(decoding: rest, as: UTF8.self)) else {
      throw .malformedMasterFile(line: line, "a backslash and digits say no byte")
    }
    offset += 4
    return byte
  }
}

extension UInt8 {
  fileprivate var isDecimal: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}
