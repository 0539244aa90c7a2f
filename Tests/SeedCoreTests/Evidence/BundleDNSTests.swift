import SeedCrypto
import SeedMail
import SeedTesting
import Testing

@testable import SeedAuth
@testable import SeedCore

struct BundleDNSTests {
  private static let now = Timestamp(seconds: 1_800_000_000)
  private static let name = "s2026._domainkey.party.example"
  private static let folder = "msg/01/dns"

  /// A zone that signs with one key.
  private struct Zone {
    let name: String
    let key = try! Ed25519PrivateKey()

    var keyData: [UInt8] { [1, 1, 3, 15] + key.publicKey.bytes }

    func set(_ owner: String, _ type: UInt16, _ data: [UInt8]) throws -> [UInt8] {
      let owner = DNSName.wire(owner)
      let record = ResourceRecord(owner: owner, type: type, timeToLive: 0, data: data)
      var head = ResourceRecord.bigEndian(type) + [15, UInt8(ResourceRecord.labelCount(owner))]
      for time in [0, now.seconds + 3600, now.seconds - 3600] {
        head += ResourceRecord.bigEndian(UInt32(truncatingIfNeeded: time))
      }
      head += ResourceRecord.bigEndian(ZoneKey.tag(keyData)) + DNSName.wire(name)
      let unsigned = ResourceRecord(owner: owner, type: 46, timeToLive: 0, data: head + [0])
      let bytes = try #require(RRSIG(unsigned)).signedBytes([record])
      let signature = ResourceRecord(
        owner: owner,
        type: 46,
        timeToLive: 0,
        data: head + key.signature(for: bytes)
      )
      return record.wire + signature.wire
    }
  }

  private static let root = Zone(name: "")
  private static let party = Zone(name: "party.example")

  private static func chain(_ text: [UInt8]) throws -> [UInt8] {
    let digest = SHA256.hash(DNSName.wire(party.name) + party.keyData)
    let delegation = ResourceRecord.bigEndian(ZoneKey.tag(party.keyData)) + [15, 2] + digest
    return try party.set(name, 16, text) + party.set(party.name, 48, party.keyData)
      + root.set(party.name, 43, delegation) + root.set("", 48, root.keyData)
  }

  private static func answer(_ data: [UInt8]) -> DNSAnswer {
    DNSAnswer(name: name, type: .txt, status: .found, records: [data], receivedAt: now, source: "")
  }

  private static func proved(
    _ answers: [DNSAnswer],
    _ files: [String: [UInt8]],
    anchors: [RootAnchor]
  ) throws -> [DNSAnswer] {
    let named = files.map { ("data/\(folder)/\($0.key)", $0.value) }
    return try BundleDNS.proved(
      answers,
      by: BundleFiles(files: Dictionary(uniqueKeysWithValues: named)),
      in: folder,
      anchors
    )
  }

  @Test func `a chain proves the key that was archived, and no other`() throws {
    let anchor = try #require(RootAnchor(key: Self.root.keyData))
    let data: [UInt8] = [5] + "p=abc".utf8
    let chain = try Self.chain(data)
    let answer = Self.answer(data)
    let files = ["chain.rfc9102": chain]
    #expect(try Self.proved([answer], files, anchors: [anchor]) == [answer])
    #expect(try Self.proved([answer], [:], anchors: [anchor]) == [])
    // A chain to somebody else's root shows nothing, and contradicts nothing.
    #expect(try Self.proved([answer], files, anchors: RootAnchor.iana) == [])
    let other = Self.answer([5] + "p=abd".utf8)
    #expect(throws: Contradiction.self) { try Self.proved([other], files, anchors: [anchor]) }
    // One chain proves one key once.
    #expect(throws: Contradiction.self) {
      try Self.proved(
        [answer],
        ["chain.rfc9102": chain, "chain-2.rfc9102": chain],
        anchors: [anchor]
      )
    }
    for index in stride(from: 0, to: chain.count, by: 7) {
      var changed = chain
      changed[index] ^= 1
      let found = try? Self.proved([answer], ["chain.rfc9102": changed], anchors: [anchor])
      #expect(found == nil || found == [], "\(index)")
    }
  }

  @Test func `IANA's keys are the root's`() { #expect(RootAnchor.iana.count == 2) }

  @Test func `keys stand in a file as opendkim reads them`() throws {
    let record = Array("v=DKIM1; p=abc".utf8)
    let answers = [
      Self.answer([UInt8(record.count)] + record), Self.answer([3] + "p=\n".utf8),
      DNSAnswer(
        name: "party.example",
        type: .txt,
        status: .found,
        records: [[1, 0x61]],
        wire: [1, 2],
        receivedAt: Self.now,
        source: ""
      ),
    ]
    let files = BundleDNS.files(of: answers)
    #expect(files["opendkim-keys.txt"] == Array("\(Self.name) v=DKIM1; p=abc\n".utf8))
    #expect(files["03.wire"] == [1, 2])
    #expect(files.count == 2)
  }

  @Test func `keys from elsewhere are read, and anything else is refused`() async throws {
    let text =
      "# mine\n\na._domainkey.party.example v=DKIM1; p=abc\nA._domainkey.party.example\tp=d\n"
    let keys = try await BundleTrust.keys(parsing: Array(text.utf8))
    #expect(keys.flatMap(\.texts).count >= 2)
    #expect(keys.first?.name == "a._domainkey.party.example")
    for bad in ["x", "a..b p=x", "\u{ff} p"] {
      await #expect(throws: GrammarError.self, "\(bad)") {
        try await BundleTrust.keys(parsing: Array(bad.utf8))
      }
    }
  }
}
