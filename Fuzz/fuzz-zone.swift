// needs: SeedAuth
import SeedAuth
import SeedMail

/// Zone files: any JSON or master file is refused or gives answers.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzZone(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = unsafe input(start, count)
  let now = Timestamp(seconds: 1_800_000_000)
  guard let zone = try? ZoneFile(parsing: bytes, now: { now }) else { return 0 }
  for name in ["a", "a.example", "."] {
    for type in RecordType.allCases {
      let answer = blocking { await zone.resolve(name, type) }
      require((answer.status == .found) == !answer.records.isEmpty, "what is found has records")
    }
  }
  return 0
}
