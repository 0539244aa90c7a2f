import SeedAuth
public import SeedCore
import SeedCrypto
public import SeedMail
import Synchronization

/// A small watchdog's records for tests of evidence: signed mail, taken in by the real main path.
///
/// The same story gives the same records in every run, but for the salts of its commitments.
public final class CaseStory: Sendable {
  /// A minted address with what opens its commitment.
  public struct MintedSeed: Sendable {
    /// The seed.
    public let id: Identifier<Seed>
    /// Its address.
    public let address: String
    /// What opens its commitment.
    public let opening: MintOpening
  }

  /// A message to deliver.
  public struct Letter: Sendable {
    /// The author's domain, and the domain that signs; `nil` for no signature.
    public var from: String, signedBy: String?
    /// The author's display name.
    public var name = "News"
    /// The address in To; `nil` for the seed's own.
    public var to: String?
    /// The subject and the body.
    public var subject = "An appeal", body = "Hello."

    /// Makes a message that its author's domain signs.
    public init(from domain: String) {
      from = domain
      signedBy = domain
    }
  }

  /// Where its records are.
  public let store: any Store
  /// The ledger's origin.
  public static let origin = "seeds.example/log"
  private let identifiers = IdentifierSource(always: 0)
  private let matchKey: MatchKey
  private let state = Mutex(State())

  private struct State {
    var now = Sample.start
    var counter: UInt8 = 0
    var minted: [MintedSeed] = []
  }

  /// Begins a story in an empty store.
  public init(in store: any Store = InMemoryStore()) throws {
    self.store = store
    matchKey = try MatchKey(SecretBytes([UInt8](repeating: 7, count: MatchKey.byteCount)))
  }

  /// What opens the commitments of every seed that was minted so far.
  public var openings: [Identifier<Seed>: MintOpening] {
    let minted = state.withLock { $0.minted }
    return Dictionary(uniqueKeysWithValues: minted.map { ($0.id, $0.opening) })
  }

  /// Goes on to a later time.
  public func go(to time: Timestamp) { state.withLock { $0.now = time } }

  /// Adds an organisation that writes from `domain`.
  public func add(_ name: String, writingFrom domain: String) async throws -> Organisation {
    let now = state.withLock { $0.now }
    let organisation = Organisation(
      id: identifiers.next(at: now),
      name: name,
      createdAt: now,
      domains: [
        OrganisationDomain(domain: domain, role: .own, reason: "its web site", recordedAt: now)
      ]
    )
    try await store.write { try $0.insert(organisation) }
    return organisation
  }

  /// Mints an address for an organisation, or a control.
  public func mint(
    for organisation: Organisation?,
    stem: String = "anna",
    profile: AddressTag.Profile = .p80,
    participant: String? = nil,
    notice: String? = nil,
    after: TreeHead = TreeHead(size: 0, rootHash: MerkleTree.emptyRootHash)
  ) async throws -> MintedSeed {
    let (now, number) = state.withLock { state in
      state.counter += 1
      return (state.now, state.counter)
    }
    let record = MintRecord(
      profile: profile,
      organisationName: organisation?.name ?? MintRecord.controlName,
      organisationDomain: organisation?.domains.first?.domain ?? "",
      form: organisation == nil ? "control:c0" : "https://petitions.example/p/1",
      domain: "seeds.example",
      mintedAt: now,
      log: Self.origin,
      after: after
    )
    let secret = [UInt8](repeating: number, count: AliasSecret.byteCount)
    let alias = AliasSecret(SecretBytes(secret))
    let digest = SHA256.hash(record.canonicalBytes)
    let localPart = stem + alias.tag(profile, recordDigest: digest).text
    let address = localPart + "@seeds.example"
    let minted = MintedSeed(
      id: identifiers.next(at: now),
      address: address,
      opening: .alias(secret: secret, record: record.canonicalBytes, address: address)
    )
    let leaf = MintLeaf(
      commitment: alias.commitment(recordDigest: digest, address: address).digest,
      nonce: [UInt8](repeating: number, count: MintLeaf.nonceByteCount)
    )
    let mailbox = Mailbox(displayName: nil, localPart: localPart, domain: "seeds.example")
    let token = matchKey.tokens(for: mailbox)[0]
    try await store.write { store in
      let index = try store.append(
        Leaf(kind: .mint, bytes: leaf.bytes, subject: minted.id.rawValue)
      )
      let noticeBytes = notice.map { Array($0.utf8) }
      if let noticeBytes {
        try store.insertNotice(noticeBytes, digest: SHA256.hash(noticeBytes))
      }
      try store.insert(
        Seed(
          id: minted.id,
          token: token,
          organisation: organisation?.id,
          scheme: profile == .p80 ? .p80 : .p60,
          control: organisation == nil ? .c0 : nil,
          form: organisation == nil ? "" : record.form,
          purpose: organisation == nil ? "" : "to sign a petition",
          optIn: organisation == nil ? nil : .no,
          noticeDigest: noticeBytes.map(SHA256.hash),
          participant: participant,
          mintedAt: now,
          leafIndex: index
        )
      )
    }
    state.withLock { $0.minted.append(minted) }
    return minted
  }

  /// Adopts an address that existed before, for an organisation.
  public func adopt(_ address: String, for organisation: Organisation) async throws -> MintedSeed {
    let now = state.withLock { $0.now }
    let parts = address.split(separator: "@").map(String.init)
    let mailbox = Mailbox(displayName: nil, localPart: parts[0], domain: parts[1])
    let seed = Seed(
      id: identifiers.next(at: now),
      token: matchKey.tokens(for: mailbox)[0],
      organisation: organisation.id,
      scheme: .adopted,
      mintedAt: now
    )
    try await store.write { try $0.insert(seed) }
    return MintedSeed(
      id: seed.id,
      address: address,
      opening: .address(blind: [], address: address, recordHash: [])
    )
  }

  /// Records that a seed's owner withdrew consent.
  public func withdraw(_ seed: MintedSeed) async throws {
    let now = state.withLock { $0.now }
    try await store.write { try $0.setWithdrawn(seed.id, at: now) }
  }

  /// Delivers a message to a seed, and takes it in.
  @discardableResult
  public func deliver(_ letter: Letter, to seed: MintedSeed) async throws -> IntakeReport {
    let now = state.withLock { $0.now }
    return try await take(arrived(letter, at: seed.address, now), at: now)
  }

  /// Delivers a message to an address of the domain that is no seed.
  public func guess(_ localPart: String) async throws {
    let now = state.withLock { $0.now }
    _ = try await take(
      arrived(Letter(from: "spam.example"), at: localPart + "@seeds.example", now),
      at: now
    )
  }

  /// Adds the `stat` leaf of every day that is over.
  public func closeDays() async throws { try await intake().closeDays() }

  /// The case of an organisation and a sender, with its openings.
  public func dossier(of organisation: Organisation?, from sender: String) async throws -> Dossier {
    let key = SenderKey(stored: sender)
    let openings = openings
    return try await store.read { store in
      guard let found = try store.case(of: organisation?.id, from: key) else {
        throw StoreError.missing
      }
      return try Dossier(found, openings: openings, in: store)
    }
  }

  private func take(_ bytes: [UInt8], at now: Timestamp) async throws -> IntakeReport {
    let number = state.withLock { state in
      state.counter += 1
      return state.counter
    }
    return try await intake().take([
      Arrival(bytes: bytes, baseName: "\(number).mx", file: nil, deliveredAt: now)
    ])
  }

  private func intake() throws -> Intake {
    let now = state.withLock { $0.now }
    var zone = ZoneFile(now: { now })
    for domain in ["petitions.example", "party.example", "bulk.example", "other.example"] {
      let signer = try Self.signer(of: domain)
      try zone.add(text: signer.keyRecord, for: signer.keyName)
    }
    try zone.add(text: "v=DMARC1; p=reject", for: "_dmarc.petitions.example")
    return Intake(
      store: store,
      matchKey: matchKey,
      settings: IntakeSettings(
        domain: "seeds.example",
        ownHosts: OwnHosts(names: ["mx.seeds.example"]),
        authservs: OwnHosts(names: ["mx.seeds.example"])
      ),
      resolver: zone,
      publicSuffixes: .builtIn,
      identifiers: identifiers,
      clock: { now }
    )
  }

  private static func signer(of domain: String) throws -> DKIMSigner {
    let key = try Ed25519PrivateKey(seed: SecretBytes(SHA256.hash(Array(domain.utf8))))
    return DKIMSigner(domain: domain, selector: "s2026", key: .ed25519(key))
  }

  /// Any text for a display name or a subject, as encoded words (RFC 2047).
  public static func encodedWords(_ text: String) -> String {
    var words: [String] = []
    var word: [UInt8] = []
    for scalar in text.unicodeScalars {
      let bytes = Array(String(scalar).utf8)
      if word.count + bytes.count > 42 {
        words.append("=?utf-8?B?\(Base64.encode(word))?=")
        word = []
      }
      word += bytes
    }
    return (words + ["=?utf-8?B?\(Base64.encode(word))?="]).joined(separator: "\r\n ")
  }

  /// What lies in the maildir.
  private func arrived(_ letter: Letter, at recipient: String, _ now: Timestamp) throws -> [UInt8] {
    let number = state.withLock { $0.counter }
    let sent = [
      "From: \(letter.name) <news@\(letter.from)>", "To: \(letter.to ?? recipient)",
      "Subject: \(letter.subject)", "Date: \(now.mailDate)",
      "Message-ID: <\(number)@\(letter.from)>", "", letter.body, "",
    ]
    let bytes = Array(sent.joined(separator: "\r\n").utf8)
    let signed = try letter.signedBy.map { try Self.signer(of: $0).sign(bytes) } ?? bytes
    let head = [
      "Return-Path: <bounces@\(letter.from)>", "Delivered-To: \(recipient)",
      "Received: from mail.\(letter.from) (mail.\(letter.from) [192.0.2.7])",
      "\tby mx.seeds.example (Postfix) with ESMTPS id 4XyZ1",
      "\tfor <\(recipient)>; \(now.mailDate)", "",
    ]
    return Array(head.joined(separator: "\r\n").utf8) + signed
  }
}

extension Timestamp {
  /// RFC 5322 §3.3, without the day's name: `1 Mar 2026 09:00:00 +0000`.
  fileprivate var mailDate: String {
    let date = CivilDate(self)
    let months = [
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    let time = rfc3339.dropFirst(11).prefix(8)
    return "\(date.day) \(months[date.month - 1]) \(date.year) \(time) +0000"
  }
}
