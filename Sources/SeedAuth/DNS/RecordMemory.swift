import Synchronization

/// Remembers what TXT records say: a day's mail rests on few of them, and reading one may cost as much
/// as verifying a signature with the key in it.
///
/// What a record says never changes, so nothing here can be stale.
final class RecordMemory<Value: Sendable>: Sendable {
  /// The most records that are remembered; then the memory is emptied.
  static var countMax: Int { 512 }
  /// The longest record that is remembered, in bytes.
  static var byteCountMax: Int { 4096 }

  private let memory = Mutex<[[UInt8]: Value]>([:])

  /// What `record` says, as `parse` reads it; a record that can't be read is read again each time.
  func value<Failure: Error>(
    of record: [UInt8],
    parse: ([UInt8]) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    if let known = memory.withLock({ $0[record] }) { return known }
    let value = try parse(record)
    guard record.count <= Self.byteCountMax else { return value }
    memory.withLock {
      if $0.count >= Self.countMax { $0.removeAll(keepingCapacity: true) }
      $0[record] = value
    }
    return value
  }
}
