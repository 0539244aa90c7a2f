import SeedAuth
import SeedMail
import SeedTesting
import Testing

/// `vectors/dnssec-rfc9102`: RFC 9102's example, a chain to a TLSA record.
struct DNSSECConformanceTests {
  private static let name = "_443._tcp.www.example.com"
  private static let tlsa: UInt16 = 52
  private static let anchors = [
    RootAnchor("47005 13 2 2eb6e9f2480126691594d649a5a613de3052e37861634641bb568746f2ffc4d4")
  ].compactMap(\.self)

  private static func time(_ text: String) throws -> Timestamp {
    try #require(Timestamp(rfc3339: text))
  }

  private func verify(
    _ chain: [UInt8],
    name: String = name,
    type: UInt16 = tlsa,
    at time: String = "2019-06-01T00:00:00Z",
    anchors: [RootAnchor] = anchors
  ) throws -> DNSSECChain.Proof {
    try DNSSECChain.verify(
      chain,
      name: name,
      type: type,
      at: try Self.time(time),
      anchors: anchors
    )
  }

  @Test func `the chain of RFC 9102 holds in its time, and with no byte changed`() throws {
    guard let suite = Suite.vectors("dnssec-rfc9102") else { return }
    let text = String(decoding: try suite.bytes("authentication-chain.hex"), as: UTF8.self)
    let chain = try #require([UInt8](hex: text.filter { !$0.isWhitespace }))
    let proof = try verify(chain)
    #expect(proof.records.count == 1 && proof.records[0].count == 35)
    for time in ["2018-11-29T00:00:00Z", "2020-12-01T00:00:00Z"] {
      #expect(try verify(chain, at: time) == proof)
    }
    for time in ["2018-11-27T00:00:00Z", "2020-12-03T00:00:00Z", "2026-11-22T00:00:00Z"] {
      #expect(throws: DNSSECFault.notValidAtThatTime) { try verify(chain, at: time) }
    }
    #expect(try Self.time("2018-11-28T00:00:00Z") <= proof.validity.lowerBound)
    #expect(proof.validity.upperBound <= (try Self.time("2020-12-03T00:00:00Z")))

    #expect(throws: DNSSECFault.self) { try verify(chain, name: "www.example.com") }
    #expect(throws: DNSSECFault.self) { try verify(chain, type: 16) }
    #expect(throws: DNSSECFault.notAnchored) { try verify(chain, anchors: []) }
    let other = try #require(RootAnchor("47005 13 2 " + String(repeating: "00", count: 32)))
    #expect(throws: DNSSECFault.notAnchored) { try verify(chain, anchors: [other]) }

    var refused = 0
    for index in chain.indices {
      for mask: UInt8 in [0x20, 0x81] {
        var changed = chain
        changed[index] ^= mask
        if (try? verify(changed)) == nil { refused += 1 }
      }
    }
    let cut = chain.indices.count { (try? verify(Array(chain[..<$0]))) == nil }
    #expect(refused == 2 * chain.count && cut == chain.count)
    #expect(throws: DNSSECFault.self) { try verify(chain + chain) }
    suite.report(passed: 1, total: 1)
  }
}
