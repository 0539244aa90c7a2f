import SeedMail

/// What `claims.json` says of the case, as far as the verifier needs it: the exporter's word.
struct BundleDescription: Sendable {
  struct Seed: Sendable {
    /// Its folder below `data/`, where it has files: `mint` or `mint/NN`.
    let part: String
    let isAdopted: Bool
    /// `nil` in the public edition.
    let address: String?
    /// The SHA-256 of the privacy notice that is in the bundle, in hexadecimal.
    let notice: String?
  }

  struct Message: Sendable {
    /// Its folder below `data/`: `msg/NN`.
    let part: String
    /// The part of the seed that it reached.
    let seed: String
    /// Whether it is said to be the organisation's own, and not the sender's.
    let isOwn: Bool
  }

  /// The most seeds and messages that a bundle may have: as many as a dossier.
  static let seedCountMax = Dossier.seedCountMax
  static let messageCountMax =
    Dossier.messageCountMax + Dossier.seedCountMax * Dossier.baselineCountMax

  let edition: BundleEdition
  /// `nil` where the seeds are controls.
  let organisationName: String?
  /// The domains that are said to write for the organisation.
  let ownDomains: [String]
  /// What tells the sender from others, and its domain; empty where none is known.
  let senderKey: String, senderDomain: String
  let seeds: [Seed]
  let messages: [Message]
  /// The verdicts that it gives itself, by number and part.
  let verdicts: [Claim.Key: Claim.Verdict]

  init(_ content: [UInt8]?) throws(Contradiction) {
    let malformed = Contradiction("claims.json isn't as it must be written.")
    guard let content else { throw Contradiction("claims.json is missing.") }
    guard let json = try? JSONValue(parsing: content), CanonicalJSON.bytes(of: json) == content
    else { throw malformed }
    guard json["v"]?.integer == 1 else {
      throw Contradiction("The bundle is of another version than 1.")
    }
    guard let edition = json["edition"]?.string.flatMap(BundleEdition.init),
      json["bodies"]?.string != nil, let found = json["case"],
      let key = found["sender"]?["key"]?.string, let domain = found["sender"]?["domain"]?.string,
      let seeds = json["seeds"]?.array, let messages = json["messages"]?.array,
      let claims = json["claims"]?.array
    else { throw malformed }
    guard seeds.count <= Self.seedCountMax, messages.count <= Self.messageCountMax else {
      throw Contradiction("claims.json has more seeds or messages than a bundle may have.")
    }
    self.edition = edition
    organisationName = found["organisation"]?["name"]?.string
    ownDomains = (found["organisation"]?["domains"]?.array ?? [])
      .filter { entry in
        entry["role"]?.string.flatMap(OrganisationDomain.Role.init)?.isExpected == true
      }
      .compactMap { $0["domain"]?.string }
    senderKey = key
    senderDomain = domain
    self.seeds = try seeds.map { entry throws(Contradiction) in
      guard let part = entry["part"]?.string, Self.isPart(part, "mint", alone: seeds.count == 1),
        let scheme = entry["scheme"]?.string
      else { throw malformed }
      return Seed(
        part: part,
        isAdopted: scheme == SeedCore.Seed.Scheme.adopted.rawValue,
        address: entry["address"]?.string,
        notice: entry["notice"]?.string
      )
    }
    self.messages = try messages.map { entry throws(Contradiction) in
      guard let part = entry["part"]?.string, Self.isPart(part, "msg", alone: false),
        let seed = entry["seed"]?.string, seeds.contains(where: { $0["part"]?.string == seed }),
        let role = entry["role"]?.string, role == "own" || role == "sender"
      else { throw malformed }
      return Message(part: part, seed: seed, isOwn: role == "own")
    }
    let parts = self.seeds.map(\.part) + self.messages.map(\.part)
    guard !seeds.isEmpty, Set(parts).count == parts.count else { throw malformed }
    var verdicts: [Claim.Key: Claim.Verdict] = [:]
    for claim in claims {
      guard let number = claim["number"]?.integer,
        let verdict = claim["verdict"]?.string.flatMap(Claim.Verdict.init)
      else { throw malformed }
      verdicts[Claim.Key(number: Int(number), part: claim["part"]?.string)] = verdict
    }
    self.verdicts = verdicts
  }

  /// Whether a text is `kind/NN`, or `kind` where there is one alone.
  private static func isPart(_ text: String, _ kind: String, alone: Bool) -> Bool {
    if text == kind { return alone }
    guard text.hasPrefix(kind + "/") else { return false }
    let digits = text.utf8.dropFirst(kind.utf8.count + 1)
    return (2...4).contains(digits.count) && digits.allSatisfy { (0x30...0x39).contains($0) }
  }
}

extension Claim {
  /// What tells a claim from others of a bundle.
  struct Key: Sendable, Hashable {
    let number: Int
    let part: String?
  }

  var key: Key { Key(number: number, part: part) }
}
