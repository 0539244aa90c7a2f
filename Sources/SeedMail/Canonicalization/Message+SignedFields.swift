extension Message {
  /// The fields that a list of names signs, as indices into ``fields``, in the order of the list.
  ///
  /// RFC 6376 §5.4.2: a name that occurs more often takes the fields of that name from the bottom
  /// up; where none is left, it stands for an absent field and takes nothing.
  ///
  /// `excluded` is the signature's own field, which it never names. The cost is the number of
  /// fields times the number of names.
  public func fieldIndices(signedBy names: [String], excluding excluded: Int? = nil) -> [Int] {
    let hashes = fields.map { nameHash(of: $0) }
    var isTaken = [Bool](repeating: false, count: fields.count)
    if let excluded, isTaken.indices.contains(excluded) { isTaken[excluded] = true }
    var indices: [Int] = []
    for name in names {
      let hash = name.utf8.reduce(into: NameHash()) { $0.add($1) }
      let index = fields.indices.last {
        !isTaken[$0] && hashes[$0] == hash && hasName(name.utf8, fields[$0])
      }
      guard let index else { continue }
      isTaken[index] = true
      indices.append(index)
    }
    return indices
  }

  private func nameHash(of field: HeaderField) -> NameHash {
    field.name.reduce(into: NameHash()) { $0.add(bytes[$1]) }
  }

  private func hasName(_ name: String.UTF8View, _ field: HeaderField) -> Bool {
    name.count == field.name.count
      && zip(name, field.name).allSatisfy { $0.lowercased == bytes[$1].lowercased }
  }
}

/// FNV-1a of a name, without regard to case: it spares comparing most names.
private struct NameHash: Equatable {
  private var state: UInt64 = 0xCBF2_9CE4_8422_2325

  mutating func add(_ byte: UInt8) {
    state = (state ^ UInt64(byte.lowercased)) &* 0x100_0000_01B3
  }
}
