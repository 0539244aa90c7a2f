/// A way to tell the owner of a finding.
public protocol AlertChannel: Sendable {
  /// The name by which outbox rows name it.
  var name: String { get }

  /// Delivers one row.
  ///
  /// It is called again for the same row after a temporary failure, and may be after a crash, so it
  /// hands the row's key on where a receiver can tell repetitions by it.
  func deliver(_ row: OutboxRow) async throws(DeliveryError)
}

/// Why an alert could not be delivered.
public enum DeliveryError: Error, Hashable, Sendable {
  /// It may work later; the receiver may have said after how long.
  case temporary(String, retryAfter: Duration? = nil)
  /// It never will, for this row.
  case permanent(String)
}
