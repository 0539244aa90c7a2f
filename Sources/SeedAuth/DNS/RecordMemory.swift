import Synchronization

/// Remembers what TXT records say: a day's mail rests on few of them, and reading one may cost as much
/// as verifying a signature with the key in it.
///
/// What a record says never changes, so nothing here can be stale.
final class RecordMemory<Value: Sendable>: Sendable {
  /// The most records that are remembered; then the memory is emptied.
  static var countMax: Int { 512 }
  /// The most bytes of records that are remembered: enough for a record of any length, and few enough
  /// for strangers' records that say a thing in every second byte.
  static var byteCountMax: Int { 256 << 10 }

  private struct Memory {
    var values: [[UInt8]: Value] = [:]
    var byteCount = 0
  }

  private let memory = Mutex(Memory())

  /// What `record` says, as `parse` reads it; a record that can't be read is read again each time.
  func value<Failure: Error>(
    of record: [UInt8],
    parse: ([UInt8]) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    if let known = memory.withLock({ $0.values[record] }) { return known }
    let value = try parse(record)
    guard record.count <= Self.byteCountMax else { return value }
    memory.withLock {
      if $0.values.count >= Self.countMax || $0.byteCount + record.count > Self.byteCountMax {
        $0.values.removeAll(keepingCapacity: true)
        $0.byteCount = 0
      }
      // Another task may have read it meanwhile.
      if $0.values.updateValue(value, forKey: record) == nil { $0.byteCount += record.count }
    }
    return value
  }
}
