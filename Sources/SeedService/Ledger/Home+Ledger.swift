public import SeedCore
import SeedCrypto

extension Home {
  /// The ledger of this home.
  ///
  /// An older home has no key yet: it is made, unless something was signed already.
  ///
  /// - Parameter keyWasMade: Is called where a key was made, so that it can be said.
  /// - Throws: ``LedgerError``, ``HomeError``; and what the store throws.
  public func ledger(
    _ configuration: Configuration,
    store: any Store,
    clock: @escaping @Sendable () -> Timestamp = WallClock.now,
    keyWasMade: () -> Void = {}
  ) async throws -> Ledger {
    let origin = configuration.ledger.origin
    var key = try ledgerKey(origin: origin)
    if key == nil {
      let isUsed = try await store.read { try $0.newestCheckpoint() != nil }
      guard !isUsed, try LedgerFolder(path: logPath).checkpoint() == nil else {
        throw LedgerError.keyMissing(path: ledgerKeyPath)
      }
      // Another process may be as far, and then has made it.
      let lock = try await LedgerLock(path: ledgerLockPath, timeout: Ledger.lockTimeout)
      defer { withExtendedLifetime(lock) {} }
      key = try ledgerKey(origin: origin)
      if key == nil {
        key = try makeLedgerKey(origin: origin)
        keyWasMade()
      }
    }
    guard let key else { throw LedgerError.keyMissing(path: ledgerKeyPath) }
    let witnesses = configuration.ledger.witnesses.map {
      TlogPolicy.NamedWitness(name: $0.name, key: $0.key, url: $0.url)
    }
    return Ledger(
      home: self,
      store: store,
      key: key,
      witnesses: witnesses.map(\.key),
      policy: TlogPolicy.bytes(log: key.key, witnesses: witnesses),
      clock: clock
    )
  }

  /// Makes the key that the ledger signs with, in a home that has none.
  ///
  /// - Throws: ``HomeError``, ``LedgerError`` where the origin can't name a key.
  @discardableResult
  public func makeLedgerKey(origin: String) throws -> NoteSigningKey {
    try makeNoteKey(at: ledgerKeyPath, name: origin, algorithm: .ed25519)
  }

  /// The key that the ledger signs with; `nil` where there is none.
  private func ledgerKey(origin: String) throws -> NoteSigningKey? {
    guard let key = try noteKey(at: ledgerKeyPath, algorithm: .ed25519) else { return nil }
    guard key.key.name.utf8.elementsEqual(origin.utf8) else {
      throw LedgerError.foreignKey(path: ledgerKeyPath, name: key.key.name, origin: origin)
    }
    return key
  }
}

// MARK: - Files that hold a key for notes

extension Home {
  /// The longest key file.
  private static let noteKeyByteCountMax = 4096

  /// Makes a key in a file that isn't there yet.
  ///
  /// - Throws: ``HomeError``, ``LedgerError/malformedKey(path:)`` where the name can't be a key's.
  func makeNoteKey(
    at path: String,
    name: String,
    algorithm: NoteKey.Algorithm
  ) throws -> NoteSigningKey {
    guard
      let key = try? NoteSigningKey(
        name: name,
        algorithm: algorithm,
        privateKey: Ed25519PrivateKey()
      )
    else { throw LedgerError.malformedKey(path: path) }
    try onSystemError(path) {
      // Whole or not at all, or a process that is killed here leaves a file that is no key.
      try DurableFile.replace(path, Array((key.disclosed() + "\n").utf8))
    }
    return key
  }

  /// The key in a file; `nil` where there is no file.
  ///
  /// - Throws: ``HomeError``, ``LedgerError/malformedKey(path:)``.
  func noteKey(at path: String, algorithm: NoteKey.Algorithm) throws -> NoteSigningKey? {
    guard try onSystemError(path, { try PathStatus.read(path) }) != nil else { return nil }
    try checkFile(path)
    let bytes = try onSystemError(path) {
      try DurableFile.read(path, byteCountMax: Self.noteKeyByteCountMax)
    }
    guard let bytes, let text = String(validating: bytes, as: UTF8.self),
      let key = try? NoteSigningKey(parsing: text.hasSuffix("\n") ? String(text.dropLast()) : text),
      key.key.algorithm == algorithm
    else { throw LedgerError.malformedKey(path: path) }
    return key
  }
}
