public import SeedMail

/// For whom, for what and when an address was minted (`R`): what its tag and its commitment are made
/// over.
public struct MintRecord: Sendable, Hashable {
  /// The organisation's name in the records of controls.
  public static let controlName = "(control)"

  /// How long the tag is.
  public let profile: AddressTag.Profile
  /// The data controller as the person signing up sees it.
  public let organisationName: String, organisationDomain: String
  /// The URL of the sign-up form; `control:c0` or `control:c1` for a control.
  public let form: String
  /// The catch-all domain.
  public let domain: String
  /// When the address was minted, in whole seconds.
  public let mintedAt: Timestamp
  /// The ledger's origin.
  public let log: String
  /// The newest checkpoint at that time: the address is younger than it.
  public let after: TreeHead

  /// Makes a record; the time is cut to whole seconds.
  public init(
    profile: AddressTag.Profile,
    organisationName: String,
    organisationDomain: String,
    form: String,
    domain: String,
    mintedAt: Timestamp,
    log: String,
    after: TreeHead
  ) {
    self.profile = profile
    self.organisationName = organisationName
    self.organisationDomain = organisationDomain
    self.form = form
    self.domain = domain
    self.mintedAt = Timestamp(seconds: mintedAt.seconds)
    self.log = log
    self.after = after
  }

  /// Reads a record.
  ///
  /// - Throws: ``GrammarError`` unless it is the canonical form of a record of this version.
  public init(parsing bytes: [UInt8]) throws(GrammarError) {
    let value = try JSONValue(parsing: bytes)
    guard value["v"]?.integer == 1,
      let profile = value["profile"]?.string.flatMap(AddressTag.Profile.init),
      let organisation = value["org"],
      let name = organisation["name"]?.string,
      let organisationDomain = organisation["domain"]?.string,
      let form = value["form"]?.string,
      let domain = value["domain"]?.string,
      let minted = value["minted"]?.string.flatMap(Timestamp.init(rfc3339:)),
      let log = value["log"]?.string,
      let size = value["after"]?["size"]?.integer, size >= 0,
      let root = value["after"]?["root"]?.string
    else { throw GrammarError(.malformedValue, at: 0) }
    self.init(
      profile: profile,
      organisationName: name,
      organisationDomain: organisationDomain,
      form: form,
      domain: domain,
      mintedAt: minted,
      log: log,
      after: TreeHead(size: size, rootHash: try Base64.decode(Array(root.utf8).span))
    )
    // Anything that isn't written above would be hashed and not read.
    guard canonicalBytes == bytes else { throw GrammarError(.malformedValue, at: 0) }
  }

  /// The record in RFC 8785 JSON.
  public var canonicalBytes: [UInt8] {
    CanonicalJSON.bytes(of: [
      "v": 1,
      "profile": .string(profile.rawValue),
      "org": ["name": .string(organisationName), "domain": .string(organisationDomain)],
      "form": .string(form),
      "domain": .string(domain),
      "minted": .string(mintedAt.rfc3339),
      "log": .string(log),
      "after": [
        "size": .integer(after.size), "root": .string(Base64.encode(after.rootHash)),
      ],
    ])
  }
}
