public import SeedCore
import Synchronization

/// A store whose next write fails, so that what was kept is told apart from what was not.
public final class FailingStore: Store {
  /// How a write fails.
  public enum Failure: Sendable, CaseIterable {
    /// Everything is taken back.
    case notKept
    /// Everything is kept, but the writer learns of a failure: as when the machine answers too late.
    case kept
  }

  private let store: any Store
  private let failure = Mutex<Failure?>(nil)

  /// Passes everything on to `store`.
  public init(_ store: any Store) { self.store = store }

  /// Lets the next write fail with ``StoreError/inputOutput``.
  public func failNextWrite(_ failure: Failure) { self.failure.withLock { $0 = failure } }

  public func packed(_ bytes: [UInt8]) throws -> PackedBytes { try store.packed(bytes) }

  public func read<Result: Sendable>(
    _ body: @escaping @Sendable (any StoreReader) throws -> Result
  ) async throws -> Result {
    try await store.read(body)
  }

  public func write<Result: Sendable>(
    _ body: @escaping @Sendable (any StoreWriter) throws -> Result
  ) async throws -> Result {
    let failure = failure.withLock { failure in
      defer { failure = nil }
      return failure
    }
    let result = try await store.write { writer in
      let result = try body(writer)
      if failure == .notKept { throw StoreError.inputOutput }
      return result
    }
    if failure == .kept { throw StoreError.inputOutput }
    return result
  }
}
