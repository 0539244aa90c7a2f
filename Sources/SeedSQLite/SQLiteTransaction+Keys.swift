import SeedCore

private let checkColumns = "SELECT id, name, asked_at, found, key_digests FROM key_check"

extension SQLiteTransaction {
  func keyChecks(of name: String, limit: Int) throws -> [KeyCheck] {
    try all(
      checkColumns + " WHERE name = ? ORDER BY asked_at DESC, id DESC LIMIT ?",
      .text(name),
      limited(limit),
      read: check
    ).reversed()
  }

  func keyCheck(_ id: Identifier<KeyCheck>) throws -> KeyCheck? {
    try first(checkColumns + " WHERE id = ?", .id(id), read: check)
  }

  func keyCheckArchive(_ id: Identifier<KeyCheck>) throws -> [UInt8]? {
    try first("SELECT dns_archive FROM key_check WHERE id = ?", .id(id)) { $0.bytes(0) }
  }

  func insert(_ check: KeyCheck, dnsArchive: [UInt8]) throws {
    let (word, digests) = StoredKeys.stored(check.found)
    try run(
      """
      INSERT INTO key_check (id, name, asked_at, found, key_digests, dns_archive)
        VALUES (?, ?, ?, ?, ?, ?)
      """,
      .id(check.id),
      .text(check.name),
      .time(check.askedAt),
      .word(word),
      .bytes(digests),
      .bytes(dnsArchive)
    )
  }

  private func check(_ row: SQLRow) throws -> KeyCheck {
    guard let found = StoredKeys.found(try row.word(3), row.bytes(4)) else {
      throw StoreError.damaged
    }
    return KeyCheck(
      id: row.id(0),
      name: try row.text(1),
      askedAt: row.time(2),
      found: found
    )
  }
}

/// The words of the column `found`.
private enum StoredKeys: String {
  case keys, revoked, absent, unanswered

  private static let digestByteCount = 32

  static func stored(_ keys: PublishedKeys) -> (Self, [UInt8]) {
    switch keys {
    case .keys(let digests): (.keys, Array(digests.joined()))
    case .revoked: (.revoked, [])
    case .absent: (.absent, [])
    case .unanswered: (.unanswered, [])
    }
  }

  static func found(_ word: Self, _ bytes: [UInt8]) -> PublishedKeys? {
    switch word {
    case .revoked: return .revoked
    case .absent: return .absent
    case .unanswered: return .unanswered
    case .keys:
      guard !bytes.isEmpty, bytes.count % digestByteCount == 0 else { return nil }
      return .keys(
        stride(from: 0, to: bytes.count, by: digestByteCount).map {
          Array(bytes[$0..<$0 + digestByteCount])
        }
      )
    }
  }
}
