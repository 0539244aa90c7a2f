// needs: SeedAuth
import SeedMail

@testable import SeedAuth

/// DNSSEC chains and signed answers: what is read is written again the same, and nothing is proved by
/// keys that nobody believes.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzDNSSEC(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = unsafe input(start, count)
  let now = Timestamp(seconds: 1_560_000_000)
  if let records = ResourceRecord.all(inChain: bytes) {
    require(records.flatMap(\.wire) == bytes, "a chain is written the same")
    for record in records { _ = RRSIG(record)?.validity(near: now) }
  }
  let anchors = RootAnchor.all(in: ". IN DS " + String(decoding: bytes.prefix(200), as: UTF8.self))
  for name in ["a.example", "_443._tcp.www.example.com"] {
    for type: UInt16 in [16, 52] {
      let proof = try? DNSSECChain.verify(bytes, name: name, type: type, at: now, anchors: anchors)
      require(proof == nil, "nothing is proved by strangers' keys")
    }
  }
  // The question `a.example TXT`, and whatever comes as its answer.
  let question: [UInt8] = [1, 97, 7, 101, 120, 97, 109, 112, 108, 101, 0, 0, 16, 0, 1]
  let wire = [0, 0, 0x81, 0x80, 0, 1, 0, 4, 0, 0, 0, 0] + question + bytes
  _ = ResourceRecord.all(inAnswerOf: wire)
  let answer = DNSAnswer(
    name: "a.example",
    type: .txt,
    status: .found,
    records: [[1, 97]],
    wire: wire,
    isSecure: true,
    receivedAt: now,
    source: "s"
  )
  _ = DNSSECChain.signers(of: answer)
  _ = try? DNSSECChain.write("a.example", .txt, from: [answer])
  return 0
}
