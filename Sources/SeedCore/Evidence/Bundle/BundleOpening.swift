import SeedCrypto
import SeedMail

/// What opens the commitments of a bundle: the contents of its `opening.json` files.
enum BundleOpening {
  /// Writes what opens a mint leaf; `nil` for an opening that a bundle has no form for.
  static func json(_ opening: MintOpening) -> JSONValue? {
    switch opening {
    case .alias(let secret, _, let address):
      [
        "v": 1, "kind": "alias", "secret": .string(Base64.encode(secret)),
        "address": .string(address),
      ]
    case .record(let blind, _, let addressHash):
      [
        "v": 1, "kind": "record", "blind": .string(Base64.encode(blind)),
        "addressHash": .string(Base64.encode(addressHash)),
      ]
    case .address: nil
    }
  }

  /// Reads what opens a mint leaf.
  static func mint(
    _ json: JSONValue,
    record: [UInt8],
    path: String
  ) throws(Contradiction) -> MintOpening {
    switch json["kind"]?.string {
    case "alias":
      if let secret = json.bytes("secret"), let address = json["address"]?.string {
        return .alias(secret: secret, record: record, address: address)
      }
    case "record":
      if let blind = json.bytes("blind"), let hash = json.bytes("addressHash") {
        return .record(blind: blind, record: record, addressHash: hash)
      }
    default: break
    }
    throw Contradiction("\(path) is malformed.")
  }
}

/// What opens the leaves of one message: the contents of `msg/NN/opening.json`.
struct MessageOpening: Sendable {
  /// SHA-256 of the message and of the DNS archive at its arrival.
  let rawDigest: [UInt8], dnsDigest: [UInt8]
  /// The salts of the receipt.
  let rawSalt: [UInt8], metaSalt: [UInt8], dnsSalt: [UInt8]
  /// The salt of the leaf that commits to `dns.json`; `nil` where there is none.
  let answersSalt: [UInt8]?
  /// The judgement that holds, and the salt of its leaf.
  let judgement: (content: JSONValue, salt: [UInt8])?

  init(_ json: JSONValue, path: String) throws(Contradiction) {
    guard json["v"]?.integer == 1, let receipt = json["rcpt"],
      let rawDigest = receipt.bytes("rawDigest"), let dnsDigest = receipt.bytes("dnsDigest"),
      let rawSalt = receipt.bytes("rawSalt"), let metaSalt = receipt.bytes("metaSalt"),
      let dnsSalt = receipt.bytes("dnsSalt")
    else { throw Contradiction("\(path) is malformed.") }
    self.rawDigest = rawDigest
    self.dnsDigest = dnsDigest
    self.rawSalt = rawSalt
    self.metaSalt = metaSalt
    self.dnsSalt = dnsSalt
    answersSalt = json["dns"]?.bytes("salt")
    if let judge = json["judge"] {
      guard let content = judge["judgement"], let salt = judge.bytes("salt") else {
        throw Contradiction("\(path) is malformed.")
      }
      judgement = (content, salt)
    } else {
      judgement = nil
    }
    guard (json["dns"] == nil) == (answersSalt == nil) else {
      throw Contradiction("\(path) is malformed.")
    }
  }

  /// Takes what a dossier has; `nil` where an opening isn't as the store writes it.
  init?(_ message: Dossier.Message, answers: Dossier.LedgerEntry?) {
    guard let receipt = message.receipt.flatMap({ try? JSONValue(parsing: $0.leaf.opening) }),
      let rawSalt = receipt.bytes("salt_raw"), let metaSalt = receipt.bytes("salt_meta"),
      let dnsSalt = receipt.bytes("salt_dns")
    else { return nil }
    rawDigest = message.sighting.messageDigest
    dnsDigest = SHA256.hash(message.looks.first?.recorded.dnsArchive ?? [])
    self.rawSalt = rawSalt
    self.metaSalt = metaSalt
    self.dnsSalt = dnsSalt
    answersSalt = answers.flatMap { try? JSONValue(parsing: $0.leaf.opening) }?.bytes("salt")
    let last = message.judgements.last
    judgement = last?.leaf.flatMap { try? JSONValue(parsing: $0.leaf.opening) }?.bytes("salt")
      .flatMap { salt in (try? last?.judgement.json).map { ($0, salt) } }
  }

  /// The file's contents.
  var json: JSONValue {
    var members: [JSONValue.Member] = [
      .init("v", 1),
      .init(
        "rcpt",
        .object(
          [
            ("rawDigest", rawDigest), ("dnsDigest", dnsDigest), ("rawSalt", rawSalt),
            ("metaSalt", metaSalt), ("dnsSalt", dnsSalt),
          ].map { .init($0, .string(Base64.encode($1))) }
        )
      ),
    ]
    if let answersSalt {
      members.append(.init("dns", ["salt": .string(Base64.encode(answersSalt))]))
    }
    if let judgement {
      members.append(
        .init(
          "judge",
          ["judgement": judgement.content, "salt": .string(Base64.encode(judgement.salt))]
        )
      )
    }
    return .object(members)
  }

  /// The leaf that the receipt must be.
  func receiptLeaf(meta: [UInt8]) -> [UInt8] {
    Commitment.receiptLine(
      digests: [rawDigest, SHA256.hash(meta), dnsDigest],
      salts: [rawSalt, metaSalt, dnsSalt]
    )
  }
}
