// needs: SeedAuth
import SeedAuth
import SeedMail

/// SPF records: any record is refused or evaluated, with a bounded number of questions.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSPF(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = unsafe input(start, count)
  guard bytes.count <= 60_000 else { return 0 }
  let text = Array("v=spf1 ".utf8) + bytes
  guard (try? SPFRecord(parsing: text)) != nil else { return 0 }
  let now = Timestamp(seconds: 1_800_000_000)
  var zone = ZoneFile(now: { now })
  // Every name that a record can name stands for the record itself, so that includes recurse.
  try? zone.add([text], for: "petitions.example", .txt)
  try? zone.add([Array("192.0.2.9".utf8)], for: "petitions.example", .a)
  try? zone.add([Array("10 petitions.example".utf8)], for: "petitions.example", .mx)
  let recorder = RecordingResolver(zone, now: { now })
  guard let client = IPAddress("192.0.2.1") else { return 0 }
  let result = blocking {
    await SPFVerifier(resolver: recorder).verify(
      clientAddress: client,
      helo: "mta.example.net",
      mailFrom: "news@petitions.example",
      now: now
    )
  }
  require(result.result != .policy, "SPF has no such verdict")
  require(recorder.answers.count <= 123, "the questions are bounded")
  return 0
}
