extension InMemoryTransaction {
  func keyChecks(of name: String, limit: Int) -> [KeyCheck] {
    let checks = state.keyChecks.values.map(\.check).filter { $0.name == name }
    return checks.sorted { ($0.askedAt, $0.id) < ($1.askedAt, $1.id) }.suffix(max(0, limit))
  }

  func keyCheck(_ id: Identifier<KeyCheck>) -> KeyCheck? { state.keyChecks[id]?.check }

  func keyCheckArchive(_ id: Identifier<KeyCheck>) -> [UInt8]? { state.keyChecks[id]?.dnsArchive }

  func insert(_ check: KeyCheck, dnsArchive: [UInt8]) throws {
    try refuse(state.keyChecks[check.id] != nil)
    state.keyChecks[check.id] = .init(check: check, dnsArchive: dnsArchive)
  }
}
