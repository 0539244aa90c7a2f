public import SeedAuth
public import SeedMail

/// A look at a DKIM key, some time after mail came that it had signed. It is never changed, and what
/// was verified when the mail arrived stays verified, whatever it finds.
public struct KeyCheck: Sendable, Hashable, Identified {
  public static let identifierPrefix = "key"

  /// Its identifier.
  public let id: Identifier<KeyCheck>
  /// Where the key was published: `<selector>._domainkey.<domain>`.
  public let name: String
  /// When it was asked for.
  public let askedAt: Timestamp
  /// What was there.
  public let found: PublishedKeys

  /// Makes a check.
  public init(
    id: Identifier<KeyCheck>,
    name: String,
    askedAt: Timestamp,
    found: PublishedKeys
  ) {
    self.id = id
    self.name = name
    self.askedAt = askedAt
    self.found = found
  }
}

/// What became of the key that signed a message.
public struct KeyHistory: Sendable, Hashable, Encodable {
  /// How a key may be gone.
  public enum Withdrawal: String, Sendable, Hashable, Encodable {
    /// Nothing is published under its name.
    case absent
    /// Its record says that it is revoked.
    case revoked
    /// Another key stands in its place.
    case replaced
  }

  /// The signing domain and the selector.
  public let domain: String, selector: String
  /// When the key was last seen.
  public private(set) var lastSeen: Timestamp
  /// When DNS last answered; the same as ``lastSeen`` where the key is still published.
  public private(set) var lastAsked: Timestamp
  /// When it was first found to be gone, since it was last seen; `nil` where it wasn't.
  @ExplicitNull public private(set) var withdrawnBy: Timestamp?
  /// How it is gone.
  @ExplicitNull public private(set) var withdrawal: Withdrawal?

  /// Follows a key from a message on.
  ///
  /// - Parameters:
  ///   - signature: The verdict on the signature. Where no key was found for it, any key under its
  ///     name is taken for the one that signed.
  ///   - seenAt: When that verdict was made.
  ///   - checks: The checks of the key's name, oldest first.
  public init(_ signature: DKIMResult, seenAt: Timestamp, checks: [KeyCheck]) {
    domain = signature.domain
    selector = signature.selector
    lastSeen = seenAt
    lastAsked = seenAt
    for check in checks where check.askedAt >= seenAt {
      let withdrawal: Withdrawal?
      switch check.found {
      case .unanswered: continue
      case .absent: withdrawal = .absent
      case .revoked: withdrawal = .revoked
      case .keys(let digests):
        let isThere = signature.keyDigest.isEmpty || digests.contains(signature.keyDigest)
        withdrawal = isThere ? nil : .replaced
      }
      lastAsked = check.askedAt
      if withdrawal == nil { lastSeen = check.askedAt }
      withdrawnBy = withdrawal == nil ? nil : withdrawnBy ?? check.askedAt
      self.withdrawal = withdrawal
    }
  }

  /// A sentence about a key that is gone; `nil` where it is not.
  public var sentence: String? {
    guard let withdrawnBy, let withdrawal else { return nil }
    let how =
      switch withdrawal {
      case .absent: "nothing is published there any more"
      case .revoked: "its record says that it is revoked"
      case .replaced: "another key stands there"
      }
    return "The key \(selector) of \(domain) was withdrawn between \(lastSeen.rfc3339) and "
      + "\(withdrawnBy.rfc3339): \(how). What it signed before is still signed."
  }
}

extension KeyHistory {
  /// The histories of the keys that verify these sightings, each key once, from the first sighting
  /// that it signed.
  public static func all(
    of sightings: [JudgedSighting],
    in store: any StoreReader
  ) throws -> [KeyHistory] {
    var known = Set<[UInt8]>()
    var histories: [KeyHistory] = []
    for entry in sightings {
      for signature in entry.sighting.facts.authentication.dkim
      where signature.isIntact
        && known.insert(signature.keyDigest + signature.keyName.utf8).inserted
      {
        let checks = try store.keyChecks(of: signature.keyName, limit: countMax)
        histories.append(
          KeyHistory(signature, seenAt: entry.sighting.recordedAt, checks: checks)
        )
      }
    }
    return histories
  }

  /// The most checks of a key that are looked at, the newest: those of a year and more.
  public static let countMax = 400
}
