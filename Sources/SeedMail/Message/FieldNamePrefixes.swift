/// Beginnings of header fields' names, each with a number of the caller's, to be looked for all at once.
public struct FieldNamePrefixes: Sendable, Hashable {
  private struct Entry: Sendable, Hashable {
    let prefix: String
    let number: Int
  }

  /// The prefixes by their third byte, since most of them begin with `X-`. A shorter one is in every
  /// list.
  private let byThirdByte: [[Entry]]

  /// Takes prefixes in lower case.
  public init(_ prefixes: [(prefix: String, number: Int)]) {
    var byThirdByte = [[Entry]](repeating: [], count: 256)
    for (prefix, number) in prefixes {
      let third = prefix.utf8.dropFirst(2).first.map(Int.init)
      for byte in third.map({ $0..<$0 + 1 }) ?? byThirdByte.indices {
        byThirdByte[byte].append(Entry(prefix: prefix, number: number))
      }
    }
    self.byThirdByte = byThirdByte
  }

  /// The numbers of the prefixes that any of the first `fieldCountMax` fields of `message` begins
  /// with, in ascending order, each once.
  public func numbers(in message: Message, fieldCountMax: Int) -> [Int] {
    let bytes = message.bytes.span
    var numbers: Set<Int> = []
    for field in message.fields.prefix(fieldCountMax) {
      let name = field.name
      let third = name.count > 2 ? Int(bytes[name.lowerBound + 2].lowercased) : 0
      for entry in byThirdByte[third]
      where bytes.hasPrefixIgnoringCase(
        entry.prefix,
        at: name.lowerBound,
        before: name.upperBound
      ) {
        numbers.insert(entry.number)
      }
    }
    return numbers.sorted()
  }
}
