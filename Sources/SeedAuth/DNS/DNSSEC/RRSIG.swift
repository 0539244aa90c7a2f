import SeedMail

/// What an RRSIG record says (RFC 4034 §3.1).
struct RRSIG {
  let covered: UInt16
  let algorithm: UInt8
  let labelCount: UInt8
  let originalTimeToLive: UInt32
  let expiration: UInt32, inception: UInt32
  let keyTag: UInt16
  let signer: [UInt8]
  let signature: [UInt8]
  /// The data without the signature: what is signed with the records.
  let head: [UInt8]

  init?(_ record: ResourceRecord) {
    let data = record.data
    guard record.type == ResourceRecord.TypeCode.rrsig, data.count > 18 else { return nil }
    func number(_ range: Range<Int>) -> UInt32 {
      data[range].reduce(0) { $0 << 8 | UInt32($1) }
    }
    var offset = 18
    guard let signer = DNSName.uncompressed(data, at: &offset), offset == 18 + signer.count,
      offset < data.count
    else { return nil }
    covered = UInt16(truncatingIfNeeded: number(0..<2))
    algorithm = data[2]
    labelCount = data[3]
    originalTimeToLive = number(4..<8)
    expiration = number(8..<12)
    inception = number(12..<16)
    keyTag = UInt16(truncatingIfNeeded: number(16..<18))
    self.signer = signer
    signature = Array(data[offset...])
    head = Array(data[..<offset])
  }

  /// From when until when it is valid. RFC 4034 §3.1.5: the numbers wrap around, so they are those
  /// that lie nearest to `time`.
  func validity(near time: Timestamp) -> ClosedRange<Int64>? {
    func nearest(_ number: UInt32) -> Int64 {
      let now = UInt32(truncatingIfNeeded: time.seconds)
      return time.seconds &+ Int64(Int32(bitPattern: number &- now))
    }
    let (from, until) = (nearest(inception), nearest(expiration))
    return from <= until ? from...until : nil
  }

  /// RFC 4034 §3.1.8.1: the bytes that are signed; `records` are those of one set.
  func signedBytes(_ records: [ResourceRecord]) -> [UInt8] {
    // RFC 4034 §6.3: in the order of their data.
    let sorted = records.sorted { $0.data.lexicographicallyPrecedes($1.data) }
    return head
      + sorted.flatMap { record -> [UInt8] in
        var record = record
        record.timeToLive = originalTimeToLive
        return record.wire
      }
  }
}
