import SeedCore

extension Ledger {
  /// Settles that this home, made of a backup, contradicts nothing: by the newest checkpoint that was
  /// published, which the store's leaves must give.
  ///
  /// - Parameters:
  ///   - note: The checkpoint.
  ///   - path: Where it came from, for errors.
  /// - Throws: ``LedgerError``: for another ledger's checkpoint, one that is older than what is known
  ///   here, and where the store has fewer or other leaves.
  public func settleRestoration(newest note: [UInt8], path: String) async throws {
    let lock = try await lock()
    defer { withExtendedLifetime(lock) {} }
    let shown = try read(note, path: path)
    let history = try await history()
    guard shown.head.size >= history.signedSize else {
      throw LedgerError.notNewest(path: path, size: shown.head.size, known: history.signedSize)
    }
    if shown.head.size > history.newestSize {
      try await adopt(shown, in: history)
    } else {
      try await requireSame(shown.head, in: history)
    }
    try await settleRestoration(
      reason: "the newest published checkpoint, over \(shown.head.size) leaves, agrees"
    )
  }

  /// Settles it by somebody's word: the operator's, or a witness's that cosigned nothing newer.
  public func settleRestoration(reason: String) async throws {
    let now = clock()
    try await store.write { _ = try $0.settleRestorations(at: now, reason: reason) }
  }
}
