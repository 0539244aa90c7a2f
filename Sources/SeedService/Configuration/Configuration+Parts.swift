public import SeedCore
import SeedCrypto

/// Why a part that the configuration names can't be had.
public struct PartError: OperatorError, Hashable {
  /// What was to be used, such as `dns.zone`.
  public let key: String
  /// What is wrong with it.
  public let problem: String

  public var exitStatus: ExitStatus { .failed }
  public var description: String { "\(key): \(problem)" }
}

extension Configuration {
  /// The longest zone file that is read.
  public static let zoneByteCountMax = 64 << 20

  /// The public suffixes to go by.
  ///
  /// - Throws: ``PartError``.
  public func publicSuffixes(in home: Home) throws -> PublicSuffixList {
    guard let path = dns.publicSuffixList.map(home.resolve) else { return .builtIn }
    do {
      return try PublicSuffixList(contentsOfFile: path)
    } catch {
      throw PartError(key: "dns.public_suffix_list", problem: "\(path) is no public suffix list")
    }
  }

  /// The resolver to ask: a zone file where one is named, else the network.
  ///
  /// - Parameter zone: A zone file that a command was given; it goes over the configuration.
  /// - Throws: ``PartError``.
  public func resolver(
    in home: Home,
    zone: String? = nil,
    clock: @escaping @Sendable () -> Timestamp = WallClock.now
  ) throws -> any Resolver {
    guard let path = zone ?? dns.zone.map(home.resolve) else {
      return CachingResolver(try network(in: home, clock: clock), now: clock)
    }
    do {
      guard let bytes = try DurableFile.read(path, byteCountMax: Self.zoneByteCountMax) else {
        throw PartError(key: "dns.zone", problem: "there is no file \(path)")
      }
      return try ZoneFile(parsing: bytes, now: clock)
    } catch let error as ZoneFileError {
      throw PartError(key: "dns.zone", problem: "\(path) is no zone file: \(error)")
    } catch let error as SystemError {
      throw PartError(key: "dns.zone", problem: "\(path): \(error)")
    }
  }
  /// The resolver that asks the network, whatever zone file is configured.
  ///
  /// - Throws: ``PartError``.
  public func network(
    in home: Home,
    clock: @escaping @Sendable () -> Timestamp = WallClock.now
  ) throws -> NetworkResolver {
    var anchor = dns.trustAnchor
    if case .file(let path) = anchor { anchor = .file(home.resolve(path)) }
    do {
      return try NetworkResolver(servers: dns.servers, trustAnchor: anchor, now: clock)
    } catch {
      throw PartError(key: "dns", problem: error.description)
    }
  }
}

extension Home {
  /// The key that addresses are recognised by.
  ///
  /// - Throws: ``HomeError``.
  public func matchKey() throws -> MatchKey {
    do {
      return try MatchKey(SecretBytes(matchKeyBytes()))
    } catch is CryptoError {
      throw HomeError.malformedMatchKey(path: matchKeyPath)
    }
  }

  /// The main path as the configuration wants it.
  ///
  /// - Throws: ``HomeError``, ``PartError``.
  public func intake(
    _ configuration: Configuration,
    store: any Store,
    zone: String? = nil,
    clock: @escaping @Sendable () -> Timestamp = WallClock.now
  ) throws -> Intake {
    Intake(
      store: store,
      matchKey: try matchKey(),
      settings: configuration.intakeSettings,
      resolver: try configuration.resolver(in: self, zone: zone, clock: clock),
      publicSuffixes: try configuration.publicSuffixes(in: self),
      identifiers: IdentifierSource(),
      clock: clock
    )
  }
}
