import SeedCore
import SeedService

/// Enters organisations, and checks the domains that users type.
struct Register {
  private let publicSuffixes: PublicSuffixList
  private let identifiers: IdentifierSource

  init(publicSuffixes: PublicSuffixList, identifiers: IdentifierSource) {
    self.publicSuffixes = publicSuffixes
    self.identifiers = identifiers
  }

  /// A domain as A-labels in lower case.
  ///
  /// A public suffix is refused: an entry for `co.uk` would make every British company the
  /// organisation.
  func domain(_ text: String) throws -> String {
    var name = text
    if name.hasSuffix(".") { name.removeLast() }
    guard name.contains("."), let ascii = IDNA.toASCII(name) else {
      throw Failure(.usage, "'\(Console.safe(text))' is no domain such as petitions.example")
    }
    guard !publicSuffixes.isPublicSuffix(ascii) else {
      throw Failure(
        .usage,
        "'\(ascii)' is a public suffix: domains of many owners lie below it; name the organisation's own"
      )
    }
    return ascii
  }

  /// An organisation of that name or identifier with these entries: a new name is entered, what is
  /// missing is added, and earlier mail is judged again where something was.
  ///
  /// `all` are the organisations in the store, where the caller has read them.
  func enter(
    _ name: String,
    _ entries: [OrganisationDomain],
    among all: [Organisation]? = nil,
    recorder: JudgementRecorder,
    in store: any StoreWriter
  ) throws -> Organisation {
    let known: Organisation
    do {
      known = try Lookup.organisation(name, among: all ?? store.organisations())
    } catch let failure as Failure where failure.exitStatus == .notFound {
      guard !name.hasPrefix(Organisation.identifierPrefix + "_") else { throw failure }
      return try add(name, entries, in: store)
    }
    let now = Timestamp.now
    let missing = entries.filter { entry in
      !known.domains.contains {
        $0.domain == entry.domain && $0.role == entry.role && $0.revokedAt == nil
          && $0.validUntil.map { now < $0 } ?? true
      }
    }
    guard !missing.isEmpty else { return known }
    for entry in missing { try store.add(entry, to: known.id) }
    _ = try recorder.judgeAgain(organisation: known.id, at: now, in: store)
    return try Lookup.organisation(known.id.description, in: store)
  }

  /// Enters a new organisation.
  func add(
    _ name: String,
    _ entries: [OrganisationDomain],
    in store: any StoreWriter
  ) throws -> Organisation {
    guard !name.allSatisfy(\.isWhitespace), name.utf8.count <= 256 else {
      throw Failure(.usage, "an organisation needs a name of at most 256 bytes")
    }
    let now = Timestamp.now
    let organisation = Organisation(
      id: identifiers.next(at: now),
      name: name,
      createdAt: now,
      domains: entries
    )
    try store.insert(organisation)
    return organisation
  }

  /// Entries for domains of the organisation's own.
  static func own(_ domains: [String], reason: String) -> [OrganisationDomain] {
    domains.map {
      OrganisationDomain(domain: $0, role: .own, reason: reason, recordedAt: .now)
    }
  }
}

extension Session {
  /// The register of this home.
  func register() throws -> Register {
    Register(publicSuffixes: try publicSuffixes(), identifiers: identifiers)
  }
}
