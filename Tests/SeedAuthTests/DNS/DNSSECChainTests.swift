import SeedCrypto
import SeedMail
import SeedTesting
import Testing

@testable import SeedAuth

struct DNSSECChainTests {
  private static let now = Timestamp(seconds: 1_800_000_000)

  /// A zone with a key of its own.
  private struct Zone {
    let name: String
    let key: Key
    enum Key {
      case rsa(RSAPrivateKey)
      case ed25519(Ed25519PrivateKey)
    }

    var algorithm: UInt8 { if case .rsa = key { 8 } else { 15 } }

    var dnskey: [UInt8] {
      switch key {
      case .ed25519(let key): [1, 1, 3, 15] + key.publicKey.bytes
      case .rsa(let key):
        [1, 1, 3, 8, UInt8(key.publicKey.exponent.count)] + key.publicKey.exponent
          + key.publicKey.modulus
      }
    }

    var delegation: [UInt8] {
      ResourceRecord.bigEndian(ZoneKey.tag(dnskey)) + [algorithm, 2]
        + SHA256.hash(DNSName.wire(name) + dnskey)
    }

    /// A set with its signature, in wire form.
    func set(
      _ owner: String,
      _ type: UInt16,
      _ data: [[UInt8]],
      timeToLive: UInt32 = 60,
      labelCount: UInt8? = nil,
      from: Int64 = -3600,
      until: Int64 = 3600,
      adjusted: (inout [UInt8]) -> Void = { _ in }
    ) throws -> [UInt8] {
      let owner = DNSName.wire(owner)
      let records = data.map {
        ResourceRecord(owner: owner, type: type, timeToLive: timeToLive, data: $0)
      }
      func second(_ offset: Int64) -> [UInt8] {
        ResourceRecord.bigEndian(UInt32(truncatingIfNeeded: now.seconds + offset))
      }
      let labels = labelCount ?? UInt8(ResourceRecord.labelCount(owner))
      var head = ResourceRecord.bigEndian(type) + [algorithm, labels]
      head += ResourceRecord.bigEndian(UInt32(60)) + second(until) + second(from)
      head += ResourceRecord.bigEndian(ZoneKey.tag(dnskey)) + DNSName.wire(name)
      adjusted(&head)
      let whole = ResourceRecord(
        owner: owner,
        type: 46,
        timeToLive: timeToLive,
        data: head + [0]
      )
      let bytes = try #require(RRSIG(whole)).signedBytes(records)
      let signature =
        switch key {
        case .ed25519(let key): key.signature(for: bytes)
        case .rsa(let key): try key.signPKCS1v15(sha256Digest: SHA256.hash(bytes))
        }
      let signed = ResourceRecord(
        owner: owner,
        type: 46,
        timeToLive: timeToLive,
        data: head + signature
      )
      return (records + [signed]).flatMap(\.wire)
    }
  }

  private static let root = try! Zone(name: "", key: .ed25519(Ed25519PrivateKey()))
  private static let party = try! Zone(
    name: "party.example",
    key: .rsa(RSAPrivateKey(bitCount: 1024))
  )
  private static let text: [UInt8] = [2] + "hi".utf8

  private static func verify(
    _ chain: [UInt8],
    name: String = "a.party.example",
    type: UInt16 = 16
  ) throws -> [[UInt8]] {
    try DNSSECChain.verify(
      chain,
      name: name,
      type: type,
      at: now,
      anchors: [try #require(RootAnchor(key: root.dnskey))]
    ).records
  }

  /// The keys and the delegation that every chain here ends with.
  private static func above(_ delegations: [[UInt8]]? = nil) throws -> [UInt8] {
    try party.set("party.example", 48, [party.dnskey])
      + root.set("party.example", 43, delegations ?? [party.delegation])
      + root.set("", 48, [root.dnskey])
  }

  @Test func `RSA and Ed25519 keys make a chain`() throws {
    let chain = try Self.party.set("a.party.example", 16, [Self.text]) + Self.above()
    #expect(try Self.verify(chain) == [Self.text])
    for index in chain.indices {
      var changed = chain
      changed[index] ^= 0xFF
      #expect(throws: DNSSECFault.self) { try Self.verify(changed) }
    }
  }

  @Test func `an alias is followed to its target, and a loop ends`() throws {
    let target = DNSName.wire("b.party.example")
    let alias = try Self.party.set("a.party.example", 5, [target])
    let text = try Self.party.set("b.party.example", 16, [Self.text])
    #expect(try Self.verify(alias + text + Self.above()) == [Self.text])
    let back = try Self.party.set("b.party.example", 5, [DNSName.wire("a.party.example")])
    #expect(throws: DNSSECFault.self) { try Self.verify(alias + back + Self.above()) }
    #expect(throws: DNSSECFault.incomplete) { try Self.verify(alias + Self.above()) }
  }

  @Test func `what is not signed as it must be is refused`() throws {
    let party = Self.party
    let above = try Self.above()
    let name = "a.party.example"
    let text = [Self.text]
    for (chain, fault) in [
      // Expired, and not valid yet.
      (try party.set(name, 16, text, until: -1) + above, DNSSECFault.notValidAtThatTime),
      (try party.set(name, 16, text, from: 1) + above, .notValidAtThatTime),
      (try party.set(name, 16, text, from: 10, until: -10) + above, .notValidAtThatTime),
      // A wild card's, and a time to live that isn't the original.
      (try party.set(name, 16, text, labelCount: 2) + above, .badSignature),
      (try party.set(name, 16, text, timeToLive: 59) + above, .badSignature),
      // By a zone that the name isn't in, and by a name that is no zone.
      (
        try party.set(name, 16, text) { $0.replaceSubrange(18..., with: DNSName.wire("b.example")) }
          + above, .badSignature
      ),
      (
        try party.set(name, 16, text) { $0.replaceSubrange(18..., with: DNSName.wire(name)) }
          + above,
        .incomplete
      ),
      // By a key that isn't there, or of an algorithm that isn't verified.
      (try party.set(name, 16, text) { $0[17] ^= 1 } + above, .badSignature),
      (try party.set(name, 16, text) { $0[2] = 5 } + above, .unsupportedAlgorithm),
      // Something missing, something too much, something twice.
      (try party.set(name, 16, text), .incomplete), (above, .incomplete),
      (
        try party.set(name, 16, text) + above + party.set("c.party.example", 16, text),
        .superfluous
      ),
      (try party.set(name, 16, text + text) + above, .malformed),
      (try party.set(name, 16, []) + above, .malformed),
      // Delegated to another key.
      (
        try party.set(name, 16, text) + Self.above([Self.root.delegation]), .badSignature
      ),
      ([], .malformed), ([0], .malformed),
    ] {
      #expect(throws: fault) { try Self.verify(chain) }
    }
  }

  @Test func `a zone can't vouch for itself`() throws {
    let chain =
      try Self.party.set("a.party.example", 16, [Self.text])
      + Self.party.set("party.example", 48, [Self.party.dnskey])
      + Self.party.set("party.example", 43, [Self.party.delegation])
      + Self.root.set("", 48, [Self.root.dnskey])
    #expect(throws: DNSSECFault.badSignature) { try Self.verify(chain) }
  }

  @Test func `a chain can't make anybody work without end`() throws {
    // Many keys of one tag, and many signatures.
    var set = try Self.party.set("a.party.example", 16, [Self.text])
    let record = try #require(ResourceRecord.all(inChain: set)).last
    for number in 0..<100 as Range<UInt8> {
      var signature = try #require(record)
      signature.data[signature.data.count - 1] ^= number &+ 1
      set += signature.wire
    }
    let clock = ContinuousClock()
    let elapsed = clock.measure {
      #expect(throws: DNSSECFault.self) { try Self.verify(set + Self.above()) }
    }
    #expect(elapsed < .seconds(5))
    let many = try (0..<UInt16(ResourceRecord.countMax)).flatMap { number in
      try Self.party.set("n\(number).party.example", 16, [Self.text])
    }
    #expect(throws: DNSSECFault.malformed) { try Self.verify(many) }
    let long = [UInt8](repeating: 0, count: DNSSECChain.byteCountMax + 1)
    #expect(throws: DNSSECFault.tooLarge) { try Self.verify(long) }
  }

  @Test(arguments: [
    ("47005 13 2 " + String(repeating: "ab", count: 32), true),
    ("20326  8\t2 " + String(repeating: "AB", count: 32), true),
    ("1 8 4 " + String(repeating: "ab", count: 48), true),
    ("1 8 2 " + String(repeating: "ab", count: 31), false),
    ("1 8 1 " + String(repeating: "ab", count: 20), false),
    ("1 8 2 " + String(repeating: "g0", count: 32), false), ("x 8 2 ab", false), ("", false),
    ("70000 8 2 " + String(repeating: "ab", count: 32), false),
  ])
  func `an anchor is read as a DS record writes it`(text: String, isAnchor: Bool) {
    #expect((RootAnchor(text) != nil) == isAnchor)
    #expect(
      RootAnchor.all(in: ". IN DS \(text) ; the root\n; . IN DS \(text)\n").count
        == (isAnchor ? 1 : 0)
    )
  }

  @Test(arguments: 0..<200 as Range<UInt64>)
  func `any bytes prove something or are refused`(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var chain = try Self.party.set("a.party.example", 16, [Self.text]) + Self.above()
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let index = Int.random(in: chain.indices, using: &random)
      switch Int.random(in: 0...2, using: &random) {
      case 0: chain[index] = UInt8.random(in: 0...255, using: &random)
      case 1: chain.removeSubrange(index...)
      default: chain.insert(contentsOf: chain[..<index], at: index)
      }
      if chain.isEmpty { break }
    }
    _ = try? Self.verify(chain)
    _ = ResourceRecord.all(inAnswerOf: chain)
  }
}
