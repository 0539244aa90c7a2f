/// What was asked: the same for names that differ in case or a final dot.
struct DNSQuestion: Sendable, Hashable {
  let name: String
  let type: RecordType

  /// Makes a question, also of a name that can't be asked for.
  init(_ name: String, _ type: RecordType) {
    self.name = DNSName.normalized(name) ?? name.lowercased()
    self.type = type
  }
}
