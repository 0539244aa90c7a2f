import SeedMail

extension InMemoryTransaction {
  func checkpoint(size: Int64) -> SignedCheckpoint? {
    state.checkpoints.first { $0.head.size == size }
  }

  func newestCheckpoint() -> SignedCheckpoint? { state.checkpoints.last }

  func newestWitnessedCheckpoint() -> SignedCheckpoint? {
    state.checkpoints.last { $0.isWitnessed }
  }

  func checkpoints(from size: Int64, limit: Int) -> [SignedCheckpoint] {
    Array(state.checkpoints.lazy.filter { $0.head.size >= size }.prefix(max(0, limit)))
  }

  func restorations() -> [Restoration] { state.restorations }

  func insert(_ checkpoint: SignedCheckpoint) throws {
    try refuse(state.checkpoints.last.map { $0.head.size >= checkpoint.head.size } ?? false)
    try require(checkpoint.head.size <= leafCount())
    state.checkpoints.append(checkpoint)
  }

  func append(
    _ signatures: [NoteSignature],
    toCheckpoint size: Int64,
    isWitnessed: Bool
  ) throws {
    guard let index = state.checkpoints.firstIndex(where: { $0.head.size == size }) else {
      throw StoreError.dangling
    }
    let checkpoint = try state.checkpoints[index].adding(signatures, isWitnessed: isWitnessed)
    if checkpoint.note != state.checkpoints[index].note,
      state.timestamps.contains(where: { $0.checkpointSize == size })
    {
      throw StoreError.frozen
    }
    state.checkpoints[index] = checkpoint
  }

  func insert(_ restoration: Restoration) { state.restorations.append(restoration) }

  func settleRestorations(at now: Timestamp, reason: String) -> Int {
    let open = state.restorations.indices.filter { state.restorations[$0].settledAt == nil }
    for index in open {
      let restoration = state.restorations[index]
      state.restorations[index] = Restoration(
        restoredAt: restoration.restoredAt,
        leafCount: restoration.leafCount,
        settledAt: now,
        reason: reason
      )
    }
    return open.count
  }
}

extension InMemoryTransaction {
  func timestamps(from size: Int64, limit: Int) -> [TimestampToken] {
    let later = state.timestamps.filter { $0.checkpointSize >= size }
    // Authorities by their bytes, as SQLite sorts them.
    let sorted = later.sorted {
      $0.checkpointSize == $1.checkpointSize
        ? $0.authority.utf8.lexicographicallyPrecedes($1.authority.utf8)
        : $0.checkpointSize < $1.checkpointSize
    }
    return Array(sorted.prefix(max(0, limit)))
  }

  func timestamps(ofCheckpoint size: Int64) -> [TimestampToken] {
    timestamps(from: size, limit: .max).filter { $0.checkpointSize == size }
  }

  func newestTimestamp(by authority: String) -> TimestampToken? {
    state.timestamps.filter { $0.authority.utf8.elementsEqual(authority.utf8) }
      .max { $0.checkpointSize < $1.checkpointSize }
  }

  func insert(_ token: TimestampToken) throws {
    try require(checkpoint(size: token.checkpointSize) != nil)
    try require((0..<leafCount()).contains(token.leafIndex))
    try refuse(
      state.timestamps.contains {
        $0.leafIndex == token.leafIndex
          || $0.checkpointSize == token.checkpointSize
            && $0.authority.utf8.elementsEqual(token.authority.utf8)
      }
    )
    state.timestamps.append(token)
  }
}

extension InMemoryTransaction {
  func witnessedLog(_ origin: String) -> WitnessedLog? {
    state.witnessedLogs[Array(origin.utf8)]
  }

  func witnessedLogs() -> [WitnessedLog] {
    state.witnessedLogs.values.sorted {
      $0.origin.utf8.lexicographicallyPrecedes($1.origin.utf8)
    }
  }

  func save(_ log: WitnessedLog) throws {
    if let old = witnessedLog(log.origin), !log.mayFollow(old) { throw StoreError.frozen }
    state.witnessedLogs[Array(log.origin.utf8)] = log
  }
}
