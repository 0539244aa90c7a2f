// needs: SeedAuth
import SeedAuth
import SeedMail

/// DMARC records: any text is refused or read, and a record gives a verdict.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzDMARC(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = unsafe input(start, count)
  let text = Array("v=DMARC1;".utf8) + bytes
  _ = try? DMARCRecord(parsing: bytes)
  guard (try? DMARCRecord(parsing: text)) != nil else { return 0 }
  let now = Timestamp(seconds: 1_800_000_000)
  var zone = ZoneFile(now: { now })
  try? zone.add([text], for: "_dmarc.petitions.example", .txt)
  let resolver = zone
  for mode in [DMARCResult.Mode.rfc9989, .rfc7489] {
    let result = blocking {
      await DMARCVerifier(resolver: resolver, mode: mode).verify(
        fromDomain: "news.petitions.example",
        dkim: [],
        spf: nil
      )
    }
    require(result.result == .fail || result.result == .none, "nothing is aligned")
    require((result.policy == nil) == (result.result == .none), "a failure has its policy")
  }
  return 0
}
