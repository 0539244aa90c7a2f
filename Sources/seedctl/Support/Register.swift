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

  /// Enters an organisation with domains of its own.
  func add(
    _ name: String,
    domains: [String],
    in store: any StoreWriter
  ) throws -> Organisation {
    let now = Timestamp.now
    return try add(
      name,
      entries: domains.map {
        OrganisationDomain(domain: $0, role: .own, reason: "entered at the start", recordedAt: now)
      },
      in: store
    )
  }

  /// Enters an organisation.
  func add(
    _ name: String,
    entries: [OrganisationDomain],
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
}

extension Session {
  /// The register of this home.
  func register() throws -> Register {
    Register(publicSuffixes: try publicSuffixes(), identifiers: identifiers)
  }
}
