import Foundation
import SeedCore
import SeedCrypto
import SeedMint
import SeedTesting
import Testing

extension MintRecord {
  /// A record to test with.
  static func example(
    _ profile: AddressTag.Profile = .p80,
    name: String = "Example Campaign Ltd",
    domain: String = "seed.example"
  ) -> MintRecord {
    MintRecord(
      profile: profile,
      organisationName: name,
      organisationDomain: "campaign.example",
      form: "https://campaign.example/petition",
      domain: domain,
      mintedAt: Timestamp(seconds: 1_795_000_000),
      log: "seed.example/log",
      after: TreeHead(size: 0, rootHash: SHA256.hash([]))
    )
  }
}

struct MintKeyTests {
  private let key = MintKey.first()
  private let nonce = [UInt8](0..<16)

  private func mint(
    _ record: MintRecord = .example(),
    stem: String = "anna",
    user: String? = nil
  ) throws(VaultError) -> MintedAddress {
    let request = MintRequest(seed: Identifier(rawValue: 1), record: record, user: user)
    return try key.mint(request, stem: stem, nonce: nonce)
  }

  @Test func `the same arguments give the same address, any other gives another`() throws {
    let minted = try mint()
    #expect(try mint().address == minted.address)
    #expect(try mint().leaf == minted.leaf)
    #expect(try mint(.example(name: "Other")).tag != minted.tag)
    #expect(try mint(stem: "ben").tag == minted.tag)
    #expect(try mint(stem: "ben").leaf != minted.leaf)
    let later = try key.next().mint(
      MintRequest(seed: Identifier(rawValue: 1), record: .example()),
      stem: "anna",
      nonce: nonce
    )
    #expect(later.tag != minted.tag)
    #expect(later.epoch == 1)
  }

  @Test(arguments: AddressTag.Profile.allCases, [nil, "first.last"])
  func `an address is the first reading of itself`(
    profile: AddressTag.Profile,
    user: String?
  ) throws {
    let minted = try mint(.example(profile), user: user)
    let parts = minted.address.split(separator: "@")
    let mailbox = Mailbox(
      displayName: nil,
      localPart: String(parts[0]).uppercased(),
      domain: String(parts[1])
    )
    #expect(SeedAddress.readings(of: mailbox).first?.text == minted.address)
    #expect(minted.address.hasPrefix((user.map { $0 + "+" } ?? "") + "anna" + minted.tag.text))
    #expect(MintRecord.example(profile).canonicalBytes == minted.record)
    #expect(minted.leaf.bytes.count == MintLeaf.byteCount)
  }

  @Test func `each opening shows what it should, and only for its own leaf`() throws {
    let minted = try mint()
    let other = try mint(stem: "ben")
    #expect(minted.aliasOpening.result(against: minted.leaf) == .valid(.example()))
    #expect(minted.recordOpening.result(against: minted.leaf) == .valid(.example()))
    #expect(minted.addressOpening.result(against: minted.leaf) == .valid(nil))
    for opening in [minted.aliasOpening, minted.recordOpening, minted.addressOpening] {
      #expect(opening.result(against: other.leaf) == .commitmentMismatch)
    }
  }

  @Test func `an address with a commitment but without the tag is found out`() throws {
    let minted = try mint()
    // A seeder that commits to any address it likes can't make the tag fit.
    for address in ["victim@seed.example", "anna\(minted.tag.text)@other.example"] {
      let commitment = minted.secret.commitment(
        recordDigest: SHA256.hash(minted.record),
        address: address
      )
      let leaf = MintLeaf(commitment: commitment.digest, nonce: nonce)
      let opening = MintOpening.alias(
        secret: minted.secret.secret.disclosed(),
        record: minted.record,
        address: address
      )
      #expect(opening.result(against: leaf) == .tagMismatch)
    }
  }

  @Test func `an opening with a record that says more than is read is refused`() throws {
    let minted = try mint()
    let loose = Array(" ".utf8) + minted.record
    let opening = MintOpening.alias(
      secret: minted.secret.secret.disclosed(),
      record: loose,
      address: minted.address
    )
    #expect(opening.result(against: minted.leaf) == .malformed)
    #expect(
      MintOpening.address(blind: [1], address: minted.address, recordHash: [])
        .result(against: minted.leaf) == .malformed
    )
  }

  @Test(arguments: ["", "Anna", "anna1", "an-na", "ann\u{e9}", String(repeating: "a", count: 17)])
  func `a stem that forms might change is refused`(stem: String) {
    #expect(throws: VaultError.malformedStem) { try mint(stem: stem) }
  }

  @Test(arguments: ["", "a+b", "A", "a@b", "a b", String(repeating: "a", count: 50)])
  func `a user name that is none is refused`(user: String) {
    #expect(throws: VaultError.malformedUser) { try mint(user: user) }
  }

  @Test(arguments: ["", "Seed.example", "b\u{fc}cher.example"])
  func `a domain that isn't canonical is refused`(domain: String) {
    #expect(throws: VaultError.malformedDomain) { try mint(.example(domain: domain)) }
  }

  @Test func `secrets aren't printed`() throws {
    /// Whether the first bytes stand there, as a list or in lines, in hexadecimal or in Base64. A few:
    /// one alone may stand there by chance.
    func shows(_ text: String, _ secret: SecretBytes) -> Bool {
      let start = Array(secret.disclosed().prefix(6))
      let numbers = text.split { !$0.isNumber }.map(String.init)
      return numbers.contains(start.map(String.init))
        || text.contains(start.map { String(format: "%02x", $0) }.joined())
        || text.contains(Data(start).base64EncodedString())
    }
    let minted = try mint()
    var text = "\(minted.secret) \(key)"
    dump(key, to: &text)
    dump(minted.secret, to: &text)
    #expect(!shows(text, key.secret) && !shows(text, minted.secret.secret))
    var leak = ""
    dump(["key": ["secret": key.secret.disclosed()]], to: &leak)
    #expect(shows(leak, key.secret) && shows("\(key.secret.disclosed())", key.secret))
    #expect(text.contains("32 secret bytes"))
  }

  @Test func `stems are many, and all may be stems`() {
    #expect(Set(Stems.all).count == Stems.all.count && Stems.all.count > 300)
    #expect(throws: Never.self) { for stem in Stems.all { _ = try mint(stem: stem) } }
    #expect(Stems.all.contains(Stems.random()))
  }
}

struct MintLeafTests {
  @Test(arguments: [
    #"{"c":"Mh6Z-qT5BAzEEtzGNCXBX2bP1l-q2CglYXJZ5362Zr4","n":"EBAQEBAQEBAQEBAQEBAQEB","t":"mint","v":1}"#,
    #"{"c":"Mh6Z-qT5BAzEEtzGNCXBX2bP1l-q2CglYXJZ5362Zr4","n":"EBAQEBAQEBAQEBAQEBAQEA","t":"note","v":1}"#,
    #"{"n":"EBAQEBAQEBAQEBAQEBAQEA","c":"Mh6Z-qT5BAzEEtzGNCXBX2bP1l-q2CglYXJZ5362Zr4","t":"mint","v":1}"#,
    "{}", "",
  ])
  func `what is no mint leaf is refused`(text: String) {
    #expect(throws: GrammarError.self) { try MintLeaf(parsing: Array(text.utf8)) }
  }
}
