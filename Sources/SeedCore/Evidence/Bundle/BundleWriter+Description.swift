import SeedAuth
import SeedCrypto
import SeedMail

extension BundleWriter {
  private var isPublic: Bool { settings.edition == .public }

  /// `claims.json`: what is claimed, of whom, and what was found.
  func description(claims: [Claim]) -> JSONValue {
    let bodies = isPublic ? "none" : settings.withholdsBodies ? "withheld" : "whole"
    return .object([
      .init("v", 1), .init("program", .string(settings.program)),
      .init("edition", .string(settings.edition.rawValue)), .init("bodies", .string(bodies)),
      .init("asOf", .string(time(dossier.asOf))), .init("case", caseJSON),
      .init("seeds", .array(seeds.map { seedJSON($0.part, $0.entry) })),
      .init("messages", .array(messages.map { messageJSON($0.part, $0.isOwn, $0.message) })),
      .init("omitted", .integer(Int64(dossier.omittedMessageCount))),
      .init("claims", .array(claims.map(\.json))),
    ])
  }

  /// RFC 3339; a month in the public edition.
  private func time(_ time: Timestamp) -> String {
    isPublic ? String(time.day.prefix(7)) : time.rfc3339
  }

  private var caseJSON: JSONValue {
    let strongest = dossier.strongest
    let sender = strongest?.sender
    var members: [JSONValue.Member] = [
      .init("organisation", dossier.organisation.map(organisationJSON) ?? .null),
      .init(
        "sender",
        [
          "key": .string(dossier.case.senderKey.description),
          "domain": .string(sender?.domain ?? ""),
          "status": .string((sender?.status ?? .none).rawValue),
          "platform": sender?.platform.map { .string($0) } ?? .null,
        ]
      ),
      .init("class", .string(strongest?.messageClass.rawValue ?? "")),
    ]
    if !isPublic { members.append(.init("id", .string(dossier.case.id.description))) }
    return .object(members)
  }

  private func organisationJSON(_ organisation: Organisation) -> JSONValue {
    let domains = organisation.domains.map { entry -> JSONValue in
      [
        "domain": .string(entry.domain), "role": .string(entry.role.rawValue),
        "from": entry.validFrom.map { .string(time($0)) } ?? .null,
        "until": entry.validUntil.map { .string(time($0)) } ?? .null,
        "reason": .string(isPublic ? "" : entry.reason),
      ]
    }
    return ["name": .string(organisation.name), "domains": .array(domains)]
  }

  private func seedJSON(_ part: String, _ entry: Dossier.SeedEntry) -> JSONValue {
    let seed = entry.seed
    var members: [JSONValue.Member] = [
      .init("part", .string(part)), .init("scheme", .string(seed.scheme.rawValue)),
      .init("minted", .string(time(seed.mintedAt))),
      .init("control", seed.control.map { .string($0.rawValue) } ?? .null),
    ]
    if !isPublic, !dossier.address(of: seed.id).isEmpty {
      members += [
        .init("seed", .string(seed.id.description)),
        .init("address", .string(dossier.address(of: seed.id))),
        .init("form", .string(seed.form)),
        .init("optIn", seed.optIn.map { .string($0.rawValue) } ?? .null),
      ]
    }
    if settings.edition == .regulator {
      members += [
        .init("purpose", .string(seed.purpose)),
        .init("participant", seed.participant.map { .string($0) } ?? .null),
        .init("notice", entry.notice.map { .string(SHA256.hash($0).hexadecimal) } ?? .null),
      ]
    }
    return .object(members)
  }

  private func messageJSON(
    _ part: String,
    _ isOwn: Bool,
    _ message: Dossier.Message
  ) -> JSONValue {
    let seed = seeds.first { $0.entry.seed.id == message.sighting.seed }
    return [
      "part": .string(part), "seed": .string(seed?.part ?? ""),
      "role": .string(isOwn ? "own" : "sender"),
      "arrived": .string(time(message.sighting.arrivedAt)),
      "class": .string(message.judgement.verdict.messageClass.rawValue),
      "grade": .string(message.judgement.grade.rawValue),
    ]
  }

  /// What the public edition says of a message.
  static func publicMeta(of message: Dossier.Message) -> JSONValue {
    let signatures = message.sighting.facts.authentication.dkim.filter { $0.atArrival == .pass }
    return [
      "v": 1, "month": .string(String(message.sighting.arrivedAt.day.prefix(7))),
      "grade": .string(message.judgement.grade.rawValue),
      "signatures": .array(
        signatures.map {
          [
            "d": .string($0.domain), "s": .string($0.selector),
            "key": .string($0.keyDigest.hexadecimal),
          ]
        }
      ),
    ]
  }

  /// The labels of `bag-info.txt`.
  var bagInfo: [(label: String, value: String)] {
    let common = [
      ("Bag-Software-Agent", settings.program), ("Bagging-Date", String(dossier.asOf.day)),
      ("External-Description", "Evidence on the use of an e-mail address"),
    ]
    return isPublic ? common : common + [("External-Identifier", dossier.case.id.description)]
  }

  /// `ro-crate-metadata.json` (RO-Crate 1.1).
  func crate(_ payload: [String: [UInt8]]) -> JSONValue {
    let paths = payload.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    let root: JSONValue = [
      "@id": "./", "@type": "Dataset", "name": "Evidence on the use of an e-mail address",
      "description":
        "What was minted for one organisation, and who wrote to it: records, messages, DNS answers and the proofs that they are in an append-only log. README.txt says how to check it.",
      "datePublished": .string(dossier.asOf.day), "license": ["@id": "#terms"],
      "hasPart": .array(paths.map { ["@id": .string($0)] }),
    ]
    let terms: JSONValue = [
      "@id": "#terms", "@type": "CreativeWork", "name": "Evidence",
      "description":
        "For the handling of the complaint that it was made for. It may hold personal data.",
    ]
    let metadata: JSONValue = [
      "@id": "ro-crate-metadata.json", "@type": "CreativeWork", "about": ["@id": "./"],
      "conformsTo": ["@id": "https://w3id.org/ro/crate/1.1"],
    ]
    let files = paths.map { path -> JSONValue in
      let content = payload[path] ?? []
      return [
        "@id": .string(path), "@type": "File", "name": .string(path),
        "contentSize": .string(String(content.count)),
        "sha256": .string(SHA256.hash(content).hexadecimal),
        "encodingFormat": .string(Self.format(of: path)),
      ]
    }
    return [
      "@context": "https://w3id.org/ro/crate/1.1/context",
      "@graph": .array([metadata, root, terms] + files),
    ]
  }

  private static func format(of path: String) -> String {
    switch path.split(separator: ".").last {
    case "json": "application/json"
    case "html": "text/html"
    case "pdf": "application/pdf"
    case "eml": "message/rfc822"
    case "tsr": "application/timestamp-reply"
    case "pem": "application/pem-certificate-chain"
    case "wire": "application/dns-message"
    case "txt", "py", "sh", "tlog-proof": "text/plain"
    default:
      path.hasPrefix("log/") || path.hasSuffix("/leaf") ? "text/plain" : "application/octet-stream"
    }
  }
}

extension Claim {
  /// The claim as it stands in `claims.json`.
  public var json: JSONValue {
    [
      "number": .integer(Int64(number)), "part": part.map { .string($0) } ?? .null,
      "verdict": .string(verdict.rawValue), "statement": .string(statement),
      "reasons": .array(reasons.map { .string($0) }), "refutedBy": .string(refutedBy),
    ]
  }
}
