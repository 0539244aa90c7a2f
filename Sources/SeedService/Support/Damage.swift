import SeedCore
import ServiceLifecycle

extension Error {
  /// Whether what is kept isn't as it was written: nothing more is to be built upon it, and to try
  /// again doesn't help.
  var isDamage: Bool {
    switch self as any Error {
    case StoreError.damaged, StoreError.damagedPage: true
    case LedgerError.leavesMissing, LedgerError.contradiction, LedgerError.foreignCheckpoint,
      LedgerError.damagedCheckpoint, LedgerError.damagedTile, LedgerError.malformedLeaf:
      true
    default: false
    }
  }
}

/// Does what goes on for as long as a service runs; throws for nothing but damage.
func untilShutdown(_ body: @escaping @Sendable () async throws -> Void) async throws {
  do {
    try await cancelWhenGracefulShutdown(body)
  } catch let error where error.isDamage {
    throw error
  } catch {}
}
