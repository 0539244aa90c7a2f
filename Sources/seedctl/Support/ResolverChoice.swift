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
    let configured = configuration?.dns.zone.flatMap { path in home?.resolve(path) ?? path }
    if let path = zone ?? configured {
      do {
        return try ZoneFile(json: InputFile.read(path), now: { .now })
      } catch let error as ZoneFileError {
        throw Failure(.usage, "\(path): \(error)")
      }
    }
    return try UnboundResolver(servers: configuration?.dns.servers ?? [], now: { .now })
  }
}
