public import SeedCore

/// What a person says about the sign-up that an address is for.
public struct SignUp: Sendable, Hashable {
  /// The URL of the form.
  public var form = ""
  /// What the address is given for, as the form puts it.
  public var purpose = ""
  /// How consent to mail was answered.
  public var optIn: Seed.OptIn?
  /// SHA-256 of the privacy notice.
  public var noticeDigest: [UInt8]?
  /// Whose address it is.
  public var participant: String?
  /// How long the first authenticated sender is taken for the organisation.
  public var learningWindow: Duration?

  /// A sign-up of which nothing is known.
  public init() {}
}

/// How the addresses of one order are made.
public struct MintOrder: Sendable {
  /// For whom.
  public enum Holder: Sendable {
    case organisation(Organisation)
    case control(Seed.Control)
  }

  /// For whom.
  public let holder: Holder
  /// What is known of the sign-up.
  public let signUp: SignUp
  /// How long the tag is.
  public let profile: AddressTag.Profile
  /// What the addresses begin with; `nil` for given names by chance.
  public let stem: String?
  /// Whose subaddresses they are (`user+…@provider`); `nil` in the catch-all domain.
  public let user: String?
  /// The domain of the addresses, as A-labels.
  public let domain: String
  /// How many.
  public let count: Int

  /// Makes an order.
  public init(
    holder: Holder,
    signUp: SignUp,
    profile: AddressTag.Profile = .p80,
    stem: String? = nil,
    user: String? = nil,
    domain: String,
    count: Int = 1
  ) {
    self.holder = holder
    self.signUp = signUp
    self.profile = profile
    self.stem = stem
    self.user = user
    self.domain = domain
    self.count = count
  }
}

/// Mints addresses: first into the vault, then into the store with a leaf for each.
///
/// A crash between the two leaves addresses in the vault that nobody was told of, and nothing else.
public struct Minter: Sendable {
  /// How many addresses are minted in one transaction.
  public static let batchCount = 10_000

  private let vault: Vault
  private let store: any Store
  private let matchKey: MatchKey
  private let origin: String
  private let identifiers: IdentifierSource

  /// Makes a minter for one home.
  ///
  /// - Parameter origin: The ledger's origin.
  public init(
    vault: Vault,
    store: any Store,
    matchKey: MatchKey,
    origin: String,
    identifiers: IdentifierSource
  ) {
    self.vault = vault
    self.store = store
    self.matchKey = matchKey
    self.origin = origin
    self.identifiers = identifiers
  }

  /// Mints what is ordered, in batches; each is on disk before `report` is told of it.
  public func mint(
    _ order: MintOrder,
    at now: Timestamp,
    report: ([(seed: Seed, minted: MintedAddress)]) throws -> Void
  ) async throws {
    var left = order.count
    while left > 0 {
      let batch = try await mintBatch(order, count: min(left, Self.batchCount), at: now)
      try report(batch)
      left -= batch.count
    }
  }

  private func mintBatch(
    _ order: MintOrder,
    count: Int,
    at now: Timestamp
  ) async throws -> [(seed: Seed, minted: MintedAddress)] {
    let newest = try await store.read {
      try $0.newestWitnessedCheckpoint() ?? $0.newestCheckpoint()
    }
    let record = order.record(origin: origin, after: newest?.head, at: now)
    let requests = (0..<count).map { _ in
      MintRequest(
        seed: identifiers.next(at: now),
        record: record,
        stem: order.stem,
        user: order.user
      )
    }
    let minted = try await vault.mint(requests)
    let tokens = try minted.map { minted in
      guard let at = minted.address.lastIndex(of: "@"),
        let address = SeedAddress(
          Mailbox(
            displayName: nil,
            localPart: String(minted.address[..<at]),
            domain: order.domain
          )
        )
      else { throw VaultError.malformedDomain }
      return matchKey.token(for: address)
    }
    return try await store.write { store in
      try zip(minted, tokens).map { minted, token in
        let index = try store.append(
          Leaf(kind: .mint, bytes: minted.leaf.bytes, subject: minted.seed.rawValue)
        )
        let seed = order.seed(minted.seed, token: token, leafIndex: index, at: now)
        try store.insert(seed)
        return (seed, minted)
      }
    }
  }
}

extension MintOrder {
  fileprivate func record(
    origin: String,
    after head: TreeHead?,
    at now: Timestamp
  ) -> MintRecord {
    let (name, organisationDomain, form): (String, String, String) =
      switch holder {
      case .organisation(let organisation):
        (
          organisation.name,
          organisation.domains.first { $0.role == .own && $0.revokedAt == nil }?.domain ?? "",
          signUp.form
        )
      case .control(let control): (MintRecord.controlName, "", "control:" + control.rawValue)
      }
    return MintRecord(
      profile: profile,
      organisationName: name,
      organisationDomain: organisationDomain,
      form: form,
      domain: domain,
      mintedAt: now,
      log: origin,
      after: head ?? TreeHead(size: 0, rootHash: MerkleTree.emptyRootHash)
    )
  }

  fileprivate func seed(
    _ id: Identifier<Seed>,
    token: MatchToken,
    leafIndex: Int64,
    at now: Timestamp
  ) -> Seed {
    var organisation: Identifier<Organisation>?
    var control: Seed.Control?
    switch holder {
    case .organisation(let known): organisation = known.id
    case .control(let kind): control = kind
    }
    return Seed(
      id: id,
      token: token,
      organisation: organisation,
      scheme: profile == .p80 ? .p80 : .p60,
      control: control,
      form: signUp.form,
      purpose: signUp.purpose,
      optIn: signUp.optIn,
      noticeDigest: signUp.noticeDigest,
      participant: signUp.participant,
      mintedAt: Timestamp(seconds: now.seconds),
      learnUntil: signUp.learningWindow.map { now.advanced(by: $0) },
      leafIndex: leafIndex
    )
  }
}
