import SeedCore
import SeedMint
import SeedSQLite
import SeedService

/// An open home: what a command works on.
struct Session {
  let home: Home
  let configuration: SeedService.Configuration
  let store: SQLiteStore
  let identifiers = IdentifierSource()

  /// What a command does with the store.
  enum Purpose {
    /// It looks, and records nothing.
    case reading
    case changing
  }

  init(_ options: HomeOptions, _ purpose: Purpose = .changing) throws {
    home = options.location
    try home.open()
    configuration = try options.configuration().configuration
    store =
      switch purpose {
      case .reading: try SQLiteStore.openForReading(at: home.storePath)
      case .changing: try SQLiteStore.open(at: home.storePath)
      }
  }

  /// The key that addresses are recognised by.
  func matchKey() throws -> MatchKey { try home.matchKey() }

  /// The public suffixes that this home uses.
  func publicSuffixes() throws -> PublicSuffixList { try configuration.publicSuffixes(in: home) }

  /// Judges, and queues alerts for the channels of the configuration.
  var recorder: JudgementRecorder {
    JudgementRecorder(
      withdrawalGrace: configuration.judging.withdrawalGrace,
      channels: configuration.alertChannelNames,
      identifiers: identifiers
    )
  }

  /// Queues alerts, and changes the state of findings.
  var findingRecorder: FindingRecorder {
    FindingRecorder(channels: configuration.alertChannelNames, identifiers: identifiers)
  }

  /// The vault, which minting opens.
  func vault() throws -> Vault {
    do {
      return try Vault.open(at: home.vaultPath)
    } catch let error as VaultError {
      throw Failure(.refused, error.description)
    }
  }

  /// The addresses of seeds, as far as a vault is here that knows them.
  func addresses(of seeds: [Identifier<Seed>]) async throws -> [Identifier<Seed>: String] {
    guard let vault = try? Vault.open(at: home.vaultPath) else { return [:] }
    return try await vault.addresses(of: seeds)
  }
}
