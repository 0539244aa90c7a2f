/// Reads what became of DKIM keys.
public protocol KeyCheckReader {
  /// The newest `limit` checks of the key under a name, oldest first.
  func keyChecks(of name: String, limit: Int) throws -> [KeyCheck]
  /// One check.
  func keyCheck(_ id: Identifier<KeyCheck>) throws -> KeyCheck?
  /// The DNS answers that a check rests on, as they were archived.
  func keyCheckArchive(_ id: Identifier<KeyCheck>) throws -> [UInt8]?
}

/// Records what became of DKIM keys.
public protocol KeyCheckWriter {
  /// Records a check with the DNS answers that it rests on; it never changes. A second one of its
  /// identifier is refused with ``StoreError/exists``.
  func insert(_ check: KeyCheck, dnsArchive: [UInt8]) throws
}
