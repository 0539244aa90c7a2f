public import SeedCore

extension Home {
  /// The key that other ledgers are cosigned with.
  public var witnessKeyPath: String { path + "/keys/witness.key" }

  /// The key that this home, as a witness, cosigns with.
  ///
  /// It is made where there is none, unless something was cosigned already.
  ///
  /// - Parameter keyWasMade: Is called where a key was made, so that it can be said.
  /// - Throws: ``PartError``, ``HomeError``, ``LedgerError``; and what the store throws.
  public func witnessKey(
    _ configuration: Configuration,
    store: any Store,
    keyWasMade: () -> Void = {}
  ) async throws -> NoteSigningKey {
    let name = configuration.witnessing.name
    if let key = try noteKey(at: witnessKeyPath, algorithm: .cosignature) {
      guard key.key.name.utf8.elementsEqual(name.utf8) else {
        throw PartError(
          key: "witness.name",
          problem: "\(witnessKeyPath) is the key of \(key.key.name); set the name back"
        )
      }
      return key
    }
    guard try await store.read({ try $0.witnessedLogs().isEmpty }) else {
      throw PartError(
        key: "witness",
        problem: "\(witnessKeyPath) is missing, and it has cosigned; restore it from a backup"
      )
    }
    // Another process may be as far, and then has made it.
    let lock = try await LedgerLock(path: ledgerLockPath, timeout: Ledger.lockTimeout)
    defer { withExtendedLifetime(lock) {} }
    if let key = try noteKey(at: witnessKeyPath, algorithm: .cosignature) { return key }
    keyWasMade()
    return try makeNoteKey(at: witnessKeyPath, name: name, algorithm: .cosignature)
  }

  /// This home as a witness of the configured ledgers.
  ///
  /// - Throws: As ``witnessKey(_:store:keyWasMade:)``.
  public func witnessEndpoint(
    _ configuration: Configuration,
    store: any Store,
    clock: @escaping @Sendable () -> Timestamp = WallClock.now,
    keyWasMade: () -> Void = {}
  ) async throws -> WitnessEndpoint {
    let key = try await witnessKey(configuration, store: store, keyWasMade: keyWasMade)
    let witness = LedgerWitness(logs: configuration.witnessing.logs, key: key)
    return WitnessEndpoint(witness, store: store, clock: clock)
  }
}
