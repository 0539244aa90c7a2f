extension TlogPolicy {
  /// A witness as a ledger's operator names it.
  public struct NamedWitness: Sendable, Hashable {
    /// What it is called.
    public let name: String
    /// What it cosigns with.
    public let key: NoteKey
    /// Where it is asked; empty for unknown.
    public let url: String

    /// Names a witness.
    public init(name: String, key: NoteKey, url: String) {
      self.name = name
      self.key = key
      self.url = url
    }
  }

  /// How many of so many witnesses must have cosigned: more than half.
  public static func quorum(of count: Int) -> Int { count == 0 ? 0 : count / 2 + 1 }

  /// The policy of one ledger and its witnesses, of which ``quorum(of:)`` must have cosigned
  /// (C2SP tlog-policy).
  public static func bytes(log: NoteKey, witnesses: [NamedWitness]) -> [UInt8] {
    let names = witnesses.indices.map { word(witnesses[$0].name, number: $0) }
    var lines = ["log \(log.text)"]
    for (witness, name) in zip(witnesses, names) {
      // What isn't one word can't stand there.
      let isWord = witness.url.utf8.allSatisfy { 0x21...0x7e ~= $0 }
      let url = witness.url.isEmpty || !isWord ? "" : " " + witness.url
      lines.append("witness \(name) \(witness.key.text)\(url)")
    }
    switch names.count {
    case 0: lines.append("quorum none")
    case 1: lines.append("quorum \(names[0])")
    default:
      lines.append("group witnesses \(quorum(of: names.count)) " + names.joined(separator: " "))
      lines.append("quorum witnesses")
    }
    return Array((lines.joined(separator: "\n") + "\n").utf8)
  }

  /// A name as one word, which no other name and no group has.
  private static func word(_ name: String, number: Int) -> String {
    let word = String(
      name.unicodeScalars.map { scalar -> Character in
        let isPlain = scalar.value > 0x20 && scalar.value < 0x7f
        return isPlain ? Character(scalar) : "-"
      }
    )
    return "w\(number + 1)-\(word)"
  }
}
