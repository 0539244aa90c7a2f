import Synchronization

extension DKIMKey {
  /// The most keys that are remembered; then the memory is emptied.
  static let memoryCountMax = 512
  /// The longest record whose key is remembered.
  static let rememberedByteCountMax = 4096

  // A day's mail is signed with few keys, and to make one of its numbers costs as much as to verify
  // a signature with it. What a record says never changes, so nothing here can be stale.
  private static let memory = Mutex<[[UInt8]: DKIMKey]>([:])

  /// The key that `record` holds, read once.
  static func remembered(_ record: [UInt8]) throws(SignatureFault) -> DKIMKey {
    if let known = memory.withLock({ $0[record] }) { return known }
    let key = try DKIMKey(parsing: record)
    guard record.count <= rememberedByteCountMax else { return key }
    memory.withLock {
      if $0.count >= memoryCountMax { $0.removeAll(keepingCapacity: true) }
      $0[record] = key
    }
    return key
  }
}
