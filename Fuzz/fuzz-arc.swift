// needs: SeedAuth

import SeedMail

@testable import SeedAuth

/// ARC sets: any fields make a chain or none, and without keys none passes.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzARC(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let message = Message(parsing: unsafe input(start, count))
  if let sets = try? ARCSet.all(in: message) {
    require(sets.count <= ARCSet.instanceMax, "a chain keeps to its limit")
  }
  let zone = ZoneFile(now: { Timestamp(seconds: 1_800_000_000) })
  let result = blocking { await ARCVerifier(resolver: zone, trustedSealers: []).verify(message) }
  require(result.result != .pass && !result.isTrusted, "nobody signed it")
  require(result.sealers.count <= ARCSet.instanceMax, "sealers are few")
  return 0
}
