import SeedCore
import SeedService

/// Finds the record that a user means: by identifier, by the first symbols of one, or by name.
enum Lookup {
  /// An organisation by identifier, its beginning, or name.
  static func organisation(_ text: String, in store: any StoreReader) throws -> Organisation {
    try organisation(text, among: store.organisations())
  }

  /// An organisation among all that there are.
  static func organisation(_ text: String, among all: [Organisation]) throws -> Organisation {
    if let part = IdentifierText.Part(text, prefix: Organisation.identifierPrefix) {
      return try one(all.filter { part.matches($0.id) }, text, "organisation", "seedctl org list")
    }
    let exact = all.filter { $0.name == text }
    let named = exact.isEmpty ? all.filter { $0.name.lowercased() == text.lowercased() } : exact
    return try one(named, text, "organisation", "seedctl org list")
  }

  /// A seed by identifier, its beginning, or address.
  static func seed(
    _ text: String,
    matchKey: MatchKey,
    in store: any StoreReader
  ) throws -> Seed {
    if let part = IdentifierText.Part(text, prefix: Seed.identifierPrefix) {
      return try one(
        store.seeds(beginning: part, limit: 2),
        text,
        "seed",
        "seedctl seed list"
      )
    }
    guard let mailbox = Mailbox(argument: text) else {
      throw Failure(.usage, "'\(text)': name a seed by its address or its identifier (seed_…)")
    }
    let tokens = matchKey.tokens(for: mailbox)
    let found = try store.seeds(matching: tokens)
    guard let seed = tokens.lazy.compactMap({ found[$0] }).first else {
      throw Failure(
        .notFound,
        "this address is no seed of this home; `seedctl seed check ADDRESS` looks for typing errors"
      )
    }
    return seed
  }

  /// A finding by identifier or its beginning.
  static func finding(_ text: String, in store: any StoreReader) throws -> Finding {
    guard let part = IdentifierText.Part(text, prefix: Finding.identifierPrefix) else {
      throw Failure(.usage, "'\(text)': name a finding by its identifier (fnd_…)")
    }
    if let id = Identifier<Finding>(text), let finding = try store.finding(id) { return finding }
    let all = try store.findings(FindingQuery(limit: .max)).filter { part.matches($0.id) }
    return try one(all, text, "finding", "seedctl alerts --all")
  }

  /// A case by identifier or its beginning.
  static func `case`(_ text: String, in store: any StoreReader) throws -> Case {
    guard let part = IdentifierText.Part(text, prefix: Case.identifierPrefix) else {
      throw Failure(.usage, "'\(text)': name a case by its identifier (case_…)")
    }
    if let id = Identifier<Case>(text), let found = try store.case(id) { return found }
    let all = try store.cases(limit: .max).filter { part.matches($0.id) }
    return try one(all, text, "case", "seedctl case list")
  }

  private static func one<Record>(
    _ found: [Record],
    _ text: String,
    _ kind: String,
    _ listing: String
  ) throws -> Record {
    guard let first = found.first else {
      throw Failure(.notFound, "there is no \(kind) '\(Console.safe(text))'; see `\(listing)`")
    }
    guard found.count == 1 else {
      throw Failure(
        .usage,
        "'\(Console.safe(text))' means more than one \(kind); use more of its identifier"
      )
    }
    return first
  }
}

extension Mailbox {
  /// An address as users type it; `nil` for anything without one `@` between two parts.
  init?(argument: String) {
    guard let at = argument.lastIndex(of: "@"), at > argument.startIndex,
      argument.index(after: at) < argument.endIndex, argument.utf8.count <= 320
    else { return nil }
    let domain = argument[argument.index(after: at)...].lowercased()
    guard let ascii = IDNA.toASCII(domain) else { return nil }
    self.init(displayName: nil, localPart: String(argument[..<at]), domain: ascii)
  }
}
