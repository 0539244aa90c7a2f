import SeedCore

/// Makes records for tests; all of one maker differ from each other.
struct RecordMaker {
  static let start = Timestamp(seconds: 1_790_000_000)

  private var number: Int64 = 0

  /// An identifier that no maker gives to a record.
  static func unknown<Entity>() -> Identifier<Entity> { Identifier(rawValue: 1 << 59) }

  static func time(_ seconds: Int64) -> Timestamp { start.advanced(by: .seconds(seconds)) }

  mutating func id<Entity>() -> Identifier<Entity> {
    number += 1
    return Identifier(rawValue: 1 << 40 + number)
  }

  mutating func digest() -> [UInt8] {
    number += 1
    return (0..<32).map { UInt8(truncatingIfNeeded: number >> (8 * ($0 % 4)) ^ $0) }
  }

  mutating func organisation(domains: [OrganisationDomain] = []) -> Organisation {
    let id: Identifier<Organisation> = id()
    return Organisation(
      id: id,
      name: "Organisation \(number)",
      createdAt: Self.time(number),
      domains: domains
    )
  }

  mutating func seed(of organisation: Organisation?, token: UInt64? = nil) -> Seed {
    let id: Identifier<Seed> = id()
    return Seed(
      id: id,
      token: MatchToken(high: token ?? UInt64.max &- UInt64(number), low: UInt64(number)),
      organisation: organisation?.id,
      scheme: .p80,
      control: organisation == nil ? .c0 : nil,
      mintedAt: Self.time(number)
    )
  }

  mutating func delivery(baseName: String? = nil) -> Delivery {
    let digest = digest()
    let name = baseName ?? "1790000\(number).M1P1.mx.seeds.example"
    return Delivery(
      messageDigest: digest,
      baseName: name,
      file: FileIdentity(
        baseName: name,
        inode: .max - UInt64(number),
        byteCount: number,
        modifiedAt: 1_790_000_000_000_000_000 + number
      ),
      takenAt: Self.time(number)
    )
  }

  mutating func sighting(of seed: Seed, by delivery: Delivery, at arrival: Timestamp) -> Sighting {
    var facts = MessageFacts()
    facts.from = [
      .init(
        displayName: "News\u{0}\u{e9}",
        address: "news@party.example",
        domain: "party.example",
        organizationalDomain: "party.example"
      )
    ]
    facts.fromFieldCount = 1
    facts.subject = "Help us \u{1f333}"
    facts.authentication.dkim = [.init(domain: "party.example", result: .pass, atArrival: .pass)]
    return Sighting(
      id: id(),
      seed: seed.id,
      recipient: "anna.k7@seeds.example",
      recipientSource: .deliveredTo,
      messageDigest: delivery.messageDigest,
      baseName: delivery.baseName,
      arrivedAt: arrival,
      recordedAt: Self.time(number),
      facts: facts
    )
  }

  mutating func judgement(
    of sighting: Sighting,
    _ messageClass: MessageClass,
    from domain: String = "party.example",
    _ status: Sender.Status = .aligned
  ) -> Judgement {
    Judgement(
      id: id(),
      sighting: sighting.id,
      madeAt: Self.time(number),
      cause: .arrival,
      sender: Sender(domain: domain, status: status, platform: "bulk.example"),
      grade: .aESP,
      verdict: Verdict(messageClass, reasons: ["One.", "Two: \"\u{0}é\"."])
    )
  }

  mutating func newCase(_ organisation: Organisation?, _ sender: SenderKey) -> Case {
    Case(id: id(), organisation: organisation?.id, senderKey: sender, openedAt: Self.time(number))
  }

  mutating func finding(of seed: Seed, in aCase: Case) -> Finding {
    Finding(
      id: id(),
      caseID: aCase.id,
      seed: seed.id,
      organisation: seed.organisation,
      senderKey: aCase.senderKey,
      sender: Sender(domain: "party.example", status: .aligned),
      messageClass: .disclosure,
      grade: .a,
      severity: .high,
      firstSeen: Self.time(number),
      lastSeen: Self.time(number + 1),
      sightingCount: 1,
      reasons: ["It says \u{0}so."]
    )
  }
}

extension RecordMaker {
  /// One of everything, each referring to the others.
  struct World {
    let organisation: Organisation
    let seed: Seed
    let delivery: Delivery
    let sighting: Sighting
    let judgement: Judgement
    let ownCase: Case
    let finding: Finding

    static let message = Array("From: news@party.example\r\n\r\nHelp.\r\n".utf8)
    static let dnsArchive: [UInt8] = [0, 1, 2, 255]

    func insert(into writer: any StoreWriter) throws {
      try writer.insert(organisation)
      _ = try writer.append(Leaf(kind: .mint, bytes: [0x7b, 0x7d], subject: seed.id.rawValue))
      try writer.insert(seed)
      _ = try writer.insert(delivery)
      try writer.insertMessage(Self.message, digest: delivery.messageDigest)
      try writer.insert(sighting, dnsArchive: Self.dnsArchive)
      try writer.append(judgement)
      try writer.insert(ownCase)
      try writer.save(finding)
      try writer.append(
        FindingEvent(finding: finding.id, kind: .found, at: sighting.arrivedAt, state: .open)
      )
    }
  }

  mutating func world() -> World {
    let organisation = organisation()
    let seed = seed(of: organisation)
    let delivery = delivery()
    let sighting = sighting(of: seed, by: delivery, at: Self.time(number))
    let judgement = judgement(of: sighting, .disclosure)
    let ownCase = newCase(organisation, SenderKey(.disclosure, judgement.sender))
    return World(
      organisation: organisation,
      seed: seed,
      delivery: delivery,
      sighting: sighting,
      judgement: judgement,
      ownCase: ownCase,
      finding: finding(of: seed, in: ownCase)
    )
  }
}

extension RecordMaker {
  static func head(_ size: Int64, root: UInt8 = 7) -> TreeHead {
    TreeHead(size: size, rootHash: [UInt8](repeating: root, count: 32))
  }

  static func checkpoint(_ size: Int64, isWitnessed: Bool = false) -> SignedCheckpoint {
    let checkpoint = Checkpoint(origin: "seeds.example/log", head: head(size))
    let note = SignedNote(text: checkpoint.text, signatures: [signature("seeds.example/log")])
    return SignedCheckpoint(
      head: checkpoint.head,
      note: note.bytes,
      signedAt: time(size),
      isWitnessed: isWitnessed
    )
  }

  static func signature(_ name: String, _ byte: UInt8 = 1) -> NoteSignature {
    NoteSignature(keyName: name, keyID: 77, signature: [UInt8](repeating: byte, count: 64))
  }

  static func timestamp(_ size: Int64, _ name: String, leafIndex: Int64) -> TimestampToken {
    TimestampToken(
      checkpointSize: size,
      authority: name,
      token: [0x30, UInt8(truncatingIfNeeded: leafIndex)],
      chain: Array("-----BEGIN CERTIFICATE-----\n".utf8),
      generatedAt: time(100 + size),
      leafIndex: leafIndex
    )
  }

  static func witnessedLog(_ origin: String, _ size: Int64, root: UInt8 = 7) -> WitnessedLog {
    WitnessedLog(
      origin: origin,
      head: head(size, root: root),
      note: [1, 0, UInt8(truncatingIfNeeded: size)],
      cosignedAt: time(size)
    )
  }
}
