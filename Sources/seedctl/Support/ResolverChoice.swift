import SeedCore
import SeedService

/// Which resolver a command asks.
enum ResolverChoice {
  /// The zone file that the user names, else that of the configuration, else the network.
  static func resolver(
    zone: String?,
    home: Home?,
    configuration: SeedService.Configuration?
  ) throws -> any Resolver {
    if let home, let configuration {
      return try configuration.resolver(in: home, zone: zone, clock: { .now })
    }
    guard let zone else { return try NetworkResolver(now: { .now }) }
    do {
      return try ZoneFile(parsing: InputFile.read(zone), now: { .now })
    } catch let error as ZoneFileError {
      throw Failure(.usage, "\(zone): \(error)")
    }
  }
}
